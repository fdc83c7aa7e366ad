"""Exercise `jensen_shannon`: how far two densities on a grid are from each other."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from course_utils.divergences import jensen_shannon
from coursework.checking.exercise import Case, Exercise, Mistake, Property
from coursework.exercises.nb07.grids import boxes, grid, is_nan_at_zeros, pair_cases
from coursework.exercises.rules import named


def _cases(generator: Generator) -> Iterator[Case]:
    yield from pair_cases(generator)


def _kl(p: Tensor, q: Tensor, dx: float) -> Tensor:
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum() * dx


def _terms(p: Tensor, q: Tensor) -> Tensor:
    m = (p + q) / 2
    return (torch.xlogy(p, p) - torch.xlogy(p, m) + torch.xlogy(q, q) - torch.xlogy(q, m)) / 2


def _ceiling(fn, generator: Generator) -> str | None:
    x, dx = grid(generator)
    value = float(fn(*boxes(generator, x, dx, apart=True), dx))
    if abs(value - math.log(2)) < 1e-4:
        return None
    return f"It must be log 2 = 0.6931 where the densities don't overlap; yours is {value:.5g}."


def _raw(p: Tensor, q: Tensor, dx: float) -> Tensor:
    m = (p + q) / 2
    return (p * (p / m).log() + q * (q / m).log()).sum() * dx / 2


MISTAKES = [
    *named({
        "dx_forgotten": ("You forgot dx. An integral on a grid is the sum *times the spacing*.",
            lambda p, q, dx: jensen_shannon(p, q, 1.0)),
        "divided_by_dx": ("You divided by dx. Each grid point stands for a strip of width dx: "
            "multiply.",
            lambda p, q, dx: jensen_shannon(p, q, 1 / dx)),
        "mean_over_the_grid": ("You averaged over the grid. The densities weigh already, and an "
            "integral is the sum times dx.",
            lambda p, q, dx: _terms(p, q).mean(), lambda p, q, dx: _terms(p, q).mean() * dx),
        "average_of_both_kls": ("You took the KLs of p and q to each other. Jensen–Shannon "
            "compares each with their mixture m = (p + q)/2, which is why it stays finite.",
            lambda p, q, dx: (_kl(p, q, dx) + _kl(q, p, dx)) / 2,
            lambda p, q, dx: _kl(p, q, dx) + _kl(q, p, dx), lambda p, q, dx: _kl(p, q, dx),
            lambda p, q, dx: _kl(q, p, dx)),
        "half_missing": ("The two KLs are right, and their *mean* is asked for: a factor ½ is "
            "missing.",
            lambda p, q, dx: 2 * jensen_shannon(p, q, dx)),
        "one_half_only": ("Only one of the two KLs is there. It is ½ KL(p‖m) + ½ KL(q‖m).",
            lambda p, q, dx: _kl(p, (p + q) / 2, dx), lambda p, q, dx: _kl(q, (p + q) / 2, dx),
            lambda p, q, dx: _kl(p, (p + q) / 2, dx) / 2,
            lambda p, q, dx: _kl(q, (p + q) / 2, dx) / 2),
        "mixture_not_halved": ("Your mixture is p + q, which integrates to 2. Halve it: m = (p + "
            "q)/2.",
            lambda p, q, dx: jensen_shannon(p, q, dx) - math.log(2)),
        "gan_value_returned": ("That is V(D*, G) = −log 4 + 2 JS, or, what comes to the same, the "
            "two KLs to p + q. The mixture is m = (p + q)/2, and the *mean* of the two KLs is "
            "asked for.",
            lambda p, q, dx: 2 * jensen_shannon(p, q, dx) - math.log(4)),
        "mixture_in_front": ("The mixture stands in the wrong place: it is KL(p‖m), with p in "
            "front and on top. KL(m‖p) is infinite where p has a hole.",
            lambda p, q, dx: (_kl((p + q) / 2, p, dx) + _kl((p + q) / 2, q, dx)) / 2),
        "bits": ("You used the logarithm to base 2, which measures in bits. The course measures in "
            "nats: `torch.log`.",
            lambda p, q, dx: jensen_shannon(p, q, dx) / math.log(2)),
        "square_root": ("You took the square root: that is the Jensen–Shannon *distance*, which "
            "SciPy's `jensenshannon` returns. The divergence is its square.",
            lambda p, q, dx: jensen_shannon(p, q, dx).clamp(min=0).sqrt()),
        "sign": ("The sign is wrong: a divergence is never negative.",
            lambda p, q, dx: -jensen_shannon(p, q, dx)),
        "not_weighed": ("The logs aren't weighed. KL(p‖m) is the integral of p · log(p/m).",
            lambda p, q, dx: (p.log() + q.log() - 2 * ((p + q) / 2).log()).sum() * dx / 2,
            lambda p, q, dx: (p.log() + q.log() - 2 * ((p + q) / 2).log()).sum() * dx),
        "total_variation": ("That is made of |p − q|: the total variation, a distance, and another "
            "one.",
            lambda p, q, dx: (p - q).abs().sum() * dx / 2,
            lambda p, q, dx: (p - q).abs().sum() * dx),
        "not_summed": ("You returned the integrand, one number for each grid point. Add up and "
            "multiply by dx.",
            lambda p, q, dx: _terms(p, q), lambda p, q, dx: _terms(p, q) * dx),
    }),
    Mistake("log_of_zero", "Right as long as no density is exactly 0. Where p is 0, p · log(p/m) "
        "is 0 · (−∞) = NaN, and the sum is lost. 0 · log 0 counts as 0: `torch.xlogy(p, p / m)` "
        "has that rule built in (and where both are 0, p / m is 0/0: use `torch.xlogy(p, p) - "
        "torch.xlogy(p, m)`).",
        _raw, is_nan_at_zeros(jensen_shannon)),
]  # fmt: skip

JENSEN_SHANNON = Exercise(
    name="jensen_shannon",
    notebook="07",
    title="half of two KLs to the mixture, as integrals on a grid",
    reference=jensen_shannon,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("log_2_where_apart", _ceiling)],
    hints=[
        "The mixture first: m = (p + q)/2. Then two KLs, each from one of the densities to m, and "
        "their mean.",
        "KL(p‖m) is the integral of p log p − p log m; on a grid the sum times dx. "
        "`torch.xlogy(a, b)` is a · log b, and 0 where "
        "a is 0.",
        "`(xlogy(p, p) - xlogy(p, m) + xlogy(q, q) - xlogy(q, m)).sum() * dx / 2`, with `torch.` "
        "before each.",
    ],
    points=2,
    hides=("js_divergence",),
)
