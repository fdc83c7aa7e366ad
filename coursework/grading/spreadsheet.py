"""CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

RISKY = ("=", "+", "-", "@", "\t", "\r")


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before = + - and @.

    Line breaks and nulls become spaces.
    """
    text = f"{cell:g}" if isinstance(cell, float) else str(cell)
    text = "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode())
    return "'" + text if text.startswith(RISKY) else text


def plain(cell: str | None) -> str:
    """A cell without the apostrophe that `safe` put before it."""
    cell = (cell or "").strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(RISKY) else cell


def csv_text(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A CSV file with safe cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe(h) for h in header])
    writer.writerows([[safe(c) for c in line] for line in lines])
    return out.getvalue()
