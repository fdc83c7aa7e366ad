"""`log_gaussian`: score points under a Gaussian."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from course_utils.distributions import log_gaussian
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.exercises.ingredients import spread_out
from coursework.exercises.nb01.wrong_scores import (
    all_pairs,
    by_det,
    combined,
    density_by_hand,
    diagonal_only,
    log_det_of_diagonal,
    sign_for_log_det,
    two_pi_once,
    with_distance,
)
from coursework.exercises.rules import named


def _log_cases(generator: Generator) -> Iterator[Case]:
    def case(n: int, dims: int, label: str, away: float = 0.0, extreme: bool = False) -> Case:
        mu = 1 + torch.rand(dims, generator=generator)
        small = 0.02 if dims > 10 else 1.0  # the determinant of 60 small variances is 0 in float32
        cov = small * spread_out(dims, generator, 0.4, 4.0)
        noise = torch.randn(n, dims, generator=generator)
        if away:
            noise = away * noise / noise.norm(dim=1, keepdim=True)
        x = mu + noise @ torch.linalg.cholesky(cov).T
        return Case((x, mu, cov), label, extreme)

    yield case(6, 3, "six points in three dimensions")
    yield case(3, 3, "as many points as dimensions")
    yield case(5, 2, "five points in a plane")
    yield case(1, 2, "a single point")
    yield case(4, 2, "points 60 standard deviations away", away=60.0, extreme=True)
    yield case(4, 60, "sixty dimensions with small variances", extreme=True)


def _right_where_ordinary(value: Any, case: Case) -> bool:
    return close(value, log_gaussian(*case.args))


def _density_underflows(seen: Observed, case: Case) -> bool:
    """Nothing is left of the density far away; in many dimensions it may have survived."""
    if not case.extreme:
        return _right_where_ordinary(seen.value, case)
    lost = isinstance(seen.value, Tensor) and not bool(seen.value.isfinite().any())
    return lost or (len(case.args[1]) > 10 and _right_where_ordinary(seen.value, case))


def _determinant_underflows(seen: Observed, case: Case) -> bool:
    if len(case.args[1]) < 10:
        return _right_where_ordinary(seen.value, case)
    return isinstance(seen.value, Tensor) and not bool(seen.value.isfinite().any())


LOG_MISTAKES = [
    *named({
        "half_missing_on_distance": ("The ½ is missing on the quadratic form (x − μ)ᵀ Σ⁻¹ (x − μ). "
            "It belongs to all three terms.",
            combined(distance=1.0)),
        "half_missing_on_log_det": ("The ½ is missing on log det Σ: the density divides by the "
            "square root of the determinant.",
            combined(log_det=1.0)),
        "half_missing_on_two_pi": ("The ½ is missing on D log 2π: the density divides by (2π) to "
            "the power D/2.",
            combined(two_pi=1.0)),
        "half_missing": ("The ½ is missing in front of the whole bracket.",
            combined(1.0, 1.0, 1.0)),
        "bracket_lost": ("Your −½ reaches the quadratic form only. It belongs to the whole "
            "bracket, log det Σ and D log 2π included: `-0.5 * (distance + log_det + D * "
            "math.log(2 * math.pi))`.",
            combined(0.5, 1.0, 1.0), combined(0.5, -1.0, -1.0), combined(0.5, -0.5, -0.5)),
        "sign_of_the_determinant": ("`slogdet` returns two things, the sign (here 1) and the log. "
            "You used the sign: take the second, `torch.linalg.slogdet(cov)[1]`.",
            sign_for_log_det),
        "log_det_missing": ("log det Σ is missing. Without it a wide Gaussian would be as high as "
            "a narrow one, and its density would not integrate to 1.",
            combined(log_det=0.0)),
        "two_pi_missing": ("D log 2π is missing. A constant, but without it the density does not "
            "integrate to 1.",
            combined(two_pi=0.0)),
        "both_constants_missing": ("Only the quadratic form is there: log det Σ and D log 2π are "
            "missing, so the density does not integrate to 1.",
            combined(log_det=0.0, two_pi=0.0)),
        "two_pi_once": ("You counted log 2π once. There is one for each dimension: D log 2π.",
            two_pi_once),
        "log_det_sign": ("The sign of log det Σ is wrong. A wider Gaussian is lower, so log det Σ "
            "is subtracted.",
            combined(log_det=-0.5)),
        "distance_sign": ("The sign of the quadratic form is wrong: your density grows with the "
            "distance from μ.",
            combined(distance=-0.5)),
        "negative": ("You return −log p, the negative log-likelihood. Return log p: higher is "
            "likelier.",
            combined(-0.5, -0.5, -0.5)),
        "cov_not_inverted": ("You multiplied by Σ where its inverse belongs. Use "
            "`torch.linalg.solve(cov, …)` or `torch.linalg.inv(cov)`.",
            with_distance(lambda away, cov: (away @ cov * away).sum(1))),
        "returns_density": ("You return the density, not its log. In 784 dimensions the density of "
            "any image is 0 in float32; its log is a number you can work with.",
            lambda x, mu, cov: log_gaussian(x, mu, cov).exp(), density_by_hand),
        "bits": ("You used log₂ (bits). Here logs are natural (nats): `torch.log`, `math.log`.",
            lambda x, mu, cov: log_gaussian(x, mu, cov) / math.log(2)),
        "diagonal_only": ("You used only the diagonal of Σ, as if the dimensions were independent. "
            "Use the whole matrix.",
            diagonal_only),
        "log_det_of_diagonal": ("Your log det Σ is the sum of the logs of the diagonal. That holds "
            "for a diagonal matrix; use `torch.logdet(cov)` or `torch.linalg.slogdet(cov)[1]`.",
            log_det_of_diagonal),
        "cholesky_log_det_not_doubled": ("With Σ = L Lᵀ, det Σ is the *square* of det L, so log "
            "det Σ is 2 Σ log Lᵢᵢ. The 2 is missing.",
            combined(log_det=0.25)),
        "cov_as_root": ("You used Σ as if it were a square root (a standard deviation): you have "
            "log N(μ, Σ Σᵀ). `scale_tril=` takes a Cholesky factor; a covariance goes into "
            "`covariance_matrix=`.",
            lambda x, mu, cov: log_gaussian(x, mu, cov @ cov.T)),
        "not_centered": ("You did not subtract μ. The quadratic form measures the distance from μ, "
            "not from 0.",
            lambda x, mu, cov: log_gaussian(x, torch.zeros_like(mu), cov)),
        "distance_by_diagonal": ("Your quadratic form divides by the diagonal of Σ, as if the "
            "dimensions were independent. Use the whole matrix: `torch.linalg.solve(cov, (x - "
            "mu).T).T`.",
            with_distance(lambda away, cov: (away.square() / cov.diagonal()).sum(1))),
        "distance_not_squared": ("You used the distance where its square belongs: take no square "
            "root of the quadratic form.",
            with_distance(lambda away, cov: (away * torch.linalg.solve(cov, away.T).T).sum(1).sqrt())),
        "mean_over_dimensions": ("You averaged the quadratic form over the dimensions. It is a sum "
            "over them: `.sum(1)`.",
            with_distance(lambda away, cov: (away * torch.linalg.solve(cov, away.T).T).mean(1))),
        "all_pairs": ("You return an (N, N) matrix of all pairs of examples. Each example meets "
            "only itself: take the diagonal, or multiply entry by entry and sum over the "
            "dimensions.",
            all_pairs),
        "summed_over_batch": ("You added up over the examples. Return one number for each example, "
            "shape (N,): sum over the dimensions only.",
            lambda x, mu, cov: log_gaussian(x, mu, cov).sum(),
            with_distance(lambda away, cov: (away * torch.linalg.solve(cov, away.T).T).sum()),
            with_distance(
                lambda away, cov: (away * torch.linalg.solve(cov, away.T).T).sum().expand(len(away))
            )),
        "mean_over_batch": ("You averaged over the examples. Return one number for each example, "
            "shape (N,).",
            lambda x, mu, cov: log_gaussian(x, mu, cov).mean()),
    }),
    Mistake("density_first", "Your formula is right, and it computes the density before it takes "
        "the log: far away, or in many dimensions, the density is 0 or infinite in float32, and so "
        "is your log. Write the log as a sum of three terms; no `exp` is needed.",
        lambda x, mu, cov: density_by_hand(x, mu, cov).log(), when=_density_underflows),
    Mistake("determinant_underflows", "Your formula is right, and with 60 dimensions of small "
        "variance det Σ is 0 in float32, so its log is −∞. Use `torch.logdet(cov)`, "
        "`torch.linalg.slogdet(cov)[1]` or a Cholesky factor, which never form the product.",
        by_det, when=_determinant_underflows),
]  # fmt: skip


def _at_the_mean(fn: Callable[..., Any], generator: Generator) -> str | None:
    value = float(fn(torch.zeros(1, 1), torch.zeros(1), torch.eye(1)))
    return (
        None
        if abs(value + 0.9189) < 1e-3
        else (
            f"for the standard Gaussian in one dimension, log p(0) must be −½ log 2π = −0.919; "
            f"yours is {value:.3f}"
        )
    )


def _integral(fn: Callable[..., Any], generator: Generator) -> str | None:
    grid = torch.linspace(-4, 6, 200)
    density = fn(grid[:, None], torch.ones(1), torch.full((1, 1), 0.5)).exp()
    total = float(density.sum() * (grid[1] - grid[0]))
    return (
        None
        if abs(total - 1) < 1e-2
        else (f"the density must integrate to 1 over the line; exp of yours gives {total:.3g}")
    )


LOG_GAUSSIAN = Exercise(
    name="log_gaussian",
    notebook="01",
    title="score points under a Gaussian, in nats",
    reference=log_gaussian,
    cases=_log_cases,
    mistakes=LOG_MISTAKES,
    properties=[Property("at the mean", _at_the_mean), Property("integral", _integral)],
    hints=[
        "Three terms inside one bracket with −½ in front: "
        "the squared distance from μ in units of Σ, "
        "log det Σ, and D log 2π. Only the first depends on the example.",
        "Σ⁻¹(x − μ) for all examples at once is `torch.linalg.solve(cov, (x - mu).T).T`, shape "
        "(N, D). Multiply it entry by entry with `x - mu` and sum over the dimensions. For "
        "log det Σ there is `torch.logdet`.",
        "`away = x - mu`, `distance = (away * torch.linalg.solve(cov, away.T).T).sum(1)`, and then "
        "`-0.5 * (distance + torch.logdet(cov) + len(mu) * math.log(2 * math.pi))`.",
    ],
    points=2,
)
