"""What every test of a notebook's exercises asks: does it pass, is a mistake told by its name?"""

from collections.abc import Callable
from typing import Any

from coursework.checking import evaluate

SEEDS = range(8)


def assert_passes(name: str, fn: Callable[..., Any]) -> None:
    for seed in SEEDS:
        verdict = evaluate(name, fn, seed)
        assert verdict.passed, (seed, verdict.kind, verdict.mistake, verdict.message)


def assert_mistake(name: str, fn: Callable[..., Any], mistake: str) -> None:
    for seed in SEEDS:
        verdict = evaluate(name, fn, seed)
        assert verdict.mistake == mistake, (seed, verdict.kind, verdict.mistake, verdict.message)
