"""What a notebook knows of itself as a copy: its seed where it may be known, and what it keeps.

A copy made with `course build --variant S` or `course exam` says in one of its first cells which
exercises it keeps for the grader without judging them. A practice copy says its seed instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from course_utils.cards import HOUSE, Card
from course_utils.display import emit
from coursework.saying import counted
from coursework.seeds import PUBLIC

AFTER = "after the end"  # how a kept answer says that it is late; `grading/clock.py` reads it
BEGUN = (
    "It is {now} now, and the time ends at {end}. Each check says how much is left. Nothing stops "
    "then: save, and hand in. An answer checked later is kept as well, and marked as late."
)


@dataclass
class Copy:
    """seed: by which answers are judged. kept: exercises that are not judged here; None for all.

    ends: by `clock`, in seconds, where the copy has a time.
    """

    seed: int = PUBLIC
    kept: frozenset[str] | None = frozenset()
    ends: float | None = None
    clock: Callable[[], float] = time.time

    def keeps(self, name: str) -> bool:
        """Whether an exercise is only kept."""
        return self.kept is None or name in self.kept

    def left(self) -> str:
        """ " · 12 minutes left", " · 3 minutes after the end", "" where there is no time."""
        if self.ends is None:
            return ""
        left = self.ends - self.clock()
        minutes = int(left / 60) if left >= 0 else -int(left / 60) + 1
        words = counted(minutes, "minute")
        return f" · {words} left" if left >= 0 else f" · {words} {AFTER}"


_THIS = Copy()


def this_copy() -> Copy:
    """The copy that this kernel runs."""
    return _THIS


def record_only(*names: str, minutes: float = 0) -> None:
    """Judge nothing in this notebook, or not the exercises named: the grader does.

    Hints of what isn't judged are off, too. minutes: how long, from the first call on.
    """
    _THIS.kept = frozenset(names) if names else None
    if not minutes:
        return
    now = _THIS.clock()
    if _THIS.ends is None:
        _THIS.ends = now + 60 * minutes
    at, end = (f"{datetime.fromtimestamp(t):%H:%M}" for t in (now, _THIS.ends))
    emit(Card(f"{minutes:g} minutes", [BEGUN.format(now=at, end=end)], HOUSE, "→"))


def draw_with(seed: int) -> None:
    """Judge by the numbers and conventions that this seed draws, for practice."""
    _THIS.seed, _THIS.kept, _THIS.ends = seed, frozenset(), None
