"""Which cells of a submission need not run: those of the released notebook that pose no exercise.

Of such a cell only the imports and definitions are kept, and assignments whose names the student's
own cells read before they bind them, so that marking never retrains a demonstration.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from coursework.grading.definitions import definitions, is_call_of, syntax
from coursework.grading.names import bound, read_first
from coursework.grading.submitted_notebook import parse, read_bytes

DEFINITIONS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def released(folder: Path, lab: str, exercises: frozenset[str]) -> frozenset[str]:
    """Cells of notebook `lab`, as released and as solved, that define none of the `exercises`."""
    cells: set[str] = set()
    for path in [*folder.glob(f"{lab}*.ipynb"), *folder.glob(f"solutions/{lab}*.ipynb")]:
        cells |= {normal(c) for c in parse(read_bytes(path)).cells}
    short = {name.removeprefix(f"{lab}.") for name in exercises}
    return frozenset(c for c in cells if not definitions(c) & short)


def _is_check(cell: str) -> bool:
    """Whether a cell is nothing but checks: `f = check(f)` or `check(answers, "1.1")`."""
    parsed = syntax(cell)
    return parsed is not None and all(
        is_call_of(getattr(node, "value", node), "check") for node in parsed.body
    )


def normal(cell: str) -> str:
    """A cell without what editors change on their own: trailing space, blank lines at the ends."""
    return "\n".join(line.rstrip() for line in cell.strip().split("\n"))


def to_run(cells: list[str], demos: Iterable[str]) -> list[str]:
    """The cells, with demonstrations cut down to what the student's own cells need.

    "" stands for a cell that is not needed.
    """
    known = set(demos)
    is_demo = [normal(c) in known for c in cells]
    needed: set[str] = set()
    for cell, demo in zip(cells, is_demo, strict=True):
        if not demo and (parsed := syntax(cell)):
            needed |= read_first(parsed.body)
    waiting = [(i, s) for i, c in enumerate(cells) if is_demo[i] for s in _statements(c)]
    kept: list[list[ast.stmt]] = [[] for _ in cells]
    grew = True
    while grew:
        chosen = [(i, s) for i, s in waiting if s.is_import or s.binds & needed]
        waiting = [(i, s) for i, s in waiting if not (s.is_import or s.binds & needed)]
        for i, statement in chosen:
            kept[i].append(statement.node)
            needed |= statement.reads
        grew = bool(chosen)
    return [
        _source(sorted(kept[i], key=lambda s: (s.lineno, s.col_offset))) if is_demo[i] else c
        for i, c in enumerate(cells)
    ]


class _Statement(NamedTuple):
    """One of a demonstration's, with the names that it binds, and those that it reads first."""

    node: ast.stmt
    is_import: bool
    binds: set[str]
    reads: set[str]


@lru_cache(maxsize=1024)  # a demonstration stands in each submission of its lab
def _statements(cell: str) -> list[_Statement]:
    parsed = syntax(cell)
    if parsed is None or _is_check(cell):
        return []
    return [
        _Statement(s, isinstance(s, ast.Import | ast.ImportFrom), bound(s), read_first([s]))
        for s in parsed.body
    ]


def definitions_only(cell: str) -> str:
    """What is left of a cell that never came back: its imports and definitions.

    Nothing of one whose text Python can read and not write: it nests too deep, for one.
    """
    parsed = syntax(cell)
    try:
        return _source([s for s in parsed.body if isinstance(s, DEFINITIONS)]) if parsed else ""
    except (RecursionError, ValueError):
        return ""


def _source(statements: list[ast.stmt]) -> str:
    return "\n".join(ast.unparse(s) for s in statements)
