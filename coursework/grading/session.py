"""One worker and what the judge asks of it: run a cell, find a function, give an answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from coursework import exercises
from coursework.checking import Exercise, Question
from coursework.checking.running import TookTooLong
from coursework.grading.inside.errors import is_unpacked
from coursework.grading.judge import Judge, ProcessEnded
from coursework.grading.meter import Meter
from coursework.grading.sandbox import Zygote

TAMPERED = "the process that ran your code does not work as it did at its start"
RUN_CELL, FIND, ANSWER, LEND, LOOK = range(5)  # what a worker exports first


def is_plain(value: Any) -> bool:
    """Whether it is a value in which no code of the student's can be."""
    return type(value) in (type(None), bool, int, float, str)


class Session:
    """One worker and the judge who talks to it. most: what the meter may show in the end."""

    def __init__(self, zygote: Zygote, meter: Meter, most: float) -> None:
        self.meter, self.most = meter, most
        self.absent: set[str] = set()  # names that no cell defined
        self.answers: dict[str, Any] = {}  # typed answers that are known already
        channel = zygote.fork()
        meter.watch(channel.worker)
        channel.meter = meter
        self.judge = Judge(channel)

    def allow(self, seconds: float) -> None:
        """The next questions may use so many seconds, and no more than are left in all."""
        self.meter.limit = min(self.meter.spent() + seconds, self.most)

    @contextlib.contextmanager
    def judging(self) -> Iterator[None]:
        """Meanwhile the worker may call what it was given: networks, functions, lent exercises."""
        self.judge.may_ask = True
        try:
            yield
        finally:
            self.judge.may_ask = False

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

    def look(self, entries: list[str], seconds: float) -> None:
        """Ask at once which functions are defined, and for the answers that are plain values.

        Where that fails, each is asked for by itself.
        """
        asked = [exercises.get(name) for name in entries]
        keys = [entry.key for entry in asked if isinstance(entry, Question)]
        names = [entry.name for entry in asked if isinstance(entry, Exercise)]
        with contextlib.suppress(TookTooLong, ProcessEnded):
            told = self._own(seconds, LOOK, names, keys) if self.alive else None
            match told:
                case {"defined": list(defined), "answers": dict(answers)}:
                    self.absent = {
                        n for n in names if n not in [d for d in defined if type(d) is str]
                    }
                    self.answers = {k: v for k, v in answers.items() if v is ... or is_plain(v)}

    def find(self, name: str, seconds: float) -> Any:
        """What `name` stands for: a RemoteFunction, a value, or `...` where there is nothing."""
        if name in self.absent:
            return ...
        found = self._own(seconds, FIND, [name])
        return found.get(name, ...) if isinstance(found, dict) else ...

    def answer(self, key: str, seconds: float) -> Any:
        """One typed answer, `...` where there is none."""
        self.allow(seconds)
        return self.judge.call(ANSWER, (key,), {})

    def lend(self, name: str, reference: Callable[..., Any], seconds: float) -> None:
        """Put a function that stays with the judge in the place of `name`."""
        self._own(seconds, LEND, name, reference)

    def _own(self, seconds: float, target: int, *args: Any) -> Any:
        """Call a function of the worker's own: one that raises has been tampered with."""
        self.allow(seconds)
        try:
            return self.judge.call(target, args, {})
        except BaseException as error:
            if not is_unpacked(error):
                raise
            self.judge.lost = TAMPERED
            raise ProcessEnded(TAMPERED) from None

    def close(self) -> None:
        """Hang up."""
        self.judge.channel.close()
