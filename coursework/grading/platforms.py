"""What learning platforms read: Gradescope's results.json, CSV for Canvas and for Moodle."""

from __future__ import annotations

import re
from typing import Any

from coursework import exercises
from coursework.checking.notebook import HEADLINES
from coursework.grading.gradebook import Row, csv_text
from coursework.grading.pages import printable
from coursework.grading.submissions import CANVAS

MOODLE = re.compile(r"^(?P<name>.+)_(?P<number>\d+)_assignsubmission_file_?$")


def person(student: str) -> str:
    """The name alone, without what Moodle and Canvas put around it in the names of folders and files."""
    found = MOODLE.match(student) or CANVAS.match(student)
    return found["name"] if found else student


def gradescope_results(row: Row, results: list[dict[str, Any]], names: list[str]) -> dict[str, Any]:
    """`results.json` of one student; visible to the student at once."""
    verdicts = {v["name"]: v for r in results for v in r["verdicts"]}
    tests = []
    for name in names:
        exercise, verdict = exercises.get(name), verdicts.get(name)
        kind = verdict["kind"] if verdict else "not attempted"
        told = printable(verdict["message"]) if verdict else "Not attempted yet."
        tests.append({
            "name": f"{name}: {exercise.title} ({HEADLINES[kind][2]})", "score": row.points[name], "max_score": exercise.points,
            "status": "passed" if row.points[name] >= exercise.points else "failed",
            "output": row.by_hand.get(name) or told, "output_format": "text", "visibility": "visible",
        })  # fmt: skip
    return {"score": row.total(), "execution_time": round(row.seconds), "output": "; ".join(printable(s) for s in row.status),
            "output_format": "text", "visibility": "visible", "tests": tests}  # fmt: skip


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
            lines.append([number, name, row.total(), most, "", "; ".join(row.status)])
    return csv_text(head.split(","), lines)
