"""Exercise `conditional_gan_step`: `gan_step` of notebook 06, with labels.

As there, the networks are tiny and watched. Each call is written down with its labels: a step that
hands out wrong labels runs, trains and may even look better, so only the calls tell.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.gan_losses import discriminator_loss, generator_loss
from coursework.exercises.gan_played import (
    Played,
    note_what_is_right,
    same_play,
    two_losses,
)
from coursework.exercises.nb10.watched import Call, Log, Watched, label_faults
from coursework.exercises.nb10.wrong_steps import MISTAKES, UNEQUAL
from coursework.exercises.rules import Wrong

CALLS, CLASSES = 2, 9


def conditional_gan_step(
    generator: nn.Module,
    discriminator: nn.Module,
    opt_g: Optimizer,
    opt_d: Optimizer,
    x_real: Tensor,
    y_real: Tensor,
    z: Tensor,
    y_fake: Tensor,
) -> dict[str, float]:
    """One update of D on (x_real, y_real) and (G(z, y_fake), y_fake), then one of G: the losses.

    Mirza and Osindero, "Conditional generative adversarial nets", 2014, eq. 2.
    """
    x_fake = generator(z, y_fake)
    d_loss = discriminator_loss(
        discriminator(x_real, y_real), discriminator(x_fake.detach(), y_fake)
    )
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    g_loss = generator_loss(discriminator(x_fake, y_fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


class Told(nn.Module):
    """A tiny network of (N, inputs) and labels (N,)."""

    def __init__(self, inputs: int, outputs: int, with_norm: bool) -> None:
        super().__init__()
        norm = [nn.BatchNorm1d(6)] if with_norm else []
        self.net = nn.Sequential(
            nn.Linear(inputs + CLASSES, 6), *norm, nn.Tanh(), nn.Linear(6, outputs)
        )

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.net(torch.cat([x, F.one_hot(y, CLASSES).float()], 1))


def _cases(generator: Generator) -> Iterator[Case]:
    for label, fakes, with_norm in (
        ("two steps in a row", 6, False),
        ("networks with batch norm", 6, True),
        (UNEQUAL, 4, False),
    ):
        g, d = Told(3, 2, with_norm), Told(2, 1, with_norm)
        with torch.no_grad():
            for p in (*g.parameters(), *d.parameters()):
                p.copy_(0.8 * torch.randn(p.shape, generator=generator))
        x_real = 1.5 + torch.randn(CALLS, 6, 2, generator=generator)
        z = torch.randn(CALLS, fakes, 3, generator=generator)
        y_real, y_fake = _labels(generator, 6), _labels(generator, fakes)
        given = (x_real, y_real, z, y_fake)
        truth = _play(conditional_gan_step, copy.deepcopy(g), copy.deepcopy(d), *given)
        yield Case((g, d, *given, truth), label)


def _labels(generator: Generator, n: int) -> Tensor:
    """Labels (CALLS, n), all different in each row, so that no shuffle of them is the same."""
    rows = [torch.randperm(CLASSES, generator=generator)[:n] for _ in range(CALLS)]
    return torch.stack(rows)


def _observe(fn: Wrong, g: nn.Module, d: nn.Module, *given: Any) -> Played:
    """What `fn` does, and what of it is as it should be."""
    *batches, truth = given
    return note_what_is_right(_play(fn, g, d, *batches), truth)


def _play(fn: Wrong, g: nn.Module, d: nn.Module, *batches: Tensor) -> Played:
    """Losses and weights of some calls, and by which way they were come by."""
    log = Log()
    generator, discriminator = Watched("g", g, log), Watched("d", d, log)
    opt_g = torch.optim.SGD(g.parameters(), lr=0.4)
    opt_d = torch.optim.SGD(d.parameters(), lr=0.3)
    losses: list[list[float]] = []
    flags: set[str] = set()
    for batch in zip(*batches, strict=True):
        log.clear()
        stuck = [(net, net.weights) for net in (generator, discriminator) if net.is_frozen]
        try:
            returned = fn(generator, discriminator, opt_g, opt_d, *(t.clone() for t in batch))
        except InterfaceError:
            raise
        except Exception as error:
            found = _behind(error, generator, discriminator, *batch)
            if not found:
                raise
            flags |= found
            break
        pair, tensors = two_losses(returned)
        losses.append(pair)
        flags |= label_faults(log, *batch) | _flags(generator, discriminator, *batch) | tensors
        if any(torch.equal(net.weights, before) for net, before in stuck):
            flags.add("left_frozen")
    return Played(
        losses=losses, flags=flags, right=set(), g=generator.weights, d=discriminator.weights
    )


def _behind(
    error: Exception, generator: Watched, discriminator: Watched, *batch: Tensor
) -> set[str]:
    """The faults behind what torch says, none where it is nothing that we know."""
    log, z, said = generator.log, batch[2], str(error)
    if "inplace operation" in said or "a second time" in said:  # of moved weights, of a used graph
        return {"used_twice" if log.asked_anew else "stale"}
    if "does not require grad" in said and (generator.is_frozen or discriminator.is_frozen):
        return {"left_frozen"}
    judged, fed = log.of("d"), log.of("g")
    if judged and torch.equal(judged[-1].x, z):
        return {"noise_judged"}
    if fed and not torch.equal(fed[-1].x, z):
        return {"own_noise"}
    return label_faults(log, *batch)


def _flags(generator: Watched, discriminator: Watched, *batch: Tensor) -> set[str]:
    """What a look at one call's traffic and traces shows, whatever the labels and numbers are."""
    x_real, _, z, _ = batch
    log, nets = generator.log, (generator, discriminator)
    rows = [row for call in log.of("d") for row in call.x.reshape(-1, 2)]
    seen = {
        "own_noise": not all(torch.equal(call.x, z) for call in log.of("g")),
        "never_sees_real": not any(torch.equal(row, x_real[0]) for row in rows),
        "through_g_twice": sum(call == Call("g", "backward") for call in log) > 1,
        "left_in_eval": not all(net.training and net.net.training for net in nets),
        "eval_meanwhile": any(net.was_in_eval for net in nets),
    }
    return {flag for flag, is_so in seen.items() if is_so}


CONDITIONAL_GAN_STEP = Exercise(
    name="conditional_gan_step", notebook="10", title="one update of D, then one of G, with labels",
    reference=conditional_gan_step, cases=_cases, observe=_observe, same=same_play, points=4,
    mistakes=MISTAKES,
    hints=["The step of notebook 06, with a label at each call. Write down four pairs first: what "
           "goes into G, into D's real half, into D's fake half, and into D when G learns.",
           "`generator(z, y_fake)`, `discriminator(x_real, y_real)`, "
           "`discriminator(x_fake.detach(), y_fake)`, and once D has moved "
           "`discriminator(x_fake, y_fake)`. A fake keeps the label that it was made for.",
           "`d_loss = discriminator_loss(discriminator(x_real, y_real), "
           "discriminator(x_fake.detach(), y_fake))`, zero, backward, `opt_d.step()`; `g_loss = "
           "generator_loss(discriminator(x_fake, y_fake))`, zero, backward, `opt_g.step()`; return "
           "both `.item()` in a dict."],
)  # fmt: skip
