"""Networks of a coupling, the inputs of its two exercises, and what both are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case

Net = Callable[[Tensor], Tensor]
WIDE = "40 entries that are all enlarged: a product of their scales overflows"
FORM = "`scale` and `shift` take all D columns, (N, D): `x * mask`, with 0 where mask is 0"


def network(generator: Generator, dims: int, center: float = 0.0, size: float = 1.0) -> Net:
    """A network (N, dims) -> (N, dims), which is never 0 and looks at every column."""
    w1 = torch.randn(dims, 2 * dims, generator=generator)
    w2 = size * torch.randn(2 * dims, dims, generator=generator) / dims**0.5
    b = center + 0.3 * size + 0.3 * size * torch.rand(dims, generator=generator)

    def net(kept: Tensor) -> Tensor:
        if kept.ndim != 2 or kept.shape[1] != dims:
            raise ValueError(FORM)
        return (torch.tanh(kept.to(w1.dtype) @ w1 + 0.5) @ w2 + b).to(kept.dtype)

    return net


def coupling_cases(generator: Generator) -> Iterator[Case]:
    """Points x (N, D), a mask with unequal halves, and two networks."""
    for n, dims, kept, label in (
        (6, 5, 2, "points in five dimensions"),
        (4, 7, 4, "more kept than changed"),
        (1, 3, 1, "a batch of one"),
        (3, 2, 1, "points in the plane"),
    ):
        yield coupling_case(generator, n, dims, kept, label)
    x, mask = torch.randn(3, 60, generator=generator), torch.zeros(60)
    mask[torch.randperm(60, generator=generator)[:20]] = 1
    scale, shift = network(generator, 60, 3.0, 0.3), network(generator, 60)
    yield Case((x, mask, scale, shift), WIDE, extreme=True)


def coupling_case(generator: Generator, n: int, dims: int, kept: int, label: str) -> Case:
    mask = torch.zeros(dims)
    mask[torch.randperm(dims, generator=generator)[:kept]] = 1
    x = 0.4 + torch.randn(n, dims, generator=generator)
    return Case((x, mask, network(generator, dims, size=0.5), network(generator, dims)), label)


@dataclass(frozen=True)
class Parts:
    """The arguments of a coupling, and what the networks say to this or that."""

    x: Tensor
    mask: Tensor
    scale: Net
    shift: Net

    @property
    def free(self) -> Tensor:
        """1 where entries are changed."""
        return 1 - self.mask

    @property
    def kept(self) -> Tensor:
        return self.x * self.mask

    @property
    def s(self) -> Tensor:
        return self.scale(self.kept)

    @property
    def t(self) -> Tensor:
        return self.shift(self.kept)

    def join(self, changed: Tensor) -> Tensor:
        """What is kept, beside the changed rest."""
        return self.kept + self.free * changed

    def summed(self, values: Tensor) -> Tensor:
        """Over the entries that are changed, (N,)."""
        return (self.free * values).sum(1)

    @property
    def turned(self) -> Parts:
        """The same with the mask inverted."""
        return Parts(self.x, self.free, self.scale, self.shift)
