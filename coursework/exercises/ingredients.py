"""What exercises of several notebooks are made from."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor, nn

from coursework.checking.exercise import Mistake


def spread_out(dims: int, generator: Generator, low: float = 0.3, high: float = 3.0) -> Tensor:
    """A covariance (D, D), eigenvalues from `low` to `high`, turned at random: never diagonal."""
    turn = torch.linalg.qr(torch.randn(dims, dims, generator=generator))[0]
    stretch = torch.linspace(math.log(low), math.log(high), dims).exp()
    cov = (turn * stretch) @ turn.T
    return (cov + cov.T) / 2


BACKWARD_INSIDE = (
    "You call `backward` in this function. `fit` does that later, between clearing the gradients "
    "and updating the weights: leave the call out, and return the loss with its graph."
)


def called_backward(model: nn.Module) -> bool:
    """Did the function leave gradients in the model's weights?"""
    return any(weights.grad is not None for weights in model.parameters())


def backward_called(loss: Tensor) -> Tensor:
    """The loss, after `backward` was called on it."""
    loss.backward()
    return loss


def known_as(name: str, message: str, *wrongs: Callable[..., Any]) -> list[Mistake]:
    """One mistake that can be made in several ways."""
    return [Mistake(name, message, wrong) for wrong in wrongs]
