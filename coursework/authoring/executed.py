"""Executed sources, kept by a hash of code and package, which slides and site share."""

import hashlib
import os
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursework.authoring.ipynb import KERNEL
from coursework.authoring.kernel import run_notebook
from coursework.authoring.markers import solution_text
from coursework.authoring.source import Source, SourceCell
from coursework.authoring.vendored import cache_folder


class CellFailed(RuntimeError):
    """A cell of a solution stopped; the message names notebook, cell and error."""


def execute(source: Source) -> list[list[nbformat.NotebookNode]]:
    """The outputs of every cell of a source, in order; markdown cells have none.

    Raises CellFailed where a cell stops. What was executed before is read from the cache.
    """
    kept = cache_folder() / "executed" / f"{source.stem}-{_digest(source)}.ipynb"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            scratch = Path(folder) / f"{source.stem}.ipynb"
            nbformat.write(_notebook(source), scratch)
            run = run_notebook(scratch)
            if run.failure:
                raise CellFailed(run.failure)
            nbformat.write(run.notebook, scratch)
            scratch.replace(kept)
    kept_cells = nbformat.read(kept, as_version=4).cells
    outputs = iter([cell.outputs for cell in kept_cells if cell.cell_type == "code"])
    return [next(outputs) if is_run(cell) else [] for cell in source.cells]


def is_run(cell: SourceCell) -> bool:
    return cell.kind == "code" and "setup" not in cell.tags


def _notebook(source: Source) -> nbformat.NotebookNode:
    cells = [
        new_code_cell(solution_text(cell.text)) if is_run(cell) else new_markdown_cell(cell.text)
        for cell in source.cells
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def _digest(source: Source) -> str:
    """Of all code and of every file of the package; a changed sentence runs nothing again."""
    digest = hashlib.sha256(os.environ.get("COURSE_SOURCE", "").encode())
    for cell in filter(is_run, source.cells):
        digest.update(solution_text(cell.text).encode() + b"\0")
    root = Path(__file__).parents[2]
    packages = [root / "course_utils", root / "coursework"]
    for path in sorted(p for package in packages for p in package.rglob("*.*")):
        file = path.relative_to(root)
        if path.suffix in (".py", ".html") and file.parts[1] not in ("authoring", "grading"):
            digest.update(file.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]
