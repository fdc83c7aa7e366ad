"""How long a learner waits for a verdict: `evaluate` on each exercise, right and wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from course_utils import evaluate
from coursework import exercises
from coursework.checking import Question


def attempts(name: str) -> dict[str, Any]:
    """What a learner might hand in: the right function, each named mistake, and a wrong one."""
    exercise = exercises.get(name)
    if isinstance(exercise, Question):
        return {"answer": exercise.answer}
    wrong = {mistake.name: mistake.wrong for mistake in exercise.mistakes}
    return {"reference": exercise.reference, **wrong, "returns None": lambda *_: None}


def seconds(name: str, attempt: Callable[..., Any], repeats: int = 3) -> float:
    """Median over `repeats` verdicts on fresh inputs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        evaluate(name, attempt)
        times.append(time.perf_counter() - start)
    return median(times)


def measure() -> dict[str, tuple[float, str]]:
    """Name -> seconds of its slowest attempt, and which one that was."""
    slowest = {}
    for name in exercises.names():
        evaluate(name, ...)  # load what it needs
        tries = {what: seconds(name, attempt) for what, attempt in attempts(name).items()}
        what = max(tries, key=tries.__getitem__)
        slowest[name] = (tries[what], what)
    return slowest


if __name__ == "__main__":
    for name, (worst, what) in measure().items():
        print(f"{name:28} {worst:6.3f} s  {what}")
