"""What is looked at in the draws that `sample_joint` returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import describe, misfit
from coursework.checking.exercise import InterfaceError
from coursework.exercises.nb01.chance import counts_fit, in_order, standard, whitened

MANY, FEW = 4000, 16


def observe(
    fn: Callable[..., Any], n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> dict[str, Any]:
    """One draw of n, and three small ones: twice from one seed, once from another."""
    seed = generator.initial_seed() % 2**31

    def small(offset: int) -> Any:
        return fn(FEW, prior, mus, covs, Generator().manual_seed(seed + offset))

    drawn = fn(n, prior, mus, covs, generator)
    swapped = (
        isinstance(drawn, (tuple, list))
        and len(drawn) == 2
        and all(isinstance(d, Tensor) for d in drawn)
    )
    swapped = swapped and drawn[0].shape == (n,) and drawn[1].shape == (n, mus.shape[1])
    if swapped:
        return {"swapped": True, "right": False}
    one, two, other = small(1), small(1), small(2)
    for pair, count in ((drawn, n), (one, FEW), (two, FEW), (other, FEW)):
        demand_form(pair, count, mus.shape[1])
    x, y = drawn[0].detach().float(), drawn[1]
    value = {
        "x": x,
        "y": y,
        "replays": torch.equal(one[0], two[0]) and torch.equal(one[1], two[1]),
        "stuck": torch.equal(one[0], other[0]),
        "swapped": False,
    }
    value["right"] = value["replays"] and not value["stuck"] and is_joint(x, y, prior, mus, covs)
    return value


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
    return (
        counts_fit(y, prior)
        and not in_order(y)
        and standard(whitened(x, y, mus, torch.linalg.cholesky(covs)))
    )
