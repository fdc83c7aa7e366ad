"""Tiny networks whose weights are the check's own tensors, so that it sees every gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, InterfaceError, Observed
from coursework.checking.running import observe


class Net(nn.Module):
    """x + tanh(x w1) w2 for points or images x (N, …), in the shape of x."""

    w1: Tensor
    w2: Tensor

    def __init__(self, w1: Tensor, w2: Tensor) -> None:
        super().__init__()
        for name, w in (("w1", w1), ("w2", w2)):
            self.register_buffer(name, w if w.requires_grad else w.clone().requires_grad_())

    @property
    def mine(self) -> tuple[Tensor, Tensor]:
        return self.w1, self.w2

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        return iter(self.mine)

    def forward(self, x: Tensor) -> Tensor:
        w1, w2 = self.mine
        flat = x.flatten(1)
        return (flat @ w1[: flat.shape[1]] + torch.tanh(flat) @ w2).reshape(x.shape)


class Judge(Net):
    """tanh(x w1) w2: (N, patches) logits of points or images."""

    def forward(self, x: Tensor) -> Tensor:
        w1, w2 = self.mine
        return torch.tanh(x.flatten(1) @ w1) @ w2


class PairJudge(Net):
    """A map of logits (N, 1, h, w) for pairs of images; x and y go through different weights."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        if x.shape != y.shape:
            raise InterfaceError(
                f"`d(x, y)` takes two batches of images of one shape; it was given "
                f"{tuple(x.shape)} and {tuple(y.shape)}"
            )
        w1, w2 = self.mine
        return F.conv2d(torch.tanh(F.conv2d(torch.cat([x, y], 1), w1, stride=2)), w2)


def weights(generator: Generator, size: int, outputs: int, scale: float = 1.0) -> list[Tensor]:
    """Two matrices of a network with `size` inputs."""
    shapes = ((size, size), (size, outputs))
    return [scale * torch.randn(s, generator=generator) / size**0.5 for s in shapes]


def sure_of(x: Tensor, w1: Tensor, w2: Tensor, largest: float = 400.0) -> Tensor:
    """Another w2 (size, 2) for a judge: its largest logit of x is ±400, beside one of ∓300."""
    w2 = torch.stack([w2[:, 0], -0.75 * w2[:, 0]], 1)
    return (largest / Judge(w1, w2)(x).abs().max()).detach() * w2


def wrong_only_where_large(exercise: Exercise, label: str, seen: Observed, case: Case) -> bool:
    """Right, gradients included, at all cases but the one of this label, and wrong there."""
    truth = observe(exercise, exercise.reference, case)
    return close(seen, truth, exercise.rtol, exercise.atol) != (case.label == label)
