"""What in a code cell is a solution, and what a student and a solution notebook show instead.

### BEGIN SOLUTION
### END SOLUTION
#> 0.333            printed output that nbval compares, in a cell tagged nbval-check-output
"""

import ast
import re
from dataclasses import dataclass

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
_LIKE_A_MARKER = re.compile(r"^\s*#+\s*(BEGIN|END)\s+SOLUTION\b", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """Lines `begin`..`end` (0-based, the two markers) of a cell, indented by `indent` spaces."""

    begin: int
    end: int
    indent: int


def find_regions(text: str) -> tuple[list[Region], list[tuple[int, str]]]:
    """The solution regions of a cell, and (line, message) for each marker that is out of place."""
    regions: list[Region] = []
    faults: list[tuple[int, str]] = []
    opened: int | None = None
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.strip() == BEGIN:
            if opened is not None:
                faults.append((number, f"`{BEGIN}` inside a solution: close the one above first"))
            opened = number
        elif line.strip() == END:
            if opened is None:
                faults.append((number, f"`{END}` without `{BEGIN}` above it in this cell"))
                continue
            regions.append(Region(opened, number, _indent(lines[opened])))
            opened = None
        elif _LIKE_A_MARKER.match(line):
            faults.append((number, f"write the marker as `{BEGIN}` or `{END}`, alone on its line"))
    if opened is not None:
        faults.append((opened, f"`{BEGIN}` without `{END}` in this cell"))
    return regions, faults


def solution_lines(text: str) -> list[str]:
    """The lines that stand between markers."""
    lines = text.split("\n")
    regions, _ = find_regions(text)
    return [line for region in regions for line in lines[region.begin + 1 : region.end]]


def without_solutions(text: str) -> str:
    """The cell as it stands outside its solutions: no markers, nothing between them."""
    lines = text.split("\n")
    for region in reversed(find_regions(text)[0]):
        del lines[region.begin : region.end + 1]
    return "\n".join(lines)


def solution_text(text: str) -> str:
    """The cell for the solution notebook: markers gone, checked output gone."""
    lines = without_checked_output(text).split("\n")
    return "\n".join(line for line in lines if line.strip() not in (BEGIN, END)).strip("\n")


def student_text(text: str, stub: str) -> str:
    """The cell for the student: `stub` in a function, `answers[key] = ...` at the top level."""
    lines = without_checked_output(text).split("\n")
    for region in reversed(find_regions("\n".join(lines))[0]):
        inside = lines[region.begin + 1 : region.end]
        if region.indent:
            shown = [" " * region.indent + stub]
        else:
            shown = [f'answers["{key}"] = ...' for key in answer_keys("\n".join(inside)) or []]
        lines[region.begin : region.end + 1] = shown
    return "\n".join(lines).strip("\n")


def answer_keys(code: str) -> list[str] | None:
    """The keys set by code made of nothing but `answers["key"] = …`; None for any other code."""
    try:
        statements = ast.parse(code).body
    except SyntaxError:
        return None
    keys = [_answer_key(statement) for statement in statements]
    return [key for key in keys if key] if all(keys) and keys else None


def _answer_key(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Subscript(ast.Name("answers"), ast.Constant(str(key)))]):
            return key
    return None


def checked_output(text: str) -> str:
    """What the `#> ` lines at the end of a cell say it prints, newline at the end; "" if none."""
    lines = [line[2:].removeprefix(" ") for line in text.split("\n") if line.startswith("#>")]
    return "".join(line + "\n" for line in lines)


def without_checked_output(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("#>")).strip("\n")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
