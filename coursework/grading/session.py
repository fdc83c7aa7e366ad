"""One worker and what the judge asks of it: run a cell, find a function, give an answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from coursework.grading.inside.errors import is_unpacked
from coursework.grading.judge import Judge
from coursework.grading.sandbox import Zygote

RUN_CELL, FIND, ANSWER, LEND = 0, 1, 2, 3  # what a worker exports first


class Session:
    """One worker and the judge who talks to it. `ends`: on the monotonic clock."""

    def __init__(self, zygote: Zygote, ends: float) -> None:
        self.ends, self.limit = ends, 0.0
        self.judge = Judge(zygote.fork())

    def allow(self, seconds: float) -> None:
        """The next questions must be answered within `seconds`, and before the session ends."""
        self.limit = seconds
        self.judge.channel.deadline = min(time.monotonic() + seconds, self.ends)

    @property
    def alive(self) -> bool:
        return not self.judge.late and not self.judge.lost

    def run_cell(self, number: int, source: str, seconds: float) -> BaseException | None:
        """Run a cell; what it raised, TookTooLong or ProcessEnded among it."""
        self.allow(seconds)
        try:
            self.judge.call(RUN_CELL, (number, source), {})
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not is_unpacked(error):
                raise
            return error
        return None

    def find(self, name: str, seconds: float) -> Any:
        """What `name` stands for: a RemoteFunction, a value, or `...` where there is nothing."""
        self.allow(seconds)
        found = self.judge.call(FIND, ([name],), {})
        return found.get(name, ...) if isinstance(found, dict) else ...

    def answer(self, key: str, seconds: float) -> Any:
        """One typed answer, `...` where there is none."""
        self.allow(seconds)
        return self.judge.call(ANSWER, (key,), {})

    def lend(self, name: str, reference: Callable[..., Any], seconds: float) -> None:
        """Put a function that stays with the judge in the place of `name`."""
        self.allow(seconds)
        self.judge.call(LEND, (name, reference), {})

    def close(self) -> None:
        """Hang up."""
        self.judge.channel.close()
