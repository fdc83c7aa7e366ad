"""What learning platforms read: Gradescope's results.json, CSV for Canvas, Moodle, Brightspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

from coursework import exercises
from coursework.checking.notebook import HEADLINES
from coursework.grading.gradebook import Row
from coursework.grading.labs import exercises_of, most_of
from coursework.grading.naming import Named, Platform, person, told
from coursework.grading.pages import printable
from coursework.grading.results import ExerciseResult, Result
from coursework.grading.spreadsheet import csv_text


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
    told = f"{verdict.message} {verdict.credit}".strip() if verdict else "Not attempted yet."
    return {
        "name": f"{name}: {exercise.title} ({headline})",
        "score": row.points[name],
        "max_score": exercise.points,
        "status": "passed" if row.points[name] >= exercise.points else "failed",
        "output": row.by_hand.get(name) or printable(told),
        "output_format": "text",
        "visibility": "visible",
    }


def canvas_csv(table: list[Row], most: float, labs: Sequence[str] = ()) -> str:
    """Canvas's import: identity columns, and an assignment for each notebook.

    Canvas finds students by ID. Of a notebook that does not count for a student the cell is empty,
    and Canvas leaves what it has; so it does for those who handed in nothing, who have no row.
    """
    several = list(labs) if len(labs) > 1 else [""]
    points = [most_of(exercises_of([lab])) if lab else most for lab in several]
    lines: list[list[object]] = [["    Points Possible", "", "", "", "", *points]]
    for row in table:
        if row.counts:
            found, known = _told(row, "canvas"), row.identity
            name = known.name or (found.name if found else row.student)
            user = found.user if found and found.user.isdigit() else known.number
            login = known.login or ("" if user or known.sis_id else row.student)
            marks = [row.total(lab) if not lab or lab in row.labs else "" for lab in several]
            lines.append([name, user, known.sis_id, login, known.section, *marks])
    titles = [f"Lab {lab}" if lab else "Lab" for lab in several]
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
    return csv_text(head, lines)


def moodle_csv(table: list[Row], most: float, lab: str = "") -> str:
    """Moodle's grading worksheet: participants by the number in their folder's name.

    Of several notebooks each has a sheet of its own. Moodle refuses a sheet without the column of
    dates; an empty one stands for a mark never given.
    """
    known = any(row.identity.is_known for row in table)
    head = ["Identifier", "Full name", *(["ID number", "Email address"] if known else [])]
    lines: list[list[object]] = []
    for row in table:
        if row.counts and (not lab or lab in row.labs):
            found, own = _told(row, "moodle"), row.identity
            number = found.user if found else own.number
            name = own.name or person(row.student, row.files)
            who = [f"Participant {number}" if number else "", name]
            who += [own.sis_id, own.email] if known else []
            lines.append([*who, row.total(lab), most, "", "; ".join(row.notes)])
    head += ["Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"]
    return csv_text(head, lines)


def brightspace_csv(table: list[Row], labs: Sequence[str]) -> str:
    """Brightspace's import: students by OrgDefinedId or Username, so it needs the roster."""
    titles = [f"Lab {lab} Points Grade" for lab in labs]
    lines: list[list[object]] = []
    for row in table:
        if row.counts:
            known = row.identity
            marks = [row.total(lab) if lab in row.labs else "" for lab in labs]
            lines.append([known.sis_id, known.login or row.student, *marks, "#"])
    return csv_text(["OrgDefinedId", "Username", *titles, "End-of-Line Indicator"], lines)


def _told(row: Row, platform: Platform) -> Named | None:
    """What the name of a file says, where it is this platform's."""
    names = [told(file) for file in (*row.files, row.student)]
    return next((n for n in names if n.platform == platform), None)
