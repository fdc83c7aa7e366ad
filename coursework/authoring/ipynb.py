"""Cells become notebook files: the same bytes from the same source, every time."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursework.authoring.cells import find_checks, find_todo
from coursework.authoring.first_screen import FOLDED, folded_cells, start_here, with_picture
from coursework.authoring.markers import checked_output, solution_text, student_text
from coursework.authoring.nbgrader import check_metadata, solution_metadata
from coursework.authoring.project import Project
from coursework.authoring.rules import Exercises
from coursework.authoring.setup_cell import setup_cell
from coursework.authoring.source import Source, SourceCell

Kind = Literal["student", "solution"]
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook_text(
    source: Source, kind: Kind, project: Project, exercises: Exercises, badge: bool = True
) -> str:
    """One notebook as the text of its file. badge: whether it opens itself in Colab."""
    cells = list(_cells(source, kind, project, exercises, badge))
    metadata: dict[str, Any] = {
        "course": {"built": fingerprint(cells)},
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
    }
    if not project.generative_ai:
        metadata["colab"] = {"generative_ai_disabled": True}
    notebook = new_notebook(cells=cells, metadata=metadata)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4, indent=1, sort_keys=True).rstrip("\n") + "\n"


def fingerprint(cells: list[Any]) -> str:
    """A digest of all cells; a file whose cells have another one was changed after the build."""
    text = json.dumps(cells, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_untouched(text: str) -> bool:
    """Whether a notebook file is exactly what some earlier build wrote."""
    try:
        notebook = json.loads(text)
        cells = nbformat.from_dict(notebook["cells"])
        for cell in cells:
            cell.source = "".join(cell.source)
            for output in cell.get("outputs", []):
                output.text = "".join(output.get("text", ""))
        return notebook["metadata"]["course"]["built"] == fingerprint(cells)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _cells(
    source: Source, kind: Kind, project: Project, exercises: Exercises, badge: bool
) -> Iterator[nbformat.NotebookNode]:
    seen: Counter[str] = Counter()
    if project.repository:
        opens = project.badge(source.stem)
        yield new_markdown_cell(opens, id=_cell_id(source, "badge", seen))
    folded = folded_cells(source.cells)
    is_title = True
    for number, cell in enumerate(source.cells):
        identity = _cell_id(source, cell.kind + (cell.born or cell.text), seen)
        if not cell.in_notebooks or (kind == "student" and "solution" in cell.tags):
            continue
        if cell.kind == "markdown":
            text = with_picture(source, cell.text) if is_title else cell.text
            is_title = False
            yield new_markdown_cell(text, id=identity)
        elif number in folded and "setup" in cell.tags:
            yield new_markdown_cell(start_here(source), id=_cell_id(source, "start", seen))
            yield new_code_cell(setup_cell(project), id=identity, metadata=FOLDED)
        elif number in folded:
            yield new_code_cell(solution_text(cell.text), id=identity, metadata=FOLDED)
        else:
            yield _code_cell(source, cell, kind, identity, exercises)


def _code_cell(
    source: Source, cell: SourceCell, kind: Kind, identity: str, exercises: Exercises
) -> nbformat.NotebookNode:
    todo = find_todo(cell.text, source.number).names
    checks = find_checks(cell.text, source.number)
    if kind == "student":
        text = student_text(cell.text, todo_stub(todo[0], exercises) if todo else "")
    else:
        text = solution_text(cell.text)
    metadata: dict[str, Any] = {}
    if todo:
        metadata["nbgrader"] = solution_metadata(todo[0], text)
    elif checks:
        points = sum(exercises.get(name).points for name in checks)
        metadata["nbgrader"] = check_metadata(checks[0], text, points)
    if "plot" in cell.tags:
        metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}
    made = new_code_cell(text, id=identity, metadata=metadata)
    if kind == "solution" and (printed := checked_output(cell.text)):
        made.metadata["tags"] = ["nbval-check-output"]
        made.outputs = [new_output("stream", name="stdout", text=printed)]
        made.execution_count = 1  # nbval takes a cell without a number for one that never ran
    return made


def todo_stub(name: str, exercises: Exercises) -> str:
    """The line that stands where the learner writes."""
    message = f"TODO {name}: {exercises.get(name).title}"
    return f"raise NotImplementedError({json.dumps(message, ensure_ascii=False)})"


def _cell_id(source: Source, text: str, seen: Counter[str]) -> str:
    """From the text in the source, so that student and solution notebook share it."""
    seen[text] += 1
    key = f"{source.number}\n{seen[text]}\n{text}"
    return hashlib.sha256(key.encode()).hexdigest()[:12]
