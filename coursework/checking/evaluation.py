"""The door to the engine: the name of an exercise and an answer in, a verdict out."""

from __future__ import annotations

from typing import Any

from coursework import exercises
from coursework.checking.engine import judge
from coursework.checking.exercise import Verdict
from coursework.checking.running import SECONDS


def evaluate(name: str, fn: Any, seed: int | None = None, seconds: float = SECONDS) -> Verdict:
    """Judge `fn` as an answer to the exercise `name`.

    fn: any callable that takes the exercise's arguments by position, or a typed answer.
    seed: fixes the random inputs; None draws fresh ones. The same seed gives the same verdict.
    seconds: how long all calls of `fn` together may take.
    Raises KeyError, naming the nearest name, where no exercise is called `name`.
    """
    return judge(exercises.get(name), fn, seed, seconds)
