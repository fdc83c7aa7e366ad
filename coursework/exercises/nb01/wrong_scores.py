"""Wrong ways to score points under a Gaussian, for `log_gaussian`."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from course_utils.distributions import log_gaussian


def parts(x: Tensor, mu: Tensor, cov: Tensor) -> tuple[Tensor, Tensor, float]:
    """The three terms: squared distance (N,), log det, D log 2 pi. log p = -0.5 * their sum."""
    away = x - mu
    distance = (away * torch.linalg.solve(cov, away.T).T).sum(1)
    return distance, torch.linalg.slogdet(cov)[1], len(mu) * math.log(2 * math.pi)


def combined(
    distance: float = 0.5, log_det: float = 0.5, two_pi: float = 0.5
) -> Callable[..., Tensor]:
    """Minus the three terms, each with a weight of its own (all ½ in the right formula)."""

    def wrong(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
        q, d, c = parts(x, mu, cov)
        return -(distance * q + log_det * d + two_pi * c)

    return wrong


def with_distance(distance: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """The right formula around another distance, a function of x - mu and cov."""

    def wrong(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
        _, d, c = parts(x, mu, cov)
        return -0.5 * (distance(x - mu, cov) + d + c)

    return wrong


def diagonal_only(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    return log_gaussian(x, mu, cov.diagonal().diag())


def log_det_of_diagonal(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    q, _, c = parts(x, mu, cov)
    return -0.5 * (q + cov.diagonal().log().sum() + c)


def sign_for_log_det(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    q, _, c = parts(x, mu, cov)
    return -0.5 * (q + 1 + c)


def two_pi_once(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    q, d, _ = parts(x, mu, cov)
    return -0.5 * (q + d + math.log(2 * math.pi))


def all_pairs(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    away = x - mu
    _, d, c = parts(x, mu, cov)
    return -0.5 * (away @ torch.linalg.solve(cov, away.T) + d + c)


def density_by_hand(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    q, _, _ = parts(x, mu, cov)
    return torch.exp(-0.5 * q) / torch.sqrt((2 * math.pi) ** len(mu) * torch.det(cov))


def by_det(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    q, _, c = parts(x, mu, cov)
    return -0.5 * (q + torch.det(cov).log() + c)
