"""Exercise `gan_step`: one update of D, then one of G.

The networks are tiny and watched: each writes down what goes through it, forward and backward, so
that a step that ends right by a wrong way is told too.
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
from coursework.exercises.gan_step_mistakes import MISTAKES
from coursework.exercises.rules import Wrong

CALLS = 2  # gradients that are not zeroed show from the second call on


def gan_step(
    generator: nn.Module,
    discriminator: nn.Module,
    opt_g: Optimizer,
    opt_d: Optimizer,
    x_real: Tensor,
    z: Tensor,
) -> dict[str, float]:
    """One update of D on x_real (N, …) and G(z), then one of G: the two losses.

    Goodfellow et al., 2014, algorithm 1.
    """
    x_fake = generator(z)
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
    def forward(ctx: Any, x: Tensor, log: list) -> Tensor:
        ctx.log = log
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        ctx.log.append(("backward", gradient.detach().clone()))
        return gradient, None


class Watched(nn.Module):
    """A network that keeps a list of what came in and which gradients came back."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net, self.log, self.was_in_eval = net, [], False

    def forward(self, x: Tensor) -> Tensor:
        self.log.append(("forward", x.detach().clone()))
        self.was_in_eval |= not self.net.training
        return Tap.apply(self.net(x), self.log)

    @property
    def inputs(self) -> list[Tensor]:
        return [value for kind, value in self.log if kind == "forward"]

    @property
    def weights(self) -> Tensor:
        return torch.cat([p.detach().flatten() for p in self.parameters()])

    @property
    def is_frozen(self) -> bool:
        return not all(p.requires_grad for p in self.parameters())


def _cases(generator: Generator) -> Iterator[Case]:
    for label, in_g, in_d in (
        ("two steps in a row", False, False),
        ("a generator with batch norm", True, False),
        ("a discriminator with batch norm", True, True),
    ):
        norm_g, norm_d = ([nn.BatchNorm1d(6)] if there else [] for there in (in_g, in_d))
        g = nn.Sequential(nn.Linear(3, 6), *norm_g, nn.Tanh(), nn.Linear(6, 2))
        d = nn.Sequential(nn.Linear(2, 6), *norm_d, nn.Tanh(), nn.Linear(6, 1))
        with torch.no_grad():
            for p in (*g.parameters(), *d.parameters()):
                p.copy_(0.8 * torch.randn(p.shape, generator=generator))
        x_real = 1.5 + torch.randn(CALLS, 7, 2, generator=generator)
        z = torch.randn(CALLS, 5, 3, generator=generator)
        truth = _play(gan_step, copy.deepcopy(g), copy.deepcopy(d), x_real, z)
        yield Case((g, d, x_real, z, truth), label)


def _observe(
    fn: Wrong, g: nn.Module, d: nn.Module, x_real: Tensor, z: Tensor, truth: Played
) -> Played:
    """What `fn` does, and what of it is as it should be."""
    return note_what_is_right(_play(fn, g, d, x_real, z), truth)


def _play(fn: Wrong, g: nn.Module, d: nn.Module, x_real: Tensor, z: Tensor) -> Played:
    """Losses and weights of some calls, and by which way they were come by."""
    generator, discriminator = Watched(g), Watched(d)
    opt_g = torch.optim.SGD(g.parameters(), lr=0.4)
    opt_d = torch.optim.SGD(d.parameters(), lr=0.3)
    losses: list[list[float]] = []
    flags: set[str] = set()
    for x, noise in zip(x_real, z, strict=True):
        generator.log.clear()
        discriminator.log.clear()
        stuck = [(net, net.weights) for net in (generator, discriminator) if net.is_frozen]
        try:
            returned = fn(generator, discriminator, opt_g, opt_d, x.clone(), noise.clone())
        except Exception as error:
            if not (flag := _behind(error, generator, discriminator, noise)):
                raise
            flags.add(flag)
            break
        pair, tensors = two_losses(returned)
        losses.append(pair)
        flags |= _flags(generator, discriminator, x, noise) | tensors
        if any(torch.equal(net.weights, before) for net, before in stuck):
            flags.add("left_frozen")
    return Played(
        losses=losses, flags=flags, right=set(), g=generator.weights, d=discriminator.weights
    )


def _behind(error: Exception, generator: Watched, discriminator: Watched, z: Tensor) -> str | None:
    """The mistake behind what torch says, None where it is none that we know."""
    said = str(error)
    if "inplace operation" in said or "a second time" in said:  # of moved weights, of a used graph
        return "used_twice" if _asked_anew(discriminator) else "stale"
    if "does not require grad" in said and (generator.is_frozen or discriminator.is_frozen):
        return "left_frozen"
    if discriminator.inputs and torch.equal(discriminator.inputs[-1], z):
        return "noise_judged"
    if generator.inputs and not torch.equal(generator.inputs[-1], z):
        return "own_noise"
    return None


def _asked_anew(discriminator: Watched) -> bool:
    """Did D look at something after a gradient had come back? Then its logits were new ones."""
    kinds = [kind for kind, _ in discriminator.log]
    return "backward" in kinds and "forward" in kinds[kinds.index("backward") :]


def _flags(generator: Watched, discriminator: Watched, x: Tensor, z: Tensor) -> set[str]:
    """What a look at one call's traffic and traces shows, whatever the numbers are."""
    nets = (generator, discriminator)
    rows = [row for value in discriminator.inputs for row in value.reshape(-1, 2)]
    seen = {
        "own_noise": not all(torch.equal(value, z) for value in generator.inputs),
        "never_sees_real": not any(torch.equal(row, x[0]) for row in rows),
        "through_g_twice": sum(kind == "backward" for kind, _ in generator.log) > 1,
        "left_in_eval": not all(net.training and net.net.training for net in nets),
        "eval_meanwhile": any(net.was_in_eval for net in nets),
    }
    return {flag for flag, is_so in seen.items() if is_so}


GAN_STEP = Exercise(
    name="gan_step", notebook="06", title="one update of D, then one of G", reference=gan_step,
    cases=_cases, observe=_observe, same=same_play, points=4, mistakes=MISTAKES,
    hints=["Two updates, each of the same three lines: zero the gradients, backward, step. In the "
           "first, G's images are given, nothing to learn for G.",
           "D's update: `x_fake = generator(z)`, and `discriminator_loss` of "
           "`discriminator(x_real)` and `discriminator(x_fake.detach())`. G's update asks the "
           "*new* D about `x_fake`, not detached, and only `opt_g` steps.",
           "`g_loss = generator_loss(discriminator(x_fake))`, `opt_g.zero_grad()`, "
           "`g_loss.backward()`, `opt_g.step()`, and `return {\"d_loss\": d_loss.item(), "
           "\"g_loss\": g_loss.item()}`."],
)  # fmt: skip
