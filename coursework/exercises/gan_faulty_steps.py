"""Training steps of a GAN with one fault each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from coursework.exercises.gan_losses import (
    called_fake,
    called_real,
    discriminator_loss,
    generator_loss,
)

Losses = dict[str, float]


@dataclass(frozen=True)
class Game:
    """The arguments of a step, and the right way to do its halves."""

    g: Callable[[Tensor], Tensor]
    d: nn.Module
    opt_g: Optimizer
    opt_d: Optimizer
    x_real: Tensor
    z: Tensor

    def update_d(self, x_fake: Tensor) -> float:
        loss = discriminator_loss(self.d(self.x_real), self.d(x_fake.detach()))
        return descend(loss, self.opt_d)

    def update_g(self, x_fake: Tensor) -> float:
        return descend(generator_loss(self.d(x_fake)), self.opt_g)

    def step(self) -> Losses:
        """The right step."""
        x_fake = self.g(self.z)
        return {"d_loss": self.update_d(x_fake), "g_loss": self.update_g(x_fake)}


Step = Callable[[Game], Losses]


def descend(loss: Tensor, *optimizers: Optimizer) -> float:
    """Zero the gradients, backward, step."""
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
    return loss.item()


def built(
    d_loss: Callable[[Tensor, Tensor], Tensor] = discriminator_loss,
    g_loss: Callable[[Tensor], Tensor] = generator_loss,
    detach: bool = True,
    reuse: bool = True,
    zero: str = "dg",
    d_steps: str = "d",
    g_steps: str = "g",
    order: Sequence[str] = "dg",
) -> Step:
    """A step with parts replaced. zero: whose gradients are zeroed before use; d_steps, g_steps:
    who moves after D's backward and after G's; reuse: whether G's update takes D's images."""

    def update(t: Game, loss: Tensor, whose: str, movers: str) -> float:
        optimizers = {"g": t.opt_g, "d": t.opt_d}
        if whose in zero:
            optimizers[whose].zero_grad()
        loss.backward()
        for name in movers:
            optimizers[name].step()
        return loss.item()

    def step(t: Game) -> Losses:
        losses, x_fake = {}, t.g(t.z)
        for whose in order:
            seen = x_fake if reuse else t.g(t.z)
            if whose == "d":
                loss = d_loss(t.d(t.x_real), t.d(seen.detach() if detach else seen))
                losses["d_loss"] = update(t, loss, "d", d_steps)
            else:
                losses["g_loss"] = update(t, g_loss(t.d(seen)), "g", g_steps)
        return losses

    return step


def joint(t: Game) -> Losses:
    """Both losses in one backward."""
    fake = t.d(t.g(t.z))
    d_loss, g_loss = discriminator_loss(t.d(t.x_real), fake), generator_loss(fake)
    descend(d_loss + g_loss, t.opt_d, t.opt_g)
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def together(t: Game) -> Losses:
    """Both updates from the old networks."""
    x_fake, weights = t.g(t.z), list(t.g.parameters())
    g_loss = generator_loss(t.d(x_fake))
    gradients = torch.autograd.grad(g_loss, weights)
    d_loss = t.update_d(x_fake)
    for p, gradient in zip(weights, gradients, strict=True):
        p.grad = gradient
    t.opt_g.step()
    return {"d_loss": d_loss, "g_loss": g_loss.item()}


def stale_logits(t: Game) -> Losses:
    """G's loss from logits that D gave before its update."""
    fake_logits = t.d(t.g(t.z))
    d_loss = discriminator_loss(t.d(t.x_real), fake_logits)
    t.opt_d.zero_grad()
    d_loss.backward(retain_graph=True)
    t.opt_d.step()
    return {"d_loss": d_loss.item(), "g_loss": descend(generator_loss(fake_logits), t.opt_g)}


def undetached_zeroed_at_the_start(t: Game) -> Losses:
    """Both zeroed at the top, and then D's loss runs back into G."""
    t.opt_g.zero_grad()
    t.opt_d.zero_grad()
    return built(detach=False, reuse=False, zero="")(t)


def zeroed_after_the_step(t: Game) -> Losses:
    """Each network zeroed after its own step: G's backward fills D's gradients for next time."""
    x_fake = t.g(t.z)
    d_loss = discriminator_loss(t.d(t.x_real), t.d(x_fake.detach()))
    d_loss.backward()
    t.opt_d.step()
    t.opt_d.zero_grad()
    g_loss = generator_loss(t.d(x_fake))
    g_loss.backward()
    t.opt_g.step()
    t.opt_g.zero_grad()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def steps_at_the_end(t: Game, detach: bool = True) -> Losses:
    """Both backwards, and only then both steps."""
    x_fake = t.g(t.z)
    t.opt_d.zero_grad()
    t.opt_g.zero_grad()
    d_loss = discriminator_loss(t.d(t.x_real), t.d(x_fake.detach() if detach else x_fake))
    d_loss.backward(retain_graph=True)
    g_loss = generator_loss(t.d(x_fake))
    g_loss.backward()
    t.opt_d.step()
    t.opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def in_one_batch(t: Game) -> Losses:
    """Real images and fakes in one batch for D: another thing where D has batch norm."""
    x_fake = t.g(t.z)
    real, fake = t.d(torch.cat([t.x_real, x_fake.detach()])).split([len(t.x_real), len(t.z)])
    d_loss = descend(discriminator_loss(real, fake), t.opt_d)
    return {"d_loss": d_loss, "g_loss": t.update_g(x_fake)}


def d_steps_on_each_half(t: Game) -> Losses:
    """Real images, a step of D, fakes, another step of D."""
    x_fake = t.g(t.z)
    d_loss = descend(called_real(t.d(t.x_real)), t.opt_d)
    d_loss += descend(called_fake(t.d(x_fake.detach())), t.opt_d)
    return {"d_loss": d_loss, "g_loss": t.update_g(x_fake)}


def g_descends(loss: Callable[[Tensor, Tensor], Tensor]) -> Step:
    """G's update with another loss: loss(D(x_real), D(x_fake)), both asked anew."""
    return lambda t: built(g_loss=lambda fake: loss(t.d(t.x_real), fake))(t)


def eval_for_g(t: Game) -> Losses:
    """D in evaluation mode while G is updated, and back in training mode at the end."""
    x_fake = t.g(t.z)
    d_loss = t.update_d(x_fake)
    t.d.eval()
    g_loss = t.update_g(x_fake)
    t.d.train()
    return {"d_loss": d_loss, "g_loss": g_loss}
