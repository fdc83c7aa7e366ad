"""Could these draws come from that distribution? Tests of `sample_joint` that hardly ever err.

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
from collections.abc import Sequence

import torch
from torch import Tensor

T = 20.0  # each bound is broken with a probability of a few times exp(-T)


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
