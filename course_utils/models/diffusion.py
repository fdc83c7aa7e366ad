"""Networks that look at noised data and its time t in [0, 1], and the ODE that they describe.

Both predict what has the shape of x: a velocity, or the noise. `y` is a label, or None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def time_features(t: Tensor, size: int, fastest: float) -> Tensor:
    """Sines and cosines (N, size) of times t (N,) in [0, 1]. Vaswani et al., 2017, section 3.5."""
    rates = torch.exp(torch.linspace(0, math.log(fastest), size // 2, device=t.device))
    angles = t.float()[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


class TimeMLP(nn.Module):
    """Vectors (N, dims) at times t (N,) to (N, dims), by three hidden layers."""

    def __init__(self, dims: int, hidden: int = 128, classes: int = 0) -> None:
        super().__init__()
        self.classes, sizes = classes, [dims + 32 + classes, hidden, hidden, hidden]
        hidden_layers = [
            layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.SiLU())
        ]
        self.net = nn.Sequential(*hidden_layers, nn.Linear(hidden, dims))

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        told = x.new_zeros(len(x), self.classes)
        if y is not None:
            told = F.one_hot(y, self.classes + 1)[:, : self.classes].to(x)
        return self.net(torch.cat([x, time_features(t, 32, 30.0), told], 1))


class Block(nn.Module):
    """(N, a, H, W) to (N, b, H, W): two convolutions, what is known of t and y between them."""

    def __init__(self, a: int, b: int, known: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, a), nn.Conv2d(a, b, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(8, b), nn.Conv2d(b, b, 3, padding=1)
        self.told = nn.Linear(known, b)
        self.skip = nn.Conv2d(a, b, 1) if a != b else nn.Identity()

    def forward(self, x: Tensor, known: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x))) + self.told(known)[:, :, None, None]
        return self.conv2(F.silu(self.norm2(h))) + self.skip(x)


class UNet(nn.Module):
    """Images (N, 1, 28, 28) at times t (N,) to (N, 1, 28, 28). Ronneberger et al., 2015.

    Labels y (N,): 0 to classes - 1, and `classes` for "no label", which None means as well.
    """

    def __init__(self, channels: int = 48, classes: int = 10) -> None:
        super().__init__()
        c, k = channels, 64
        self.classes = classes
        self.time = nn.Sequential(nn.Linear(k, k), nn.SiLU(), nn.Linear(k, k))
        self.label = nn.Embedding(classes + 1, k)
        self.enter = nn.Conv2d(4, c, 3, padding=1)
        self.down, self.narrow = Block(c, c, k), nn.Conv2d(c, c, 3, stride=2, padding=1)
        self.middle1, self.middle2 = Block(c, 2 * c, k), Block(2 * c, 2 * c, k)
        self.up = Block(3 * c, c, k)
        self.leave = nn.Sequential(nn.GroupNorm(8, c), nn.SiLU(), nn.Conv2d(c, 4, 3, padding=1))

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        y = torch.full_like(t, self.classes).long() if y is None else y
        known = F.silu(self.time(time_features(t, 64, 1000.0)) + self.label(y))  # (N, 64)
        wide = self.enter(F.pixel_unshuffle(x, 2))  # (N, c, 14, 14): 2 x 2 pixels become channels
        wide = self.down(wide, known)
        h = self.narrow(wide)  # (N, c, 7, 7)
        h = self.middle2(self.middle1(h, known), known)  # (N, 2c, 7, 7)
        h = F.interpolate(h, scale_factor=2.0)  # (N, 2c, 14, 14)
        h = self.up(torch.cat([h, wide], 1), known)  # (N, c, 14, 14): the skip connection
        return F.pixel_shuffle(self.leave(h), 2)  # (N, 1, 28, 28)


def euler(
    velocity: Callable[[Tensor, Tensor], Tensor], x: Tensor, times: Sequence[float]
) -> Tensor:
    """Follow dx/dt = velocity(x, t) from x (N, ...) at times[0] to times[-1], one step a pair.

    velocity takes x and t (N,). For flow matching, times run from 1 (noise) to 0 (data).
    """
    for now, then in pairwise(times):
        x = x + (then - now) * velocity(x, x.new_full((len(x),), now))
    return x
