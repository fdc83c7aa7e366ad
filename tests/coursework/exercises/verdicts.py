"""What every test of a notebook's exercises asks: does it pass, is a mistake told by its name?"""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any

from coursework import exercises
from coursework.checking import Exercise, Mistake, Verdict, evaluate
from coursework.checking.engine import judge
from coursework.checking.inputs import Inputs

SEEDS = range(8)


@lru_cache(maxsize=64)
def inputs_of(name: str, seed: int) -> Inputs:
    """What an exercise draws for a seed, with the wrong answers that were computed on it so far.

    Through `evaluate` each of them is computed anew for every function that is compared with it.
    """
    return Inputs(exercises.get(name), seed)


def verdict_on(name: str, fn: Callable[..., Any], seed: int) -> Verdict:
    """The verdict of `evaluate`, through it for seed 0 and on shared inputs for the others."""
    if seed == 0:
        return evaluate(name, fn, seed)
    return judge(exercises.get(name), fn, inputs=inputs_of(name, seed))


def assert_passes(name: str, fn: Callable[..., Any]) -> None:
    for seed in SEEDS:
        verdict = verdict_on(name, fn, seed)
        assert verdict.passed, (seed, verdict.kind, verdict.mistake, verdict.message)


def assert_mistake(name: str, fn: Callable[..., Any], mistake: str) -> None:
    for seed in SEEDS:
        verdict = verdict_on(name, fn, seed)
        assert verdict.mistake == mistake, (seed, verdict.kind, verdict.mistake, verdict.message)


def verdicts(
    exercise: Exercise, seed: int, only: Collection[Mistake] | None = None
) -> Iterator[tuple[Mistake | None, Verdict]]:
    """Verdicts on the reference (None) and on wrong functions, all on the same inputs.

    only: these mistakes, where not all are asked for.
    """
    inputs = Inputs(exercise, seed)
    yield None, judge(exercise, exercise.reference, inputs=inputs)
    for mistake in exercise.mistakes if only is None else only:
        yield mistake, judge(exercise, mistake.wrong, inputs=inputs)
