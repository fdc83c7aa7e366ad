"""Batches and codes that the checks of notebook 09 draw."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor


def _latent(generator: Generator, n: int, bins: int, scale: float) -> Tensor:
    """n codes: most in three neighboring bins, one at each end, none near an edge of a bin."""
    crowd = int(torch.randint(1, bins - 3, (), generator=generator))
    pull = 0.15 * torch.rand(bins, generator=generator) + 0.02
    pull[crowd : crowd + 3] = torch.tensor([1.0, 2.5, 0.7])
    place = torch.multinomial(pull, n - 2, replacement=True, generator=generator)
    inside = (place + 0.1 + 0.8 * torch.rand(n - 2, generator=generator)) / bins
    unit = torch.cat([inside, torch.tensor([0.0, 1.0])])
    low = torch.randn((), generator=generator)
    return scale * (low + 3 * unit)[torch.randperm(n, generator=generator)]


def codes(generator: Generator, bins: int, scales: tuple[float, ...]) -> Tensor:
    """Codes (N, K) of about a hundred examples, a latent for each scale, none near a bin's edge."""
    n = int(torch.randint(90, 140, (), generator=generator))
    return torch.stack([_latent(generator, n, bins, scale) for scale in scales], 1)


def labels(generator: Generator, faces: int, others: int) -> Tensor:
    """Labels (N,), 1 for a face, in any order."""
    y = torch.cat([torch.ones(faces), torch.zeros(others)])
    return y[torch.randperm(len(y), generator=generator)]


def answers(
    generator: Generator, groups: dict[int, tuple[int, int, int, int]]
) -> tuple[Tensor, Tensor, Tensor]:
    """Labels, a detector's answers and groups, (N,) each, in any order.

    groups: true positives, false negatives, false positives and true negatives of each.
    """
    y, y_hat, group = [], [], []
    for g, counts in groups.items():
        n = torch.tensor(counts)
        y.append(torch.tensor([1.0, 1, 0, 0]).repeat_interleave(n))
        y_hat.append(torch.tensor([1.0, 0, 1, 0]).repeat_interleave(n))
        group.append(torch.full((int(n.sum()),), g))
    order = torch.randperm(sum(map(len, group)), generator=generator)
    return torch.cat(y)[order], torch.cat(y_hat)[order], torch.cat(group)[order]


def arguments(generator: Generator, y: Tensor) -> tuple[Any, ...]:
    """Images of 3 to 6 pixels a side; a detector that is unsure, and a weight that is never 1."""
    n = len(y)
    h, w, k = (int(torch.randint(3, 7, (), generator=generator)) for _ in range(3))
    x = torch.rand(n, 3, h, w, generator=generator)
    logits = 1.5 * torch.randn(n, 3, h, w, generator=generator)
    mu = 0.5 + torch.randn(n, k, generator=generator)
    logvar = -1 + torch.randn(n, k, generator=generator)
    y_logit = 0.4 + 1.3 * torch.randn(n, generator=generator)
    weight = 0.02 + 0.05 * float(torch.rand((), generator=generator))
    return x, logits, mu, logvar, y, y_logit, weight


def column(args: tuple[Any, ...], *which: int) -> tuple[Any, ...]:
    """The arguments, some of them (N, 1) instead of (N,)."""
    return tuple(a[:, None] if i in which else a for i, a in enumerate(args))
