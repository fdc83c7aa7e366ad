"""Ways from codes to weights with a part replaced: what wrong `resampling_probabilities` are."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Probabilities = Callable[..., Tensor]  # of mu (N, K), bins and alpha: (N,)


def unit(z: Tensor) -> Tensor:
    """Codes (N,) from 0 to 1; all 0 where they are all alike."""
    return (z - z.min()) / (z.max() - z.min()).clamp_min(1e-30)


def places(z: Tensor, bins: int) -> Tensor:
    """The bin (N,) of each code, 0 to bins − 1."""
    return (unit(z) * bins).long().clamp(max=bins - 1)


def in_range(z: Tensor, bins: int, low: Tensor | float, high: Tensor | float) -> Tensor:
    return ((z - low) / (high - low) * bins).long().clamp(0, bins - 1)


def bucketized(z: Tensor, bins: int) -> Tensor:
    """What `bucketize` says of bins + 1 edges: 1 to bins, and 0 at the first edge."""
    edges = torch.linspace(float(z.min()), float(z.max()), bins + 1)
    return torch.bucketize(z.contiguous(), edges)


def below_the_first_edge(z: Tensor, bins: int) -> Tensor:
    """`bucketize` is open on the left: what equals the first edge gets −1."""
    return (bucketized(z, bins) - 1).clamp(max=bins - 1)


def between_quantiles(z: Tensor, bins: int, right: bool = False) -> Tensor:
    edges = z.quantile(torch.linspace(0, 1, bins + 1))[1:-1]
    return torch.bucketize(z.contiguous(), edges, right=right)


def share(counts: Tensor) -> Tensor:
    return counts / counts.sum()


def smoothed(counts: Tensor, alpha: float, width: Tensor) -> Tensor:
    return share(counts) + alpha


def unsmoothed(counts: Tensor, alpha: float, width: Tensor) -> Tensor:
    return share(counts)


def normalized(weight: Tensor, alpha: float = 0.0) -> Tensor:
    """Weights (N,) or (N, K) whose sum over the examples is 1."""
    return weight / weight.sum(0)


def as_they_are(weight: Tensor, alpha: float) -> Tensor:
    return weight


def softmax(weight: Tensor, alpha: float) -> Tensor:
    return weight.softmax(0)


def product(weight: Tensor) -> Tensor:
    """Over the latents, up to a factor: (N, K) to (N,)."""
    log = weight.double().log().sum(1)
    return (log - log.max()).exp().float()


def built(
    place: Callable[[Tensor, int], Tensor] = places,
    smooth: Callable[[Tensor, float, Tensor], Tensor] = smoothed,
    weigh: Callable[[Tensor, float], Tensor] = lambda share, alpha: 1 / share,
    each: Callable[[Tensor, float], Tensor] = normalized,
    over: Callable[[Tensor], Tensor] = lambda weight: weight.amax(1),
    end: Callable[[Tensor, float], Tensor] = normalized,
    more: int = 0,
) -> Probabilities:
    """Probabilities with a part replaced, in the order in which the parts are needed.

    place: codes (N,) and bins to places. smooth: counts (bins,), alpha and the width of a bin to
    shares. weigh: shares of the examples' bins and alpha to weights, (N,). each, over, end: weights
    (N, K) to (N, K), to (N,), to what is returned. more: bins beside those asked for.
    """

    def probabilities(mu: Tensor, bins: int = 10, alpha: float = 0.01) -> Tensor:
        columns = []
        for z in mu.T:
            where = place(z, bins)
            counts = torch.bincount(where.clamp(min=0), minlength=bins + more)
            width = (z.max() - z.min()).clamp_min(1e-12) / bins
            columns.append(weigh(share(smooth(counts, alpha, width))[where], alpha))
        return end(over(each(torch.stack(columns, 1), alpha)), alpha)

    return probabilities


def one_range(mu: Tensor, bins: int = 10, alpha: float = 0.01, one_count: bool = False) -> Tensor:
    """Bins from the smallest to the largest number of all latents; a histogram each, or one."""
    where = in_range(mu, bins, mu.min(), mu.max())  # (N, K)
    columns = [where] * mu.shape[1] if one_count else where.T
    shares = [share(torch.bincount(column.flatten(), minlength=bins)) + alpha for column in columns]
    weights = [1 / s[w] for s, w in zip(shares, where.T, strict=True)]
    return normalized(normalized(torch.stack(weights, 1)).amax(1))
