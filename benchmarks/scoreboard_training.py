"""What models of the scoreboard share: a clock of processor seconds, and a loop that obeys it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from course_utils.metrics import batched
from course_utils.training import adam
from coursework.exercises.nb14.flow import flow_pair

Sample = Callable[[int, Generator], Tensor]
Share = Callable[[float], float]  # share of the time that is over -> factor on the rate


@dataclass
class Trained:
    """A model that has had its time.

    sample: n samples from a generator of noise · nats: mean of −log p of test examples, or of its
    bound, where there is one · of: what the likelihood counts.
    """

    sample: Sample
    steps: int
    networks: Sequence[nn.Module]
    nats: Callable[[Any], float] | None = None
    of: str = ""

    @property
    def parameters(self) -> int:
        """Weights of all networks that were trained, of those too that only helped."""
        return sum(p.numel() for net in self.networks for p in net.parameters())


class Clock:
    """Processor seconds since it was made, as a share of what there are."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.start = seconds, time.process_time()

    @property
    def left(self) -> float:
        return self.seconds - (time.process_time() - self.start)

    def share(self, step: int = 0) -> float:
        """From 0 to 1. The number of steps plays no part."""
        return 1 - max(self.left, 0.0) / self.seconds if self.seconds > 0 else 1.0


def steady(share: float) -> float:
    return 1.0


def cosine(share: float) -> float:
    return (1 + math.cos(math.pi * share)) / 2


def last_quarter(share: float) -> float:
    """As `train_flow` does."""
    return 1.0 if share < 0.75 else 0.1


def orders(n: int, size: int, chance: Generator) -> Iterator[Tensor]:
    """Batches of indices, all n in a new order again and again."""
    while True:
        yield from torch.randperm(n, generator=chance).split(size)


def learn(
    model: nn.Module,
    loss: Callable[..., Tensor],
    data: Sequence[Tensor],
    clock: Clock,
    lr: float,
    chance: Generator,
    batch: int = 128,
    rate: Share = steady,
) -> int:
    """Minimize loss(*batch) until the time is over: how many steps that were."""
    optimizer, steps = adam(model.parameters(), lr), 0
    model.train()
    for index in orders(len(data[0]), batch, chance):
        if (share := clock.share()) >= 1:
            break
        optimizer.param_groups[0]["lr"] = lr * rate(share)
        value = loss(*(tensor[index] for tensor in data))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        steps += 1
    model.eval()
    return steps


def warm_up() -> None:
    """Steps of anything: torch loads parts of itself at the first one, on nobody's clock."""
    net = nn.Linear(1, 1)
    adam(net.parameters())
    learn(net, lambda x: net(x).sum(), [torch.ones(1, 1)], Clock(0.1), 0.0, Generator())


def matching(net: nn.Module, x0: Tensor) -> Tensor:
    """Flow matching on vectors x0 (N, D)."""
    t = torch.rand(len(x0))
    x_t, velocity = flow_pair(x0, torch.randn_like(x0), t)
    return (net(x_t, t) - velocity).square().sum(1).mean()


def drawn(g: nn.Module, latent: int = 32) -> Sample:
    """How a generator samples."""

    def sample(n: int, chance: Generator) -> Tensor:
        return batched(g.eval(), torch.randn(n, latent, generator=chance))

    return sample
