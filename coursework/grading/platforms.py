"""What learning platforms read: Gradescope's results.json, CSV for Canvas and for Moodle."""

from __future__ import annotations

import re
from typing import Literal, TypedDict

from coursework import exercises
from coursework.checking.notebook import HEADLINES
from coursework.grading.gradebook import Row
from coursework.grading.pages import printable
from coursework.grading.results import ExerciseResult, Result
from coursework.grading.spreadsheet import csv_text
from coursework.grading.submissions import CANVAS

MOODLE = re.compile(r"^(?P<name>.+)_(?P<number>\d+)_assignsubmission_file_?$")


def person(student: str) -> str:
    """The name alone, without what Moodle and Canvas put around it in names of files."""
    found = MOODLE.match(student) or CANVAS.match(student)
    return found["name"] if found else student


class GradescopeTest(TypedDict):
    """What Gradescope shows of one exercise."""

    name: str
    score: float
    max_score: int
    status: Literal["passed", "failed"]
    output: str
    output_format: str
    visibility: str


class GradescopeResults(TypedDict):
    """Gradescope's `results.json`."""

    score: float
    execution_time: int
    output: str
    output_format: str
    visibility: str
    tests: list[GradescopeTest]


def gradescope_results(row: Row, results: list[Result], names: list[str]) -> GradescopeResults:
    """`results.json` of one student; visible to the student at once."""
    verdicts = {v.name: v for r in results for v in r.verdicts}
    return {
        "score": row.total(),
        "execution_time": round(row.seconds),
        "output": "; ".join(printable(s) for s in row.notes),
        "output_format": "text",
        "visibility": "visible",
        "tests": [_gradescope_test(row, n, verdicts.get(n)) for n in names],
    }


def _gradescope_test(row: Row, name: str, verdict: ExerciseResult | None) -> GradescopeTest:
    exercise = exercises.get(name)
    headline = HEADLINES[verdict.kind if verdict else "not attempted"][2]
    told = printable(verdict.message) if verdict else "Not attempted yet."
    return {
        "name": f"{name}: {exercise.title} ({headline})",
        "score": row.points[name],
        "max_score": exercise.points,
        "status": "passed" if row.points[name] >= exercise.points else "failed",
        "output": row.by_hand.get(name) or told,
        "output_format": "text",
        "visibility": "visible",
    }


def canvas_csv(table: list[Row], most: float, assignment: str = "Lab") -> str:
    """Canvas's import: identity columns and one assignment. Canvas finds students by ID."""
    lines: list[list[object]] = [["    Points Possible", "", "", "", "", most]]
    for row in table:
        if row.counts:
            found = CANVAS.match(row.student)
            name, user = (found["name"], found["user"]) if found else (row.student, "")
            lines.append([name, user, "", "" if found else row.student, "", row.total()])
    return csv_text(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment], lines)


def moodle_csv(table: list[Row], most: float) -> str:
    """Moodle's grading worksheet: participants by the number in their folder's name.

    Moodle refuses a sheet without the column of dates; an empty one stands for a mark never given.
    """
    head = "Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments"
    lines: list[list[object]] = []
    for row in table:
        if row.counts:
            found = MOODLE.match(row.student)
            number = f"Participant {found['number']}" if found else ""
            name = person(row.student)
            lines.append([number, name, row.total(), most, "", "; ".join(row.notes)])
    return csv_text(head.split(","), lines)
