"""What a perfect discriminator sees of two densities: on a grid of spacing dx, or from samples, in nats.

Integrals are sums times dx, and 0 log 0 is 0. Goodfellow et al., 2014, section 4.
"""

from __future__ import annotations

import torch
from torch import Tensor


def optimal_discriminator(p_data: Tensor, p_g: Tensor) -> Tensor:
    """D* = p_data / (p_data + p_g), the best P(real), for densities of any equal shape; 1/2 where both are 0."""
    total = p_data + p_g
    return torch.where(total > 0, p_data / total, 0.5)


def gan_value(d: Tensor, p_data: Tensor, p_g: Tensor, dx: float) -> Tensor:
    """V(D, G) = E_data[log D] + E_G[log(1 - D)] for d, p_data, p_g (M,) on a grid: a scalar, in nats.

    -inf where d is certain and wrong. Goodfellow et al., 2014, eq. 1.
    """
    return (torch.xlogy(p_data, d) + torch.xlogy(p_g, 1 - d)).sum() * dx


def jensen_shannon(p: Tensor, q: Tensor, dx: float) -> Tensor:
    """Half of KL(p || m) plus half of KL(q || m), m = (p + q) / 2, for densities (M,) on a grid: nats, <= log 2."""
    m = (p + q) / 2
    terms = torch.xlogy(p, p) + torch.xlogy(q, q) - torch.xlogy(p + q, m)
    return terms.sum() * dx / 2


def density_ratio(d: Tensor) -> Tensor:
    """p_data / p_g = d / (1 - d) from an optimal d = P(real) of any shape; inf where d is 1."""
    return d / (1 - d)


def effective_sample_size(weights: Tensor) -> float:
    """How many equal weights are worth as much as these (N,): (sum w)^2 / sum w^2. Kish, 1965."""
    return float(weights.sum().square() / weights.square().sum())


def wasserstein_1d(x: Tensor, y: Tensor) -> float:
    """W1 between two samples of equal size on the line, (N,) and (N,): the mean gap once both are sorted.

    ValueError for other shapes.
    """
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"need two samples (N,), got {tuple(x.shape)} and {tuple(y.shape)}")
    return float((x.sort().values - y.sort().values).abs().mean())
