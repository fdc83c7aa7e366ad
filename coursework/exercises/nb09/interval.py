"""Exercise `wilson_interval`: how sure a share of n is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.exercises.rules import named

EMPTY = "a group of nobody"
DEFAULT = "z left at its default"


def wilson_interval(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """(low, high) of the share behind `successes` of n, z standard errors wide. Wilson, 1927. (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    center = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return center - half, center + half


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(15, 40, (), generator=generator))
    few = int(torch.randint(2, 6, (), generator=generator))
    z = 2.2 + float(torch.rand((), generator=generator))
    yield Case((n - few, n, z), "a large share and a z that is given")
    yield Case((few, n + 7), DEFAULT)
    yield Case((n, n, z), "all of n")
    yield Case((0, n, z - 1), "none of n")
    yield Case((0, 0, z), EMPTY, extreme=True)


def _inside(fn: Any, generator: Generator) -> str | None:
    low, high = (float(v) for v in fn(9, 9, 1.96))
    if low < 0.99 and abs(high - 1) < 1e-6:
        return None
    return f"Nine of nine is no proof of always: the interval ends at 1 and begins at 0.701; yours goes from {low:.4g} to {high:.4g}."


def _built(
    shift: Callable[[float, float], float] = lambda z, n: z**2 / (2 * n),
    shrink: Callable[[float, float], float] = lambda z, n: 1 + z**2 / n,
    widen: Callable[[float, float], float] = lambda z, n: z**2 / (4 * n**2),
    half_shrink: Callable[[float, float], float] | None = None,
    root: Callable[[float], float] = math.sqrt,
    factor: Callable[[float], float] = lambda z: z,
    z_used: float | None = None,
    out: Callable[[float, float], tuple[float, ...]] = lambda c, h: (c - h, c + h),
) -> Callable[..., tuple[float, ...]]:
    """An interval with a part replaced: center (p + shift) / shrink, half factor · root(p(1 − p)/n + widen) / half_shrink."""

    def interval(successes: int, n: int, z: float = 1.96) -> tuple[float, ...]:
        if n == 0:
            return 0.0, 1.0
        p, z = successes / n, z if z_used is None else z_used
        half = factor(z) * root(p * (1 - p) / n + widen(z, n)) / (half_shrink or shrink)(z, n)
        return out((p + shift(z, n)) / shrink(z, n), half)

    return interval


def _zero(z: float, n: float) -> float:
    return 0.0


def _one(z: float, n: float) -> float:
    return 1.0


def _wald(out: Callable[[float, float], tuple[float, ...]]) -> Callable[..., tuple[float, ...]]:
    return _built(_zero, _one, _zero, out=out)


def _added(successes: int, n: int, z: float = 1.96) -> tuple[float, ...]:
    """Agresti and Coull: Wald's interval for z² more examples, half of them successes."""
    if n == 0:
        return 0.0, 1.0
    p, more = (successes + z**2 / 2) / (n + z**2), n + z**2
    half = z * math.sqrt(p * (1 - p) / more)
    return p - half, p + half


def _raises_for_nobody(error: type[Exception]) -> Callable[..., tuple[float, float]]:
    def interval(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
        if n == 0:
            raise error("division by zero")
        return wilson_interval(successes, n, z)

    return interval


def _only(label: str) -> Callable[[Observed, Case], bool]:
    """Wrong there and right everywhere else."""

    def when(seen: Observed, case: Case) -> bool:
        return close(seen.value, wilson_interval(*case.args)) != (case.label == label)

    return when


def _nan_for_nobody(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    return wilson_interval(successes, n, z) if n else (math.nan, math.nan)


def _clamp(low: float, high: float) -> tuple[float, float]:
    return max(low, 0.0), min(high, 1.0)


_WALD = (
    "That is Wald's interval, p ± z · √(p(1 − p)/n). At p = 1 or 0 it has no width at all: "
    "nine of nine would be sure for ever. Wilson's center is shifted towards ½, "
    "and its root has one term more."
)
_NOBODY = "All is right but for n = 0, which is 0/0. Nobody was counted and nothing is known: return (0.0, 1.0), from which no group comes out well by being empty."
_SQUARE = "A z lacks its square. Only the z before the root stands alone; in z²/(2n), z²/n and z²/(4n²) it is squared."


def _z(over: float) -> Callable[[float, float], float]:
    return lambda z, n: z / (over * n)


MISTAKES = [
    *named({
        "wald": (_WALD, _wald(lambda p, h: (p - h, p + h)),
            _wald(lambda p, h: _clamp(p - h, p + h))),
        "agresti_coull": ("That is the interval of Agresti and Coull: Wald's, after z²/2 successes "
            "and z²/2 failures were added. Same center, other width. Wilson's root is p(1 − p)/n + "
            "z²/(4n²), with the p that was counted.",
            _added),
        "z_without_its_square": (_SQUARE, _built(shift=_z(2)),
            _built(shrink=lambda z, n: 1 + z / n), _built(widen=lambda z, n: z / (4 * n**2)),
            _built(_z(2), lambda z, n: 1 + z / n, lambda z, n: z / (4 * n**2)),
            _built(_z(2), lambda z, n: 1 + z / n)),
        "z_squared_before_the_root": ("The z before the root is squared. There it stands alone: "
            "the root has it back to the first power.",
            _built(factor=lambda z: z**2)),
        "z_before_the_root_missing": ("The z before the root is missing, so your interval is one "
            "standard error wide, whatever z is.",
            _built(factor=lambda z: 1.0)),
        "center_not_shifted": ("The center isn't shifted. z²/(2n) is added to p before the "
            "division: few examples pull the center towards ½.",
            _built(shift=_zero),
            _built(shift=_zero, shrink=_one, half_shrink=lambda z, n: 1 + z**2 / n)),
        "not_scaled": ("The division by 1 + z²/n is missing, in the center or before the root. "
            "Both are divided.",
            _built(shrink=_one), _built(half_shrink=_one),
            _built(shrink=_one, half_shrink=lambda z, n: 1 + z**2 / n)),
        "wrong_shift": ("The center is shifted by a wrong amount. It is z²/(2n).",
            _built(shift=lambda z, n: z**2 / n), _built(shift=lambda z, n: z**2 / (4 * n)),
            _built(shift=lambda z, n: z**2 / 2), _built(shift=lambda z, n: z**2 / 2 * n)),
        "wrong_term_in_the_root": ("The second term in the root is wrong or missing. It is "
            "z²/(4n²), with n squared; in Python `z**2 / (4 * n**2)`, with brackets.",
            _built(widen=lambda z, n: z**2 / (4 * n)), _built(widen=lambda z, n: z**2 / (2 * n**2)),
            _built(widen=lambda z, n: z**2 / n**2), _built(widen=lambda z, n: z**2 / 4 * n**2),
            _built(widen=_zero)),
        "root_forgotten": ("The root is missing: p(1 − p)/n + z²/(4n²) is a variance, its root a "
            "standard error.",
            _built(root=lambda v: v)),
        "ends_swapped": ("The two ends changed places: (low, high).",
            _built(out=lambda c, h: (c + h, c - h))),
        "center_and_half": ("You return the center and the half width. Asked for are the two ends, "
            "(center − half, center + half).",
            _built(out=lambda c, h: (c, h)), _built(out=lambda c, h: (h, c))),
        "half_of_half": ("Your interval is half as wide as it should be: the whole half width goes "
            "to each side.",
            _built(out=lambda c, h: (c - h / 2, c + h / 2))),
        "twice_the_half": ("Your interval is twice as wide as it should be.",
            _built(out=lambda c, h: (c - 2 * h, c + 2 * h))),
        "percent": ("You return percent. Shares run from 0 to 1.",
            _built(out=lambda c, h: (100 * (c - h), 100 * (c + h)))),
        "times_n": ("You return counts. Shares are asked for.",
            lambda successes, n, z=1.96: tuple(n * v for v in wilson_interval(successes, n, z))),
        "z_ignored": ("`z` is not used: you always take 1.96.", _built(z_used=1.96)),
        "failures_counted": ("That is the interval of the failures. p is successes / n.",
            lambda successes, n, z=1.96: wilson_interval(n - successes, n, z)),
        "nobody": (_NOBODY, _raises_for_nobody(ZeroDivisionError), _raises_for_nobody(ValueError)),
    }),
    Mistake("nobody", _NOBODY, _nan_for_nobody, _only(EMPTY)),
    Mistake("nobody", _NOBODY,
        lambda successes, n, z=1.96: wilson_interval(successes, n, z) if n else (0.0, 0.0),
        _only(EMPTY)),
    Mistake("other_default", "With `z` given all is right. Left out, it is z=1.96.",
        lambda successes, n, z=2.0: wilson_interval(successes, n, z), _only(DEFAULT)),
]  # fmt: skip

WILSON_INTERVAL = Exercise(
    name="wilson_interval",
    notebook="09",
    title="how sure a share of n is",
    reference=wilson_interval,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("nine_of_nine", _inside)],
    hints=[
        "Three lines: the share p; a center, which is p pulled towards ½; half a width. "
        "The ends are center − half and center + half. For n = 0 there is no p: return (0.0, 1.0).",
        "`center = (p + z**2 / (2 * n)) / (1 + z**2 / n)`. "
        "The half width is divided by the same 1 + z²/n.",
        "`half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)`",
    ],
    points=2,
)  # fmt: skip
