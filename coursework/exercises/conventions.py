"""How functions of one convention are turned into those of another, for `variants.py`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from coursework import exercises
from coursework.checking.exercise import Exercise
from coursework.exercises.rules import Wrong, scaled, then


def in_bits(fn: Wrong) -> Wrong:
    """What gave nats, in bits."""
    return scaled(fn, 1 / math.log(2))


def in_nats(fn: Wrong) -> Wrong:
    """What gave bits, in nats."""
    return scaled(fn, math.log(2))


def in_percent(fn: Wrong) -> Wrong:
    """What gave a share of 1, in percent."""
    return scaled(fn, 100)


def summed(fn: Wrong) -> Wrong:
    """What gave the mean over a batch, its first argument, as the sum over it."""
    return lambda *args: len(args[0]) * fn(*args)


def taking(change: Callable[..., tuple[Any, ...]]) -> Callable[[Wrong], Wrong]:
    """Arguments changed before the call: `taking(lambda mu, s: (mu, 2 * s))`."""
    return lambda fn: lambda *args: fn(*change(*args))


def giving(change: Callable[[Any], Any]) -> Callable[[Wrong], Wrong]:
    """The result changed: `giving(lambda p: 1 - p)`."""
    return lambda fn: then(fn, change)


def function(name: str) -> Exercise:
    """The course's own exercise on a function."""
    exercise = exercises.get(name)
    assert isinstance(exercise, Exercise)
    return exercise
