"""Exercises of notebook 14: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from coursework import exercises
from coursework.checking import evaluate
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def column(values, x):
    values = torch.as_tensor(values)
    return values[(...,) + (None,) * (x.dim() - 1)] if values.dim() else values


def noised_in_a_loop(x0, alpha_bar_t, eps):
    each = torch.as_tensor(alpha_bar_t).expand(len(x0)).tolist()
    rows = [math.sqrt(a) * x + math.sqrt(1 - a) * e for a, x, e in zip(each, x0, eps, strict=True)]
    return torch.stack(rows)


def noised_by_einsum(x0, alpha_bar_t, eps):
    a = torch.as_tensor(alpha_bar_t).expand(len(x0))
    mixed = torch.einsum("n,n...->n...", a.sqrt(), x0)
    return mixed + torch.einsum("n,n...->n...", (1 - a).sqrt(), eps)


def noised_in_double(x0, alpha_bar_t, eps, clip=None):
    a = column(alpha_bar_t, x0).double()
    return a.pow(0.5) * x0.double() + torch.sqrt(1 - a) * eps.double()


def posterior_by_precision(x_t, x0, t, betas):
    """Two Gaussians multiplied: precisions add up."""
    before = torch.prod(1 - betas[: t - 1]) if t > 1 else torch.tensor(1.0)
    if t == 1:
        return x0, torch.tensor(0.0)
    alpha, beta = 1 - betas[t - 1], betas[t - 1]
    precision = alpha / beta + 1 / (1 - before)
    mean = (alpha.sqrt() / beta * x_t + before.sqrt() / (1 - before) * x0) / precision
    return mean, 1 / precision


def posterior_in_floats(x_t, x0, t, betas):
    alphas = [1 - b for b in betas.tolist()]
    now, before = math.prod(alphas[:t]), math.prod(alphas[: t - 1])
    beta = 1 - alphas[t - 1]
    var = beta * (1 - before) / (1 - now)
    mean = math.sqrt(before) * beta / (1 - now) * x0
    return mean + math.sqrt(alphas[t - 1]) * (1 - before) / (1 - now) * x_t, var


def posterior_with_f_pad(x_t, x0, t, betas):
    bar = F.pad(torch.cumprod(1 - betas, 0), (1, 0), value=1.0)
    b, n, s = betas[t - 1], bar[t], bar[t - 1]
    mean = (s.sqrt() * b * x0 + (1 - b).sqrt() * (1 - s) * x_t) / (1 - n)
    return [mean, (b * (1 - s) / (1 - n)).item()]


def loss_by_mse(model, x0, t, eps, alpha_bar):
    a = column(alpha_bar[t], x0)
    guess = model(a.sqrt() * x0 + (1 - a).sqrt() * eps, t)
    return F.mse_loss(guess, eps, reduction="sum") / len(x0)


def loss_in_a_loop(model, x0, t, eps, alpha_bar):
    total = 0
    for n in range(len(x0)):
        a, one = alpha_bar[t[n]], slice(n, n + 1)
        guess = model(a**0.5 * x0[one] + (1 - a) ** 0.5 * eps[one], t[one])
        total = total + ((guess - eps[one]) ** 2).sum()
    return total / len(x0)


def ddpm_through_the_posterior(x_t, eps_hat, t, betas, noise):
    now = torch.prod(1 - betas[:t])
    x0_hat = (x_t - (1 - now).sqrt() * eps_hat) / now.sqrt()
    mean, var = posterior_in_floats(x_t, x0_hat, t, betas)
    return mean + math.sqrt(var) * noise if t > 1 else mean


def ddpm_with_numpy_numbers(x_t, eps_hat, t, betas, noise, *, clip=False):
    bar = np.concatenate([[1.0], np.cumprod(1 - betas.numpy().astype(np.float64))])
    beta = float(betas[t - 1])
    x = (x_t - beta / np.sqrt(1 - bar[t]) * eps_hat) / np.sqrt(1 - beta)
    return x + float(np.sqrt(beta * (1 - bar[t - 1]) / (1 - bar[t]))) * noise


def ddim_with_math(x_t, eps_hat, alpha_bar_t, alpha_bar_s):
    a, s = float(alpha_bar_t), float(alpha_bar_s)
    x0 = (x_t - math.sqrt(1 - a) * eps_hat) / math.sqrt(a)
    return math.sqrt(s) * x0 + math.sqrt(1 - s) * eps_hat


def ddim_in_one_line(x, e, a, s):
    return (s / a).sqrt() * x + ((1 - s).sqrt() - (s * (1 - a) / a).sqrt()) * e


def pair_by_lerp(x0, eps, t):
    return torch.lerp(x0, eps, column(t, x0)), eps.sub(x0)


def pair_by_jvp(x0, eps, t):
    def place(t):
        return (1 - column(t, x0)) * x0 + column(t, x0) * eps

    return torch.func.jvp(place, (t,), (torch.ones_like(t),))


@pytest.mark.parametrize(
    ("name", "fn"),
    [
        ("noised", noised_in_a_loop),
        ("noised", noised_by_einsum),
        ("noised", noised_in_double),
        ("posterior", posterior_by_precision),
        ("posterior", posterior_in_floats),
        ("posterior", posterior_with_f_pad),
        ("noise_prediction_loss", loss_by_mse),
        ("noise_prediction_loss", loss_in_a_loop),
        ("ddpm_step", ddpm_through_the_posterior),
        ("ddpm_step", ddpm_with_numpy_numbers),
        ("ddim_step", ddim_with_math),
        ("ddim_step", ddim_in_one_line),
        ("flow_pair", pair_by_lerp),
        ("flow_pair", pair_by_jvp),
        ("guide", lambda c, u, w: (1 + w) * c - w * u),
        ("guide", lambda c, u, w: torch.lerp(u, c, 1 + w)),
        ("guide", lambda c, u, w: u + (w + 1) * (c - u)),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_unusual_right_answers_pass(name, fn):
    assert_passes(name, fn)


def test_numbers_may_be_plain_floats():
    """The notebook calls them with floats, too; the exercises' own are tensors of no dimension."""
    x, eps = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0))
    for name, args in (("noised", (x, 0.3, eps)), ("ddim_step", (x, eps, 0.3, 0.6))):
        reference = exercises.get(name).reference
        tensors = [torch.tensor(a) if isinstance(a, float) else a for a in args]
        torch.testing.assert_close(reference(*args), reference(*tensors))


def fresh_noise_in_the_target(model, x0, t, eps, alpha_bar):
    a = column(alpha_bar[t], x0)
    guess = model(a.sqrt() * x0 + (1 - a).sqrt() * eps, t)
    return (guess - torch.randn_like(eps)).square().flatten(1).sum(1).mean()


def own_noise(x0, alpha_bar_t, eps):
    return noised_in_a_loop(x0, alpha_bar_t, torch.randn_like(x0))


def changed_in_place(x_t, eps_hat, alpha_bar_t, alpha_bar_s):
    x_t -= (1 - alpha_bar_t) ** 0.5 * eps_hat
    return alpha_bar_s**0.5 * x_t / alpha_bar_t**0.5 + (1 - alpha_bar_s) ** 0.5 * eps_hat


@pytest.mark.parametrize(
    ("name", "fn", "mistake"),
    [
        ("noised", own_noise, "another_answer"),
        ("noise_prediction_loss", fresh_noise_in_the_target, "another_answer"),
        ("ddim_step", changed_in_place, "mutated_argument"),
        ("noised", lambda x, a, e: 2 * noised_in_a_loop(x, a, e), "relation_twice"),
        ("ddpm_step", lambda x, e, t, b, n: ddpm_step_at(x, e, t, b, n, 1), "one_step_late"),
    ],
)
def test_further_mistakes_are_told(name, fn, mistake):
    assert_mistake(name, fn, mistake)


def ddpm_step_at(x, e, t, betas, noise, by):
    return exercises.get("ddpm_step").reference(x, e, t + by, betas, noise)


def test_the_posterior_is_bayes_rule():
    """By adding up on a grid, in one dimension and double precision."""
    betas = torch.linspace(0.05, 0.3, 6, dtype=torch.float64)
    x_t, x0, t = 0.9, -0.6, 4
    s = torch.linspace(-12, 12, 100_001, dtype=torch.float64)
    before = (1 - betas[: t - 1]).prod()
    log = -((x_t - (1 - betas[t - 1]).sqrt() * s) ** 2) / (2 * betas[t - 1])
    p = (log - (s - before.sqrt() * x0) ** 2 / (2 * (1 - before))).softmax(0)
    mean = (p * s).sum()
    ours = exercises.get("posterior").reference(
        *torch.tensor([[[x_t]], [[x0]]], dtype=torch.float64), t, betas
    )
    torch.testing.assert_close(ours[0].squeeze(), mean, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(ours[1], (p * (s - mean) ** 2).sum(), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("given", ["0.80", "0,8", 0.8])
def test_the_typed_answer_is_read(given):
    verdict = evaluate("14.answers.14.2", given)
    assert verdict.passed or "decimal point" in verdict.message
