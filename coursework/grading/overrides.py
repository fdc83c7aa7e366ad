"""Marks set by hand: a CSV file with student, exercise, points and comment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from coursework import exercises
from coursework.grading.gradebook import Row
from coursework.grading.nearest import did_you_mean
from coursework.grading.spreadsheet import Line, Table, read_table
from coursework.grading.students import find_students

COLUMNS = ("student", "exercise", "points")
LATE = "late"  # the "exercise" that sets what is taken off for coming late
SHOWN = 20  # complaints in one message
LONGEST = 2000  # characters of a comment


@dataclass(frozen=True)
class ByHand:
    """One mark set by hand. row: as the spreadsheet counts."""

    row: int
    student: str
    exercise: str
    points: float
    comment: str


def read_overrides(path: Path) -> list[ByHand]:
    """All marks in a file. Raises ValueError that names row and column of each fault."""
    table = read_table(path)
    if missing := [c for c in COLUMNS if c not in table.columns]:
        raise ValueError(
            f"{path} needs the columns student, exercise, points (and may have comment); "
            f"missing: {', '.join(missing)}"
        )
    marks: list[ByHand] = []
    faults: list[str] = []
    first: dict[tuple[str, str], int] = {}
    for line in table.lines:
        found = _mark(line, table)
        if isinstance(found, str):
            faults.append(f"row {line.number}, column {found}")
            continue
        before = first.setdefault((found.student.casefold(), found.exercise), line.number)
        if before != line.number:
            faults.append(f"row {line.number}, column exercise: row {before} sets this mark, too")
        marks.append(found)
    if faults:
        more = f"\n… and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        told = "\n".join(f"  {f}" for f in faults[:SHOWN])
        raise ValueError(f"{path} can't be used, and nothing was graded:\n{told}{more}")
    return marks


def _mark(line: Line, table: Table) -> ByHand | str:
    """The mark of a line, or the column and what is wrong with it."""
    student, name = line.get("student"), _exercise(line.get("exercise"))
    if not student:
        return "student: it is empty"
    most = math.inf
    if name.partition(".")[0] != LATE:
        if name not in exercises.names():
            near = did_you_mean(name, exercises.names())
            return f"exercise: there is no exercise {name[:80] or '(empty)'}{near}"
        most = exercises.get(name).points
    text = line.get("points")
    if table.separator != ",":
        text = text.replace(",", ".")  # decimal commas come with semicolons
    try:
        points = float(text)
    except ValueError:
        return f"points: {text[:80]!r} is no number"
    if not math.isfinite(points):
        return f"points: {text[:80]} is no number of points"
    if not 0 <= points <= most:
        return f"points: {points:g} is not between 0 and {most:g}, the most that {name} gives"
    comment = line.get("comment")
    if len(comment) > LONGEST:
        return f"comment: it has {len(comment)} characters; {LONGEST} are shown to the student"
    return ByHand(line.number, student, name, points, comment)


def _exercise(text: str) -> str:
    """The name of an exercise; pages call an answer "2.8" where its name is 02.answers.2.8."""
    called = [n for n in exercises.names() if n.endswith(f".answers.{text}")]
    return called[0] if text and len(called) == 1 else text


def unknown_students(marks: Iterable[ByHand], files: Mapping[str, Iterable[str]]) -> list[str]:
    """Sentences on marks whose student handed in nothing."""
    lost: dict[str, int] = {}
    for mark in marks:
        if not find_students(mark.student, files):
            lost.setdefault(mark.student, mark.row)
    return [
        f"row {row}, column student: there is no student {name[:80]}{did_you_mean(name, files)}"
        for name, row in lost.items()
    ]


def apply_overrides(table: list[Row], marks: Iterable[ByHand]) -> list[str]:
    """Set the marks; sentences on those that fit no row."""
    counted = {r.student: r for r in table if r.counts}
    files = {r.student: r.files for r in counted.values()}
    complaints = []
    for mark in marks:
        found = find_students(mark.student, files)
        if len(found) != 1:
            why = f"is {' or '.join(found)}" if found else "is not among the submissions"
            complaints.append(f"row {mark.row}: {mark.student} {why}; the mark was not set")
        elif complaint := _apply(counted[found[0]], mark):
            complaints.append(f"row {mark.row}: {complaint}")
    return complaints


def _apply(row: Row, mark: ByHand) -> str:
    points = int(mark.points) if mark.points == int(mark.points) else mark.points
    kind, _, lab = mark.exercise.partition(".")
    if kind == LATE:
        labs = [lab] if lab else list(row.labs)
        if len(labs) != 1 or labs[0] not in row.labs:
            return f"write late.{next(iter(row.labs), 'NN')}, for the notebook that came late"
        row.late[labs[0]] = min(points, row.earned(labs[0]))
        why = f": {mark.comment}" if mark.comment else ""
        row.notes.append(f"a person set what is taken off for coming late to {points}{why}")
    elif mark.exercise not in row.points:
        return f"{mark.exercise} does not count for {mark.student}"
    else:
        row.points[mark.exercise] = points
        row.by_hand[mark.exercise] = mark.comment
    return ""
