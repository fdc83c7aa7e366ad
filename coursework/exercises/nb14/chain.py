"""What the exercises on the chain share: noise levels, their products, a tiny denoiser."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn


def each_row(values: Tensor, x: Tensor) -> Tensor:
    """Values (N,) with an axis of size 1 for each further axis of x (N, ...); a number as it is."""
    return values.reshape(-1, *[1] * (x.ndim - 1)) if values.ndim else values


def random_betas(generator: Generator, steps: int) -> Tensor:
    """β_1 to β_T (T,), between 0.06 and 0.5, in no order and never near one another."""
    levels = torch.linspace(0.06, 0.5, steps)
    noise = 0.3 * (levels[1] - levels[0]) * torch.rand(steps, generator=generator)
    return (levels + noise)[torch.randperm(steps, generator=generator)]


def products(betas: Tensor) -> Tensor:
    """ᾱ_0 = 1, ᾱ_1, …, ᾱ_T: (T + 1,)."""
    return torch.cat([betas.new_ones(1), (1 - betas).cumprod(0)])


class AtTime:
    """The noise levels of one step of the chain, for a class that has `t` and `betas`."""

    t: int
    betas: Tensor

    @property
    def beta(self) -> Tensor:
        return self.betas[self.t - 1]

    @property
    def now(self) -> Tensor:
        return products(self.betas)[self.t]

    @property
    def before(self) -> Tensor:
        return products(self.betas)[self.t - 1]

    @property
    def last_before(self) -> Tensor:
        """ᾱ_{t−1}, read with the index −1 at t = 1, where Python takes the last entry."""
        return (1 - self.betas).cumprod(0)[self.t - 2]


class TinyDenoiser(nn.Module):
    """x (N, ...) and t (N,), whole or not, to the shape of x; bent in both, each row on its own."""

    def __init__(self, generator: Generator, size: int) -> None:
        super().__init__()
        self.mix = nn.Parameter(0.6 * torch.randn(size, size, generator=generator))
        self.clock = nn.Parameter(1 + torch.rand(size, generator=generator))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        t = torch.as_tensor(t).float().reshape(-1, 1)
        return ((x.flatten(1) @ self.mix).tanh() + (self.clock * t).sin()).reshape(x.shape)
