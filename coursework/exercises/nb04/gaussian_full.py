"""Exercise `gaussian_kl_full`: the KL with a whole covariance, and a formula that is misprinted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.distributions import gaussian_kl_full
from coursework.checking.exercise import NO_GRAPH, Case, Exercise, Observed
from coursework.exercises.ingredients import spread_out
from coursework.exercises.rules import Wrong, must_be, named, scaled, then

SMALL = "60 dimensions of small variance"


def _cases(generator: Generator) -> Iterator[Case]:
    for dims, label in ((3, "a random Gaussian"), (5, "a random Gaussian in five dimensions")):
        mu = 1 + torch.randn(dims, generator=generator)
        yield Case((mu, spread_out(dims, generator, 0.2, 2.0)), label)
    yield Case((1 + torch.randn(1, generator=generator), torch.full((1, 1), 0.6)), "one dimension")
    mu = torch.randn(60, generator=generator)
    yield Case((mu, spread_out(60, generator, 0.01, 0.03)), SMALL, True)


def full(
    trace: float = 0.5,
    square: float = 0.5,
    dims: float = 0.5,
    log_det: float = 0.5,
    traced: Callable[[Tensor], Tensor] = lambda cov: cov.trace(),
    logged: Callable[[Tensor], Tensor] = torch.logdet,
) -> Wrong:
    """The four terms with their weights, all ½ in the right formula; other ways to get two."""
    return lambda mu, cov: (
        trace * traced(cov) + square * mu @ mu - dims * len(mu) - log_det * logged(cov)
    )


def _reversed(mu: Tensor, cov: Tensor) -> Tensor:
    inverse = torch.linalg.inv(cov)
    return 0.5 * (inverse.trace() + mu @ inverse @ mu - len(mu) + torch.logdet(cov))


def _determinant_underflows(seen: Observed, case: Case) -> bool:
    """Right in value and in form wherever det Σ is a number in float32, infinite where it is 0."""
    right = gaussian_kl_full(*case.args)
    yours = seen.value
    if not isinstance(yours, Tensor) or yours.ndim or seen.gradients == NO_GRAPH:
        return False
    if case.label == SMALL:
        return bool(yours.isinf())
    return bool((yours - right).abs() < 1e-3 * (1 + right.abs()))


GAUSSIAN_KL_FULL = Exercise(
    name="gaussian_kl_full", notebook="04",
    title="KL from a Gaussian with any covariance to N(0, I)", reference=gaussian_kl_full,
    cases=_cases, differentiable=(0, 1), points=2, atol=1e-4,
    mistakes=named({
        "as_printed": ("That is the formula as some texts print it, with ½ on the trace alone. The "
            "½ belongs to the whole bracket: as printed, KL(N(0, I)‖N(0, I)) would be −K/2, and no "
            "divergence is negative.", full(square=1, dims=1, log_det=1)),
        "half_missing": ("The ½ in front of the bracket is missing: yours is exactly twice the KL.",
            scaled(gaussian_kl_full, 2)),
        "half_on_part": ("The ½ covers only some of the terms: ½ (tr Σ + μᵀμ − K − log det Σ).",
            full(dims=1, log_det=1), full(dims=1), full(log_det=1), full(trace=1, square=1),
            full(trace=1, square=1, dims=1), full(trace=1), full(square=1)),
        "log_of_trace": ("You took the log of the trace. It is the log of the determinant: "
            "`torch.logdet(cov)`.", full(logged=lambda cov: cov.trace().log())),
        "diagonal_only": ("Your log det Σ is the sum of the logs of the diagonal, as if the "
            "dimensions were independent. Use the whole matrix: `torch.logdet(cov)`.",
            full(logged=lambda cov: cov.diagonal().log().sum())),
        "det_not_logged": ("You subtracted the determinant itself. Its log is needed: "
            "`torch.logdet(cov)`.", full(logged=torch.det)),
        "log_of_entries": ("You took the log entry by entry. Use `torch.logdet(cov)`.",
            full(logged=lambda cov: cov.log().sum()),
            full(logged=lambda cov: cov.abs().log().sum())),
        "slogdet_sign": ("`torch.linalg.slogdet` returns the sign first and the log second: take "
            "`[1]`.", full(logged=lambda cov: torch.linalg.slogdet(cov)[0])),
        "cholesky_log_det_not_doubled": ("With Σ = L Lᵀ, det Σ is the *square* of det L, so log "
            "det Σ is 2 Σ log Lᵢᵢ. The 2 is missing.", full(log_det=0.25)),
        "k_missing": ("The −K is missing: for N(0, I) itself yours is K/2 instead of 0.",
            full(dims=0)),
        "one_for_k": ("You subtracted 1 where K, the number of dimensions, belongs: `len(mu)`.",
            then(full(dims=0), lambda kl: kl - 0.5)),
        "entries_for_k": ("You counted the entries of Σ, K². The number of dimensions is "
            "`len(mu)`.", lambda mu, cov: full(dims=0)(mu, cov) - 0.5 * cov.numel()),
        "k_added": ("K has the wrong sign: it is subtracted.", full(dims=-0.5)),
        "sum_of_entries": ("You added up all entries of Σ. The trace is the sum of the diagonal: "
            "`cov.trace()`.", full(traced=lambda cov: cov.sum())),
        "sign": ("The sign is wrong: yours is −KL.", scaled(gaussian_kl_full, -1)),
        "log_det_sign": ("The log-determinant has the wrong sign: it is subtracted.",
            full(log_det=-0.5)),
        "log_det_missing": ("log det Σ is missing: it is what keeps the variances from shrinking "
            "to 0.", full(log_det=0)),
        "trace_missing": ("The trace is missing: it is what keeps the variances from growing.",
            full(trace=0)),
        "mu_missing": ("μ does not occur: μᵀμ = `mu @ mu` is missing.", full(square=0)),
        "norm_not_squared": ("You took the length of μ. Its square is needed: `mu @ mu`.",
            lambda mu, cov: full(square=0)(mu, cov) + 0.5 * mu.norm()),
        "mu_summed": ("You added up μ. It is squared first: `mu @ mu`.",
            lambda mu, cov: full(square=0)(mu, cov) + 0.5 * mu.sum()),
        "outer_product": ("You return a matrix: something is an outer product. μᵀμ is one number, "
            "`mu @ mu`, and the trace is one too.",
            lambda mu, cov: full(square=0)(mu, cov) + 0.5 * torch.outer(mu, mu),
            lambda mu, cov: 0.5 * (cov + mu @ mu - len(mu) - torch.logdet(cov))),
        "mahalanobis": ("You put Σ into the term of μ, as the density of N(μ, Σ) would. The term "
            "comes from the prior N(0, I), so it is `mu @ mu`.",
            lambda mu, cov: full(square=0)(mu, cov) + 0.5 * mu @ torch.linalg.solve(cov, mu),
            lambda mu, cov: full(square=0)(mu, cov) + 0.5 * mu @ cov @ mu),
        "cov_as_root": ("You used Σ as if it were a square root: that is the KL for the covariance "
            "Σ Σᵀ. `scale_tril=` takes a Cholesky factor, `covariance_matrix=` takes Σ.",
            lambda mu, cov: gaussian_kl_full(mu, cov @ cov.T),
            lambda mu, cov: gaussian_kl_full(mu, cov.tril() @ cov.tril().T)),
        "other_direction": ("That is KL(p‖q), from N(0, I) to N(μ, Σ): inverses come in where p "
            "and q change places. Asked for is KL(q‖p).", _reversed),
        "mean_over_dimensions": ("You divided by the number of dimensions. The KL is a sum over "
            "them.", lambda mu, cov: gaussian_kl_full(mu, cov) / len(mu)),
        "bits": ("Right in bits; nats are asked for.", scaled(gaussian_kl_full, 1 / math.log(2))),
    })
    + named({
        "determinant_underflows": ("Your formula is right, and with 60 dimensions of small "
            "variance det Σ is 0 in float32, so its log is −∞. Use `torch.logdet(cov)`, which "
            "never forms the product.",
            full(logged=lambda cov: torch.linalg.eigvalsh(cov).prod().log())),
    }, when=_determinant_underflows),
    properties=[
        must_be("zero", 0, lambda fn, _: fn(torch.zeros(4), torch.eye(4)),
            "must be 0 for N(0, I) itself; with K = 4 yours is {:.3g}", 1e-5),
    ],
    hints=["Compare with the diagonal case, term by term: Σ σ² becomes the trace, Σ log σ² the log "
           "of the determinant, and the ones add up to K.",
           "`cov.trace()`, `mu @ mu`, `len(mu)`, `torch.logdet(cov)`: four numbers in one bracket.",
           "`0.5 * (cov.trace() + mu @ mu - len(mu) - torch.logdet(cov))`"],
)  # fmt: skip
