"""What every test of a notebook's exercises asks: does it pass, is a mistake told by its name?"""

from collections.abc import Callable, Iterator
from typing import Any

from coursework.checking import Exercise, Mistake, Verdict, evaluate
from coursework.checking.engine import judge
from coursework.checking.inputs import Inputs

SEEDS = range(8)


def assert_passes(name: str, fn: Callable[..., Any]) -> None:
    for seed in SEEDS:
        verdict = evaluate(name, fn, seed)
        assert verdict.passed, (seed, verdict.kind, verdict.mistake, verdict.message)


def assert_mistake(name: str, fn: Callable[..., Any], mistake: str) -> None:
    for seed in SEEDS:
        verdict = evaluate(name, fn, seed)
        assert verdict.mistake == mistake, (seed, verdict.kind, verdict.mistake, verdict.message)


def verdicts(exercise: Exercise, seed: int) -> Iterator[tuple[Mistake | None, Verdict]]:
    """Verdicts on the reference (None) and on every wrong function, all on the same inputs.

    Each wrong answer is computed once for all; through `evaluate` it is computed for each function
    that is compared with it, and takes three to eight times as long.
    """
    inputs = Inputs(exercise, seed)
    yield None, judge(exercise, exercise.reference, inputs=inputs)
    for mistake in exercise.mistakes:
        yield mistake, judge(exercise, mistake.wrong, inputs=inputs)
