"""Read a submitted notebook that may be damaged, old, new, huge, or no notebook at all."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursework.grading.clock import late_remark
from coursework.grading.status import Fault, Status

LARGEST = 200 << 20  # bytes of a file that are read
SMALL, NESTS, ENTRIES = 4 << 20, 3_000_000, 20_000_000  # characters, `[` and `{`, `,`
CELLS, LARGEST_CODE = 2000, 1_000_000  # cells, and characters of all of them, that are run
LARGEST_CELL = 400_000  # characters of a cell that are run
TOO_MUCH = Fault(
    Status.UNREADABLE,
    "it holds millions of lists or numbers, too many to read; clear all outputs and save it again",
)


@dataclass
class SubmittedNotebook:
    """The code cells of a notebook in order, and remarks for the report.

    fault: why nothing can be run, None where something can.
    """

    cells: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    fault: Fault | None = None


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


def unreadable(error: OSError | ValueError) -> Fault:
    """The fault of a file that `read_bytes` could not read."""
    said = str(error)
    if isinstance(error, OSError):
        said = error.strerror or type(error).__name__
    return Fault(Status.UNREADABLE, f"the file can't be read: {said}")


def parse(data: bytes) -> SubmittedNotebook:
    """The code of a notebook given as bytes; never raises for what is in them."""
    if not data.strip():
        return SubmittedNotebook(fault=Fault(Status.EMPTY, "the file is empty"))
    text, remark = _decode(data)
    if _holds_too_much(text):
        return SubmittedNotebook(fault=TOO_MUCH)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return SubmittedNotebook(fault=_no_json(text))
    except MemoryError:
        return SubmittedNotebook(fault=TOO_MUCH)
    cells = _cell_list(notebook)
    if cells is None:
        said = "it is not a notebook (valid JSON, without a list of cells)"
        return SubmittedNotebook(fault=Fault(Status.NOT_A_NOTEBOOK, said))
    submitted = SubmittedNotebook(remarks=[remark] if remark else [])
    _format_remark(notebook, submitted)
    for cell in cells:
        _add(cell, submitted)
    if late := late_remark(cells):
        submitted.remarks.append(late)
    if not submitted.cells:
        submitted.fault = Fault(Status.NO_CODE, "the notebook has no code cell")
    return submitted


def _holds_too_much(text: str) -> bool:
    """Whether its lists, dicts and entries would fill the memory: each takes 8 to 100 bytes."""
    if len(text) < SMALL:
        return False
    return text.count("[") + text.count("{") > NESTS or text.count(",") > ENTRIES


def _no_json(text: str) -> Fault:
    if text.lstrip()[:1] == "{":
        said = "it is a notebook cut short, or damaged (no valid JSON)"
        return Fault(Status.DAMAGED, said)
    return Fault(Status.NOT_A_NOTEBOOK, "it is not a notebook (no valid JSON)")


def _decode(data: bytes) -> tuple[str, str]:
    """(text, remark on its encoding)"""
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


def _format_remark(notebook: dict[str, Any], submitted: SubmittedNotebook) -> None:
    version = notebook.get("nbformat")
    if version != 4:
        submitted.remarks.append(
            f"notebook format {str(version)[:10]} instead of 4; read as far as it goes"
        )


def _add(cell: Any, submitted: SubmittedNotebook) -> None:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(s for s in source if isinstance(s, str))
    if not isinstance(source, str) or not source.strip():
        return
    before = sum(map(len, submitted.cells))
    if len(submitted.cells) >= CELLS or before + len(source) > LARGEST_CODE:
        told = f"cells after the first {len(submitted.cells)} were not run: there is too much code"
        submitted.remarks += [told] if told not in submitted.remarks else []
        return
    if len(source) > LARGEST_CELL:
        submitted.remarks.append(
            f"cell {len(submitted.cells) + 1} has {len(source)} characters and was not run"
        )
        source = ""
    submitted.cells.append(source.replace("\r\n", "\n").encode("utf-8", "replace").decode())
