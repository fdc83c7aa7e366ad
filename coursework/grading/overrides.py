"""Marks set by hand: a CSV file with student, exercise, points and comment."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from coursework.grading.gradebook import Row
from coursework.grading.spreadsheet import plain


def keep_overrides(out: Path, given: Path | None) -> Path | None:
    """The overrides in force: those given now, else those that an earlier grading kept."""
    kept = out / "overrides.csv"
    if given is not None and given.resolve() != kept.resolve():
        shutil.copyfile(given, kept)
    return kept if kept.exists() else None


def apply_overrides(table: list[Row], path: Path) -> list[str]:
    """Set the marks that `path` holds; sentences on lines that fit nothing."""
    complaints = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = {"student", "exercise", "points"} - set(reader.fieldnames or [])
        if missing:
            raise ValueError(
                f"{path} needs the columns student, exercise, points (and may have comment); "
                f"missing: {', '.join(sorted(missing))}"
            )
        for number, line in enumerate(reader, 2):
            if complaint := _apply(table, line):
                complaints.append(f"{path}, line {number}: {complaint}")
    return complaints


def _apply(table: list[Row], line: dict[str, str]) -> str:
    """Set one mark; a complaint where the line fits nothing."""
    student, name = plain(line["student"]), plain(line["exercise"])
    row = next((r for r in table if r.counts and r.student == student), None)
    try:
        points = float(line["points"])
    except (TypeError, ValueError):
        return f"{line['points']!r} is no number of points"
    if row is None:
        return f"there is no student {student}"
    if name not in row.points:
        return f"there is no exercise {name}"
    row.points[name] = int(points) if points == int(points) else points
    row.by_hand[name] = (line.get("comment") or "").strip()
    return ""
