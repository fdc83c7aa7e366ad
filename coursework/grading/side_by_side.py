"""`similar.html`, for the grader alone: similar answers side by side. Nothing of it is feedback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from markupsafe import Markup

from coursework.checking.notebook import HEADLINES
from coursework.grading.pages import label, page, printable
from coursework.grading.results import Result
from coursework.grading.similarity import Pair, fingerprints, handed_out

Line = tuple[str, bool]  # a line, and whether the other one has something like it


class Side(TypedDict):
    """One of the two answers."""

    file: str
    headline: str
    lines: list[Line]


class Beside(TypedDict):
    """Two answers as the page shows them."""

    label: Markup
    percent: int
    sides: list[Side]


def similar_html(pairs: list[Pair], results: Mapping[str, Result]) -> str:
    """The page. results: of the files of these pairs."""
    return page(
        "similar.html.j2",
        broad=True,
        people=len({f for p in pairs for f in p.files}),
        pairs=[_beside(p, [results[f] for f in p.files]) for p in pairs],
    )


def _beside(pair: Pair, results: list[Result]) -> Beside:
    codes = [r.code.get(pair.exercise, "") for r in results]
    prints = [fingerprints(code) for code in codes]
    common = prints[0].keys() & prints[1].keys() - handed_out(pair.exercise)
    sides: list[Side] = []
    for result, code, own in zip(results, codes, prints, strict=True):
        marked = {line for p in common for line in own[p]}
        kind = next((v.kind for v in result.verdicts if v.name == pair.exercise), "not attempted")
        lines = enumerate(printable(code).split("\n"), 1)
        sides.append(
            {
                "file": printable(result.file),
                "headline": HEADLINES[kind][2],
                "lines": [(text, i in marked) for i, text in lines],
            }
        )
    return {"label": label(pair.exercise), "percent": round(100 * pair.share), "sides": sides}
