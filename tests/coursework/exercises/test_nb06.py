"""Exercises of notebook 06: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coursework import exercises
from coursework.checking import evaluate
from coursework.exercises.nb06.clinic import FAULTS, ORDER
from coursework.exercises.nb06.faulty_steps import built, stale_logits
from coursework.exercises.nb06.generator_losses import generator_loss
from coursework.exercises.nb06.losses import discriminator_loss
from coursework.exercises.nb06.step import gan_step
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes

BCE = F.binary_cross_entropy_with_logits


def by_loop(real, fake):
    first = sum(F.softplus(-a) for a in real.flatten()) / real.numel()
    return first + sum(F.softplus(a) for a in fake.flatten()) / fake.numel()


@pytest.mark.parametrize("fn", [
    by_loop,
    lambda r, f: BCE(r, torch.ones_like(r)) + BCE(f, torch.zeros_like(f)),
    lambda r, f: nn.BCEWithLogitsLoss()(r, torch.ones_like(r)) + nn.BCEWithLogitsLoss()(f, torch.zeros_like(f)),
    lambda r, f: -F.logsigmoid(r).mean() - F.logsigmoid(-f).mean(),
    lambda r, f: torch.logaddexp(torch.zeros_like(r), -r).mean() + torch.logaddexp(torch.zeros_like(f), f).mean(),
    lambda r, f: discriminator_loss(r.double(), f.double()),
    lambda r, f, weight=1.0: weight * discriminator_loss(r, f),
])  # fmt: skip
def test_right_discriminator_losses_pass(fn):
    assert_passes("discriminator_loss", fn)


@pytest.mark.parametrize("fn", [
    lambda f: BCE(f, torch.ones_like(f)),
    lambda f: -F.logsigmoid(f).mean(),
    lambda f: nn.BCEWithLogitsLoss()(f, torch.ones_like(f)),
    lambda f: sum(F.softplus(-a) for a in f.flatten()) / f.numel(),
    lambda f: F.softplus(-f.double()).mean(),
])  # fmt: skip
def test_right_generator_losses_pass(fn):
    assert_passes("generator_loss", fn)


@pytest.mark.parametrize("fn", [
    lambda f: F.logsigmoid(-f).mean(),
    lambda f: -BCE(f, torch.zeros_like(f)),
    lambda f: -F.softplus(f.double()).mean(),
])  # fmt: skip
def test_right_saturating_losses_pass(fn):
    assert_passes("generator_loss_saturating", fn)


def with_fresh_images(g, d, opt_g, opt_d, x_real, z):
    with torch.no_grad():
        fake = g(z)
    opt_d.zero_grad()
    d_loss = BCE(d(x_real), torch.ones(len(x_real), 1)) + BCE(d(fake), torch.zeros(len(z), 1))
    d_loss.backward()
    opt_d.step()
    opt_g.zero_grad()
    g_loss = generator_loss(d(g(z)))
    g_loss.backward()
    opt_g.step()
    return {"g_loss": float(g_loss), "d_loss": float(d_loss)}


def with_two_backwards(g, d, opt_g, opt_d, x_real, z):
    fake = g(z)
    d.zero_grad(set_to_none=False)
    first, second = F.softplus(-d(x_real)).mean(), F.softplus(d(fake.detach())).mean()
    first.backward()
    second.backward()
    opt_d.step()
    g.zero_grad()
    g_loss = F.softplus(-d(fake)).mean()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": (first + second).item(), "g_loss": g_loss.item()}


def with_d_frozen_meanwhile(g, d, opt_g, opt_d, x_real, z):
    fake = g(z)
    d_loss = discriminator_loss(d(x_real), d(fake.detach()))
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    d.requires_grad_(False)
    g_loss = generator_loss(d(fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    d.requires_grad_(True)
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def zeroing_at_the_end(g, d, opt_g, opt_d, x_real, z):
    fake = g(z)
    d_loss = discriminator_loss(d(x_real), d(fake.detach()))
    d_loss.backward()
    opt_d.step()
    g_loss = generator_loss(d(fake))
    g_loss.backward()
    opt_g.step()
    opt_g.zero_grad()
    opt_d.zero_grad()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


def in_one_batch(g, d, opt_g, opt_d, x_real, z):
    fake = g(z)
    logits = d(torch.cat([x_real, fake.detach()]))
    d_loss = discriminator_loss(logits[: len(x_real)], logits[len(x_real) :])
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()
    g_loss = generator_loss(d(fake))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss.item(), "g_loss": g_loss.item()}


@pytest.mark.parametrize(
    "fn",
    [
        with_fresh_images,
        with_two_backwards,
        with_d_frozen_meanwhile,
        zeroing_at_the_end,
    ],
)
def test_right_steps_pass(fn):
    assert_passes("gan_step", fn)


def test_one_batch_for_both_is_right_only_without_batch_norm():
    """In DCGAN it ruins the digits: Fréchet distance 850 after 800 steps, where two calls give 21."""
    assert_mistake("gan_step", in_one_batch, "one_batch_for_both")


def test_the_three_classics_are_told_apart():
    """Not detached is harmless where G's gradients are zeroed later, and says so; elsewhere it isn't."""
    assert_mistake("gan_step", built(detach=False, reuse=False), "through_g_twice")
    assert_mistake("gan_step", built(detach=False, reuse=False, zero="d"), "fakes_not_detached")
    assert_mistake("gan_step", built(zero=""), "gradients_not_zeroed")
    assert_mistake("gan_step", built(g_steps="gd"), "g_step_moves_d")
    message = evaluate("gan_step", built(detach=False, reuse=False), 0).message
    assert "looked at the gradients" in message and "zero" in message


def test_stale_logits_are_told_and_stale_images_are_right():
    assert_mistake("gan_step", stale_logits, "stale")
    assert_passes("gan_step", built(reuse=True))


@pytest.mark.parametrize(
    "wrong", [lambda *a: None, lambda *a: (1.0, 2.0), lambda *a: {"loss": 1.0}]
)
def test_another_form_is_told(wrong):
    assert evaluate("gan_step", wrong, 0).kind == "interface"


def test_a_step_that_does_nothing_fails():
    assert not evaluate("gan_step", lambda *a: {"d_loss": 1.0, "g_loss": 1.0}, 0).passed


def test_plain_step_in_the_notebook_is_the_reference():
    source = exercises.get("gan_step").reference
    assert source is gan_step


def modes_by_loop(samples, centers, radius, min_count=1):
    covered = 0
    for center in centers:
        near = sum(bool((sample - center).norm() < radius) for sample in samples)
        covered += near >= min_count
    return covered


@pytest.mark.parametrize("fn", [
    modes_by_loop,
    lambda s, c, r, m=1: int((((s[:, None] - c) ** 2).sum(-1) < r * r).sum(0).ge(m).sum()),
    lambda s, c, r, m=1: (torch.cdist(s.double(), c.double()) <= r).sum(0).ge(m).sum(),
    lambda samples, centers, radius, min_count=1: len([1 for k in centers if ((samples - k).norm(dim=1) < radius).sum() >= min_count]),
])  # fmt: skip
def test_right_counts_pass(fn):
    assert_passes("modes_covered", fn)


def test_the_clinic_has_one_run_for_each_fault():
    assert sorted(ORDER) == sorted(FAULTS)
    order = torch.randperm(5, generator=torch.Generator().manual_seed(6)).tolist()
    assert [list(FAULTS)[number] for number in order] == list(ORDER)
    for place, fault in enumerate(ORDER):
        assert evaluate(f"06.answers.6.{11 + place}", fault).passed
