"""Two densities compared as GANs do: on a grid of points with spacing dx, or from samples, in nats.

Integrals are sums times dx, and 0 log 0 is 0. Goodfellow et al., 2014, section 4.
"""

from __future__ import annotations

import torch
from torch import Tensor


def optimal_discriminator(p_data: Tensor, p_g: Tensor) -> Tensor:
    """D* = p_data / (p_data + p_g), the best P(real), for densities of one shape: that shape.

    1/2 where both are 0. Goodfellow et al., 2014, proposition 1.
    """
    total = p_data + p_g
    return torch.where(total > 0, p_data / total, 0.5)


def gan_value(d: Tensor, p_data: Tensor, p_g: Tensor, dx: float) -> Tensor:
    """V(D, G) = E_data[log D] + E_G[log(1 - D)] for d, p_data, p_g (M,) on a grid: a scalar, nats.

    -inf where d is certain and wrong. Goodfellow et al., 2014, eq. 1.
    """
    return (torch.xlogy(p_data, d) + torch.xlogy(p_g, 1 - d)).sum() * dx


def jensen_shannon(p: Tensor, q: Tensor, dx: float) -> Tensor:
    """Half of KL(p || m) plus half of KL(q || m), m = (p + q) / 2, for densities (M,) on a grid.

    A scalar, in nats, at most log 2. Lin, 1991, section 4.
    """
    m = (p + q) / 2
    terms = torch.xlogy(p, p) + torch.xlogy(q, q) - torch.xlogy(p + q, m)
    return terms.sum() * dx / 2


def density_ratio(d: Tensor) -> Tensor:
    """p_data / p_g = d / (1 - d) from an optimal d = P(real), any shape; inf where d is 1.

    Solved from Goodfellow et al., 2014, proposition 1.
    """
    return d / (1 - d)


def effective_sample_size(weights: Tensor) -> float:
    """How many equally weighted examples give as precise a mean: (sum w)^2 / sum w^2.

    weights: (N,), not negative; between 1 and N. Kish, 1965.
    """
    return float(weights.sum().square() / weights.square().sum())


def wasserstein_1d(x: Tensor, y: Tensor) -> float:
    """W1 between two samples (N,) and (N,) of numbers: the mean gap once both are sorted.

    In the unit of x. Raises ValueError for other shapes. Villani, 2003, theorem 2.18.
    """
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"need two samples (N,), got {tuple(x.shape)} and {tuple(y.shape)}")
    return float((x.sort().values - y.sort().values).abs().mean())
