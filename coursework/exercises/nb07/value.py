"""Exercise `gan_value`: what a discriminator earns, on a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.divergences import gan_value, optimal_discriminator
from coursework.checking.exercise import Case, Exercise, Mistake, Property
from coursework.exercises.nb07.grids import boxes, distinct_pair, grid, is_nan_at_zeros, uniform
from coursework.exercises.rules import named


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
    yield Case(
        (optimal_discriminator(p + 1e-3, q + 1e-3), p, q, dx), "a nearly perfect discriminator"
    )
    for apart in (False, True):
        x, dx = grid(generator)
        p, q = boxes(generator, x, dx, apart)
        yield Case(
            (optimal_discriminator(p, q), p, q, dx), "a D that is certain, and right", extreme=True
        )


def _coin(fn, generator: Generator) -> str | None:
    x, dx = grid(generator)
    value = float(fn(torch.full_like(x, 0.5), *distinct_pair(x, generator), dx))
    if abs(value + math.log(4)) < 1e-4:
        return None
    return f"A D that says ½ everywhere must earn −log 4 = −1.3863, whatever the densities; yours earns {value:.5g}."


_MISSING = (
    "Half of the game is missing. V adds two integrals: of p_data log D and of p_g log(1 − D)."
)
_DX = (
    "You forgot dx. An integral on a grid is the sum *times the spacing*; without it, twice as "
    "many grid points give twice "
    "the value."
)

MISTAKES = [
    *named({
        "dx_forgotten": (_DX, lambda d, p, q, dx: gan_value(d, p, q, 1.0)),
        "dx_on_one_term": ("You multiplied only one of the two integrals by dx. Add both up, then "
            "multiply the whole sum.",
            lambda d, p, q, dx: torch.xlogy(p, d).sum() * dx + torch.xlogy(q, 1 - d).sum(),
            lambda d, p, q, dx: torch.xlogy(p, d).sum() + torch.xlogy(q, 1 - d).sum() * dx),
        "divided_by_dx": ("You divided by dx. Each grid point stands for a strip of width dx: "
            "multiply.",
            lambda d, p, q, dx: gan_value(d, p, q, 1 / dx)),
        "mean_over_the_grid": ("You averaged over the grid. The densities weigh already, and an "
            "integral is the sum times dx.",
            lambda d, p, q, dx: (torch.xlogy(p, d) + torch.xlogy(q, 1 - d)).mean(),
            lambda d, p, q, dx: (torch.xlogy(p, d) + torch.xlogy(q, 1 - d)).mean() * dx),
        "second_term_log_d": ("Your second integral has log D where log(1 − D) belongs: D earns on "
            "fakes by calling them fake.",
            lambda d, p, q, dx: (torch.xlogy(p, d) + torch.xlogy(q, d)).sum() * dx),
        "non_saturating": ("Your second integral is −log D on fakes: that is the *generator's* "
            "non-saturating loss. The value of the game has +log(1 − D).",
            lambda d, p, q, dx: (torch.xlogy(p, d) - torch.xlogy(q, d)).sum() * dx),
        "labels_swapped": ("The labels are swapped: yours rewards D for a large value on fakes. "
            "That is the lecture slides' convention, D = P(fake). Here D is P(real): log D is "
            "weighed by p_data, log(1 − D) by p_g.",
            lambda d, p, q, dx: gan_value(d, q, p, dx),
            lambda d, p, q, dx: gan_value(1 - d, p, q, dx)),
        "sign": ("The sign is wrong: that is the discriminator's *loss*. The value is what D makes "
            "as large as it can, and it is never above 0.",
            lambda d, p, q, dx: -gan_value(d, p, q, dx)),
        "one_half_only": (_MISSING, lambda d, p, q, dx: torch.xlogy(p, d).sum() * dx,
            lambda d, p, q, dx: torch.xlogy(q, 1 - d).sum() * dx),
        "halved": ("A factor ½ came in. Mean log-scores over a batch that is half real, half fake "
            "have it; V, as it is written, adds the two expectations.",
            lambda d, p, q, dx: gan_value(d, p, q, dx) / 2),
        "subtracted": ("You subtracted the second integral. Both are added.",
            lambda d, p, q, dx: (torch.xlogy(p, d) - torch.xlogy(q, 1 - d)).sum() * dx),
        "not_weighed": ("The logs aren't weighed with the densities. An expectation under p_data "
            "is the integral of p_data times what you average.",
            lambda d, p, q, dx: (d.log() + (1 - d).log()).sum() * dx,
            lambda d, p, q, dx: (d.log() + (1 - d).log()).mean()),
        "one_density_for_both": ("You weighed both logs with the same density. log D is weighed by "
            "p_data, log(1 − D) by p_g.",
            lambda d, p, q, dx: gan_value(d, p, p, dx), lambda d, p, q, dx: gan_value(d, q, q, dx)),
        "logs_forgotten": ("The logs are missing: V is made of log D and log(1 − D).",
            lambda d, p, q, dx: (p * d + q * (1 - d)).sum() * dx),
        "log_of_the_mean": ("You took the log of the mean. V is the mean of the log: log D first, "
            "then weigh and add up.",
            lambda d, p, q, dx: ((p * d).sum() * dx).log() + ((q * (1 - d)).sum() * dx).log()),
        "bits": ("You used the logarithm to base 2, which measures in bits. The course measures in "
            "nats: `torch.log`.",
            lambda d, p, q, dx: gan_value(d, p, q, dx) / math.log(2)),
        "treated_as_logits": ("You sent `d` through a sigmoid. It holds probabilities already.",
            lambda d, p, q, dx: (p * F.logsigmoid(d) + q * F.logsigmoid(-d)).sum() * dx),
        "not_summed": ("You returned the integrand, one number for each grid point. Add up and "
            "multiply by dx.",
            lambda d, p, q, dx: torch.xlogy(p, d) + torch.xlogy(q, 1 - d),
            lambda d, p, q, dx: (torch.xlogy(p, d) + torch.xlogy(q, 1 - d)) * dx),
    }),
    Mistake("log_of_zero", "Right as long as D is never quite certain. Where D is exactly 0 or 1 a "
        "log is −∞, times a density of 0 it becomes NaN, and the sum is lost. 0 · log 0 counts as "
        "0: `torch.xlogy(p_data, d)` is p_data · log d with that rule built in.",
        lambda d, p, q, dx: (p * d.log() + q * (1 - d).log()).sum() * dx,
        is_nan_at_zeros(gan_value)),
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
