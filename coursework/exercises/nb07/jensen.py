"""Exercise `jensen_shannon`: how far two densities on a grid are from each other."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Generator, Tensor, xlogy

from course_utils.divergences import jensen_shannon
from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.nb07.grids import boxes, grid, is_nan_at_zeros, pair_cases
from coursework.exercises.rules import Wrong, each, given, named, scaled, swapped, then


def _kl(p: Tensor, q: Tensor, dx: float) -> Tensor:
    return (xlogy(p, p) - xlogy(p, q)).sum() * dx


def _terms(p: Tensor, q: Tensor) -> Tensor:
    m = (p + q) / 2
    return (xlogy(p, p) - xlogy(p, m) + xlogy(q, q) - xlogy(q, m)) / 2


def _ceiling(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    x, dx = grid(generator)
    value = float(fn(*boxes(generator, x, dx, apart=True), dx))
    if abs(value - math.log(2)) < 1e-4:
        return None
    return f"It must be log 2 = 0.6931 where the densities don't overlap; yours is {value:.5g}."


def _with_mixture(wrong: Wrong) -> Wrong:
    """A wrong function of p, q, their mixture m and dx."""
    return lambda p, q, dx: wrong(p, q, (p + q) / 2, dx)


def _is_nan_where_both_are_zero(seen: Observed, case: Case) -> bool:
    """Right wherever one of the densities is above 0, if only one of them is."""
    somewhere_none = bool((case.args[0] + case.args[1] == 0).any())
    return is_scalar(seen.value) and (
        math.isnan(seen.value) if somewhere_none else close(seen.value, jensen_shannon(*case.args))
    )


MISTAKES = [
    *named({
        "dx_forgotten": ("You forgot dx. An integral on a grid is the sum *times the spacing*.",
            given(jensen_shannon, 2, lambda dx: 1.0)),
        "divided_by_dx": ("You divided by dx. Each grid point stands for a strip of width dx: "
            "multiply.",
            given(jensen_shannon, 2, lambda dx: 1 / dx)),
        "mean_over_the_grid": ("You averaged over the grid. The densities are weights already, and "
            "an integral is the sum times dx.",
            lambda p, q, dx: _terms(p, q).mean(), lambda p, q, dx: _terms(p, q).mean() * dx),
        "average_of_both_kls": ("You took the KLs of p and q to each other. Jensen–Shannon "
            "compares each with their mixture m = (p + q)/2, which is why it stays finite.",
            lambda p, q, dx: (_kl(p, q, dx) + _kl(q, p, dx)) / 2,
            lambda p, q, dx: _kl(p, q, dx) + _kl(q, p, dx), _kl, swapped(_kl)),
        "half_missing": ("The two KLs are right, and their *mean* is asked for: a factor ½ is "
            "missing.",
            scaled(jensen_shannon, 2)),
        "mixture_not_halved": ("Your mixture is p + q, which integrates to 2. Halve it: m = (p + "
            "q)/2.",
            then(jensen_shannon, lambda js: js - math.log(2))),
        "mixture_parentheses": ("Python divides before it adds, so p + q / 2 halves q alone. Put "
            "the sum in parentheses: m = (p + q) / 2.",
            lambda p, q, dx: (_kl(p, p + q / 2, dx) + _kl(q, p + q / 2, dx)) / 2,
            lambda p, q, dx: (_kl(p, p / 2 + q, dx) + _kl(q, p / 2 + q, dx)) / 2),
        "gan_value_returned": ("That is V(D*, G) = −log 4 + 2 JS, or, what comes to the same, the "
            "two KLs to p + q. The mixture is m = (p + q)/2, and the *mean* of the two KLs is "
            "asked for.",
            then(jensen_shannon, lambda js: 2 * js - math.log(4))),
        "bits": ("You used the logarithm to base 2, which measures in bits. The course measures in "
            "nats: `torch.log`.",
            scaled(jensen_shannon, 1 / math.log(2))),
        "square_root": ("You took the square root: that is the Jensen–Shannon *distance*, which "
            "SciPy's `jensenshannon` returns. The divergence is its square.",
            then(jensen_shannon, lambda js: js.clamp(min=0).sqrt())),
        "sign": ("The sign is wrong: a divergence is never negative.", scaled(jensen_shannon, -1)),
        "total_variation": ("That is made of |p − q|: the total variation, which is another "
            "distance.",
            lambda p, q, dx: (p - q).abs().sum() * dx / 2,
            lambda p, q, dx: (p - q).abs().sum() * dx),
        "not_summed": ("You returned the integrand, one number for each grid point. Add up and "
            "multiply by dx.",
            lambda p, q, dx: _terms(p, q), lambda p, q, dx: _terms(p, q) * dx),
    }),
    *named(each(_with_mixture, {
        "one_half_only": ("Only one of the two KLs is there. It is ½ KL(p‖m) + ½ KL(q‖m).",
            lambda p, q, m, dx: _kl(p, m, dx), lambda p, q, m, dx: _kl(q, m, dx),
            lambda p, q, m, dx: _kl(p, m, dx) / 2, lambda p, q, m, dx: _kl(q, m, dx) / 2),
        "mixture_in_front": ("The mixture stands in the wrong place: it is KL(p‖m), with p in "
            "front and on top. KL(m‖p) is infinite where p has a hole.",
            lambda p, q, m, dx: (_kl(m, p, dx) + _kl(m, q, dx)) / 2),
        "xlogy_swapped": ("The arguments of `torch.xlogy` are swapped. `xlogy(a, b)` is a · log b: "
            "the density is the weight and comes first, then what the log is taken of, `xlogy(p, "
            "m)`.",
            lambda p, q, m, dx: (
                (xlogy(p, p) - xlogy(m, p) + xlogy(q, q) - xlogy(m, q)).sum() * dx / 2),
            lambda p, q, m, dx: (xlogy(p / m, p) + xlogy(q / m, q)).sum() * dx / 2),
        "not_weighed": ("The logs aren't weighted. KL(p‖m) is the integral of p · log(p/m).",
            lambda p, q, m, dx: (p.log() + q.log() - 2 * m.log()).sum() * dx / 2,
            lambda p, q, m, dx: (p.log() + q.log() - 2 * m.log()).sum() * dx),
    })),
    *named(each(_with_mixture, {
        "zero_over_zero": ("Right as long as one of the two densities is there. Where both are 0, "
            "p/m is 0/0, which is NaN, and `torch.xlogy(0, NaN)` is NaN too. Take the log of a "
            "fraction apart: `torch.xlogy(p, p) - torch.xlogy(p, m)`.",
            lambda p, q, m, dx: (xlogy(p, p / m) + xlogy(q, q / m)).sum() * dx / 2),
    }), when=_is_nan_where_both_are_zero),
    *named(each(_with_mixture, {
        "log_of_zero": ("Right as long as no density is exactly 0. Where p is 0, p · log(p/m) is 0 "
            "· (−∞) = NaN, and the sum is lost. 0 · log 0 counts as 0: `torch.xlogy` has that rule "
            "built in, and `torch.xlogy(p, p) - torch.xlogy(p, m)` is p · log(p/m) even where both "
            "densities are 0.",
            lambda p, q, m, dx: (p * (p / m).log() + q * (q / m).log()).sum() * dx / 2),
    }), when=is_nan_at_zeros(jensen_shannon)),
]  # fmt: skip

JENSEN_SHANNON = Exercise(
    name="jensen_shannon",
    notebook="07",
    title="half of two KLs to the mixture, as integrals on a grid",
    reference=jensen_shannon,
    cases=pair_cases,
    mistakes=MISTAKES,
    properties=[Property("log_2_where_apart", _ceiling)],
    hints=[
        "The mixture first: m = (p + q)/2. Then two KLs, each from one of the densities to m, and "
        "their mean.",
        "KL(p‖m) is the integral of p log p − p log m; on a grid the sum times dx. "
        "`torch.xlogy(a, b)` is a · log b, and 0 where a is 0.",
        "`(xlogy(p, p) - xlogy(p, m) + xlogy(q, q) - xlogy(q, m)).sum() * dx / 2`, with `torch.` "
        "before each.",
    ],
    points=2,
    hides=("js_divergence",),
)
