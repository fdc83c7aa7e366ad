"""CSV that no spreadsheet takes for formulas, and CSV as spreadsheets write it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

RISKY = "=+\\-@＝＋－＠﹢﹣﹦﹫−\t\r"  # what begins a formula, full-width signs included
BEGINS = re.compile(rf"^(?='*\s*[{RISKY}])")
INSIDE = re.compile(rf"([;,]\s*)(?='*\s*[{RISKY}])")  # a second cell where ; separates cells
SAFE_INSIDE = re.compile(rf"([;,]\s*)'(?='*\s*[{RISKY}])")
SAFE_BEGINS = re.compile(rf"^'(?='*\s*[{RISKY}])")
LARGEST = 20 << 20  # bytes of a CSV file that is read


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before = + - and @.

    Line breaks and control characters become spaces. Numbers stay as they are.
    """
    if isinstance(cell, float):
        return f"{cell:.10g}"
    if isinstance(cell, int):
        return str(cell)
    text = str(cell).encode("utf-8", "replace").decode()
    risky = text[:1] in ("\t", "\r")
    text = "".join(c if c.isprintable() else " " for c in text)
    text = INSIDE.sub(r"\1'", text)
    return "'" + text if risky or BEGINS.match(text) else text


def plain(cell: str | None) -> str:
    """A cell without the apostrophes that `safe` put into it, and without spaces around it."""
    text = SAFE_BEGINS.sub("", cell or "")
    return SAFE_INSIDE.sub(r"\1", text).strip()


def csv_text(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A CSV file with safe cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe(h) for h in header])
    writer.writerows([[safe(c) for c in line] for line in lines])
    return out.getvalue()


@dataclass(frozen=True)
class Line:
    """One row of a table. number: as the spreadsheet counts, so that the header is row 1."""

    number: int
    cells: dict[str, str]

    def get(self, *columns: str) -> str:
        """The first cell of these columns that holds something, else ""."""
        return next((v for c in columns if (v := self.cells.get(c, ""))), "")


@dataclass(frozen=True)
class Table:
    """A CSV file that was read. columns: their names in small letters."""

    columns: list[str]
    lines: list[Line]
    separator: str


def read_table(path: Path) -> Table:
    """Read a CSV file in UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs.

    Raises ValueError with the file and, where there is one, the row.
    """
    text = _text(path)
    if text[:4].lower() == "sep=":  # Excel's own first line
        text = text.partition("\n")[2]
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",;\t", key=head.count)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise ValueError(f"{path}, row {len(rows) + 1}: {_told(error)}") from None
    filled = [(n, r) for n, r in enumerate(rows, 1) if any(c.strip() for c in r)]
    if not filled:
        raise ValueError(f"{path} is empty; its first row must name the columns")
    columns = [plain(c).casefold() for c in filled[0][1]]
    lines = [Line(n, dict(zip(columns, map(plain, row), strict=False))) for n, row in filled[1:]]
    return Table(columns, lines, separator)


def _told(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a cell is longer than {csv.field_size_limit()} characters"
    return f"not readable as CSV ({error})"


def _text(path: Path) -> str:
    if path.is_dir():
        raise ValueError(f"{path} is a folder; give a CSV file")
    if not path.is_file():
        raise ValueError(f"{path}: no such file; give the path of a CSV file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path} has {path.stat().st_size >> 20} MB; {LARGEST >> 20} MB are read")
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        raise ValueError(f"{path} is an Excel workbook; save it as CSV and give that")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:200]:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
