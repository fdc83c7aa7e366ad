"""`sample_joint`, and the wrong answers that are known by name."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor


def sample_joint(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Draw y (n,) from prior (C,), then x (n, D) from N(mus[y], covs[y]): ancestral sampling."""
    y = torch.multinomial(prior, n, replacement=True, generator=generator)
    eps = torch.randn(n, mus.shape[1], generator=generator)
    roots = torch.linalg.cholesky(covs)  # (C, D, D), covs = roots @ roots.T
    return mus[y] + (roots[y] @ eps[:, :, None])[:, :, 0], y


def with_root(root: Callable[[Tensor], Tensor]) -> Callable[..., tuple[Tensor, Tensor]]:
    """sample_joint with another square root of the covariances (C, D, D)."""

    def wrong(
        n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        y = torch.multinomial(prior, n, replacement=True, generator=generator)
        eps = torch.randn(n, mus.shape[1], generator=generator)
        return mus[y] + (root(covs)[y] @ eps[:, :, None])[:, :, 0], y

    return wrong


def with_classes(
    draw: Callable[[int, Tensor, Generator], Tensor],
) -> Callable[..., tuple[Tensor, Tensor]]:
    """sample_joint with the classes drawn in another way."""

    def wrong(
        n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        y = draw(n, prior, generator)
        eps = torch.randn(n, mus.shape[1], generator=generator)
        return mus[y] + (torch.linalg.cholesky(covs)[y] @ eps[:, :, None])[:, :, 0], y

    return wrong


def proper(n: int, prior: Tensor, generator: Generator) -> Tensor:
    return torch.multinomial(prior, n, replacement=True, generator=generator)


ROOTS: dict[str, Callable[[Tensor], Tensor]] = {
    "cov_as_root": lambda covs: covs,
    "root_transposed": lambda covs: torch.linalg.cholesky(covs).mT,
    "correlation_ignored": lambda covs: covs.diagonal(dim1=1, dim2=2).sqrt().diag_embed(),
    "variance_as_deviation": lambda covs: covs.diagonal(dim1=1, dim2=2).diag_embed(),
    "covariance_ignored": lambda covs: torch.eye(covs.shape[1]).expand_as(covs),
    "elementwise_root": lambda covs: covs.abs().sqrt() * covs.sign(),
}


def one_noise(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    y = proper(n, prior, generator)
    eps = torch.randn(mus.shape[1], generator=generator)
    return mus[y] + torch.linalg.cholesky(covs)[y] @ eps, y


def always_the_same(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    return sample_joint(n, prior, mus, covs, torch.Generator().manual_seed(0))


def ignores_generator(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    return sample_joint(n, prior, mus, covs, torch.default_generator)


def two_draws(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    return sample_joint(n, prior, mus, covs, generator)[0], proper(n, prior, generator)


def uniform_noise(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    y = proper(n, prior, generator)
    eps = torch.rand(n, mus.shape[1], generator=generator)
    return mus[y] + (torch.linalg.cholesky(covs)[y] @ eps[:, :, None])[:, :, 0], y
