"""From results to rows: whose file counts, what was changed by hand, and `gradebook.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursework import exercises
from coursework.grading.submissions import natural

RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Row:
    """One line of the gradebook. points: by exercise; by_hand: those that an override set, with its comment."""

    student: str
    files: list[str]
    points: dict[str, float] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=dict)
    status: list[str] = field(default_factory=list)
    counts: bool = True
    seconds: float = 0.0

    def total(self) -> float:
        return sum(self.points.values())


@dataclass(frozen=True)
class Brief:
    """What a gradebook needs of a result."""

    student: str
    file: str
    lab: str
    fault: str
    remarks: tuple[str, ...]
    points: dict[str, float]
    seconds: float

    @classmethod
    def of(cls, result: dict[str, Any]) -> Brief:
        points = {v["name"]: v["points"] for v in result["verdicts"]}
        return cls(
            result["student"],
            result["file"],
            result["lab"],
            result["fault"],
            tuple(result["remarks"]),
            points,
            result.get("seconds", 0.0),
        )


def counted_exercises(briefs: Iterable[Brief], labs: tuple[str, ...]) -> list[str]:
    """Names of all exercises that count, in course order: those of `labs`, or of the notebooks handed in."""
    used = set(labs) or {b.lab for b in briefs if b.lab}
    return [n for n in exercises.names() if exercises.get(n).notebook in used]


def superseded(briefs: list[Brief]) -> dict[str, str]:
    """{file: the file that counts instead}: of one student's files for one notebook the last by name counts."""
    last: dict[tuple[str, str], str] = {}
    ordered = sorted(briefs, key=lambda b: natural(b.file))
    for b in ordered:
        if not b.fault:
            last[b.student, b.lab] = b.file
    by_student: dict[str, list[str]] = {}
    for (student, _), file in last.items():
        by_student.setdefault(student, []).append(file)
    replaced = {
        b.file: last[b.student, b.lab]
        for b in briefs
        if not b.fault and last[b.student, b.lab] != b.file
    }
    for b in briefs:  # an unreadable file of a student who also handed in a readable one
        if b.fault and b.student in by_student:
            replaced[b.file] = by_student[b.student][-1]
    first = {
        b.student: b.file for b in reversed(ordered) if b.fault and b.student not in by_student
    }
    replaced |= {
        b.file: first[b.student]
        for b in briefs
        if b.file not in replaced and b.fault and b.student in first and first[b.student] != b.file
    }
    return replaced


def rows(briefs: list[Brief], names: list[str]) -> list[Row]:
    """A row a student, and one for each file that another replaces; every file is named in one."""
    replaced = superseded(briefs)
    by_student: dict[str, Row] = {}
    extra: list[Row] = []
    for b in sorted(briefs, key=lambda b: natural(b.file)):
        if b.file in replaced:
            told = f"not counted: {replaced[b.file]} counts instead" + (
                f" ({b.fault})" if b.fault else ""
            )
            extra.append(Row(b.student, [b.file], status=[told], counts=False, seconds=b.seconds))
            continue
        row = by_student.setdefault(b.student, Row(b.student, [], dict.fromkeys(names, 0)))
        row.files.append(b.file)
        row.points |= {n: p for n, p in b.points.items() if n in row.points}
        row.status += [f"nothing could be graded: {b.fault}"] if b.fault else []
        row.status += b.remarks
        row.seconds += b.seconds
    for file, by in replaced.items():
        row = next(r for r in by_student.values() if by in r.files)
        row.status.append(f"{file} was handed in too; {by} counts, the last by name")
    return sorted(
        [*by_student.values(), *extra], key=lambda r: (natural(r.student), not r.counts, r.files)
    )


def apply_overrides(table: list[Row], path: Path) -> list[str]:
    """Set the marks that `path` holds (student, exercise, points, comment); sentences on lines that fit nothing."""
    complaints = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = {"student", "exercise", "points"} - set(reader.fieldnames or [])
        if missing:
            raise ValueError(
                f"{path} needs the columns student, exercise, points (and may have comment); missing: {', '.join(sorted(missing))}"
            )
        for number, line in enumerate(reader, 2):
            student, name = _plain(line["student"]), _plain(line["exercise"])
            row = next((r for r in table if r.counts and r.student == student), None)
            try:
                points = float(line["points"])
            except (TypeError, ValueError):
                complaints.append(
                    f"{path}, line {number}: {line['points']!r} is no number of points"
                )
                continue
            if row is None or name not in row.points:
                complaints.append(
                    f"{path}, line {number}: there is no {'student ' + student if row is None else 'exercise ' + name}"
                )
                continue
            row.points[name] = int(points) if points == int(points) else points
            row.by_hand[name] = (line.get("comment") or "").strip()
    return complaints


def _plain(cell: str | None) -> str:
    """A cell without the apostrophe that `safe` put before it."""
    cell = (cell or "").strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(RISKY) else cell


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before = + - @, no line breaks or nulls."""
    text = f"{cell:g}" if isinstance(cell, float) else str(cell)
    text = "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode())
    return "'" + text if text.startswith(RISKY) else text


def csv_text(header: list[str], lines: Iterable[list[object]]) -> str:
    """A CSV file with safe cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe(h) for h in header])
    writer.writerows([[safe(c) for c in line] for line in lines])
    return out.getvalue()


def gradebook_csv(table: list[Row], names: list[str]) -> str:
    """`gradebook.csv`: student, exercises, total, max, status, file."""
    most = sum(exercises.get(n).points for n in names)
    lines = [
        [r.student, *(r.points[n] if r.counts else "" for n in names), r.total() if r.counts else "", most if r.counts else "",
         "; ".join(r.status) or "graded", "; ".join(r.files)]
        for r in table
    ]  # fmt: skip
    return csv_text(["student", *names, "total", "max", "status", "file"], lines)
