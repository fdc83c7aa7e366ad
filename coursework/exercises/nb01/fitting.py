"""`gaussian_mle`: fit a Gaussian."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Observed, Part, Property
from coursework.checking.parts import EDGES, item
from coursework.exercises.ingredients import spread_out
from coursework.exercises.rules import named, recognized

Fit = Callable[[Tensor], tuple[Tensor, Tensor]]


def gaussian_mle(x: Tensor) -> tuple[Tensor, Tensor]:
    """The Gaussian under which x (N, D) is likeliest: mu (D,) and cov (D, D). Bishop, eq. 2.122."""
    mu = x.mean(0)
    centered = x - mu
    return mu, centered.T @ centered / len(x)


def _points(n: int, dims: int, generator: Generator) -> Tensor:
    """Points (n, dims) with means of 1 to 3 and correlated coordinates."""
    means = 1 + 2 * torch.rand(dims, generator=generator)
    root = torch.linalg.cholesky(spread_out(dims, generator))
    return means + torch.randn(n, dims, generator=generator) @ root.T


def _mle_cases(generator: Generator) -> Iterator[Case]:
    yield Case((_points(9, 3, generator),), "nine points in three dimensions")
    yield Case((_points(60, 2, generator),), "sixty points in a plane")
    yield Case((_points(4, 4, generator),), "as many points as dimensions")
    yield Case((_points(1, 3, generator),), "a single point")


def _scatter(x: Tensor) -> Tensor:
    return (x - x.mean(0)).T @ (x - x.mean(0))


def _variances(x: Tensor, less: int) -> Tensor:
    """Variance of each dimension (D,), divided by N − less."""
    return _scatter(x).diagonal() / (len(x) - less)


def _correlations(x: Tensor) -> Tensor:
    deviations = _scatter(x).diagonal().sqrt()
    return _scatter(x) / torch.outer(deviations, deviations)


def _per_example(seen: Observed, case: Case) -> bool:
    """The second thing returned has one row and column per example."""
    n, dims = case.args[0].shape
    both = seen.value if isinstance(seen.value, (tuple, list)) else []
    if len(both) != 2 or not all(isinstance(v, Tensor) for v in both):
        return False
    mu, cov = both
    if n == 1:  # `torch.cov` returns a bare number here
        return cov.numel() == 1
    return cov.shape == (n, n) and (n != dims or mu.shape != (n, n))


PER_EXAMPLE = recognized({
    "examples_not_dimensions": ("Your covariance has a row for each example, (N, N). It should "
        "have a row for each dimension, (D, D): the sum runs over the examples, so they must be "
        "the inner size of the product, `centered.T @ centered`.", _per_example,
        lambda x: (x.mean(0), (x - x.mean(0)) @ (x - x.mean(0)).T / len(x))),
})  # fmt: skip

MISTAKES = named({
    "divided_by_n_minus_1": ("You divided by N − 1. That is the unbiased estimate; maximum "
        "likelihood divides by N. (`torch.cov` divides by N − 1 unless you say `correction=0`.)",
        lambda x: (x.mean(0), _scatter(x) / (len(x) - 1))),
    "standard_deviations": ("You return standard deviations. A covariance holds variances on its "
        "diagonal, and beside it how the dimensions move together. Take no square root.",
        lambda x: (x.mean(0), _variances(x, 0).sqrt()),
        lambda x: (x.mean(0), _variances(x, 1).sqrt()),
        lambda x: (x.mean(0), _variances(x, 0).sqrt().diag()),
        lambda x: (x.mean(0), _variances(x, 1).sqrt().diag()),
        lambda x: (x.mean(0), (_scatter(x) / len(x)).sqrt())),
    "variances_only": ("You return the variance of each dimension and leave out how the dimensions "
        "move together. Yours is the diagonal of the covariance, `centered.T @ centered / N`.",
        lambda x: (x.mean(0), _variances(x, 0)), lambda x: (x.mean(0), _variances(x, 1)),
        lambda x: (x.mean(0), _variances(x, 0).diag()),
        lambda x: (x.mean(0), _variances(x, 1).diag())),
    "not_centered": ("You did not subtract the mean before you multiplied. The covariance measures "
        "spread around mu; yours measures spread around the origin. Use `x - mu`.",
        lambda x: (x.mean(0), x.T @ x / len(x))),
    "dot_for_outer": ("You subtracted `mu @ mu`, which is one number. The mean of x xᵀ minus the "
        "*matrix* μμᵀ, `torch.outer(mu, mu)`, would be right; easier is to subtract `mu` first.",
        lambda x: (x.mean(0), x.T @ x / len(x) - x.mean(0) @ x.mean(0))),
    "only_the_covariance": ("You return the covariance alone. Both are needed: `return mu, cov`.",
        lambda x: _scatter(x) / len(x)),
    "only_the_mean": ("You return the mean alone. A Gaussian needs both: `return mu, cov`.",
        lambda x: x.mean(0)),
    "swapped": ("Both are right, in the wrong order. Return the mean first: `return mu, cov`.",
        lambda x: (_scatter(x) / len(x), x.mean(0))),
    "mean_over_dimensions": ("You took the mean of each example over its dimensions. Take the mean "
        "of each dimension over the examples: `x.mean(0)` (the first axis goes away).",
        lambda x: (
            x.mean(1),
            (x - x.mean(1, keepdim=True)).T @ (x - x.mean(1, keepdim=True)) / len(x),
        ),
        lambda x: (x.mean(1), _scatter(x) / len(x))),
    "one_mean_for_all_dimensions": ("You took one mean over all numbers in `x`. Each dimension has "
        "its own: `x.mean(0)`.", lambda x: (x.mean(), (x - x.mean()).T @ (x - x.mean()) / len(x)),
        lambda x: (x.mean().expand(x.shape[1]), (x - x.mean()).T @ (x - x.mean()) / len(x)),
        lambda x: (x.mean(), _scatter(x) / len(x))),
    "sum_not_mean": ("You added up the products and did not divide. A covariance is a mean over "
        "the N examples: divide by `len(x)`.", lambda x: (x.mean(0), _scatter(x))),
    "divided_by_dimensions": ("You divided by D, the number of dimensions. The mean runs over the "
        "N examples: divide by `len(x)`.", lambda x: (x.mean(0), _scatter(x) / x.shape[1])),
    "correlations": ("You return correlations: each entry was divided by two standard deviations, "
        "so the diagonal is 1 and the scale is lost. Leave that division out.",
        lambda x: (x.mean(0), _correlations(x))),
    "precision": ("You return the inverse of the covariance, the precision. Don't invert.",
        lambda x: (x.mean(0), torch.linalg.inv_ex(_scatter(x) / len(x))[0])),
})  # fmt: skip


def _shift_moves_cov(fn: Fit, generator: Generator) -> str | None:
    x = _points(20, 2, generator)
    gap = float((fn(x)[1] - fn(x + 5)[1]).abs().max())
    if gap < 1e-3:
        return None
    return f"moving all points must leave `cov` as it is; yours changes by {gap:.3g}"


def _not_symmetric(fn: Fit, generator: Generator) -> str | None:
    cov = fn(_points(20, 3, generator))[1]
    gap = float((cov - cov.T).abs().max())
    return None if gap < 1e-4 else f"`cov` must equal its transpose; yours is off by {gap:.3g}"


GAUSSIAN_MLE = Exercise(
    name="gaussian_mle",
    notebook="01",
    title="fit a Gaussian by maximum likelihood",
    reference=gaussian_mle,
    cases=_mle_cases,
    mistakes=[*PER_EXAMPLE, *MISTAKES],
    properties=[Property("shift", _shift_moves_cov), Property("symmetric", _not_symmetric)],
    parts=[
        Part("form", "the form", 0.25),
        Part("mean", "the mean", 0.5, item(0)),
        Part("covariance", "the covariance", 0.75, item(1)),
        Part("edges", EDGES, 0.5),
    ],
    hints=[
        "Two averages over the N examples: first of x itself, then of (x − μ)(x − μ)ᵀ, which is a "
        "(D, D) matrix for each example.",
        "The mean over examples is `x.mean(0)`. Subtract it (the shapes (N, D) and (D,) fit as "
        "they are). A sum over examples of column times row is one matrix product: which of the "
        "two factors needs the `.T`, so that (D, N) meets (N, D)?",
        "`mu = x.mean(0)`, `centered = x - mu`, `cov = centered.T @ centered / len(x)`, and both "
        "go back in this order: `return mu, cov`.",
    ],
    points=2,
    atol=2e-5,
)
