"""Which files of the course a notebook can reach: its imports, followed from file to file."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from coursework.authoring.cells import parse

PACKAGES = ("course_utils", "coursework")
# `check`, `hint` and `predict` are looked up while a notebook runs, so no import names their home.
LOOKED_UP = (
    "course_utils.display",
    "coursework.checking.notebook",
    "coursework.checking.progress",
)
LAZY = {"course_utils.diagram": "coursework.diagrams"}  # looked up when it is first used


def reachable(root: Path, number: str, cells: Sequence[str]) -> list[Path]:
    """The files under `root` that the code `cells` of notebook `number` ("01") can reach, sorted.

    They are the modules that its imports lead to, wherever these stand in a file, the checks, the
    notebook's own exercises, and what lies beside such a module or below it and is no module:
    pages of explorers, tables of measurements.
    """
    waiting = {*LOOKED_UP, f"coursework.exercises.nb{number}"}
    for cell in cells:
        waiting.update(_imported_in(cell))
    modules: set[Path] = set()
    names: set[str] = set()
    while waiting:
        name = waiting.pop()
        names.add(name)
        for path in _files_of(root, name):
            if path not in modules:
                modules.add(path)
                waiting.update({*_imported_by(path.read_bytes())} - names)
    return sorted({*modules, *_beside(modules)})


@cache
def _imported_in(cell: str) -> tuple[str, ...]:
    return tuple(_imported(parse(cell)))


@cache
def _imported_by(text: bytes) -> tuple[str, ...]:
    return tuple(_imported(ast.parse(text)))


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names of modules that code imports; after `from a import b` also a.b, which may be one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (LAZY.get(name, name) for name in names)


def _files_of(root: Path, name: str) -> Iterator[Path]:
    """The files that are run when a module of the course is imported, its packages included."""
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return
    for count in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:count])
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file


def _beside(modules: set[Path]) -> Iterator[Path]:
    """Files that are no modules, in the folders of these modules and in folders without modules."""
    for folder in {module.parent for module in modules}:
        for path in folder.iterdir():
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                yield path
            elif path.is_dir() and path.name != "__pycache__" and not any(path.glob("*.py")):
                yield from (p for p in path.rglob("*") if p.is_file())
