"""`summary.html`: how the class did, which mistakes were commonest, and what deserves a look."""

from __future__ import annotations

import ast
import hashlib
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TypedDict

from markupsafe import Markup

from coursework import exercises
from coursework.grading.gradebook import Row
from coursework.grading.pages import label, page, printable, prose
from coursework.grading.results import BatchInfo, Result
from coursework.grading.status import Status

SLOW = 10.0  # seconds
LONG = 400  # characters of code below which equal answers say nothing
SHOWN = 200  # lines of a list
TOGETHER = "all functions"


class Slow(TypedDict):
    """A file that took long."""

    file: str
    seconds: float


class Failed(TypedDict):
    """A file that was not graded."""

    file: str
    fault: str


class Remark(TypedDict):
    """Something about a file that deserves a look."""

    file: str
    text: Markup


@dataclass
class Tally:
    """What is counted while results go by, one at a time."""

    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    mistakes: Counter[tuple[str, str]] = field(default_factory=Counter)
    messages: dict[tuple[str, str], str] = field(default_factory=dict)
    slow: list[Slow] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    codes: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    graded: int = 0

    def add(self, result: Result) -> None:
        """Count one result that counts."""
        file = printable(result.file)
        if result.status is not Status.GRADED:
            self.failed.append({"file": file, "fault": printable(result.fault)})
            return
        self.graded += 1
        if result.seconds > SLOW:
            self.slow.append({"file": file, "seconds": result.seconds})
        self.remarks += [Remark(file=file, text=prose(r)) for r in result.remarks]
        for v in result.verdicts:
            self.kinds[v.name][v.kind] += 1
            if v.mistake:
                self.mistakes[v.name, v.mistake] += 1
                self.messages.setdefault((v.name, v.mistake), v.message)
        self._remember_code(file, result)

    def _remember_code(self, file: str, result: Result) -> None:
        kinds = {v.name: v.kind for v in result.verdicts}
        own = {
            n: c
            for n, c in result.code.items()
            if ".answers." not in n and kinds.get(n) != "not attempted"
        }
        whole = "\n".join(_bare(own[n]) for n in sorted(own))
        if len(whole) >= LONG:
            self.codes[TOGETHER, _digest(whole)].append(file)
        for name, text in own.items():
            if kinds.get(name) in ("different", "property", "raised"):
                self.codes[name, _digest(_bare(text))].append(file)


def _bare(code: str) -> str:
    """Code without comments, docstrings and layout."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return " ".join(code.split())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and len(body) > 1
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            del body[0]
    return ast.unparse(tree)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def summary_html(
    found: Tally, table: list[Row], names: list[str], most: float, batch: BatchInfo
) -> str:
    """The page."""
    totals = [r.total() for r in table if r.counts]
    return page(
        "summary.html.j2",
        graded=found.graded,
        failed=found.failed[:SHOWN],
        most=most,
        seed=batch.seed,
        confined=batch.confined,
        median=f"{statistics.median(totals):g}" if totals else 0,
        exercises=[_exercise(found, n) for n in names],
        mistakes=[_mistake(found, key, count) for key, count in found.mistakes.most_common(20)],
        points=_histogram(totals, most),
        remarks=found.remarks[:SHOWN],
        slow=sorted(found.slow, key=lambda s: -s["seconds"])[:20],
        alike=_alike(found)[:SHOWN],
    )


def _alike(found: Tally) -> list[dict[str, str | Markup | list[str]]]:
    """Files whose answers are the same code: for all functions together, and for wrong ones."""
    return [
        {"what": what if what == TOGETHER else label(what), "files": files[:30]}
        for (what, _), files in sorted(found.codes.items())
        if len(files) > 1
    ]


def _exercise(found: Tally, name: str) -> dict[str, Markup | float | list[float]]:
    kinds = found.kinds[name]
    right, mistake, untouched = kinds["passed"], kinds["mistake"], kinds["not attempted"]
    other = kinds.total() - right - mistake - untouched
    everyone = max(1, kinds.total())
    return {
        "label": label(name),
        "most": exercises.get(name).points,
        "right": right,
        "mistake": mistake,
        "other": other,
        "untouched": untouched,
        "share": round(100 * right / everyone),
        "bar": [round(100 * n / everyone, 1) for n in (right, mistake, other)],
    }


def _mistake(found: Tally, key: tuple[str, str], count: int) -> dict[str, str | int]:
    exercise, name = key
    share = round(100 * count / max(1, found.graded))
    return {
        "label": label(exercise),
        "name": printable(name.replace("_", " ")),
        "count": count,
        "share": share,
        "message": prose(found.messages[key]),
    }


def _histogram(totals: list[float], most: float) -> list[dict[str, str | int]]:
    """Students by total, in at most 12 steps."""
    if not totals or most <= 0:
        return []
    step = max(1, -(-int(most) // 12))
    counted = Counter(int(t // step) for t in totals)
    tallest = max(counted.values())
    last = int(most // step)
    return [
        {
            "label": f"{i * step}"
            if step == 1
            else f"{i * step} to {min((i + 1) * step - 1, int(most))}",
            "count": counted[i],
            "width": round(100 * counted[i] / tallest),
        }
        for i in range(last + 1)
    ]
