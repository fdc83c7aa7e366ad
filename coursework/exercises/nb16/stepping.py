"""Exercise `style_step`: one update of D, then one of G, whose pictures have two codes.

As in notebook 06, the networks are tiny and watched: each writes down what goes through it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.gan_losses import discriminator_loss, generator_loss
from coursework.exercises.gan_played import (
    Played,
    note_what_is_right,
    same_play,
    two_losses,
)
from coursework.exercises.nb16.mixing import mix_styles
from coursework.exercises.nb16.wrong_steps import MISTAKES
from coursework.exercises.rules import Wrong

CALLS, LEVELS, LATENT = 2, 4, 3


def style_step(
    generator: nn.Module,
    discriminator: nn.Module,
    opt_g: Optimizer,
    opt_d: Optimizer,
    x_real: Tensor,
    z1: Tensor,
    z2: Tensor,
    crossover: int,
) -> dict[str, float]:
    """One update of D on x_real and on pictures of two codes, then one of G: the two losses.

    The first `crossover` of 4 levels take their style from z1. Karras et al., 2019, section 3.1.
    """
    w1, w2 = generator.to_w(z1), generator.to_w(z2)
    x_fake = generator(mix_styles(w1, w2, crossover, LEVELS))
    d_loss = discriminator_loss(discriminator(x_real), discriminator(x_fake.detach()))
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    g_loss = generator_loss(discriminator(x_fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


class Tap(torch.autograd.Function):
    """Passes a tensor on, and writes down when a gradient comes back through it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, log: list[str]) -> Tensor:
        ctx.log = log
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        ctx.log.append("backward")
        return gradient, None


class Watched(nn.Module):
    """A network that keeps a list of what came in, and of when gradients came back."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []
        self.inputs: list[Tensor] = []
        self.was_in_eval = False

    def note(self, x: Tensor) -> None:
        self.log.append("forward")
        self.inputs.append(x.detach().clone())
        self.was_in_eval |= not self.training

    def tapped(self, made: Tensor) -> Tensor:
        return Tap.apply(made, self.log)

    @property
    def weights(self) -> Tensor:
        return torch.cat([p.detach().flatten() for p in self.parameters()])

    @property
    def is_frozen(self) -> bool:
        return not all(p.requires_grad for p in self.parameters())


class TinyStyle(Watched):
    """z (N, 3) to w (N, 3) by `to_w`; w (N, 4, 3), or one for all levels, to points (N, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.mapping = nn.Sequential(nn.Linear(LATENT, LATENT), nn.Tanh())
        self.levels = nn.ModuleList(nn.Linear(LATENT, 2) for _ in range(LEVELS))
        self.codes: list[Tensor] = []

    def to_w(self, z: Tensor) -> Tensor:
        self.codes.append(z.detach().clone())
        return self.mapping(z)

    def forward(self, w: Tensor) -> Tensor:
        self.note(w)
        w = w[:, None].expand(-1, LEVELS, -1) if w.ndim == 2 else w
        parts = [torch.tanh(level(w[:, n])) for n, level in enumerate(self.levels)]
        return self.tapped(torch.stack(parts).sum(0))


class TinyJudge(Watched):
    """Points (N, 2) to logits (N, 1)."""

    def __init__(self, with_norm: bool) -> None:
        super().__init__()
        norm = [nn.BatchNorm1d(6)] if with_norm else []
        self.net = nn.Sequential(nn.Linear(2, 6), *norm, nn.Tanh(), nn.Linear(6, 1))

    def forward(self, x: Tensor) -> Tensor:
        self.note(x)
        return self.tapped(self.net(x))


def _cases(generator: Generator) -> Iterator[Case]:
    for label, crossover, with_norm in (
        ("one coarse level from the first code", 1, False),
        ("three coarse levels from the first code", 3, False),
        ("a discriminator with batch norm", 1, True),
    ):
        g, d = TinyStyle(), TinyJudge(with_norm)
        with torch.no_grad():
            for p in (*g.parameters(), *d.parameters()):
                p.copy_(0.8 * torch.randn(p.shape, generator=generator))
        x_real = 1.5 + torch.randn(CALLS, 7, 2, generator=generator)
        z1, z2 = torch.randn(2, CALLS, 5, LATENT, generator=generator).unbind()
        given = (x_real, z1, z2, crossover)
        truth = _play(style_step, copy.deepcopy(g), copy.deepcopy(d), *given)
        yield Case((g, d, *given, truth), label)


def _observe(fn: Wrong, g: TinyStyle, d: TinyJudge, *given: Any) -> Played:
    """What `fn` does, and what of it is as it should be."""
    *batches, truth = given
    return note_what_is_right(_play(fn, g, d, *batches), truth)


def _play(
    fn: Wrong, g: TinyStyle, d: TinyJudge, x_real: Tensor, z1: Tensor, z2: Tensor, crossover: int
) -> Played:
    """Losses and weights of some calls, and by which way they were come by."""
    opt_g = torch.optim.SGD(g.parameters(), lr=0.4)
    opt_d = torch.optim.SGD(d.parameters(), lr=0.3)
    losses: list[list[float]] = []
    flags: set[str] = set()
    for batch in zip(x_real, z1, z2, strict=True):
        for kept in (g.log, g.inputs, g.codes, d.log, d.inputs):
            kept.clear()
        stuck = [(net, net.weights) for net in (g, d) if net.is_frozen]
        try:
            returned = fn(g, d, opt_g, opt_d, *(t.clone() for t in batch), crossover)
        except Exception as error:
            if not (flag := _behind(error, g, d, *batch[1:])):
                raise
            flags.add(flag)
            break
        pair, tensors = two_losses(returned)
        losses.append(pair)
        flags |= _flags(g, d, *batch) | tensors
        if any(torch.equal(net.weights, before) for net, before in stuck):
            flags.add("left_frozen")
    return Played(losses=losses, flags=flags, right=set(), g=g.weights, d=d.weights)


def _behind(error: Exception, g: TinyStyle, d: TinyJudge, z1: Tensor, z2: Tensor) -> str | None:
    """The mistake behind what torch says, None where it is none that we know."""
    said = str(error)
    if "inplace operation" in said or "a second time" in said:  # of moved weights, of a used graph
        anew = "backward" in d.log and "forward" in d.log[d.log.index("backward") :]
        return "used_twice" if anew else "stale"
    if "does not require grad" in said and (g.is_frozen or d.is_frozen):
        return "left_frozen"
    last = d.inputs[-1] if d.inputs else None
    if last is not None and any(torch.equal(last, z) for z in (z1, z2)):
        return "noise_judged"
    return None


def _flags(g: TinyStyle, d: TinyJudge, x_real: Tensor, z1: Tensor, z2: Tensor) -> set[str]:
    """What a look at one call's traffic and traces shows, whatever the numbers are."""
    rows = [row for value in d.inputs for row in value.reshape(-1, 2)]
    known = torch.cat([z1, z2])
    seen = {
        "own_noise": any(
            not (row == known).all(1).any() for z in g.codes for row in z.reshape(-1, LATENT)
        ),
        "never_sees_real": not any(torch.equal(row, x_real[0]) for row in rows),
        "through_g_twice": g.log.count("backward") > 1,
        "left_in_eval": not (g.training and d.training),
        "eval_meanwhile": g.was_in_eval or d.was_in_eval,
    }
    return {flag for flag, is_so in seen.items() if is_so}


STYLE_STEP = Exercise(
    name="style_step", notebook="16", title="one update of D, then one of G, with mixed styles",
    reference=style_step, cases=_cases, observe=_observe, same=same_play, points=3,
    mistakes=MISTAKES,
    hints=["The step of notebook 06. Only the line that makes the fakes is new: two codes, mixed "
           "by level.",
           "`generator.to_w(z1)` and `generator.to_w(z2)` are (N, 32); `generator(mix_styles(w1, "
           "w2, crossover, 4))` makes the pictures. Then D's update, with `x_fake.detach()`, then "
           "G's, with the new D.",
           "`x_fake = generator(mix_styles(generator.to_w(z1), generator.to_w(z2), crossover, "
           "4))`; `d_loss = discriminator_loss(discriminator(x_real), "
           "discriminator(x_fake.detach()))`, zero, backward, `opt_d.step()`; `g_loss = "
           "generator_loss(discriminator(x_fake))`, zero, backward, `opt_g.step()`."],
)  # fmt: skip
