"""`log_gaussian`: score points under a Gaussian."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor
from torch.distributions import MultivariateNormal, Normal

from course_utils.distributions import log_gaussian
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.ingredients import spread_out
from coursework.exercises.rules import named, recognized


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


@dataclass(frozen=True)
class Bracket:
    """The arguments and the terms in the bracket: log p = −½ (distance + log_det + two_pi)."""

    x: Tensor
    mu: Tensor
    cov: Tensor

    @property
    def away(self) -> Tensor:
        """x − μ, (N, D)."""
        return self.x - self.mu

    @property
    def products(self) -> Tensor:
        """What is summed over D in the distance, (N, D)."""
        return self.away * torch.linalg.solve(self.cov, self.away.T).T

    @property
    def pairs(self) -> Tensor:
        """(x − μ)ᵀ Σ⁻¹ (x′ − μ) of every two examples, (N, N)."""
        return self.away @ torch.linalg.solve(self.cov, self.away.T)

    @property
    def distance(self) -> Tensor:
        """(x − μ)ᵀ Σ⁻¹ (x − μ), (N,)."""
        return self.products.sum(1)

    @property
    def log_det(self) -> Tensor:
        return torch.linalg.slogdet(self.cov)[1]

    @property
    def two_pi(self) -> float:
        """D log 2π."""
        return len(self.mu) * math.log(2 * math.pi)

    @property
    def log_p(self) -> Tensor:
        """log p(x), (N,) nats: the right answer."""
        return log_gaussian(self.x, self.mu, self.cov)

    @property
    def density(self) -> Tensor:
        """p(x), (N,), with the determinant and without a log."""
        height = torch.sqrt((2 * math.pi) ** len(self.mu) * torch.det(self.cov))
        return torch.exp(-0.5 * self.distance) / height


def _is_lost(value: Any) -> bool:
    return isinstance(value, Tensor) and not bool(value.isfinite().any())


def _density_underflows(seen: Observed, case: Case) -> bool:
    """Nothing is left of the density far away; in many dimensions it may have survived."""
    right = close(seen.value, log_gaussian(*case.args))
    many = len(case.args[1]) > 10
    return (_is_lost(seen.value) or (many and right)) if case.extreme else right


def _determinant_underflows(seen: Observed, case: Case) -> bool:
    many = len(case.args[1]) > 10
    return _is_lost(seen.value) if many else close(seen.value, log_gaussian(*case.args))


MISTAKES = named({
    "half_missing_on_distance": ("The ½ is missing on the quadratic form (x − μ)ᵀ Σ⁻¹ (x − μ). It "
        "belongs to all three terms.", lambda t: -t.distance - 0.5 * (t.log_det + t.two_pi)),
    "half_missing_on_log_det": ("The ½ is missing on log det Σ: the density divides by the square "
        "root of the determinant.", lambda t: -t.log_det - 0.5 * (t.distance + t.two_pi)),
    "half_missing_on_two_pi": ("The ½ is missing on D log 2π: the density divides by (2π)^(D/2).",
        lambda t: -t.two_pi - 0.5 * (t.distance + t.log_det)),
    "half_missing": ("The ½ is missing in front of the whole bracket.",
        lambda t: -(t.distance + t.log_det + t.two_pi)),
    "bracket_lost": ("Your −½ reaches the quadratic form only. It belongs to the whole bracket: "
        "`-0.5 * (distance + log_det + D * math.log(2 * math.pi))`.",
        lambda t: -0.5 * t.distance - t.log_det - t.two_pi,
        lambda t: -0.5 * t.distance + t.log_det + t.two_pi,
        lambda t: -0.5 * t.distance + 0.5 * t.log_det + 0.5 * t.two_pi),
    "sign_of_the_determinant": ("`slogdet` returns two things, the sign (here 1) and the log. You "
        "used the sign: take the second, `torch.linalg.slogdet(cov)[1]`.",
        lambda t: -0.5 * (t.distance + 1 + t.two_pi)),
    "log_det_missing": ("log det Σ is missing. Without it a wide Gaussian would be as high as a "
        "narrow one, and its density would not integrate to 1.",
        lambda t: -0.5 * (t.distance + t.two_pi)),
    "two_pi_missing": ("D log 2π is missing: without it the density does not integrate to 1.",
        lambda t: -0.5 * (t.distance + t.log_det)),
    "both_constants_missing": ("Only the quadratic form is there: log det Σ and D log 2π are "
        "missing, so the density does not integrate to 1.", lambda t: -0.5 * t.distance),
    "two_pi_once": ("You counted log 2π once. There is one for each dimension: D log 2π.",
        lambda t: -0.5 * (t.distance + t.log_det + math.log(2 * math.pi))),
    "dimension_inside_the_log": ("You took the log of D · 2π. D multiplies the log: D log 2π.",
        lambda t: -0.5 * (t.distance + t.log_det + math.log(len(t.mu) * 2 * math.pi))),
    "two_pi_per_example": ("You counted one log 2π for each example, N log 2π. There is one for "
        "each dimension, D log 2π, and D is `len(mu)` or `x.shape[1]`.",
        lambda t: -0.5 * (t.distance + t.log_det + len(t.x) * math.log(2 * math.pi))),
    "two_pi_sign": ("D log 2π has the wrong sign: the density divides by (2π)^(D/2), so "
        "½ D log 2π is subtracted.",
        lambda t: -0.5 * (t.distance + t.log_det - t.two_pi),
        lambda t: -0.5 * (t.distance + t.log_det) + t.two_pi),
    "log_det_sign": ("The sign of log det Σ is wrong: a wider Gaussian is lower, so subtract it.",
        lambda t: -0.5 * (t.distance - t.log_det + t.two_pi)),
    "distance_sign": ("The sign of the quadratic form is wrong: your density grows away from μ.",
        lambda t: -0.5 * (-t.distance + t.log_det + t.two_pi)),
    "negative": ("You return −log p. Return log p: higher is likelier.",
        lambda t: 0.5 * (t.distance + t.log_det + t.two_pi)),
    "cov_not_inverted": ("You multiplied by Σ where its inverse belongs. Use "
        "`torch.linalg.solve(cov, …)` or `torch.linalg.inv(cov)`.",
        lambda t: -0.5 * ((t.away @ t.cov * t.away).sum(1) + t.log_det + t.two_pi),
        lambda t: log_gaussian(t.x, t.mu, torch.linalg.inv(t.cov))),
    "inverted_entry_by_entry": ("You inverted each entry of Σ, as `1 / cov` and `cov ** -1` do. "
        "The inverse of a matrix is another matrix: use `torch.linalg.solve(cov, …)` or "
        "`torch.linalg.inv(cov)`.",
        lambda t: -0.5 * ((t.away @ (1 / t.cov) * t.away).sum(1) + t.log_det + t.two_pi)),
    "returns_density": ("You return the density, not its log. In 784 dimensions the density of any "
        "image is 0 in float32; its log is a number you can work with.", lambda t: t.log_p.exp(),
        lambda t: t.density),
    "bits": ("You used log₂ (bits). Here logs are natural (nats): `torch.log`, `math.log`.",
        lambda t: t.log_p / math.log(2)),
    "diagonal_only": ("You used only the diagonal of Σ, as if the dimensions were independent. Use "
        "the whole matrix.", lambda t: log_gaussian(t.x, t.mu, t.cov.diagonal().diag())),
    "variances_as_deviations": ("`Normal` takes standard deviations; you gave it variances, the "
        "diagonal of Σ. Besides, it leaves out the covariances: use the whole Σ.",
        lambda t: Normal(t.mu, t.cov.diagonal()).log_prob(t.x).sum(1)),
    "log_det_of_diagonal": ("Your log det Σ is the sum of the logs of the diagonal. That holds for "
        "a diagonal matrix; use `torch.logdet(cov)` or `torch.linalg.slogdet(cov)[1]`.",
        lambda t: -0.5 * (t.distance + t.cov.diagonal().log().sum() + t.two_pi)),
    "cholesky_log_det_not_doubled": ("With Σ = L Lᵀ, det Σ is the *square* of det L, so log det Σ "
        "is 2 Σ log Lᵢᵢ. The 2 is missing.",
        lambda t: -0.5 * (t.distance + 0.5 * t.log_det + t.two_pi)),
    "cov_as_root": ("You used Σ as if it were a square root (a standard deviation): you have log "
        "N(μ, Σ Σᵀ). `scale_tril=` takes a Cholesky factor; a covariance goes into "
        "`covariance_matrix=`.", lambda t: log_gaussian(t.x, t.mu, t.cov @ t.cov.T),
        lambda t: MultivariateNormal(t.mu, scale_tril=t.cov.tril()).log_prob(t.x)),
    "not_centered": ("You did not subtract μ: the distance is measured from μ, not from 0.",
        lambda t: log_gaussian(t.x, torch.zeros_like(t.mu), t.cov)),
    "distance_by_diagonal": ("Your quadratic form divides by the diagonal of Σ, as if dimensions "
        "were independent. Use the whole matrix: `torch.linalg.solve(cov, (x - mu).T).T`.",
        lambda t: -0.5 * ((t.away.square() / t.cov.diagonal()).sum(1) + t.log_det + t.two_pi)),
    "distance_not_squared": ("You used the distance where its square belongs: take no square root "
        "of the quadratic form.", lambda t: -0.5 * (t.distance.sqrt() + t.log_det + t.two_pi)),
    "mean_over_dimensions": ("You averaged the quadratic form over the dimensions. It is a sum "
        "over them: `.sum(1)`.", lambda t: -0.5 * (t.products.mean(1) + t.log_det + t.two_pi)),
    "summed_over_examples": ("Your quadratic form is summed over the examples. After "
        "`solve(cov, away.T)` they lie along axis 1: sum over axis 0 there, or turn it back with "
        "`.T` and sum over axis 1.", lambda t: -0.5 * (t.products.sum(0) + t.log_det + t.two_pi)),
    "all_pairs": ("You return an (N, N) matrix of all pairs of examples. Each example meets only "
        "itself: take the diagonal, or multiply entry by entry and sum over the dimensions.",
        lambda t: -0.5 * (t.pairs + t.log_det + t.two_pi)),
    "pairs_summed": ("`away @ inv @ away.T` holds a number for each *pair* of examples, (N, N), "
        "and you summed its rows. Each example meets only itself: take `.diagonal()`, or `(away @ "
        "inv * away).sum(1)`.", lambda t: -0.5 * (t.pairs.sum(1) + t.log_det + t.two_pi),
        lambda t: -0.5 * (t.pairs + t.log_det + t.two_pi).sum(1)),
    "summed_over_batch": ("You added up over the examples. Return one number for each example, "
        "shape (N,): sum over the dimensions only.", lambda t: t.log_p.sum(),
        lambda t: -0.5 * (t.products.sum() + t.log_det + t.two_pi),
        lambda t: -0.5 * (t.products.sum().expand(len(t.x)) + t.log_det + t.two_pi)),
    "mean_over_batch": ("You averaged over the examples. Each keeps its own number, (N,).",
        lambda t: t.log_p.mean()),
}, read=Bracket)  # fmt: skip

UNDERFLOWS = recognized({
    "density_first": ("Your formula is right, and it computes the density before it takes the log: "
        "far away, or in many dimensions, the density is 0 or infinite in float32, and so is your "
        "log. Write the log as a sum of three terms; no `exp` is needed.", _density_underflows,
        lambda t: t.density.log()),
    "determinant_underflows": ("Your formula is right, and with 60 dimensions of small variance "
        "det Σ is 0 in float32, so its log is −∞. Use `torch.logdet(cov)`, "
        "`torch.linalg.slogdet(cov)[1]` or a Cholesky factor, which never form the product.",
        _determinant_underflows, lambda t: -0.5 * (t.distance + torch.det(t.cov).log() + t.two_pi)),
}, read=Bracket)  # fmt: skip


def _at_the_mean(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    value = float(fn(torch.zeros(1, 1), torch.zeros(1), torch.eye(1)))
    if abs(value + 0.9189) < 1e-3:
        return None
    return f"for N(0, 1), log p(0) must be −½ log 2π = −0.919; yours is {value:.3f}"


def _integral(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    grid = torch.linspace(-4, 6, 200)
    density = fn(grid[:, None], torch.ones(1), torch.full((1, 1), 0.5)).exp()
    total = float(density.sum() * (grid[1] - grid[0]))
    if abs(total - 1) < 1e-2:
        return None
    return f"the density must integrate to 1 over the line; exp of yours gives {total:.3g}"


LOG_GAUSSIAN = Exercise(
    name="log_gaussian",
    notebook="01",
    title="score points under a Gaussian, in nats",
    reference=log_gaussian,
    cases=_log_cases,
    mistakes=[*MISTAKES, *UNDERFLOWS],
    properties=[Property("at the mean", _at_the_mean), Property("integral", _integral)],
    hints=[
        "Three terms inside one bracket with −½ in front: "
        "the squared distance from μ in units of Σ, log det Σ, and D log 2π. "
        "Only the first depends on the example.",
        "Σ⁻¹(x − μ) for all examples at once is `torch.linalg.solve(cov, (x - mu).T).T`, shape "
        "(N, D). Multiply it entry by entry with `x - mu` and sum over the dimensions. For "
        "log det Σ there is `torch.logdet`.",
        "`away = x - mu`, `distance = (away * torch.linalg.solve(cov, away.T).T).sum(1)`, and then "
        "`-0.5 * (distance + torch.logdet(cov) + len(mu) * math.log(2 * math.pi))`.",
    ],
    points=2,
)
