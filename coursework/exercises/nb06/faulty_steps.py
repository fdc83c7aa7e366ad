"""Training steps of a GAN with one fault each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from coursework.exercises.nb06.generator_losses import generator_loss
from coursework.exercises.nb06.losses import called_fake, called_real, discriminator_loss

Step = Callable[..., dict[str, Any]]
Loss = Callable[..., Tensor]


def built(
    d_loss: Loss = discriminator_loss,
    g_loss: Loss = generator_loss,
    detach: bool = True,
    reuse: bool = True,
    zero: str = "dg",
    d_steps: str = "d",
    g_steps: str = "g",
    order: str = "dg",
) -> Step:
    """A step with parts replaced. zero: whose gradients are zeroed before use; d_steps, g_steps: who moves after
    D's backward and after G's; reuse: whether G's update takes the images of D's."""

    def step(
        g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
    ) -> dict[str, Any]:
        opts, losses = {"g": opt_g, "d": opt_d}, {}
        x_fake = g(z)

        def update(loss: Tensor, whose: str, movers: str) -> None:
            if whose in zero:
                opts[whose].zero_grad()
            loss.backward()
            for name in movers:
                opts[name].step()
            losses[f"{whose}_loss"] = loss.item()

        for whose in order:
            if whose == "d":
                seen = x_fake if reuse else g(z)
                update(d_loss(d(x_real), d(seen.detach() if detach else seen)), "d", d_steps)
            else:
                update(g_loss(d(x_fake if reuse else g(z))), "g", g_steps)
        return losses

    return step


def joint(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """Both losses in one backward."""
    fake = d(g(z))
    d_loss, g_loss = discriminator_loss(d(x_real), fake), generator_loss(fake)
    opt_g.zero_grad()
    opt_d.zero_grad()
    (d_loss + g_loss).backward()
    opt_d.step()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def together(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """Both updates from the old networks."""
    x_fake = g(z)
    g_loss = generator_loss(d(x_fake))
    gradients = torch.autograd.grad(g_loss, list(g.parameters()))
    d_loss = discriminator_loss(d(x_real), d(x_fake.detach()))
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    for p, gradient in zip(g.parameters(), gradients, strict=True):
        p.grad = gradient
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def stale_logits(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """G's loss from logits that D gave before its update."""
    fake_logits = d(g(z))
    d_loss = discriminator_loss(d(x_real), fake_logits)
    opt_d.zero_grad()
    d_loss.backward(retain_graph=True)
    opt_d.step()
    g_loss = generator_loss(fake_logits)
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def undetached_zeroed_at_the_start(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """Both zeroed at the top, and then D's loss runs back into G."""
    opt_g.zero_grad()
    opt_d.zero_grad()
    return built(detach=False, reuse=False, zero="")(g, d, opt_g, opt_d, x_real, z)


def zeroed_after_the_step(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """Each network zeroed right after its own step: G's backward then fills D's gradients for the next call."""
    x_fake = g(z)
    d_loss = discriminator_loss(d(x_real), d(x_fake.detach()))
    d_loss.backward()
    opt_d.step()
    opt_d.zero_grad()
    g_loss = generator_loss(d(x_fake))
    g_loss.backward()
    opt_g.step()
    opt_g.zero_grad()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def steps_at_the_end(detach: bool) -> Step:
    """Both backwards, and only then both steps."""

    def step(
        g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
    ) -> dict[str, Any]:
        x_fake = g(z)
        opt_d.zero_grad()
        opt_g.zero_grad()
        d_loss = discriminator_loss(d(x_real), d(x_fake.detach() if detach else x_fake))
        d_loss.backward(retain_graph=True)
        g_loss = generator_loss(d(x_fake))
        g_loss.backward()
        opt_d.step()
        opt_g.step()
        return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}

    return step


def in_one_batch(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """Real images and fakes in one batch for D: another thing where D has batch norm."""
    x_fake, n = g(z), len(x_real)
    logits = d(torch.cat([x_real, x_fake.detach()]))
    d_loss = discriminator_loss(logits[:n], logits[n:])
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    g_loss = generator_loss(d(x_fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def d_steps_on_each_half(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """Real images, a step of D, fakes, another step of D."""
    x_fake, halves = g(z), []
    for images, half in ((x_real, called_real), (x_fake.detach(), called_fake)):
        opt_d.zero_grad()
        halves.append(half(d(images)))
        halves[-1].backward()
        opt_d.step()
    g_loss = generator_loss(d(x_fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": sum(halves).item(), "g_loss": g_loss.item()}


def g_descends(loss: Loss) -> Step:
    """G's update with another loss: loss(D(x_real), D(x_fake)), both asked anew."""

    def step(
        g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
    ) -> dict[str, Any]:
        return built(g_loss=lambda fake: loss(d(x_real), fake))(g, d, opt_g, opt_d, x_real, z)

    return step


def detached_for_g(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    """G's update takes the detached images too."""
    return built()(lambda z: g(z).detach(), d, opt_g, opt_d, x_real, z)


def own_noise(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    return built()(lambda z: g(torch.randn_like(z)), d, opt_g, opt_d, x_real, z)


def never_sees_real(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    return built()(g, d, opt_g, opt_d, g(z).detach(), z)


def in_eval(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    g.eval()
    return built()(g, d, opt_g, opt_d, x_real, z)


def frozen(
    g: nn.Module, d: nn.Module, opt_g: Optimizer, opt_d: Optimizer, x_real: Tensor, z: Tensor
) -> dict[str, Any]:
    losses = built()(g, d, opt_g, opt_d, x_real, z)
    d.requires_grad_(False)
    return losses


def returning(change: Callable[[dict[str, float]], dict[str, Any]]) -> Step:
    return lambda *args: change(built()(*args))
