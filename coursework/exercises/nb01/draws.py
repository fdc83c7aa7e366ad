"""Could the draws that `sample_joint` returns come from the joint distribution?

False alarms, for a right answer, over the two large cases (C = 3, D = 2 and C = 4, D = 3):
7 counts, each outside Bernstein's bound with probability below 2 e⁻²⁰; 18 means of whitened
points, each beyond 6.2 standard errors with 5.7e-10; 18 means of squares, each outside the
chi-squared bound of Laurent and Massart (2000, lemma 1) with 2 e⁻²⁰; 15 means of products, each
half a difference of two such, with 4 e⁻²⁰; 2 distribution functions, each off by more than the
bound of Dvoretzky, Kiefer, Wolfowitz and Massart with 2 e⁻²⁰. e⁻²⁰ = 2.1e-9: 2.5e-7 in all. The
replays have none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import describe, misfit
from coursework.checking.exercise import InterfaceError

MANY, FEW = 4000, 16
T = 20.0  # each bound is broken with a probability of a few times exp(-T)


@dataclass(eq=False)
class Draws:
    """Points x (n, D) with their classes y (n,), and how they came about.

    replays: the same generator gives the same draws. stuck: another generator gives the same, too.
    swapped: (y, x) was returned. right: it is a sample of p(x, y) that only the generator decides.
    """

    x: Tensor
    y: Tensor
    replays: bool
    stuck: bool
    swapped: bool
    right: bool = False

    def __repr__(self) -> str:
        """As a message names it: the numbers themselves are random."""
        return "a sample of p(x, y)" if self.right else "a sample of another distribution"


def observe(
    fn: Callable[..., Any], n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> Draws:
    """One draw of n, and three small ones: twice from one seed, once from another."""
    seed, dims = generator.initial_seed() % 2**31, mus.shape[1]

    def small(offset: int) -> Any:
        return fn(FEW, prior, mus, covs, Generator().manual_seed(seed + offset))

    pairs = [fn(n, prior, mus, covs, generator), small(1), small(1), small(2)]
    swapped = _is_swapped(pairs[0], n, dims)
    pairs = [pair[::-1] if swapped else pair for pair in pairs]
    for pair, count in zip(pairs, (n, FEW, FEW, FEW), strict=True):
        demand_form(pair, count, dims)
    (x, y), one, two, other = pairs
    replays = all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    draws = Draws(x.detach().float(), y, replays, torch.equal(one[0], other[0]), swapped)
    draws.right = replays and not draws.stuck and not swapped
    draws.right = draws.right and is_joint(draws.x, y, prior, mus, covs)
    return draws


def _is_swapped(pair: Any, n: int, dims: int) -> bool:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return False
    return [getattr(one, "shape", None) for one in pair] == [(n,), (n, dims)]


def demand_form(pair: Any, n: int, dims: int) -> None:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise InterfaceError(
            f"you should return two things, `return x, y`; yours is {describe(pair)}"
        )
    for given, wanted, what in (
        (pair[0], torch.zeros(n, dims), "x, the points,"),
        (pair[1], torch.zeros(n, dtype=torch.long), "y, the classes,"),
    ):
        if sentence := misfit(given, wanted, what):
            raise InterfaceError(sentence)


def is_joint(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    """Could (x, y) come from the joint? A small sample is only asked for its range."""
    if not x.isfinite().all() or y.min() < 0 or y.max() >= len(prior):
        return False
    if len(y) < MANY:
        return True
    noises = whitened(x, y, mus, torch.linalg.cholesky(covs))
    return counts_fit(y, prior) and not in_order(y) and standard(noises)


def counts_fit(y: Tensor, prior: Tensor) -> bool:
    expected = len(y) * prior.double()
    slack = T / 3 + (T**2 / 9 + 2 * T * expected * (1 - prior)).sqrt()  # Bernstein
    counts = torch.bincount(y, minlength=len(prior))[: len(prior)]
    return bool(((counts - expected).abs() <= slack).all())


def in_order(y: Tensor) -> bool:
    return bool((y[1:] >= y[:-1]).all() or (y[1:] <= y[:-1]).all())


def whitened(x: Tensor, y: Tensor, mus: Tensor, roots: Tensor) -> list[Tensor]:
    """For each class, the noise (n_c, D) that would have made its points: root⁻¹ (x − mu)."""
    return [
        torch.linalg.solve(r, (x[y == c] - m).T).T.double()
        for c, (m, r) in enumerate(zip(mus, roots, strict=True))
    ]


def standard(noises: Sequence[Tensor]) -> bool:
    """Could each of these be draws (n_c, D) from N(0, I)?"""
    if any(len(noise) < 100 for noise in noises):
        return False
    for noise in noises:
        n = len(noise)
        slack = 2 * math.sqrt(T / n) + 2 * T / n  # Laurent and Massart
        moments = noise.T @ noise / n - torch.eye(noise.shape[1], dtype=noise.dtype)
        if (noise.mean(0).abs() > 6.2 / math.sqrt(n)).any() or (moments.abs() > slack).any():
            return False
    values = torch.cat([noise.flatten() for noise in noises]).sort().values
    steps = torch.arange(1, len(values) + 1, dtype=values.dtype) / len(values)
    gap = (torch.special.ndtr(values) - steps).abs().max()
    return bool(gap <= math.sqrt(T / (2 * len(values))) + 1 / len(values))
