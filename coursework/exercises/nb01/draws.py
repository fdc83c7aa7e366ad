"""What is looked at in the draws that `sample_joint` returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import describe, misfit
from coursework.checking.exercise import InterfaceError
from coursework.exercises.nb01.chance import counts_fit, in_order, standard, whitened

MANY, FEW = 4000, 16


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
