"""Wrong ways from codes to weights, each with a part replaced: what the mistakes of `resampling_probabilities` are made of."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Place = Callable[[Tensor, int], Tensor]


def places(z: Tensor, bins: int, last: int | None = None) -> Tensor:
    """The bin (N,) of each code, 0 to `last` (bins - 1)."""
    unit = (z - z.min()) / (z.max() - z.min()).clamp_min(1e-30)
    return (unit * bins).long().clamp(max=bins - 1 if last is None else last)


def _in_range(z: Tensor, bins: int, low: Tensor | float, high: Tensor | float) -> Tensor:
    return ((z - low) / (high - low) * bins).long().clamp(0, bins - 1)


def from_minus_three(z: Tensor, bins: int) -> Tensor:
    return _in_range(z, bins, -3.0, 3.0)


def range_from_zero(z: Tensor, bins: int) -> Tensor:
    return _in_range(z, bins, 0.0, z.max())


def at_its_most(z: Tensor, bins: int) -> Tensor:
    return _in_range(z, bins, -z.abs().max(), z.abs().max())


def equal_mass(z: Tensor, bins: int) -> Tensor:
    return z.argsort().argsort() * bins // len(z)


def _smoothed(counts: Tensor, alpha: float, smooth: str, width: Tensor) -> Tensor:
    share = counts / counts.sum()
    if smooth == "mixed":
        return (1 - alpha) * share + alpha / len(share)
    base = {
        "share": share,
        "none": share - alpha,
        "counts": counts,
        "density": share / width,
        "density unnormalized": share / width,
    }
    return base[smooth] + alpha


def _normalized(weight: Tensor, how: str) -> Tensor:
    """Weights (N, K) or (N,), made to sum to 1 or not."""
    if how == "softmax":
        return weight.softmax(0)
    by = {
        "sum": lambda: weight.sum(0),
        "none": lambda: 1.0,
        "max": lambda: weight.max(),
        "times n": lambda: weight.mean(0),
        "latents": lambda: weight.sum(1, keepdim=True),
    }
    return weight / by[how]()


def _over_latents(weight: Tensor, how: str) -> Tensor:
    if how == "product":
        log = weight.double().log().sum(1)
        return (log - log.max()).exp().float()
    return {
        "largest": lambda: weight.max(1).values,
        "smallest": lambda: weight.min(1).values,
        "mean": lambda: weight.mean(1),
        "first": lambda: weight[:, 0],
        "last": lambda: weight[:, -1],
        "all": lambda: weight,
    }[how]()


def built(
    place: Place = places,
    smooth: str = "share",
    weigh: Callable[[Tensor], Tensor] = lambda share: 1 / share,
    after: str = "",
    each: str = "sum",
    over: str = "largest",
    end: str = "sum",
    extra: int = 0,
    fewer: int = 0,
    smoothed_bins: int = 1,
    still_is_nan: bool = False,
) -> Callable[..., Tensor]:
    """Probabilities with a part replaced. after: where α is added behind the inversion; extra: bins beside those asked for."""

    def probabilities(mu: Tensor, bins: int = 10, alpha: float = 0.01) -> Tensor:
        columns = []
        for z in mu.T:
            where = place(z, bins - fewer)
            counts = torch.bincount(where, minlength=bins - fewer + smoothed_bins * extra)
            width = (z.max() - z.min()).clamp_min(1e-12) / bins
            share = _smoothed(counts, alpha, smooth, width)
            share = share if "unnormalized" in smooth else share / share.sum()
            weight = weigh(share[where])
            if still_is_nan and z.max() == z.min():
                weight = weight * float("nan")
            columns.append(weight + alpha if after == "weight" else weight)
        weight = _normalized(torch.stack(columns, 1), each)
        weight = weight + alpha if after == "normalized" else weight
        p = _normalized(_over_latents(weight, over), end)
        if after == "mixed":
            return (1 - alpha) * p + alpha / len(p)
        return (p + alpha) / (p + alpha).sum() if after == "end" else p

    return probabilities


def one_range(shared_counts: bool) -> Callable[..., Tensor]:
    """Bins from the smallest to the largest number of all latents together; one histogram for all, or one each."""

    def probabilities(mu: Tensor, bins: int = 10, alpha: float = 0.01) -> Tensor:
        where = _in_range(mu, bins, mu.min(), mu.max())  # (N, K)
        flat = torch.bincount(where.flatten(), minlength=bins)
        counts = [flat if shared_counts else torch.bincount(w, minlength=bins) for w in where.T]
        shares = [_smoothed(c, alpha, "share", mu.max()) for c in counts]
        weights = [(s.sum() / s)[w] for s, w in zip(shares, where.T, strict=True)]
        return _normalized(_normalized(torch.stack(weights, 1), "sum").max(1).values, "sum")

    return probabilities


def minimum_in_the_last_bin(mu: Tensor, bins: int = 10, alpha: float = 0.01) -> Tensor:
    """`bucketize` is open on the left: what equals the first edge gets −1."""
    weights = []
    for z in mu.T:
        edges = torch.linspace(float(z.min()), float(z.max()), bins + 1)
        index = (torch.bucketize(z.contiguous(), edges) - 1).clamp(max=bins - 1)
        share = torch.bincount(index.clamp(min=0), minlength=bins) / len(z) + alpha
        weights.append(share.sum() / share[index])
    largest = torch.stack([weight / weight.sum() for weight in weights]).amax(0)
    return largest / largest.sum()
