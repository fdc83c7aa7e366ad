"""Grids, and densities on them that tell mistakes apart, for the exercises on densities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, Observed


def uniform(generator: Generator, low: float, high: float, *shape: int) -> Tensor:
    """Random numbers between low and high, float64."""
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)


def grid(generator: Generator) -> tuple[Tensor, float]:
    """x (M,) from -12 to 12 and its spacing, between 0.03 and 0.06."""
    count = 400 + int(torch.randint(0, 400, (), generator=generator))
    x = torch.linspace(-12, 12, count, dtype=torch.float64)
    return x, 24 / (count - 1)


def bumps(x: Tensor, generator: Generator) -> Tensor:
    """Two Gaussians of unlike weights and widths that are nearly 0 at the ends of the grid."""
    mu, sigma = uniform(generator, -3, 3, 2), uniform(generator, 0.5, 1.3, 2)
    weight = uniform(generator, 0.25, 0.4)
    peaks = torch.exp(-0.5 * ((x[:, None] - mu) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
    return peaks @ torch.stack([weight, 1 - weight])


def box(x: Tensor, dx: float, center: float, width: float) -> Tensor:
    """A density (M,) that is constant within `width` and exactly 0 outside, with sum * dx = 1."""
    inside = ((x - center).abs() < width / 2).double()
    return inside / (inside.sum() * dx)


def distinct_pair(x: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Two densities (M,) that differ: p's bumps stand at least 1 to the left of q's, on average."""
    return bumps(x + uniform(generator, 0.8, 1.5), generator), bumps(x - 0.7, generator)


def boxes(generator: Generator, x: Tensor, dx: float, apart: bool) -> tuple[Tensor, Tensor]:
    """Two boxes of unlike widths that overlap, or that are apart, both within the grid."""
    wide, narrow = float(uniform(generator, 3, 4)), float(uniform(generator, 1.5, 2.5))
    gap = 5.0 if apart else float(uniform(generator, 0.8, 1.4))
    return box(x, dx, -gap / 2, wide), box(x, dx, gap / 2 + 0.3, narrow)


def pair_cases(generator: Generator) -> Iterator[Case]:
    """(p, q, dx): smooth ones, and some with exact zeros, which give 0 log 0 and 0/0."""
    for label in ("two densities with bumps", "another pair, another spacing"):
        x, dx = grid(generator)
        yield Case((*distinct_pair(x, generator), dx), label)
    x, dx = grid(generator)
    ends = boxes(generator, x, dx, apart=False)[0], bumps(x, generator)
    yield Case((*ends, dx), "a density that ends, and one that doesn't", extreme=True)
    for apart, label in (
        (False, "densities with bounded supports that overlap"),
        (True, "densities that don't overlap"),
    ):
        x, dx = grid(generator)
        yield Case((*boxes(generator, x, dx, apart), dx), label, extreme=True)


def is_nan_at_zeros(truth: Callable[..., Tensor]) -> Callable[[Observed, Case], bool]:
    """Recognizes a number that is right on smooth densities and not finite at zeros."""

    def when(seen: Observed, case: Case) -> bool:
        if not is_scalar(seen.value):
            return False
        if case.extreme and not math.isfinite(seen.value):
            return True
        return close(seen.value, truth(*case.args))

    return when
