"""Densities in the plane whose log is known exactly: `toy_density("ring")`.

Each has `.sample(n, generator) -> (n, 2)` and `.log_prob(x) -> (n,)` in nats.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mixture:
    """Gaussians in the plane: weights (K,), means (K, 2), covariances (K, 2, 2)."""

    weights: Tensor
    means: Tensor
    covariances: Tensor

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n points (n, 2)."""
        return self.sample_labeled(n, generator)[0]

    def sample_labeled(
        self, n: int, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """n points (n, 2) and which Gaussian each came from, int64 (n,)."""
        y = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        eps = torch.randn(n, 2, 1, generator=generator)
        return self.means[y] + (torch.linalg.cholesky(self.covariances)[y] @ eps).squeeze(-1), y

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x), x (N, 2) -> (N,), in nats."""
        return torch.logsumexp(self.log_joint(x), -1)

    def log_joint(self, x: Tensor) -> Tensor:
        """log p(x, y) for every component y, x (N, 2) -> (N, K), in nats."""
        root, means = torch.linalg.cholesky(self.covariances).to(x), self.means.to(x)
        away = (x[:, None] - means).unsqueeze(-1)  # (N, K, 2, 1)
        white = torch.linalg.solve_triangular(root, away, upper=False).squeeze(-1)
        log_det = 2 * root.diagonal(dim1=-2, dim2=-1).log().sum(-1)  # (K,)
        log_gaussian = -0.5 * (white.square().sum(-1) + log_det) - math.log(2 * math.pi)
        return log_gaussian + self.weights.to(x).log()


@dataclass(frozen=True)
class Banana:
    """A Gaussian bent by a map that keeps areas: x₂ = scale · e₂ + bend · (x₁² − 1), x₁ = e₁."""

    bend: float = 1.0
    scale: float = 0.4

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n points (n, 2)."""
        e1, e2 = torch.randn(2, n, generator=generator)
        return torch.stack([e1, self.scale * e2 + self.bend * (e1.square() - 1)], -1)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x), x (N, 2) -> (N,), in nats: log p(e) minus the log of what the map stretches."""
        e1 = x[:, 0]
        e2 = (x[:, 1] - self.bend * (e1.square() - 1)) / self.scale
        return -0.5 * (e1.square() + e2.square()) - math.log(2 * math.pi * self.scale)


def toy_density(name: str) -> Mixture | Banana:
    """One of the densities in `TOY`. Raises ValueError naming them all."""
    if name not in TOY:
        raise ValueError(f"There is no toy density {name!r}. There are: {', '.join(sorted(TOY))}.")
    return TOY[name]()


def _equal(means: Tensor, sd: float) -> Mixture:
    """Round Gaussians of equal weight: means (K, 2), one standard deviation for all."""
    k = len(means)
    return Mixture(torch.full((k,), 1 / k), means, (sd**2 * torch.eye(2)).expand(k, 2, 2))


def _ring() -> Mixture:
    """Eight modes on a circle of radius 2 (the usual test of mode coverage)."""
    angle = torch.arange(8) * (2 * math.pi / 8)
    return _equal(2 * torch.stack([angle.cos(), angle.sin()], -1), 0.1)


def _grid() -> Mixture:
    side = torch.linspace(-2, 2, 5)
    return _equal(torch.cartesian_prod(side, side), 0.08)


def _two_bumps() -> Mixture:
    return _equal(torch.tensor([[-1.5, 0.0], [1.5, 0.0]]), 0.5)


def _two_moons(beads: int = 24) -> Mixture:
    """Two half circles, each a string of round Gaussians that run together."""
    angle = (torch.arange(beads) + 0.5) * (math.pi / beads)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], -1)
    return _equal(torch.cat([upper, -upper]), 0.1)


def _classes() -> Mixture:
    """Three classes of unequal size, spread and lean: for p(x|y)p(y) against p(y|x)."""
    return Mixture(
        torch.tensor([0.5, 0.3, 0.2]),
        torch.tensor([[-1.6, -0.6], [1.4, -0.9], [0.3, 1.7]]),
        torch.tensor(
            [[[0.9, 0.4], [0.4, 0.5]], [[0.4, -0.2], [-0.2, 0.6]], [[0.6, 0.1], [0.1, 0.15]]]
        ),
    )


TOY: dict[str, Callable[[], Mixture | Banana]] = {
    "banana": Banana,
    "classes": _classes,
    "grid": _grid,
    "ring": _ring,
    "two_bumps": _two_bumps,
    "two_moons": _two_moons,
}
