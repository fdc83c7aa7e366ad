"""In which order submissions are graded: by lab, for a sandbox is made for one lab.

A look at the bytes tells the lab, without reading them as JSON. A wrong guess costs the start of a
sandbox and no mark: the grader finds out for itself which lab a submission is of.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

from coursework import exercises
from coursework.checking import Exercise
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import read_bytes

PEEKED = 8 << 20  # bytes of a file that are looked at
WORTH = 10  # waiting submissions of one lab for which another sandbox is started


@cache
def _marks() -> re.Pattern[bytes]:
    names = (n for n in exercises.names() if isinstance(exercises.get(n), Exercise))
    functions = b"|".join(re.escape(n).encode() for n in names)
    return re.compile(rb"""(?:def|class) (%b)\b|answer_sheet\(\\?["'](\d\d)""" % functions)


def likely_lab(data: bytes, labs: Collection[str] = ()) -> str:
    """The lab ("04") that a notebook seems to be of, "" for none. labs: those that count, or ()."""
    found: Counter[str] = Counter()
    for function, sheet in _marks().findall(data[:PEEKED]):
        lab = sheet.decode() if sheet else exercises.get(function.decode()).notebook
        if not labs or lab in labs:
            found[lab] += 1
    return max(sorted(found), key=lambda lab: found[lab], default="")


def peeked(submissions: Iterable[Submission], labs: Collection[str]) -> dict[str, list[Submission]]:
    """The submissions by the lab that each seems to be of."""
    by_lab: dict[str, list[Submission]] = {}
    for submission in submissions:
        try:
            lab = likely_lab(read_bytes(submission.path), labs)
        except (OSError, ValueError):
            lab = ""
        by_lab.setdefault(lab, []).append(submission)
    return by_lab


@dataclass
class Waiting:
    """The submissions that wait, by lab."""

    by_lab: dict[str, deque[Submission]] = field(default_factory=dict)

    @classmethod
    def of(cls, submissions: Iterable[Submission], labs: Collection[str]) -> Waiting:
        """All of them."""
        return cls({lab: deque(s) for lab, s in peeked(submissions, labs).items()})

    def __bool__(self) -> bool:
        return any(self.by_lab.values())

    def useful(self) -> int:
        """How many graders can share the work: a lab of which few wait needs one."""
        return sum(max(1, len(s) // WORTH) for s in self.by_lab.values() if s)

    def next(self, own: str | None, taken: Collection[str]) -> tuple[str, Submission] | None:
        """What a grader with a sandbox for the lab `own` does next, and the lab; None for nothing.

        First come those of its own lab, then those of a lab that nobody has a sandbox for, then a
        share of a lab of which many wait.
        """
        if own is not None and self.by_lab.get(own):
            return own, self.by_lab[own].popleft()
        left = [(len(s), lab) for lab, s in self.by_lab.items() if s]
        free = [entry for entry in left if entry[1] not in taken]
        shared = [entry for entry in left if entry[0] >= WORTH]
        if not (free or shared):
            return None
        lab = max(free or shared)[1]
        return lab, self.by_lab[lab].popleft()

    def again(self, lab: str, submission: Submission) -> None:
        """Put one back, behind all others of its lab."""
        self.by_lab[lab].append(submission)
