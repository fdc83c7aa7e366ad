"""Clouds of points for the exercises on neighbors, and distances with the pieces to get wrong."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

MARGIN = 2e-4  # relative; round-off of `torch.cdist` in float32 is a hundredth of it

Cloud = tuple[Tensor, Tensor]
Distance = Callable[[Tensor, Tensor], Tensor]


def distances(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances (N, M) in float64, exactly 0 between equal rows."""
    return torch.cdist(a.double(), b.double(), compute_mode="donot_use_mm_for_euclid_dist")


def radii(points: Tensor, k: int) -> Tensor:
    """Distance of each point to its k-th nearest other point, (N,)."""
    return distances(points, points).sort(1).values[:, k]


def draw_pair(
    generator: Generator, n: int, m: int, dims: int, k: int, spread: float, scale: float
) -> Cloud:
    """n reals and m fakes that share a part of the plane; no distance is as good as a radius."""
    while True:
        real = torch.randn(n, dims, generator=generator)
        fake = spread * torch.randn(m, dims, generator=generator)
        fake[:, 0] += 0.9
        real, fake = scale * real, scale * fake
        between = distances(real, fake)
        clear = [
            (between / reach - 1).abs().min() > MARGIN
            for reach in (radii(real, k)[:, None], radii(fake, k))
        ]
        if all(clear):
            return real, fake


def draw_grid(generator: Generator, n: int, m: int, k: int) -> Cloud:
    """Whole numbers, (n, 1) and (m, 1): distances are exact in any precision, many are radii.

    Leaving out the points exactly at a radius changes precision, recall and coverage.
    """
    while True:
        whole = torch.randint(0, 4 * n, (n + m, 1), generator=generator).float()
        real, fake = whole[:n], whole[n:]
        between, of_reals, of_fakes = distances(real, fake), radii(real, k), radii(fake, k)
        at_ball = between == of_reals[:, None]
        inside = between < of_reals[:, None]
        stray = (at_ball.any(0) & ~inside.any(0)).any()  # a fake that no ball holds but by its edge
        empty = (at_ball.any(1) & ~inside.any(1)).any()
        missed = ((between == of_fakes).any(1) & ~(between < of_fakes).any(1)).any()
        if stray and empty and missed:
            return real, fake


def draw_searches(
    generator: Generator, n: int, m: int, dims: int, scale: float, near: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Samples (n, dims), train, test (m, dims): samples `near` training points, no close calls."""
    while True:
        train, test = torch.randn(30 + n, dims, generator=generator), None
        test = 1.2 * torch.randn(m, dims, generator=generator)
        samples = train[:n] + near * torch.randn(n, dims, generator=generator)
        samples, train, test = scale * samples, scale * train, scale * test
        mine, theirs = (distances(points, train).min(1).values for points in (samples, test))
        if ((mine[:, None] - theirs) / theirs.mean()).abs().min() > MARGIN:
            return samples, train, test
