"""Exercise `gan_step`: one update of D, then one of G.

The networks are tiny and watched: each writes down what goes through it, forward and backward, so that a
step that ends right by a wrong way is told too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer

from coursework.checking.compare import close, describe, is_scalar
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.nb06.generator_losses import generator_loss
from coursework.exercises.nb06.losses import discriminator_loss
from coursework.exercises.nb06.wrong_steps import MISTAKES

CALLS = 2  # gradients that are not zeroed show from the second call on


def gan_step(
    generator: nn.Module,
    discriminator: nn.Module,
    opt_g: Optimizer,
    opt_d: Optimizer,
    x_real: Tensor,
    z: Tensor,
) -> dict[str, float]:
    """One update of D on x_real (N, …) and G(z), then one of G: the two losses. Goodfellow et al., 2014, algorithm 1."""
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
        self.net, self.log = net, []

    def forward(self, x: Tensor) -> Tensor:
        self.log.append(("forward", x.detach().clone()))
        return Tap.apply(self.net(x), self.log)


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
        yield Case((g, d, x_real, z), label)


def _observe(
    fn: Callable[..., Any], g: nn.Module, d: nn.Module, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """What `fn` does, and what of it is as it should be."""
    truth = _play(gan_step, copy.deepcopy(g), copy.deepcopy(d), x_real, z)
    seen = _play(fn, g, d, x_real, z)
    seen["right"] = set()
    if all(close(seen[key], truth[key], 1e-3, 1e-4) for key in ("g", "d")):
        seen["right"].add("weights")
        swapped = [pair[::-1] for pair in seen["losses"]]
        if close(seen["losses"], truth["losses"], 1e-3, 1e-4):
            seen["right"].add("losses")
        else:
            seen["right"].add("other_numbers")
        if close(swapped, truth["losses"], 1e-3, 1e-4):
            seen["right"].add("losses_swapped")
    return seen


def _play(
    fn: Callable[..., Any], g: nn.Module, d: nn.Module, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """Losses and weights of some calls, and by which way they were come by."""
    generator, discriminator = Watched(g), Watched(d)
    opt_g = torch.optim.SGD(g.parameters(), lr=0.4)
    opt_d = torch.optim.SGD(d.parameters(), lr=0.3)
    seen: dict[str, Any] = {"losses": [], "flags": set()}
    for x, noise in zip(x_real, z, strict=True):
        generator.log.clear()
        discriminator.log.clear()
        try:
            returned = fn(generator, discriminator, opt_g, opt_d, x.clone(), noise.clone())
        except Exception as error:
            if not _is_stale(error):
                raise
            seen["flags"].add("used_twice" if _asked_anew(discriminator) else "stale")
            break
        losses, tensors = _losses(returned)
        seen["losses"].append(losses)
        seen["flags"] |= _flags(generator, discriminator, x, noise) | tensors
        if "left_frozen" in seen["flags"]:
            break
    seen["g"], seen["d"] = (
        torch.cat([p.detach().flatten() for p in net.parameters()]) for net in (g, d)
    )
    return seen


def _is_stale(error: Exception) -> bool:
    """Did backward meet a graph that was freed, or weights that have moved since?"""
    return "inplace operation" in str(error) or "a second time" in str(error)


def _asked_anew(discriminator: Watched) -> bool:
    """Did D look at something after a gradient had come back through it? Then its logits were new ones."""
    kinds = [kind for kind, _ in discriminator.log]
    return "backward" in kinds and "forward" in kinds[kinds.index("backward") :]


def _losses(returned: Any) -> tuple[list[float], set[str]]:
    """The two numbers, and a flag where they came as tensors."""
    if not isinstance(returned, dict) or set(returned) != {"d_loss", "g_loss"}:
        raise InterfaceError(
            f"You should return a dict with the keys 'd_loss' and 'g_loss'; yours is "
            f"{describe(returned)}"
        )
    for key, value in returned.items():
        if not is_scalar(value):
            raise InterfaceError(f"{key!r} should be one number; yours is {describe(value)}")
    tensors = any(isinstance(value, Tensor) for value in returned.values())
    flags = {"tensors_returned"} if tensors else set()
    return [float(returned["d_loss"]), float(returned["g_loss"])], flags


def _flags(generator: Watched, discriminator: Watched, x: Tensor, z: Tensor) -> set[str]:
    """What a look at one call's traffic and traces shows, whatever the numbers are."""
    flags = set()
    made = [value for kind, value in generator.log if kind == "forward"]
    judged = [value for kind, value in discriminator.log if kind == "forward"]
    if any(value.shape != z.shape or not torch.equal(value, z) for value in made):
        flags.add("own_noise")
    if not any(torch.equal(row, x[0]) for value in judged for row in value.reshape(-1, 2)):
        flags.add("never_sees_real")
    if sum(kind == "backward" for kind, _ in generator.log) > 1:
        flags.add("through_g_twice")
    if not (generator.training and discriminator.training and generator.net.training):
        flags.add("left_in_eval")
    if not all(p.requires_grad for net in (generator, discriminator) for p in net.parameters()):
        flags.add("left_frozen")
    return flags


def _same(yours: dict[str, Any], truth: dict[str, Any]) -> bool:
    return yours["flags"] == truth["flags"] and all(
        close(yours[key], truth[key], 1e-3, 1e-4) for key in ("losses", "g", "d")
    )


GAN_STEP = Exercise(
    name="gan_step",
    notebook="06",
    title="one update of D, then one of G",
    reference=gan_step,
    cases=_cases,
    mistakes=MISTAKES,
    observe=_observe,
    same=_same,
    hints=[
        "Two updates, each of the same three lines: zero the gradients, backward, step. "
        "In the first, G's images are given, nothing to learn for G.",
        "D's update: `x_fake = generator(z)`, and `discriminator_loss` of `discriminator(x_real)` "
        "and `discriminator(x_fake.detach())`. G's update asks the "
        "*new* D about `x_fake`, not detached, and only `opt_g` steps.",
        "`g_loss = generator_loss(discriminator(x_fake))`, `opt_g.zero_grad()`, "
        "`g_loss.backward()`, `opt_g.step()`, and "
        '`return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}`.',
    ],
    points=4,
)
