"""`summary.html`: how the class did, notebook by notebook, and what deserves a look."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import TypedDict

from markupsafe import Markup

from coursework import exercises
from coursework.grading.gradebook import Row
from coursework.grading.outline import outline
from coursework.grading.pages import label, page, printable, prose
from coursework.grading.results import BatchInfo
from coursework.grading.tally import Count, Tally, points_of

SHOWN = 200  # lines of a list
COLUMNS = 12  # of a histogram, at most
COMMONEST = 10  # mistakes of a notebook


class Bar(TypedDict):
    """How an exercise went: counts, and their shares in percent for the bar."""

    label: Markup
    most: int
    right: int
    mistake: int
    other: int
    untouched: int
    bar: list[tuple[str, float]]


class Named(TypedDict):
    """A named mistake of the class."""

    label: Markup
    name: str
    count: int
    share: int
    message: Markup


class Column(TypedDict):
    """A column of a histogram; height in percent of the tallest."""

    label: str
    count: int
    height: int


class LabSummary(TypedDict):
    """What the page says of one notebook."""

    called: str
    students: int
    median: str
    most: int
    exercises: list[Bar]
    mistakes: list[Named]
    columns: list[Column]


def summary_html(
    found: Tally, table: list[Row], names: list[str], batch: BatchInfo, similar: int = 0
) -> str:
    """The page. names: exercises that count; similar: how many pairs `similar.html` shows."""
    by_lab: dict[str, list[str]] = {}
    for name in names:
        by_lab.setdefault(exercises.get(name).notebook, []).append(name)
    few = [lab for lab in found.strays() if lab not in batch.labs]
    strays = [lab for lab in sorted(found.files) if lab in few or lab not in by_lab]
    for lab in strays:
        by_lab.pop(lab, None)
    return page(
        "summary.html.j2",
        broad=True,
        graded=found.graded,
        students=sum(r.counts for r in table),
        seed=batch.seed,
        confined=batch.confined,
        labs=[_lab(found, table, lab, own) for lab, own in sorted(by_lab.items())],
        strays=[(outline(lab), found.files[lab][:SHOWN]) for lab in strays],
        failed=found.failed[:SHOWN],
        remarks=found.remarks[:SHOWN],
        slow=sorted(found.slow, reverse=True)[:20],
        similar=similar,
    )


def _lab(found: Tally, table: list[Row], lab: str, names: list[str]) -> LabSummary:
    handed_in = set(found.students[lab])
    marked = [r for r in table if r.counts and r.student in handed_in]
    totals = [sum(r.points.get(n, 0) for n in names) for r in marked]
    most = points_of(names)
    return {
        "called": outline(lab).called,
        "students": len(handed_in),
        "median": f"{statistics.median(totals):g}" if totals else "–",
        "most": most,
        "exercises": [_bar(n, found.exercises[n]) for n in names],
        "mistakes": _mistakes(found, names, len(handed_in)),
        "columns": _histogram(totals, most),
    }


def _bar(name: str, count: Count) -> Bar:
    kinds = count.kinds
    right, mistake, untouched = kinds["passed"], kinds["mistake"], kinds["not attempted"]
    other = kinds.total() - right - mistake - untouched
    shares = {"p": right, "m": mistake, "e": other}
    return {
        "label": label(name),
        "most": exercises.get(name).points,
        "right": right,
        "mistake": mistake,
        "other": other,
        "untouched": untouched,
        "bar": [(c, round(100 * n / kinds.total(), 1)) for c, n in shares.items() if n],
    }


def _mistakes(found: Tally, names: list[str], everyone: int) -> list[Named]:
    """The commonest named mistakes among these exercises."""
    all_of_them = [
        (count, name, mistake, found.exercises[name].messages[mistake])
        for name in names
        for mistake, count in found.exercises[name].mistakes.items()
    ]
    all_of_them.sort(key=lambda m: -m[0])
    return [
        {
            "label": label(name),
            "name": printable(mistake.replace("_", " ")),
            "count": count,
            "share": round(100 * count / max(1, everyone)),
            "message": prose(message),
        }
        for count, name, mistake, message in all_of_them[:COMMONEST]
    ]


def _histogram(totals: list[float], most: float) -> list[Column]:
    """Students by points, in at most COLUMNS steps."""
    if len(totals) < 2 or most <= 0:
        return []
    step = max(1, -(-int(most + 1) // COLUMNS))
    counted = Counter(int(min(t, most) // step) for t in totals)
    tallest = max(counted.values())
    return [
        {
            "label": f"{i * step}"
            if step == 1 or i * step == most
            else f"{i * step}–{min((i + 1) * step - 1, int(most))}",
            "count": counted[i],
            "height": round(100 * counted[i] / tallest),
        }
        for i in range(int(most // step) + 1)
    ]
