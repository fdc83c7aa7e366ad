"""RealNVP: an invertible network from data to N(0, I), so that log p(x) is exact."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn

from course_utils.device import pick_device
from course_utils.training import History, fit


class Coupling(nn.Module):
    """One affine coupling layer: what `mask` (D,) keeps decides how the rest is scaled and shifted.

    Dinh et al., "Density estimation using Real NVP", 2017, eqs. 7 and 8.
    """

    mask: Tensor

    def __init__(self, mask: Tensor, hidden: int) -> None:
        super().__init__()
        self.register_buffer("mask", mask.float())
        self.log_scale, self.shift = (_network(len(mask), hidden) for _ in range(2))

    def scale(self, kept: Tensor) -> Tensor:
        """s (N, D) of kept entries (N, D), between -4 and 4, so that no e^s explodes."""
        return 4 * torch.tanh(self.log_scale(kept) / 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """y (N, D) of x (N, D), and log |det dy/dx| (N,)."""
        kept, free = x * self.mask, 1 - self.mask
        s, t = self.scale(kept) * free, self.shift(kept) * free
        return x * s.exp() + t, s.sum(1)

    def inverse(self, y: Tensor) -> Tensor:
        """x (N, D) of y (N, D). The kept entries are equal in both, so s and t are known."""
        kept, free = y * self.mask, 1 - self.mask
        s, t = self.scale(kept) * free, self.shift(kept) * free
        return (y - t) * (-s).exp()


class RealNVP(nn.Module):
    """Couplings that keep even and odd entries in turn, after x is centered and divided by its sd.

    dims: D · couplings, hidden: how many, and the width of their networks. Dinh et al., 2017.
    """

    mean: Tensor
    sd: Tensor
    couplings: Any  # a ModuleList of Coupling

    def __init__(self, dims: int, couplings: int = 8, hidden: int = 64) -> None:
        super().__init__()
        even = torch.arange(dims) % 2
        masks = [even if number % 2 else 1 - even for number in range(couplings)]
        self.couplings = nn.ModuleList(Coupling(mask, hidden) for mask in masks)
        self.register_buffer("mean", torch.zeros(dims))
        self.register_buffer("sd", torch.ones(dims))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """z = f(x) (N, D) and log |det dz/dx| (N,)."""
        z = (x - self.mean) / self.sd
        total = -self.sd.log().sum().expand(len(x))
        for coupling in self.couplings:
            z, log_det = coupling(z)
            total = total + log_det
        return z, total

    def inverse(self, z: Tensor) -> Tensor:
        """x (N, D) of z (N, D): the couplings in reverse order, each of them inverted."""
        for coupling in reversed(self.couplings):
            z = coupling.inverse(z)
        return z * self.sd + self.mean

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) of x (N, D): (N,) nats, exact."""
        z, log_det = self(x)
        return -0.5 * (z.square() + math.log(2 * math.pi)).sum(1) + log_det

    @torch.no_grad()
    def sample(self, n: int, generator: Generator | None = None) -> Tensor:
        """n draws (n, D); `generator` is the CPU's."""
        return self.inverse(torch.randn(n, len(self.mean), generator=generator).to(self.mean))


def train_flow(
    x: Tensor,
    couplings: int = 8,
    hidden: int = 64,
    epochs: int = 16,
    lr: float = 2e-3,
    batch_size: int = 128,
    seed: int = 0,
    progress: bool = True,
) -> tuple[RealNVP, History]:
    """A RealNVP fitted to x (N, D) by maximum likelihood; the same seed gives the same flow.

    The last quarter of the epochs goes at a tenth of the rate; the History is that of the others.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # the CPU's alone: a GPU's numbers go on
        flow = RealNVP(x.shape[1], couplings, hidden)
    flow.mean, flow.sd = x.mean(0), x.std(0)
    flow.to(pick_device())

    def part(epochs: int, lr: float) -> History:
        train = partial(fit, model=flow, batch_size=batch_size, seed=seed, progress=progress)
        return train(lambda x: -flow.log_prob(x).mean(), x, epochs=epochs, lr=lr)

    history = part(epochs - epochs // 4, lr)
    if epochs >= 4:
        part(epochs // 4, lr / 10)
    return flow, history


def _network(dims: int, hidden: int) -> nn.Sequential:
    """(N, dims) -> (N, dims), with two hidden layers."""
    hidden_layers = (nn.Linear(dims, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
    return nn.Sequential(*hidden_layers, nn.Linear(hidden, dims))
