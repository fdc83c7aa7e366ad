"""`feedback/STUDENT.html`: one screen first, then each exercise with code, diagnosis and hints."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import re
import unicodedata
from typing import TypedDict

from markupsafe import Markup

from coursework import exercises
from coursework.checking import Exercise, Question
from coursework.checking.notebook import HEADLINES
from coursework.grading.gradebook import Row
from coursework.grading.naming import person
from coursework.grading.outline import outline
from coursework.grading.pages import label, page, printable, prose
from coursework.grading.results import ExerciseResult, Result
from coursework.seeds import PUBLIC


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

    id: str
    name: str
    lab: str
    label: Markup
    short: Markup
    state: str
    shade: str
    kind: str
    headline: str
    points: float
    most: int
    message: Markup
    credit: Markup
    printed: str
    lines: list[tuple[str, bool]]
    hints: list[Markup]
    solution: str
    by_hand: str | None


class Lab(TypedDict):
    """A notebook on the page: its title, and its exercises in the order of the notebook."""

    called: str
    entries: list[Entry]
    total: float
    most: float


class Next(TypedDict):
    """The one thing to do next: a sentence, and the exercise it is about, if any."""

    say: str
    entry: Entry | None
    why: Markup


def feedback_html(
    row: Row,
    results: list[Result],
    names: list[str],
    show_solutions: bool,
    variant: int = PUBLIC,
) -> str:
    """The page of one student.

    results: those of the files that count. Exercises of notebooks that the student did not hand in
    are left out. variant: the seed of the copies that were handed out.
    """
    verdicts = {v.name: v for r in results for v in r.verdicts}
    code = {n: c for r in results for n, c in r.code.items()}
    handed_in = {r.lab for r in results if r.lab}
    entries = [
        _entry(n, verdicts.get(n), code.get(n, ""), row, show_solutions, variant)
        for n in names
        if n in row.points and (exercises.get(n).notebook in handed_in or n in row.by_hand)
    ]
    labs = [_lab(lab, entries) for lab in sorted({e["lab"] for e in entries})]
    return page(
        "feedback.html.j2",
        student=printable(person(row.student, row.files)),
        files=[printable(f.removeprefix(f"{row.student}/")) for f in row.files],
        labs=labs,
        absent=[outline(lab) for lab in row.labs if lab not in handed_in],
        total=_number(row.total()),
        earned=_number(row.earned()),
        taken_off=_number(row.taken_off()),
        most=_number(row.most()),
        remarks=[prose(s) for s in row.notes],
        entries=entries,
        next=_next(entries),
        **{state: [e for e in entries if e["state"] == state] for state in STATES},
    )


STATES = ("right", "open", "untouched")
CLOSE = ("mistake", "property", "interface", "raised", "different")  # the nearest to right first


def _lab(lab: str, entries: list[Entry]) -> Lab:
    own = [e for e in entries if e["lab"] == lab]
    return {
        "called": outline(lab).called,
        "entries": own,
        "total": _number(sum(e["points"] for e in own)),
        "most": sum(e["most"] for e in own),
    }


def _next(entries: list[Entry]) -> Next:
    """Where to go on: the open exercise that is nearest to right, else the first untouched one."""
    found = [e for e in entries if e["state"] == "open"]
    untouched = [e for e in entries if e["state"] == "untouched"]
    if found:
        first = min(found, key=lambda e: CLOSE.index(e["kind"]) if e["kind"] in CLOSE else 9)
        return {"say": "Start with", "entry": first, "why": first["message"]}
    if untouched:
        first = untouched[0]
        hint = first["hints"][0] if first["hints"] else Markup("")
        return {"say": "All that you tried is right. Go on with", "entry": first, "why": hint}
    told = "Everything is right. Go on with the next notebook."
    if not entries:
        told = "Read the note above, repair the file, and hand it in again if you still can."
    return {"say": told, "entry": None, "why": Markup("")}


def _entry(
    name: str,
    verdict: ExerciseResult | None,
    code: str,
    row: Row,
    show_solutions: bool,
    variant: int,
) -> Entry:
    exercise = exercises.get(name, variant)
    kind = verdict.kind if verdict else "not attempted"
    message = verdict.message if verdict else ""
    called = exercise.key if isinstance(exercise, Question) else name
    solution = ""
    if show_solutions and isinstance(exercise, Exercise):
        solution = inspect.getsource(exercise.reference)
    hints = exercise.hints if show_solutions else exercise.hints[:-1]  # the last is the solution
    points = _number(row.points[name])
    return {
        "id": f"e-{called}",
        "name": called,
        "lab": exercise.notebook,
        "label": label(name, variant),
        "short": prose(f"`{name}`" if called == name else called),
        "state": _state(kind, points >= exercise.points),
        "shade": _shade(kind, points >= exercise.points),
        "kind": kind,
        "headline": HEADLINES[kind][2],
        "points": points,
        "most": exercise.points,
        "message": prose(message),
        "credit": prose(verdict.credit if verdict else ""),
        "printed": printable(verdict.printed).strip() if verdict else "",
        "lines": _lines(printable(code), verdict.line if verdict else 0),
        "hints": [prose(h) for h in hints],
        "solution": solution,
        "by_hand": printable(row.by_hand[name]) if name in row.by_hand else None,
    }


def _state(kind: str, is_full: bool) -> str:
    return "right" if is_full else "untouched" if kind == "not attempted" else "open"


def _shade(kind: str, is_full: bool) -> str:
    """The class of its part of the bar: right, a known mistake, another fault, untouched."""
    return "p" if is_full else {"mistake": "m", "not attempted": "n"}.get(kind, "e")


def _lines(code: str, stopped: int) -> list[tuple[str, bool]]:
    """[(line, whether Python stopped there)], without empty lines at both ends.

    stopped: the number of that line, 0 for none.
    """
    lines = [(line, n == stopped) for n, line in enumerate(code.rstrip("\n").split("\n"), 1)]
    return list(itertools.dropwhile(lambda found: not found[0], lines))


def _number(points: float) -> float | int:
    return int(points) if points == int(points) else points
