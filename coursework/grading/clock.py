"""Which answers of an exam were checked after its end, as the notebook itself says.

The time is that of the student's machine, and a notebook is a file that can be edited: a remark for
the teacher, which changes no points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from coursework.checking.copies import AFTER

KEPT = re.compile(
    rf"""`(?:answers\[")?([\w.]{{1,60}})(?:"\])?` · kept · (\d{{1,6}}) minutes? {AFTER}"""
)
LONGEST = 5000  # characters of an output that are read: a card has a few hundred


def late_remark(cells: Iterable[Any]) -> str:
    """A sentence that names the answers checked after the end, "" where there are none."""
    late: dict[str, str] = {}
    for cell in cells:
        for text in _texts(cell):
            late.update(KEPT.findall(text))
    if not late:
        return ""
    listed = ", ".join(f"{name} ({minutes} min)" for name, minutes in late.items())
    return f"checked after the end of the time, by the clock of the student's machine: {listed}"


def _texts(cell: Any) -> Iterable[str]:
    """What the outputs of a cell say as plain text."""
    outputs = cell.get("outputs") if isinstance(cell, dict) else None
    for output in outputs if isinstance(outputs, list) else ():
        data = output.get("data") if isinstance(output, dict) else None
        text = data.get("text/plain", "") if isinstance(data, dict) else ""
        if isinstance(text, list):
            text = "".join(part for part in text if isinstance(part, str))
        if isinstance(text, str):
            yield text[:LONGEST]
