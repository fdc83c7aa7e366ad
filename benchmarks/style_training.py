"""Training of the style generator of notebook 16, at full size or growing from 4 x 4 pixels."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils.device import set_seed
from course_utils.models.style import CHANNELS, LATENT, LEVELS, StyleGenerator
from course_utils.training import adam

BATCH, LR, GAMMA, R1_EVERY, DECAY = 32, 2e-3, 1.0, 4, 0.995
BEGINS, FADE = (0.0, 0.1, 0.25, 0.5), 5.0  # where a level begins, share of the run; seconds of fade
Place = tuple[int, float]  # the last level there is, and how far it is faded in


class GrowingGenerator(StyleGenerator):
    """The style generator with a way to color at every level, so that training can begin low."""

    def __init__(self) -> None:
        super().__init__()
        self.early = nn.ModuleList(nn.Conv2d(width, 3, 1) for width in CHANNELS[:-1])

    def grown(self, w: Tensor, chance: Generator | None, place: Place) -> Tensor:
        """Images of the last level there is, faded in from the one before."""
        level, alpha = place
        found = self.features(w[:, : level + 1], chance)
        colors = [*self.early, self.to_rgb]
        images = [colors[n](found[n]).sigmoid() for n in (level - 1, level) if n >= 0]
        return fade_in(images[0], images[-1], alpha) if alpha < 1 else images[-1]


class GrowingDiscriminator(nn.Module):
    """Images of a level to logits (N,). The spread within the batch is one of the last features."""

    def __init__(self) -> None:
        super().__init__()
        self.from_rgb = nn.ModuleList(nn.Conv2d(3, width, 1) for width in (64, 64, 48, 24))
        steps = ((64, 64), (48, 64), (24, 48))  # from level 1, 2, 3 to the one below
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in steps)
        self.head = nn.Sequential(
            nn.Conv2d(65, 64, 3, padding=1), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(1024, 1)
        )

    def forward(self, x: Tensor, place: Place) -> Tensor:
        level, alpha = place
        h = F.leaky_relu(self.from_rgb[level](2 * x - 1), 0.2)
        for n in range(level, 0, -1):
            h = F.leaky_relu(self.convs[n - 1](h), 0.2)
            if n == level and alpha < 1:
                small = self.from_rgb[n - 1](2 * F.avg_pool2d(x, 2) - 1)
                h = alpha * h + (1 - alpha) * F.leaky_relu(small, 0.2)
        spread = h.std(0).mean().expand(len(h), 1, 4, 4)
        return self.head(torch.cat([h, spread], 1)).squeeze(1)


def fade_in(old: Tensor, new: Tensor, alpha: float) -> Tensor:
    return (1 - alpha) * F.interpolate(old, scale_factor=2) + alpha * new


def at_full_size(share: float, seconds: float) -> Place:
    return LEVELS - 1, 1.0


def growing(share: float, seconds: float) -> Place:
    """The place at this share of a run of so many seconds."""
    level = max(n for n, begin in enumerate(BEGINS) if share >= begin)
    since = (share - BEGINS[level]) * seconds
    return level, min(1.0, since / FADE) if level else 1.0


def mixed_styles(g: StyleGenerator, mixing: float, chance: Generator) -> Tensor:
    """Styles (BATCH, 4, 32), of two codes for a share `mixing` of the batch, else of one."""
    w1, w2 = g.to_w(torch.randn(2 * BATCH, LATENT, generator=chance)).chunk(2)
    crossover = torch.randint(1, LEVELS, (BATCH, 1, 1), generator=chance)
    single = torch.rand(BATCH, 1, 1, generator=chance) >= mixing
    crossover = crossover.masked_fill(single, LEVELS)
    return torch.where(torch.arange(LEVELS)[:, None] < crossover, w1[:, None], w2[:, None])


def half() -> AbstractContextManager[object]:
    """bfloat16 where the processor computes it, else float32."""
    known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(known.get("avx512_bf16")))


def train(
    x: Tensor,
    seed: int,
    seconds: float,
    mixing: float = 0.9,
    schedule: Callable[[float, float], Place] = at_full_size,
    watch: Callable[[float, int, Place, GrowingGenerator], None] = lambda *seen: None,
    limit: int | None = None,
) -> tuple[GrowingGenerator, int]:
    """The averaged generator after so many processor seconds on faces x (uint8), and its steps.

    With a limit, after so many steps instead, so that a run can be repeated on a machine of another
    speed (at full size; growing goes by the seconds). Non-saturating loss, R1 every fourth step,
    Adam without momentum. watch(seconds, steps, place, averaged generator) is called after each
    step; its time doesn't count.
    """
    chance = set_seed(seed)
    g, d = GrowingGenerator(), GrowingDiscriminator()
    average = copy.deepcopy(g)
    opt_g, opt_d = (adam(net.parameters(), LR, betas=(0.0, 0.99)) for net in (g, d))
    spent, steps = 0.0, 0
    while spent < seconds if limit is None else steps < limit:
        started = time.process_time()
        place = schedule(spent / seconds, seconds)
        real = _real_batch(x, place, chance)
        with half():
            fake = g.grown(mixed_styles(g, mixing, chance), chance, place).float()
        _descend(_d_loss(d, real, fake.detach(), place, penalize=steps % R1_EVERY == 0), opt_d)
        with half():
            logits = d(fake, place)
        _descend(F.softplus(-logits.float()).mean(), opt_g)
        steps += 1
        follow(average, g, min(DECAY, steps / (steps + 10)))
        spent += time.process_time() - started
        watch(spent, steps, place, average)
    return average.eval(), steps


def _real_batch(x: Tensor, place: Place, chance: Generator) -> Tensor:
    level, alpha = place
    real = x[torch.randint(len(x), (BATCH,), generator=chance)].float().div_(255)
    real = F.avg_pool2d(real, 2 ** (LEVELS - 1 - level))
    return fade_in(F.avg_pool2d(real, 2), real, alpha) if alpha < 1 else real


def _d_loss(d: nn.Module, real: Tensor, fake: Tensor, place: Place, penalize: bool) -> Tensor:
    with half():
        fake_logits = d(fake, place)
    if not penalize:
        with half():
            real_logits = d(real, place)
        return F.softplus(-real_logits.float()).mean() + F.softplus(fake_logits.float()).mean()
    real.requires_grad_()
    real_logits = d(real, place)
    (slope,) = torch.autograd.grad(real_logits.sum(), real, create_graph=True)
    penalty = R1_EVERY * GAMMA / 2 * slope.square().flatten(1).sum(1).mean()
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits.float()).mean() + penalty


def _descend(loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


@torch.no_grad()
def follow(average: nn.Module, g: nn.Module, decay: float) -> None:
    """Move the averaged weights a little toward those of g."""
    for slow, fast in zip(average.parameters(), g.parameters(), strict=True):
        slow.lerp_(fast, 1 - decay)
