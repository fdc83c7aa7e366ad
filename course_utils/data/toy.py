"""Densities in the plane whose log is known exactly: `toy_density("ring")`.

Each has `.sample(n, generator) -> (n, 2)` and `.log_prob(x) -> (n,)` in nats. TOY, at the end,
names them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mixture:
    """K Gaussians in the plane: weights (K,) that sum to 1, means (K, 2), covariances (K, 2, 2)."""

    weights: Tensor
    means: Tensor
    covariances: Tensor

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n random points (n, 2)."""
        return self.sample_labeled(n, generator)[0]

    def sample_labeled(
        self, n: int, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """n random points (n, 2) and the Gaussian that each came from, int64 (n,)."""
        y = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        eps = torch.randn(n, 2, 1, generator=generator)
        return self.means[y] + (torch.linalg.cholesky(self.covariances)[y] @ eps).squeeze(-1), y

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) of points x (N, 2): (N,) nats."""
        return torch.logsumexp(self.log_joint(x), -1)

    def log_joint(self, x: Tensor) -> Tensor:
        """log p(x, y) of points x (N, 2) for each of the K Gaussians y: (N, K) nats."""
        root, means = torch.linalg.cholesky(self.covariances).to(x), self.means.to(x)
        away = (x[:, None] - means).unsqueeze(-1)  # (N, K, 2, 1)
        white = torch.linalg.solve_triangular(root, away, upper=False).squeeze(-1)
        log_det = 2 * root.diagonal(dim1=-2, dim2=-1).log().sum(-1)  # (K,)
        log_gaussian = -0.5 * (white.square().sum(-1) + log_det) - math.log(2 * math.pi)
        return log_gaussian + self.weights.to(x).log()


@dataclass(frozen=True)
class Banana:
    """A Gaussian bent along a parabola: x₁ = e₁, x₂ = scale · e₂ + bend · (x₁² − 1).

    e₁ and e₂ are standard normal. After the twisted Gaussian of Haario et al., 1999.
    """

    bend: float = 1.0
    scale: float = 0.4

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n random points (n, 2)."""
        e1, e2 = torch.randn(2, n, generator=generator)
        return torch.stack([e1, self.scale * e2 + self.bend * (e1.square() - 1)], -1)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) of points x (N, 2): (N,) nats. log p(e), minus log scale as areas are scaled."""
        e1 = x[:, 0]
        e2 = (x[:, 1] - self.bend * (e1.square() - 1)) / self.scale
        return -0.5 * (e1.square() + e2.square()) - math.log(2 * math.pi * self.scale)


def toy_density(name: str) -> Mixture | Banana:
    """The density called `name` in `TOY`. Raises ValueError, which names them all, for another."""
    if name not in TOY:
        raise ValueError(f"There is no toy density {name!r}. There are: {', '.join(sorted(TOY))}.")
    return TOY[name]()


def _equal(means: Tensor, sd: float) -> Mixture:
    """Round Gaussians of equal weight: means (K, 2), one standard deviation for all."""
    k = len(means)
    return Mixture(torch.full((k,), 1 / k), means, (sd**2 * torch.eye(2)).expand(k, 2, 2))


def _ring() -> Mixture:
    """Eight Gaussians on a circle of radius 2, the usual test of mode coverage.

    Metz et al., "Unrolled generative adversarial networks", 2017, section 3.1.
    """
    angle = torch.arange(8) * (2 * math.pi / 8)
    return _equal(2 * torch.stack([angle.cos(), angle.sin()], -1), 0.1)


def _grid() -> Mixture:
    """5 × 5 small Gaussians, 1 apart."""
    side = torch.linspace(-2, 2, 5)
    return _equal(torch.cartesian_prod(side, side), 0.08)


def _two_bumps() -> Mixture:
    """Two Gaussians, 6 standard deviations apart."""
    return _equal(torch.tensor([[-1.5, 0.0], [1.5, 0.0]]), 0.5)


def _two_moons(beads: int = 24) -> Mixture:
    """Two half circles, each a string of round Gaussians that run together."""
    angle = (torch.arange(beads) + 0.5) * (math.pi / beads)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], -1)
    return _equal(torch.cat([upper, -upper]), 0.1)


def _classes() -> Mixture:
    """Three classes of unequal size, spread and tilt, to compare p(x|y) p(y) with p(y|x)."""
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
