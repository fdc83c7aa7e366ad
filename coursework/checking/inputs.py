"""The inputs of one check, and what our own functions give on them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from torch import Generator

from coursework.checking.exercise import Case, Exercise, Observed
from coursework.checking.running import observe


class Inputs:
    """The cases that an exercise draws for one check.

    The reference and the named mistakes are computed on them once, and only where they are asked
    for. Whoever judges many functions on the same inputs shares one object.
    """

    def __init__(self, exercise: Exercise, seed: int | None = None) -> None:
        self.exercise = exercise
        self.seed = secrets.randbits(62) if seed is None else seed
        drawing = Generator().manual_seed(self.seed)
        self.cases = list(exercise.cases(drawing))
        self._drawn = drawing.get_state()
        self._known: dict[tuple[Callable[..., Any], int], Observed | Exception] = {}

    def generator(self) -> Generator:
        """A generator as it was after the cases were drawn: the same for every function."""
        return Generator().set_state(self._drawn)

    def known(self, fn: Callable[..., Any], case: Case) -> Observed | Exception:
        """What a function of ours gives for a case of these inputs; its exception if it raises."""
        key = (fn, id(case))
        if key not in self._known:
            try:
                self._known[key] = observe(self.exercise, fn, case)
            except Exception as error:
                self._known[key] = error
        return self._known[key]
