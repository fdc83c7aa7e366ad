"""Critics that note what they are asked, and what the two penalties' exercises look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.exercises.rules import Wrong

LEAK, LEFT_IN_CRITIC = "gradient runs into the fakes", "gradient left in the critic"
FLAT = "a critic with slope 0 at some points"


class Critic(nn.Module):
    """tanh(x w1 + bias) w2 for points or images x: (N,), or (N, 1) if `column`.

    kinked: ReLU in place of tanh, so that the slope is exactly 0 at x = 0. The weights are the
    caller's tensors, so that a gradient gets through to them. asked: every x so far.
    """

    w1: Tensor
    w2: Tensor

    def __init__(self, w1: Tensor, w2: Tensor, column: bool, kinked: bool = False) -> None:
        super().__init__()
        self.column, self.kinked, self.asked = column, kinked, list[Tensor]()
        for name, w in (("w1", w1), ("w2", w2)):
            self.register_buffer(name, w if w.requires_grad else w.clone().requires_grad_())

    @property
    def mine(self) -> tuple[Tensor, Tensor]:
        return self.w1, self.w2

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        return iter(self.mine)

    def forward(self, x: Tensor) -> Tensor:
        self.asked.append(x.detach().clone())
        w1, w2 = self.mine
        h = x.flatten(1) @ w1
        out = (F.relu(h - 0.3) if self.kinked else torch.tanh(h)) @ w2
        return out[:, None] if self.column else out


def new_weights(generator: Generator, inputs: int, hidden: int = 6) -> tuple[Tensor, Tensor]:
    """w1 (inputs, hidden) and w2 (hidden,), with slopes below 1 at some points, above at others."""
    w1 = torch.randn(inputs, hidden, generator=generator) / inputs**0.5
    return w1, 1.2 * torch.randn(hidden, generator=generator)


def slope(critic: Callable[[Tensor], Tensor], x: Tensor, graph: bool = True) -> Tensor:
    """The gradient of the critic at each of the points x (N, …), in the shape of x."""
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x, create_graph=graph)[0]


def length(gradient: Tensor) -> Tensor:
    """Euclidean length of each row (N,), over all coordinates."""
    return gradient.flatten(1).norm(dim=1)


def weight_slope(critic: nn.Module, x: Tensor, summed: bool = False) -> Tensor:
    """Length of the gradient in the critic's weights, of the mean or sum over x: one number."""
    says = critic(x).sum() if summed else critic(x).mean()
    parts = torch.autograd.grad(says, list(critic.parameters()), create_graph=True)
    return torch.cat([part.flatten() for part in parts]).norm()


def by_backward(right: Wrong, at: Callable[..., Tensor], of: Callable[[Tensor], Tensor]) -> Wrong:
    """A penalty that asks with `backward()`, which also fills the critic's own `.grad`."""

    def wrong(critic: nn.Module, *args: Any) -> Tensor:
        x = at(*args).detach().clone().requires_grad_()
        critic(x).sum().backward(create_graph=True)
        assert x.grad is not None
        return of(x.grad)

    return wrong


def left_behind(value: Any, right: Any, critic: Critic, roots: list[Tensor]) -> str | None:
    """What a penalty does besides, where its numbers are right: LEAK, LEFT_IN_CRITIC or None."""
    filled = any(w.grad is not None for w in critic.mine)
    for w in critic.mine:
        w.grad = None
    if not isinstance(value, Tensor) or value.shape != right.shape:
        return None
    if not torch.allclose(value.detach(), right, rtol=1e-3, atol=1e-4):
        return None
    if filled:
        return LEFT_IN_CRITIC
    if value.requires_grad:
        reached = torch.autograd.grad(value.sum(), roots, retain_graph=True, allow_unused=True)
        if any(g is not None and g.abs().max() > 0 for g in reached):
            return LEAK
    return None
