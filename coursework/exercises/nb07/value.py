"""Exercise `gan_value`: what a discriminator earns, on a grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor, xlogy
from torch.nn import functional as F

from course_utils.divergences import gan_value, optimal_discriminator
from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.nb07.grids import boxes, distinct_pair, grid, is_nan_at_zeros, uniform
from coursework.exercises.rules import given, named, recognized, scaled, swapped

WRONG = "a D that is certain, and wrong"


def _judge(x: Tensor, generator: Generator) -> Tensor:
    """Some discriminator (M,), between 0.05 and 0.95, that is far from the best one."""
    a, b, c = uniform(generator, 0.4, 0.8, 3)
    return (0.7 * torch.sin(a * x + 6 * b) + 0.6 * c).sigmoid()


def _cases(generator: Generator) -> Iterator[Case]:
    for label in ("a discriminator and two densities", "others, on a grid of another spacing"):
        x, dx = grid(generator)
        yield Case((_judge(x, generator), *distinct_pair(x, generator), dx), label)
    x, dx = grid(generator)
    p, q = distinct_pair(x, generator)
    d = optimal_discriminator(p + 1e-3, q + 1e-3)
    yield Case((d, p, q, dx), "a nearly perfect discriminator")
    for apart in (False, True):
        x, dx = grid(generator)
        p, q = boxes(generator, x, dx, apart)
        d = optimal_discriminator(p, q)
        yield Case((d, p, q, dx), "a D that is certain, and right", extreme=True)
    yield Case((1 - d, p, q, dx), WRONG, extreme=True)


def _coin(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    x, dx = grid(generator)
    value = float(fn(torch.full_like(x, 0.5), *distinct_pair(x, generator), dx))
    if abs(value + math.log(4)) < 1e-4:
        return None
    return (
        "A D that says ½ everywhere must earn −log 4 = −1.3863, whatever the densities; yours "
        f"earns {value:.5g}."
    )


def _is_finite_where_wrong(seen: Observed, case: Case) -> bool:
    """Right wherever the value is finite, and finite where it is −∞."""
    if not is_scalar(seen.value) or not math.isfinite(seen.value):
        return False
    return case.label == WRONG or close(seen.value, gan_value(*case.args), 1e-3, 1e-4)


def _terms(d: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """What D earns at each place, times the density there, (M,)."""
    return xlogy(p, d) + xlogy(q, 1 - d)


MISTAKES = [
    *named({
        "dx_forgotten": ("You forgot dx. An integral on a grid is the sum *times the spacing*; "
            "without it, twice as many grid points give twice the value.",
            lambda d, p, q, dx: _terms(d, p, q).sum()),
        "dx_on_one_term": ("You multiplied only one of the two integrals by dx. Add both up, then "
            "multiply the whole sum.",
            lambda d, p, q, dx: xlogy(p, d).sum() * dx + xlogy(q, 1 - d).sum(),
            lambda d, p, q, dx: xlogy(p, d).sum() + xlogy(q, 1 - d).sum() * dx),
        "divided_by_dx": ("You divided by dx. Each grid point stands for a strip of width dx: "
            "multiply.",
            lambda d, p, q, dx: _terms(d, p, q).sum() / dx),
        "mean_over_the_grid": ("You averaged over the grid. The densities are weights already, and "
            "an integral is the sum times dx.",
            lambda d, p, q, dx: _terms(d, p, q).mean(),
            lambda d, p, q, dx: _terms(d, p, q).mean() * dx),
        "second_term_log_d": ("Your second integral has log D where log(1 − D) belongs: D earns on "
            "fakes by calling them fake.",
            lambda d, p, q, dx: (xlogy(p, d) + xlogy(q, d)).sum() * dx),
        "non_saturating": ("Your second integral is −log D on fakes: that is the *generator's* "
            "non-saturating loss. The value of the game has +log(1 − D).",
            lambda d, p, q, dx: (xlogy(p, d) - xlogy(q, d)).sum() * dx),
        "labels_swapped": ("The labels are swapped: yours rewards D for a large value on fakes. "
            "Some texts do that, with D = P(fake). Here D is P(real): p_data is the weight of log "
            "D, and p_g that of log(1 − D).",
            swapped(gan_value, 1, 2), given(gan_value, 0, lambda d: 1 - d)),
        "xlogy_swapped": ("The arguments of `torch.xlogy` are swapped. `xlogy(a, b)` is a · log b: "
            "the density is the weight and comes first, then what the log is taken of, "
            "`xlogy(p_data, d)`.",
            lambda d, p, q, dx: (xlogy(d, p) + xlogy(1 - d, q)).sum() * dx),
        "sign": ("The sign is wrong: that is the discriminator's *loss*. The value is what D makes "
            "as large as it can, and it is never above 0.",
            scaled(gan_value, -1)),
        "one_half_only": ("Half of the game is missing. V adds two integrals: of p_data log D and "
            "of p_g log(1 − D).",
            lambda d, p, q, dx: xlogy(p, d).sum() * dx,
            lambda d, p, q, dx: xlogy(q, 1 - d).sum() * dx),
        "halved": ("A factor ½ came in. Mean log-scores over a batch that is half real, half fake "
            "have it; V, as it is written, adds the two expectations.",
            scaled(gan_value, 0.5)),
        "subtracted": ("You subtracted the second integral. Both are added.",
            lambda d, p, q, dx: (xlogy(p, d) - xlogy(q, 1 - d)).sum() * dx),
        "not_weighed": ("The logs aren't weighted with the densities. An expectation under p_data "
            "is the integral of p_data times what you average.",
            lambda d, p, q, dx: (d.log() + (1 - d).log()).sum() * dx,
            lambda d, p, q, dx: (d.log() + (1 - d).log()).mean()),
        "one_density_for_both": ("Both logs have the same density as their weight. The weight of "
            "log D is p_data, that of log(1 − D) is p_g.",
            lambda d, p, q, dx: gan_value(d, p, p, dx), lambda d, p, q, dx: gan_value(d, q, q, dx)),
        "logs_forgotten": ("The logs are missing: V is made of log D and log(1 − D).",
            lambda d, p, q, dx: (p * d + q * (1 - d)).sum() * dx),
        "log_of_the_mean": ("You took the log of the mean. V is the mean of the log: log D first, "
            "then times the density, then the sum.",
            lambda d, p, q, dx: ((p * d).sum() * dx).log() + ((q * (1 - d)).sum() * dx).log()),
        "bits": ("You used the logarithm to base 2, which measures in bits. The course measures in "
            "nats: `torch.log`.",
            scaled(gan_value, 1 / math.log(2))),
        "treated_as_logits": ("You sent `d` through a sigmoid. It holds probabilities already.",
            lambda d, p, q, dx: (p * F.logsigmoid(d) + q * F.logsigmoid(-d)).sum() * dx),
        "not_summed": ("You returned the integrand, one number for each grid point. Add up and "
            "multiply by dx.",
            lambda d, p, q, dx: _terms(d, p, q), lambda d, p, q, dx: _terms(d, p, q) * dx),
    }),
    *recognized({
        "small_number_added": ("Right, but where D is certain and wrong. There the value is −∞, "
            "and yours is finite: you added a small number inside the log, or clamped D or its "
            "log (`F.binary_cross_entropy` does, at −100). That hides the worst judge there is. "
            "`torch.xlogy` needs neither.",
            _is_finite_where_wrong,
            lambda d, p, q, dx: (p * (d + 1e-8).log() + q * (1 - d + 1e-8).log()).sum() * dx,
            given(gan_value, 0, lambda d: d.clamp(1e-6, 1 - 1e-6)),
            lambda d, p, q, dx: (p @ d.log().clamp(-100) + q @ (1 - d).log().clamp(-100)) * dx),
        "log_of_zero": ("Right as long as D is never quite certain. Where D is exactly 0 or 1 a "
            "log is −∞, times a density of 0 it becomes NaN, and the sum is lost. 0 · log 0 counts "
            "as 0: `torch.xlogy(p_data, d)` is p_data · log d with that rule built in.",
            is_nan_at_zeros(gan_value),
            lambda d, p, q, dx: (p * d.log() + q * (1 - d).log()).sum() * dx),
    }),
]  # fmt: skip

GAN_VALUE = Exercise(
    name="gan_value",
    notebook="07",
    title="what a discriminator earns, as two integrals on a grid",
    reference=gan_value,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("a_coin_earns_minus_log_4", _coin)],
    hints=[
        "An expectation under p_data is an integral: p_data(x) times what is averaged, over all x. "
        "On a grid, a sum times dx.",
        "Two integrals: of p_data log D, and of p_g log(1 − D). "
        "`torch.xlogy(a, b)` is a · log b, and 0 where a is 0.",
        "`(torch.xlogy(p_data, d) + torch.xlogy(p_g, 1 - d)).sum() * dx`",
    ],
    points=2,
)
