"""Numbers that the benchmarks measured and that notebooks plot beside their own."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "measurements"
Row = Mapping[str, str]  # column -> text


def measured(name: str, **chosen: object) -> list[Row]:
    """Rows of the table `name`: `measured("vae_elbo", seed=0)` gives those of seed 0.

    Each row is a dict of texts. Raises KeyError for a column that isn't there, FileNotFoundError if
    no such table was measured.
    """
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if all(row[key] == str(value) for key, value in chosen.items())]


def write_measured(name: str, rows: list[Mapping[str, object]]) -> None:
    """Write the table `name`, for `measured` to read; all rows have the same columns."""
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
