"""Executed sources, kept under a hash of what they can reach: slides and site share them.

The tests keep what nbval's run of a solution notebook showed in the same place.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursework.authoring.ipynb import KERNEL
from coursework.authoring.kernel import run_notebook
from coursework.authoring.markers import solution_text
from coursework.authoring.reach import reachable
from coursework.authoring.source import Source, SourceCell
from coursework.authoring.vendored import cache_folder

COURSE = Path(__file__).parents[2]
VERSIONS = 3  # of one notebook, kept in the cache; older ones are deleted
Outputs = list[nbformat.NotebookNode]


class CellFailed(RuntimeError):
    """A cell of a solution stopped; the message names notebook, cell and error."""


def execute(source: Source) -> list[Outputs]:
    """The outputs of every cell of a source, in order; markdown cells have none.

    Raises CellFailed where a cell stops. What was executed before is read from the cache.
    """
    kept = kept_at(source)
    if not kept.is_file():
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder) / f"{source.stem}.ipynb"
            nbformat.write(_notebook(source), scratch)
            run = run_notebook(scratch)
        if run.failure:
            raise CellFailed(run.failure)
        _write(run.notebook, kept)
    kept_cells = nbformat.read(kept, as_version=4).cells
    outputs = iter([cell.outputs for cell in kept_cells if cell.cell_type == "code"])
    return [next(outputs) if is_run(cell) else [] for cell in source.cells]


def keep(source: Source, shown: Sequence[tuple[str, Outputs]]) -> bool:
    """Keep what a notebook run elsewhere showed: code and outputs of each of its code cells.

    False, and nothing is kept, where these aren't all the cells that `execute` would run.
    """
    notebook = _notebook(source)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    setup = [cell for cell in source.cells if "setup" in cell.tags and cell.kind == "code"]
    shown = shown[len(setup) :]
    if [cell.source for cell in cells] != [code for code, _ in shown]:
        return False
    for cell, (_, outputs) in zip(cells, shown, strict=True):
        cell.outputs = outputs
    _write(notebook, kept_at(source))
    return True


def is_run(cell: SourceCell) -> bool:
    return cell.kind == "code" and "setup" not in cell.tags


def kept_at(source: Source) -> Path:
    """Where this version of an executed source is kept, or would be."""
    return cache_folder() / "executed" / f"{source.stem}-{digest(source)}.ipynb"


def digest(source: Source, course: Path = COURSE) -> str:
    """Of a source's code, and of the files of the course that it can reach.

    A changed sentence runs nothing again, nor does a changed hint of another notebook.
    """
    cells = [solution_text(cell.text) for cell in source.cells if is_run(cell)]
    found = hashlib.sha256(os.environ.get("COURSE_SOURCE", "").encode())
    for cell in cells:
        found.update(cell.encode() + b"\0")
    for path in reachable(course, source.number, cells):
        found.update(path.relative_to(course).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _notebook(source: Source) -> nbformat.NotebookNode:
    cells = [
        new_code_cell(solution_text(cell.text)) if is_run(cell) else new_markdown_cell(cell.text)
        for cell in source.cells
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def _write(notebook: nbformat.NotebookNode, kept: Path) -> None:
    """Write whole or not at all, since another process may look; old versions make room."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        scratch = Path(folder) / kept.name
        nbformat.write(notebook, scratch)
        scratch.replace(kept)
    versions = list(kept.parent.glob(f"{kept.name.rpartition('-')[0]}-*.ipynb"))
    with suppress(FileNotFoundError):  # another process deleted it
        for old in sorted(versions, key=lambda path: -path.stat().st_mtime)[VERSIONS:]:
            old.unlink()
