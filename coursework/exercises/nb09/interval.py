"""Exercise `wilson_interval`: how sure a share of n is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named, recognized, wrong_only_at

Interval = tuple[float, float]
EMPTY = "a group of nobody"
DEFAULT = "z left at its default"


def wilson_interval(successes: int, n: int, z: float = 1.96) -> Interval:
    """(low, high) of the share behind `successes` of n, z standard errors to each side.

    (0, 1) for n = 0. Wilson, 1927.
    """
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


def _inside(fn: Callable[[int, int, float], Interval], generator: Generator) -> str | None:
    low, high = (float(v) for v in fn(9, 9, 1.96))
    if low < 0.99 and abs(high - 1) < 1e-6:
        return None
    return (
        "Nine of nine is no proof of always: the interval ends at 1 and begins at 0.701; yours "
        f"goes from {low:.4g} to {high:.4g}."
    )


@dataclass
class Parts:
    """The arguments, and what the interval is made of."""

    successes: int
    n: int
    z: float = 1.96

    def __post_init__(self) -> None:
        self.p = self.successes / self.n
        self.shift, self.scale = self.z**2 / (2 * self.n), 1 + self.z**2 / self.n
        self.variance, self.more = self.p * (1 - self.p) / self.n, self.z**2 / (4 * self.n**2)
        self.root = math.sqrt(self.variance + self.more)

    def ends(
        self, center: float | None = None, half: float | None = None, **parts: float
    ) -> Interval:
        """The interval with its center, its half width, or a part of both replaced."""
        shift, scale, more = ((vars(self) | parts)[k] for k in ("shift", "scale", "more"))
        center = (self.p + shift) / scale if center is None else center
        half = self.z * math.sqrt(self.variance + more) / scale if half is None else half
        return center - half, center + half


def _added(t: Parts) -> Interval:
    """Agresti and Coull: Wald's interval for z² more examples, half of them successes."""
    p, more = (t.successes + t.z**2 / 2) / (t.n + t.z**2), t.n + t.z**2
    return t.ends(p, t.z * math.sqrt(p * (1 - p) / more))


def _for_nobody(answer: Interval | Exception) -> Callable[..., Interval]:
    """Right, but for n = 0."""

    def interval(successes: int, n: int, z: float = 1.96) -> Interval:
        if n == 0 and isinstance(answer, Exception):
            raise answer
        return wilson_interval(successes, n, z) if n else answer

    return interval


_NOBODY = (
    "All is right but for n = 0, which is 0/0. Nobody was counted and nothing is known: return "
    "(0.0, 1.0), from which no group comes out well by being empty."
)

MISTAKES = [
    *named({
        "wald": ("That is Wald's interval, p ± z · √(p(1 − p)/n). At p = 1 or 0 it has no width at "
            "all: nine of nine would be a certainty. Wilson's center is shifted towards ½, and its "
            "root has one term more.",
            lambda t: t.ends(t.p, t.z * math.sqrt(t.variance)),
            lambda t: tuple(min(max(v, 0), 1) for v in t.ends(t.p, t.z * math.sqrt(t.variance)))),
        "agresti_coull": ("That is the interval of Agresti and Coull: Wald's, after z²/2 successes "
            "and z²/2 failures were added. Same center, other width. Wilson's root is p(1 − p)/n + "
            "z²/(4n²), with the p that was counted.",
            _added),
        "z_without_its_square": ("A z lacks its square. Only the z before the root stands alone; "
            "in z²/(2n), z²/n and z²/(4n²) it is squared.",
            lambda t: t.ends(shift=t.z / (2 * t.n)), lambda t: t.ends(scale=1 + t.z / t.n),
            lambda t: t.ends(more=t.z / (4 * t.n**2)),
            lambda t: t.ends(shift=t.z / (2 * t.n), scale=1 + t.z / t.n, more=t.z / (4 * t.n**2)),
            lambda t: t.ends(shift=t.z / (2 * t.n), scale=1 + t.z / t.n)),
        "z_squared_before_the_root": ("The z before the root is squared. There it stands alone: "
            "the root has it back to the first power.",
            lambda t: t.ends(half=t.z**2 * t.root / t.scale)),
        "z_before_the_root_missing": ("The z before the root is missing, so your interval is one "
            "standard error wide, whatever z is.",
            lambda t: t.ends(half=t.root / t.scale)),
        "center_not_shifted": ("The center isn't shifted. z²/(2n) is added to p before the "
            "division: few examples pull the center towards ½.",
            lambda t: t.ends(shift=0), lambda t: t.ends(center=t.p)),
        "not_scaled": ("The division by 1 + z²/n is missing, in the center or before the root. "
            "Both are divided.",
            lambda t: t.ends(scale=1), lambda t: t.ends(half=t.z * t.root),
            lambda t: t.ends(center=t.p + t.shift),
            lambda t: tuple(min(max(v, 0), 1) for v in t.ends(scale=1))),
        "wrong_shift": ("The center is shifted by a wrong amount. It is z²/(2n).",
            lambda t: t.ends(shift=t.z**2 / t.n), lambda t: t.ends(shift=t.z**2 / (4 * t.n)),
            lambda t: t.ends(shift=t.z**2 / 2), lambda t: t.ends(shift=t.z**2 / 2 * t.n)),
        "wrong_term_in_the_root": ("The second term in the root is wrong or missing. It is "
            "z²/(4n²), with n squared; in Python `z**2 / (4 * n**2)`, with parentheses.",
            lambda t: t.ends(more=t.z**2 / (4 * t.n)), lambda t: t.ends(more=t.z**2 / (2 * t.n**2)),
            lambda t: t.ends(more=t.z**2 / t.n**2), lambda t: t.ends(more=t.z**2 / 4 * t.n**2),
            lambda t: t.ends(more=t.z**2 / (4 * t.n) ** 2), lambda t: t.ends(more=0),
            lambda t: t.ends(more=t.z**2 / (4 * t.n**3))),
        "term_outside_the_root": ("z²/(4n²) stands outside of the root, or the root is taken of "
            "each term by itself. One root goes over the sum: √(p(1 − p)/n + z²/(4n²)).",
            lambda t: t.ends(half=(t.z * math.sqrt(t.variance) + t.more) / t.scale),
            lambda t: t.ends(half=t.z * (math.sqrt(t.variance) + t.more) / t.scale),
            lambda t: t.ends(half=t.z * (math.sqrt(t.variance) + math.sqrt(t.more)) / t.scale)),
        "brackets": ("Parentheses: Python goes from left to right, so `z**2 / 2 * n` is z²n/2, and "
            "`a + b / c` divides b alone. Put what is below a fraction line in parentheses, and "
            "what is above it: `(p + z**2 / (2 * n)) / (1 + z**2 / n)`.",
            lambda t: t.ends(shift=t.z**2 / 2 * t.n, more=t.z**2 / 4 * t.n**2),
            lambda t: t.ends(center=t.p + t.shift / t.scale),
            lambda t: t.ends(t.p + t.shift + t.z**2 / t.n, t.z * t.root + t.z**2 / t.n)),
        "root_forgotten": ("The root is missing: p(1 − p)/n + z²/(4n²) is a variance, its root a "
            "standard error.",
            lambda t: t.ends(half=t.z * t.root**2 / t.scale)),
        "ends_swapped": ("The two ends changed places: (low, high).", lambda t: t.ends()[::-1]),
        "center_and_half": ("You return the center and the half width. Asked for are the two ends, "
            "(center − half, center + half).",
            lambda t: ((t.p + t.shift) / t.scale, t.z * t.root / t.scale),
            lambda t: (t.z * t.root / t.scale, (t.p + t.shift) / t.scale)),
        "half_of_half": ("Your interval is half as wide as it should be: the whole half width goes "
            "to each side.",
            lambda t: t.ends(half=t.z * t.root / t.scale / 2)),
        "twice_the_half": ("Your interval is twice as wide as it should be.",
            lambda t: t.ends(half=2 * t.z * t.root / t.scale)),
        "percent": ("You return percent. Shares run from 0 to 1.",
            lambda t: tuple(100 * v for v in t.ends())),
        "times_n": ("You return counts. Shares are asked for.",
            lambda t: tuple(t.n * v for v in t.ends())),
        "z_ignored": ("`z` is not used: you always take 1.96.",
            lambda t: Parts(t.successes, t.n).ends()),
        "failures_counted": ("That is the interval of the failures. p is successes / n.",
            lambda t: Parts(t.n - t.successes, t.n, t.z).ends()),
    }, read=Parts),
    *named({
        "nobody": (_NOBODY, *map(_for_nobody, (ZeroDivisionError("0/0"), ValueError("nobody")))),
    }),
    *recognized({
        "nobody": (_NOBODY, wrong_only_at(wilson_interval, EMPTY),
            *map(_for_nobody, ((math.nan, math.nan), (0.0, 0.0)))),
        "other_default": ("With `z` given all is right. Left out, it is z=1.96.",
            wrong_only_at(wilson_interval, DEFAULT),
            lambda successes, n, z=2.0: wilson_interval(successes, n, z)),
    }),
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
        "Three lines: the share p; a center, which is p pulled towards ½; half a width. The ends "
        "are center − half and center + half. For n = 0 there is no p: return (0.0, 1.0).",
        "`center = (p + z**2 / (2 * n)) / (1 + z**2 / n)`. The half width is divided by the same "
        "1 + z²/n.",
        "`half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)`",
    ],
    points=2,
)
