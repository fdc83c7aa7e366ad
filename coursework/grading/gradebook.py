"""From results to rows: whose file counts, and `gradebook.csv`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coursework import exercises
from coursework.grading.results import Result, Results
from coursework.grading.spreadsheet import csv_text
from coursework.grading.status import Status
from coursework.grading.submissions import Submission, natural


@dataclass
class Row:
    """One line of the gradebook.

    points: by exercise; by_hand: comments on marks set by hand; notes: sentences on its files.
    """

    student: str
    files: list[str]
    points: dict[str, float] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
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
    status: Status
    fault: str
    remarks: tuple[str, ...]
    points: dict[str, float]
    seconds: float

    @classmethod
    def of(cls, result: Result) -> Brief:
        return cls(
            student=result.student,
            file=result.file,
            lab=result.lab,
            status=result.status,
            fault=result.fault,
            remarks=tuple(result.remarks),
            points={v.name: v.points for v in result.verdicts},
            seconds=result.seconds,
        )

    @property
    def is_graded(self) -> bool:
        return self.status is Status.GRADED


def latest(results: Results, submissions: Iterable[Submission]) -> list[Brief]:
    """The last result of each file that is still among the submissions."""
    present = {s.file for s in submissions}
    found = {r.file: Brief.of(r) for r in results if r.file in present}
    return list(found.values())


def counted_exercises(briefs: Iterable[Brief], labs: tuple[str, ...]) -> list[str]:
    """Names of all exercises that count, in course order.

    Those of the notebooks `labs`, or of the notebooks handed in.
    """
    used = set(labs) or {b.lab for b in briefs if b.lab}
    return [n for n in exercises.names() if exercises.get(n).notebook in used]


def superseded(briefs: list[Brief]) -> dict[str, str]:
    """{file: the file that counts instead}.

    Of one student's files for one notebook the last by name counts.
    """
    last: dict[tuple[str, str], str] = {}
    ordered = sorted(briefs, key=lambda b: natural(b.file))
    for b in ordered:
        if b.is_graded:
            last[b.student, b.lab] = b.file
    by_student: dict[str, list[str]] = {}
    for (student, _), file in last.items():
        by_student.setdefault(student, []).append(file)
    replaced = {
        b.file: last[b.student, b.lab]
        for b in ordered
        if b.is_graded and last[b.student, b.lab] != b.file
    }
    faulty = [b for b in ordered if not b.is_graded]
    for b in faulty:  # an unreadable file of a student who also handed in a readable one
        if b.student in by_student:
            replaced[b.file] = by_student[b.student][-1]
    first = {b.student: b.file for b in reversed(faulty) if b.student not in by_student}
    for b in faulty:
        if b.student in first and first[b.student] != b.file:
            replaced[b.file] = first[b.student]
    return replaced


def rows(briefs: list[Brief], names: list[str]) -> list[Row]:
    """A row a student, and one for each file that another replaces; every file is named in one."""
    replaced = superseded(briefs)
    by_student: dict[str, Row] = {}
    extra: list[Row] = []
    for b in sorted(briefs, key=lambda b: natural(b.file)):
        if b.file in replaced:
            why = "" if b.is_graded else f" ({b.fault})"
            told = f"not counted: {replaced[b.file]} counts instead{why}"
            extra.append(Row(b.student, [b.file], notes=[told], counts=False, seconds=b.seconds))
            continue
        row = by_student.setdefault(b.student, Row(b.student, [], dict.fromkeys(names, 0)))
        row.files.append(b.file)
        row.points |= {n: p for n, p in b.points.items() if n in row.points}
        row.notes += [] if b.is_graded else [f"nothing could be graded: {b.fault}"]
        row.notes += b.remarks
        row.seconds += b.seconds
    for file, by in replaced.items():
        row = next(r for r in by_student.values() if by in r.files)
        row.notes.append(f"{file} was handed in too; {by} counts, the last by name")
    return sorted(
        [*by_student.values(), *extra], key=lambda r: (natural(r.student), not r.counts, r.files)
    )


def gradebook_csv(table: list[Row], names: list[str]) -> str:
    """`gradebook.csv`: student, exercises, total, max, status, file."""
    most = sum(exercises.get(n).points for n in names)
    lines: list[list[object]] = []
    for r in table:
        marks: list[object] = [""] * (len(names) + 2)
        if r.counts:
            marks = [*(r.points[n] for n in names), r.total(), most]
        lines.append([r.student, *marks, "; ".join(r.notes) or "graded", "; ".join(r.files)])
    return csv_text(["student", *names, "total", "max", "status", "file"], lines)
