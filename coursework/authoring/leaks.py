"""No line of a solution may stand in a student notebook."""

from collections.abc import Iterable, Sequence

import nbformat

from coursework.authoring.markers import solution_lines, without_solutions
from coursework.authoring.source import Source

SHORTEST = 12


def secret_lines(sources: Sequence[Source]) -> list[str]:
    """Solution lines over 12 characters, no comments, that stand nowhere outside a solution."""
    inside: set[str] = set()
    outside: list[str] = []
    for cell in (cell for source in sources for cell in source.cells):
        if "solution" in cell.tags:
            inside.update(cell.text.split("\n"))
        elif cell.kind == "code":
            inside.update(solution_lines(cell.text))
            outside.append(without_solutions(cell.text))
        else:
            outside.append(cell.text)
    public = "\n".join(outside)
    lines = {line.strip() for line in inside}
    return sorted(
        line
        for line in lines
        if len(line) > SHORTEST and not line.startswith("#") and line not in public
    )


def find_leaks(sources: Sequence[Source], student_notebooks: Iterable[str]) -> list[str]:
    """The secret lines that stand in any of the student notebooks (given as file texts)."""
    cells = [cell.source for text in student_notebooks for cell in nbformat.reads(text, 4).cells]
    public = "\n".join(cells)
    return [line for line in secret_lines(sources) if line in public]
