"""Exercises of notebook 11: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from coursework.exercises.nb11.mixing import gradient_penalty
from coursework.exercises.nb11.spectral import spectral_sigma
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def dirac_by_autograd(gamma):
    def velocities(point):
        theta, psi = point
        with torch.enable_grad():
            loss = F.logsigmoid(theta * psi)
            down, up = torch.autograd.grad(loss, (theta, psi), create_graph=True)
        return torch.stack([-down, up - gamma * psi])

    return torch.autograd.functional.jacobian(velocities, torch.zeros(2))


def penalty_by_loop(critic, x_real, x_fake, mix, one_sided=False):
    found = []
    for real, fake, m in zip(x_real, x_fake.detach(), mix, strict=True):
        x = (m * real + (1 - m) * fake)[None].clone().requires_grad_()
        (g,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        excess = (g.square().sum() + 1e-12).sqrt() - 1
        found.append(F.relu(excess) ** 2 if one_sided else excess**2)
    return torch.stack(found)


def penalty_with_ones(critic, x_real, x_fake, mix, one_sided=False, center=1.0):
    m = mix.view(-1, *([1] * (x_real.dim() - 1))).expand_as(x_real)
    x = torch.lerp(x_fake.detach(), x_real, m).requires_grad_(True)
    out = critic(x)
    g = torch.autograd.grad(out, x, torch.ones_like(out), create_graph=True, retain_graph=True)[0]
    size = torch.linalg.vector_norm(g.reshape(len(x), -1), dim=1)
    return torch.where((size > center) | (not one_sided), (size - center) ** 2, 0 * size)


def r1_with_einsum(critic, x):
    x = x.detach().requires_grad_(True)
    out = critic(x)
    g = torch.autograd.grad(out, x, torch.ones_like(out), create_graph=True)[0].reshape(len(x), -1)
    return torch.einsum("nd,nd->n", g, g)


def spectral_by_loop(weight, u, steps, eps=1e-12):
    w = weight.detach()
    for _ in range(steps):
        v = w.T @ u
        v = v / (v.norm() + eps)
        u = w @ v
        u = u / (u.norm() + eps)
    return torch.dot(u, torch.mv(weight, v)), u


def std_by_loop(h, group):
    rows = []
    for part in h.split(group):
        center = part - part.mean(0)
        sd = (center.square().mean(0) + 1e-8).sqrt().mean()
        rows.append(torch.cat([part, sd.expand(len(part), 1)], 1))
    return torch.cat(rows)


def std_of_torch(h, group):
    sd = h.reshape(-1, group, h.shape[1]).std(dim=1, unbiased=False).mean(dim=1, keepdim=True)
    return torch.cat([h, sd.repeat(1, group).reshape(-1, 1)], dim=1)


def step_written_out(generator, critic, opt, x_real, z, mix, weight):
    with torch.no_grad():
        fake = generator(z)
    critic.zero_grad()
    real_score, fake_score = critic(x_real).mean(), critic(fake).mean()
    (fake_score - real_score).backward()
    (weight * gradient_penalty(critic, x_real, fake, mix).mean()).backward()
    opt.step()
    return float(real_score - fake_score)


@pytest.mark.parametrize(
    ("name", "fn"),
    [
        ("dirac_jacobian", lambda gamma: [[0, -0.5], [0.5, -gamma]]),
        ("dirac_jacobian", lambda c: torch.tensor([[0, -1 / 2], [1 / 2, -c]], dtype=torch.double)),
        ("dirac_jacobian", dirac_by_autograd),
        ("gradient_penalty", penalty_by_loop),
        ("gradient_penalty", penalty_with_ones),
        ("r1_penalty", r1_with_einsum),
        ("relativistic_loss", lambda r, f: -F.logsigmoid(r - f).mean()),
        ("relativistic_loss", lambda r, f: F.softplus(f.double() - r.double()).mean()),
        (
            "relativistic_loss",
            lambda r, f: F.binary_cross_entropy_with_logits(r - f, torch.ones_like(r)),
        ),
        ("spectral_sigma", spectral_by_loop),
        ("spectral_sigma", lambda w, u, steps: spectral_sigma(w.double(), u.double(), steps)),
        ("minibatch_std", std_by_loop),
        ("minibatch_std", std_of_torch),
        ("critic_step", step_written_out),
    ],
)
def test_right_answers_pass(name, fn):
    assert_passes(name, fn)


def penalty_that_raises_the_mix(critic, x_real, x_fake, mix, one_sided=False):
    x = (torch.rand_like(x_real) * (x_real - x_fake) + x_fake).detach().requires_grad_()
    g = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return (g.flatten(1).norm(dim=1) - 1) ** 2


def public_penalty(critic, x_real, x_fake, mix, one_sided=False):
    """With its own shares, as most published code has them."""
    alpha = torch.rand(len(x_real), *[1] * (x_real.ndim - 1))
    x = (alpha * x_real + (1 - alpha) * x_fake.detach()).requires_grad_()
    g = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    excess = g.flatten(1).norm(2, dim=1) - 1
    return excess.clamp(min=0) ** 2 if one_sided else excess**2


@pytest.mark.parametrize(
    ("name", "fn", "mistake"),
    [
        ("gradient_penalty", penalty_that_raises_the_mix, "mix_for_each_coordinate"),
        ("gradient_penalty", public_penalty, "its_own_mix"),
        ("gradient_penalty", lambda *args: gradient_penalty(*args).mean(), "one_number"),
        ("r1_penalty", lambda critic, x: critic(x).square().flatten(), "output_squared"),
        ("relativistic_loss", lambda r, f: F.softplus(r - f).mean(), "turned_round"),
        ("spectral_sigma", lambda w, u, steps: (w.norm(), u), "frobenius"),
        (
            "minibatch_std",
            lambda h, k: torch.cat([h, h.std().expand(len(h), 1)], 1),
            "group_and_features_at_once",
        ),
    ],
)
def test_wrong_answers_are_named(name, fn, mistake):
    assert_mistake(name, fn, mistake)


def test_spectral_sigma_agrees_with_torch():
    torch.manual_seed(0)
    layer = spectral_norm(torch.nn.Linear(6, 4), n_power_iterations=1)
    original = layer.parametrizations.weight.original
    u = layer.parametrizations.weight[0]._u.clone()
    layer.train()
    normalized = layer.weight
    torch.testing.assert_close(original / spectral_sigma(original, u, 1)[0], normalized)
