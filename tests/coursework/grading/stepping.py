"""Functions as learners write them that are given modules, optimizers and functions."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def _loss(logits, label):
    return bce(logits, torch.full_like(logits, label))


def gan_step(generator, discriminator, opt_g, opt_d, x_real, z):
    opt_d.zero_grad()
    fake = generator(z)
    d_loss = _loss(discriminator(x_real), 1.0) + _loss(discriminator(fake.detach()), 0.0)
    d_loss.backward()
    opt_d.step()
    opt_g.zero_grad()
    g_loss = _loss(discriminator(fake), 1.0)
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def not_detached(generator, discriminator, opt_g, opt_d, x_real, z):
    opt_d.zero_grad()
    d_loss = _loss(discriminator(x_real), 1.0) + _loss(discriminator(generator(z)), 0.0)
    d_loss.backward()
    opt_d.step()
    opt_g.zero_grad()
    g_loss = _loss(discriminator(generator(z)), 1.0)
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def not_zeroed(generator, discriminator, opt_g, opt_d, x_real, z):
    fake = generator(z)
    d_loss = _loss(discriminator(x_real), 1.0) + _loss(discriminator(fake.detach()), 0.0)
    d_loss.backward()
    opt_d.step()
    g_loss = _loss(discriminator(fake), 1.0)
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def stale_logits(generator, discriminator, opt_g, opt_d, x_real, z):
    opt_d.zero_grad()
    logits = discriminator(generator(z))
    d_loss = _loss(discriminator(x_real), 1.0) + _loss(logits, 0.0)
    d_loss.backward(retain_graph=True)
    opt_d.step()
    opt_g.zero_grad()
    g_loss = _loss(logits, 1.0)
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def never_steps(generator, discriminator, opt_g, opt_d, x_real, z):
    with torch.no_grad():
        fake = discriminator(generator(z))
        return {
            "d_loss": (_loss(discriminator(x_real), 1.0) + _loss(fake, 0.0)).item(),
            "g_loss": _loss(fake, 1.0).item(),
        }


def gradient_penalty(critic, x):
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    penalty.backward()
    return penalty.detach()


def curvature(f, x):
    x = x.clone().requires_grad_()
    (first,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x, create_graph=True)
    return second


def endless_curvature(f, x):
    x = value = x.clone().requires_grad_()
    for _ in range(9):
        (value,) = torch.autograd.grad(f(value).sum(), x, create_graph=True)
    return value


def pathwise_gradient(f, mu, sigma, eps):
    mu = mu.clone().requires_grad_()
    return torch.autograd.grad(f(mu + sigma * eps).mean(), mu)[0]


def twice_backward(f, x):
    x = x.clone().requires_grad_()
    y = f(x).sum()
    y.backward()
    y.backward()
    return x.grad


def looks_inside(model):
    """What a learner may ask of a module."""
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    model.eval()
    layers[0].weight.requires_grad_(False)
    return (
        [m.in_features for m in layers],
        model.latent_dim,
        model.shape,
        len(list(model.parameters())),
        isinstance(model, nn.Module),
        model.body[:1](torch.ones(1, layers[0].in_features)).detach(),
    )


def draws_weights(model):
    def draw(m):
        if isinstance(m, nn.Linear):
            nn.init.constant_(m.weight, 0.5)
            nn.init.zeros_(m.bias)

    model.apply(draw)


def flips_requires_grad(x):
    x.requires_grad_(not x.requires_grad)
    return 0.0


FUNCTIONS = [
    gan_step,
    not_detached,
    not_zeroed,
    stale_logits,
    never_steps,
    gradient_penalty,
    curvature,
    endless_curvature,
    pathwise_gradient,
    twice_backward,
    looks_inside,
    draws_weights,
    flips_requires_grad,
]
