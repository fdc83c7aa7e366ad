"""Read a submitted notebook that may be damaged, old, new, huge, or no notebook at all."""

from __future__ import annotations

import ast
import json
import os
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from coursework.grading.inside.cells import plain_python, tree

LARGEST = 200 << 20  # bytes of a file that are read
LARGEST_CELL = 400_000  # characters of a cell that are run


@dataclass
class Submitted:
    """The code cells of a notebook in order, and remarks for the report.

    fault: why nothing can be run, "" where something can.
    """

    cells: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    fault: str = ""


def read(path: Path) -> Submitted:
    """The code of the notebook at `path`; never raises for what is in the file."""
    try:
        data = read_bytes(path)
    except (OSError, ValueError) as error:
        return Submitted(fault=f"the file can't be read: {_words(error)}")
    return parse(data)


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file; ValueError for links, pipes and files that are too large."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is no regular file")
        if found.st_size > LARGEST:
            raise ValueError(f"it has {found.st_size >> 20} MB; {LARGEST >> 20} MB are read")
        return file.read(LARGEST + 1)


def _words(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


def parse(data: bytes) -> Submitted:
    """The code of a notebook given as bytes."""
    if not data.strip():
        return Submitted(fault="the file is empty")
    text, remark = _decode(data)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        start = text.lstrip()[:1]
        what = "it is a notebook cut short, or damaged" if start == "{" else "it is not a notebook"
        return Submitted(fault=f"{what} (no valid JSON)")
    cells = _cell_list(notebook)
    if cells is None:
        return Submitted(fault="it is not a notebook (valid JSON, without a list of cells)")
    submitted = Submitted(remarks=[remark] if remark else [])
    _format_remark(notebook, submitted)
    for cell in cells:
        _add(cell, submitted)
    if not submitted.cells:
        submitted.fault = "the notebook has no code cell"
    return submitted


def _decode(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "utf-16"):
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return data.decode(encoding), "" if encoding != "utf-16" else "saved as UTF-16"
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", errors="replace"), "not saved as UTF-8; accents may be wrong"


def _cell_list(notebook: Any) -> list[Any] | None:
    if not isinstance(notebook, dict):
        return None
    if isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    sheets = notebook.get("worksheets")  # nbformat 3
    if isinstance(sheets, list) and sheets and all(isinstance(s, dict) for s in sheets):
        return [c for s in sheets if isinstance(s.get("cells"), list) for c in s["cells"]]
    return None


def _format_remark(notebook: dict[str, Any], submitted: Submitted) -> None:
    version = notebook.get("nbformat")
    if version != 4:
        submitted.remarks.append(
            f"notebook format {str(version)[:10]} instead of 4; read as far as it goes"
        )


def _add(cell: Any, submitted: Submitted) -> None:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(s for s in source if isinstance(s, str))
    if not isinstance(source, str) or not source.strip():
        return
    if len(source) > LARGEST_CELL:
        submitted.remarks.append(
            f"cell {len(submitted.cells) + 1} has {len(source)} characters and was not run"
        )
        source = ""
    submitted.cells.append(source.replace("\r\n", "\n").encode("utf-8", "replace").decode())


@lru_cache(maxsize=64)  # a cell is looked at several times, from several sides
def syntax(source: str) -> ast.Module | None:
    """The syntax tree of a cell without its magics, None where it doesn't parse. Not to be changed."""
    try:
        return tree(plain_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def definitions(source: str) -> set[str]:
    """Names that a cell defines at its top level, and answers it sets as "answers.KEY"; `f = check(f)` defines nothing."""
    parsed = syntax(source)
    names: set[str] = set()
    for node in parsed.body if parsed else []:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        is_check = isinstance(node, ast.Assign) and is_call_of(node.value, "check")
        for target in node.targets if isinstance(node, ast.Assign) and not is_check else []:
            match target:
                case ast.Name(id=name):
                    names.add(name)
                case ast.Subscript(
                    value=ast.Name(id="answers"), slice=ast.Constant(value=str(key))
                ):
                    names.add(f"answers.{key}")
    return names


def is_call_of(node: ast.AST, name: str) -> bool:
    """Whether a node is the call `name(…)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
