"""Exercise `kl_monte_carlo`: a KL from draws, where there is no formula."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.distributions import kl_monte_carlo
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named, scaled, then

LogDensity = Callable[[Tensor], Tensor]


def _gaussian(mu: float, sigma: float) -> LogDensity:
    """The log-density of a Gaussian; of independent ones for draws (S, D)."""
    constant = math.log(sigma) + 0.5 * math.log(2 * math.pi)

    def log_density(z: Tensor) -> Tensor:
        each = -0.5 * ((z - mu) / sigma).square() - constant
        return each.flatten(1).sum(1) if z.ndim > 1 else each

    return log_density


def _cases(generator: Generator) -> Iterator[Case]:
    for label, *shape in (
        ("draws from a Gaussian", 40),
        ("draws in three dimensions", 25, 3),
        ("a single draw", 1),
    ):
        mu, sigma = (1.5 + torch.rand(2, generator=generator)).tolist()
        z = mu + sigma * torch.randn(shape, generator=generator)
        yield Case((_gaussian(mu, sigma), _gaussian(0.2, 1.3), z), label)
    z = 3 + torch.randn(50, 150, generator=generator)
    label = "log-densities near −300, where exp gives 0"
    yield Case((_gaussian(3, 1), _gaussian(0, 1.2), z), label, True)


def log_ratio(log_q: LogDensity, log_p: LogDensity, samples: Tensor) -> Tensor:
    """log q - log p at every draw, (S,)."""
    return log_q(samples) - log_p(samples)


KL_MONTE_CARLO = Exercise(
    name="kl_monte_carlo", notebook="04", title="KL(q‖p) from draws of q",
    reference=kl_monte_carlo, cases=_cases,
    mistakes=named({
        "sign": ("The sign is wrong: yours estimates −KL(q‖p). It is log q − log p, the "
            "log-density that the draws come from first.", scaled(kl_monte_carlo, -1)),
        "not_averaged": ("You return a number per draw. The estimate is their mean.", log_ratio),
        "summed": ("You added up the draws; more draws would give a larger KL. Take the mean.",
            then(log_ratio, torch.sum)),
        "weighed_again": ("You multiplied by q(z). The draws come from q, so places where q is "
            "large come up more often already: a plain mean is all.",
            lambda q, p, z: (q(z).exp() * (q(z) - p(z))).mean(),
            lambda q, p, z: (q(z).exp() * (q(z) - p(z))).sum(),
            lambda q, p, z: (q(z).exp() * (q(z) - p(z))).sum() / q(z).exp().sum()),
        "weighed_by_p": ("You multiplied by p(z). The draws come from q and the expectation is "
            "taken under q: a plain mean is all.",
            lambda q, p, z: (p(z).exp() * (q(z) - p(z))).mean()),
        "weighed_like_entropies": ("You averaged log-densities multiplied by log-densities. "
            "`log_q(samples)` is a log already; the mean over draws replaces the weights.",
            lambda q, p, z: (q(z) * (q(z) - p(z))).mean()),
        "cross_entropy": ("That is −E[log p], the cross-entropy. The mean of log q is missing.",
            lambda q, p, z: -p(z).mean()),
        "p_forgotten": ("p does not occur: that is the mean of log q, minus the entropy of q.",
            lambda q, p, z: q(z).mean(), lambda q, p, z: -q(z).mean()),
        "log_of_log": ("Your functions give *log*-densities; you took the log of them again.",
            lambda q, p, z: (q(z).log() - p(z).log()).mean(),
            lambda q, p, z: (q(z) / p(z)).log().mean()),
        "ratio_of_logs": ("You divided the log-densities. The log of a ratio is their difference.",
            lambda q, p, z: (q(z) / p(z)).mean()),
        "ratio_not_logged": ("You averaged the ratio q/p. Its log is needed, log q − log p.",
            then(log_ratio, lambda r: r.exp().mean()),
            then(log_ratio, lambda r: (-r).exp().mean())),
        "densities_subtracted": ("Your difference is one of densities. Leave out the `exp`: log q "
            "− log p.", lambda q, p, z: (q(z).exp() - p(z).exp()).mean()),
        "log_of_mean": ("You took the log outside: the mean of a log and the log of a mean differ. "
            "First the log, then the mean.",
            then(log_ratio, lambda r: r.exp().mean().log()),
            then(log_ratio, lambda r: -(-r).exp().mean().log())),
        "another_estimator": ("You added p/q − 1 to each term, which is 0 on average. That is a "
            "fair estimate of the same KL, often a quieter one; asked for is the plain mean of log q − "
            "log p.", then(log_ratio, lambda r: ((-r).exp() - 1 + r).mean())),
        "absolute": ("You made each term positive. Single terms may be negative; only the mean "
            "over many draws is not.", then(log_ratio, lambda r: r.abs().mean())),
        "squared": ("You squared the difference. The KL is the mean of the plain log q − log p.",
            then(log_ratio, lambda r: r.square().mean()),
            then(log_ratio, lambda r: r.square().mean() / 2)),
        "median": ("That is the median. The KL is an expectation: take the mean.",
            then(log_ratio, torch.median)),
        "mean_over_coordinates": ("You divided by the number of coordinates as well. A draw counts "
            "once, however many numbers it has.", lambda q, p, z: (q(z) - p(z)).sum() / z.numel()),
        "bits": ("Right in bits; nats are asked for.", scaled(kl_monte_carlo, 1 / math.log(2))),
        "exponentiates_first": ("Your formula is right, and it turns the log-densities into "
            "densities first. In many dimensions those are 0 in float32, and the log of 0/0 is "
            "NaN. Subtract the logs; no `exp` is needed.",
            lambda q, p, z: (q(z).exp() / p(z).exp()).log().mean(),
            lambda q, p, z: (q(z).exp().log() - p(z).exp().log()).mean()),
    }),
    properties=[
        must_be("same", 0,
            lambda fn, g: fn(_gaussian(0, 1), _gaussian(0, 1), torch.randn(20, generator=g)),
            "must be 0 where q and p are the same; yours is {:.3g}", 1e-6),
    ],
    hints=["KL(q‖p) is an expectation under q, and you have draws from q. What is an expectation, "
           "as a computation on draws?",
           "`log_q(samples)` and `log_p(samples)` are (S,) each. Subtract, then average.",
           "`(log_q(samples) - log_p(samples)).mean().item()`"],
)  # fmt: skip
