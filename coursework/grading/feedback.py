"""`feedback/STUDENT.html`: what is right, then what is open, with diagnosis, code and hints."""

from __future__ import annotations

import hashlib
import inspect
import re
import unicodedata
from typing import TypedDict

from markupsafe import Markup

from coursework import exercises
from coursework.checking import Exercise
from coursework.checking.notebook import HEADLINES
from coursework.grading.gradebook import Row
from coursework.grading.pages import label, page, printable, prose
from coursework.grading.platforms import person
from coursework.grading.results import ExerciseResult, Result

AT = re.compile(r"line (\d+) of (?:your function|the cell): `([^`\n]*)`")


def file_name(student: str) -> str:
    """A file name for any student's name: no separators, at most 150 bytes.

    Where the name had to be changed, a digest keeps it unique.
    """
    plain = unicodedata.normalize("NFC", printable(student))
    plain = re.sub(r'[\\/:*?"<>|\s]+', " ", plain).strip(" .")
    while len(plain.encode()) > 140:
        plain = plain[:-1]
    if plain != student or not plain:
        plain = f"{plain}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return plain + ".html"


class Entry(TypedDict):
    """What the page says of one exercise."""

    label: Markup
    kind: str
    headline: str
    points: float
    most: int
    message: str
    printed: str
    lines: list[tuple[str, bool]]
    hints: list[Markup]
    solution: str
    by_hand: str | None


def feedback_html(row: Row, results: list[Result], names: list[str], show_solutions: bool) -> str:
    """The page of one student. results: those of the files that count."""
    verdicts = {v.name: v for r in results for v in r.verdicts}
    code = {n: c for r in results for n, c in r.code.items()}
    entries = [
        _entry(n, verdicts.get(n), code.get(n, ""), row, show_solutions)
        for n in names
        if n in row.points
    ]
    lost = [e for e in entries if e["points"] < e["most"]]
    return page(
        "feedback.html.j2",
        student=printable(person(row.student)),
        files=[printable(f.removeprefix(f"{row.student}/")) for f in row.files],
        labs=sorted({r.lab for r in results if r.lab}),
        total=_number(row.total()),
        most=sum(e["most"] for e in entries),
        remarks=[prose(s) for s in row.notes],
        right=[e for e in entries if e["points"] >= e["most"]],
        open=[e for e in lost if e["kind"] != "not attempted"],
        untouched=[e for e in lost if e["kind"] == "not attempted"],
    )


def _entry(
    name: str, verdict: ExerciseResult | None, code: str, row: Row, show_solutions: bool
) -> Entry:
    exercise = exercises.get(name)
    kind = verdict.kind if verdict else "not attempted"
    message = verdict.message if verdict else ""
    solution = ""
    if show_solutions and isinstance(exercise, Exercise):
        solution = inspect.getsource(exercise.reference)
    hints = exercise.hints if show_solutions else exercise.hints[:-1]  # the last is the solution
    return {
        "label": label(name),
        "kind": kind,
        "headline": HEADLINES[kind][2],
        "points": _number(row.points[name]),
        "most": exercise.points,
        "message": prose(message) if verdict else "",
        "printed": printable(verdict.printed).strip() if verdict else "",
        "lines": _lines(printable(code), message if kind == "raised" else ""),
        "hints": [prose(h) for h in hints],
        "solution": solution,
        "by_hand": printable(row.by_hand[name]) if name in row.by_hand else None,
    }


def _lines(code: str, message: str) -> list[tuple[str, bool]]:
    """[(line, whether `message` says that Python stopped there)].

    Of equal lines, the one nearest to the number in `message`.
    """
    lines = code.strip("\n").split("\n") if code.strip() else []
    found = AT.search(message)
    same = [i for i, line in enumerate(lines) if found and _bare(line) == found[2].strip()]
    here = min(same, key=lambda i: abs(i + 1 - int(found[1])), default=None) if found else None
    return [(line, i == here) for i, line in enumerate(lines)]


def _bare(line: str) -> str:
    """A line as messages quote it."""
    return " ".join(line.strip()[:200].replace("`", "'").split())


def _number(points: float) -> float | int:
    return int(points) if points == int(points) else points
