"""Exercises of notebook 06: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coursework import exercises
from coursework.checking import evaluate
from coursework.exercises.gan_faulty_steps import Game, Step, built, stale_logits
from coursework.exercises.gan_losses import discriminator_loss, generator_loss
from coursework.exercises.nb06.clinic import FAULTS, ORDER
from coursework.exercises.nb06.step import gan_step
from coursework.exercises.rules import Wrong, then
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes

BCE = F.binary_cross_entropy_with_logits


def by_loop(real, fake):
    first = sum(F.softplus(-a) for a in real.flatten()) / real.numel()
    return first + sum(F.softplus(a) for a in fake.flatten()) / fake.numel()


@pytest.mark.parametrize(
    "fn",
    [
        by_loop,
        lambda r, f: BCE(r, torch.ones_like(r)) + BCE(f, torch.zeros_like(f)),
        lambda r, f: (
            nn.BCEWithLogitsLoss()(r, torch.ones_like(r))
            + nn.BCEWithLogitsLoss()(f, torch.zeros_like(f))
        ),
        lambda r, f: -F.logsigmoid(r).mean() - F.logsigmoid(-f).mean(),
        lambda r, f: (
            torch.logaddexp(torch.zeros_like(r), -r).mean()
            + torch.logaddexp(torch.zeros_like(f), f).mean()
        ),
        lambda r, f: discriminator_loss(r.double(), f.double()),
        lambda r, f, weight=1.0: weight * discriminator_loss(r, f),
    ],
)
def test_right_discriminator_losses_pass(fn):
    assert_passes("discriminator_loss", fn)


@pytest.mark.parametrize(
    "fn",
    [
        lambda f: BCE(f, torch.ones_like(f)),
        lambda f: -F.logsigmoid(f).mean(),
        lambda f: nn.BCEWithLogitsLoss()(f, torch.ones_like(f)),
        lambda f: sum(F.softplus(-a) for a in f.flatten()) / f.numel(),
        lambda f: F.softplus(-f.double()).mean(),
    ],
)
def test_right_generator_losses_pass(fn):
    assert_passes("generator_loss", fn)


@pytest.mark.parametrize(
    "fn",
    [
        lambda f: F.logsigmoid(-f).mean(),
        lambda f: -BCE(f, torch.zeros_like(f)),
        lambda f: -F.softplus(f.double()).mean(),
    ],
)
def test_right_saturating_losses_pass(fn):
    assert_passes("generator_loss_saturating", fn)


def smoothed(logits, label):
    return BCE(logits, torch.full_like(logits, label))


@pytest.mark.parametrize(
    ("name", "fn", "mistake"),
    [
        ("discriminator_loss", lambda r, f: smoothed(r, 0.9) + smoothed(f, 0.0), "label_smoothing"),
        ("discriminator_loss", lambda r, f: smoothed(r, 0.9) + smoothed(f, 0.1), "label_smoothing"),
        (
            "discriminator_loss",
            lambda r, f: (F.softplus(-r) + F.softplus(f)).mean(),
            "added_image_by_image",
        ),
        ("generator_loss", lambda f: smoothed(f, 0.9), "label_smoothing"),
        ("generator_loss", lambda f: F.mse_loss(f.sigmoid(), torch.ones_like(f)), "another_gan"),
        ("generator_loss", lambda f: BCE(f, torch.zeros_like(f)), "discriminators_half"),
        ("generator_loss_saturating", lambda f: -smoothed(f, 0.1), "label_smoothing"),
    ],
)
def test_wrong_losses_are_named(name, fn, mistake):
    assert_mistake(name, fn, mistake)


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


def updated(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def with_d_frozen_meanwhile(g, d, opt_g, opt_d, x_real, z):
    fake = g(z)
    d_loss = updated(opt_d, discriminator_loss(d(x_real), d(fake.detach())))
    d.requires_grad_(False)
    g_loss = updated(opt_g, generator_loss(d(fake)))
    d.requires_grad_(True)
    return {"d_loss": d_loss, "g_loss": g_loss}


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
    halves = d(torch.cat([x_real, fake.detach()])).split([len(x_real), len(z)])
    d_loss = updated(opt_d, discriminator_loss(*halves))
    return {"d_loss": d_loss, "g_loss": updated(opt_g, generator_loss(d(fake)))}


def thawing_and_freezing(g, d, opt_g, opt_d, x_real, z):
    d.requires_grad_(True)
    g.requires_grad_(False)
    d_loss = updated(opt_d, discriminator_loss(d(x_real), d(g(z))))
    d.requires_grad_(False)
    g.requires_grad_(True)
    return {"d_loss": d_loss, "g_loss": updated(opt_g, generator_loss(d(g(z))))}


def with_another_key(*args):
    return gan_step(*args) | {"fakes": torch.zeros(2)}


@pytest.mark.parametrize(
    "fn",
    [
        with_fresh_images,
        with_two_backwards,
        with_d_frozen_meanwhile,
        thawing_and_freezing,
        zeroing_at_the_end,
        with_another_key,
    ],
)
def test_right_steps_pass(fn):
    assert_passes("gan_step", fn)


def as_function(step: Step) -> Wrong:
    return then(Game, step)


def never_thawing(g, d, opt_g, opt_d, x_real, z):
    losses = gan_step(g, d, opt_g, opt_d, x_real, z)
    g.requires_grad_(False)
    return losses


def thawing_and_ascending(g, d, *rest):
    d.requires_grad_(True)
    losses = as_function(built(d_loss=lambda r, f: -discriminator_loss(r, f)))(g, d, *rest)
    d.requires_grad_(False)
    return losses


def judging_in_eval(g, d, opt_g, opt_d, x_real, z):
    d.eval()
    fake = d(g(z).detach())
    d.train()
    d_loss = updated(opt_d, discriminator_loss(d(x_real), fake))
    return {"d_loss": d_loss, "g_loss": updated(opt_g, generator_loss(d(g(z))))}


def judging_noise(g, d, opt_g, opt_d, x_real, z):
    return {"d_loss": discriminator_loss(d(x_real), d(z)).item(), "g_loss": 0.0}


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (never_thawing, "left_frozen"),
        (thawing_and_ascending, "d_ascends"),
        (judging_in_eval, "eval_meanwhile"),
        (judging_noise, "noise_judged"),
    ],
)
def test_wrong_steps_are_named(fn, mistake):
    assert_mistake("gan_step", fn, mistake)


def test_one_batch_for_both_is_right_only_without_batch_norm():
    """In DCGAN it ruins the digits: Fréchet distance 850 after 800 steps, and 21 with two calls."""
    assert_mistake("gan_step", in_one_batch, "one_batch_for_both")


def test_the_three_classics_are_told_apart():
    """Not detached is harmless only where G's gradients are zeroed later, and the reply says so."""
    assert_mistake("gan_step", as_function(built(detach=False, reuse=False)), "through_g_twice")
    assert_mistake(
        "gan_step", as_function(built(detach=False, reuse=False, zero="d")), "fakes_not_detached"
    )
    assert_mistake("gan_step", as_function(built(zero="")), "gradients_not_zeroed")
    assert_mistake("gan_step", as_function(built(g_steps="gd")), "g_step_moves_d")
    message = evaluate("gan_step", as_function(built(detach=False, reuse=False)), 0).message
    assert "looked at the gradients" in message and "zero" in message


def test_stale_logits_are_told_and_stale_images_are_right():
    assert_mistake("gan_step", as_function(stale_logits), "stale")
    assert_passes("gan_step", as_function(built(reuse=True)))


@pytest.mark.parametrize(
    "wrong", [lambda *a: None, lambda *a: (1.0, 2.0), lambda *a: {"loss": 1.0}]
)
def test_another_form_is_told(wrong):
    assert evaluate("gan_step", wrong, 0).kind == "interface"


def test_a_step_that_does_nothing_fails():
    assert not evaluate("gan_step", lambda *a: {"d_loss": 1.0, "g_loss": 1.0}, 0).passed


def test_plain_step_in_the_notebook_is_the_reference():
    assert exercises.get("gan_step").reference is gan_step


def modes_by_loop(samples, centers, radius, min_count=1):
    covered = 0
    for center in centers:
        near = sum(bool((sample - center).norm() < radius) for sample in samples)
        covered += near >= min_count
    return covered


@pytest.mark.parametrize(
    "fn",
    [
        modes_by_loop,
        lambda s, c, r, m=1: int((((s[:, None] - c) ** 2).sum(-1) < r * r).sum(0).ge(m).sum()),
        lambda s, c, r, m=1: (torch.cdist(s.double(), c.double()) <= r).sum(0).ge(m).sum(),
        lambda samples, centers, radius, min_count=1: len(
            [1 for k in centers if ((samples - k).norm(dim=1) < radius).sum() >= min_count]
        ),
    ],
)
def test_right_counts_pass(fn):
    assert_passes("modes_covered", fn)


def test_the_clinic_has_one_run_for_each_fault():
    assert sorted(ORDER) == sorted(FAULTS)
    order = torch.randperm(5, generator=torch.Generator().manual_seed(6)).tolist()
    assert [list(FAULTS)[number] for number in order] == list(ORDER)
    for place, fault in enumerate(ORDER):
        assert evaluate(f"06.answers.6.{13 + place}", fault).passed


def by_functions(latent_dim):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.begin, self.norm = nn.Linear(latent_dim, 12 * 49), nn.BatchNorm2d(12)
            self.middle, self.end = nn.Conv2d(12, 6, 3, padding=1), nn.Conv2d(6, 1, 3, padding=1)

        def forward(self, z):
            h = F.relu(self.norm(self.begin(z).view(-1, 12, 7, 7)))
            h = F.relu(self.middle(F.interpolate(h, scale_factor=2)))
            return torch.sigmoid(self.end(F.interpolate(h, scale_factor=2)))

    return Net()


def as_in_the_paper(latent_dim):
    return nn.Sequential(
        nn.Unflatten(1, (latent_dim, 1, 1)),
        nn.ConvTranspose2d(latent_dim, 8, 7, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Hardsigmoid(),
    )  # fmt: skip


@pytest.mark.parametrize("fn", [by_functions, as_in_the_paper])
def test_right_generators_pass(fn):
    assert_passes("dcgan_generator", fn)


@pytest.mark.parametrize(
    "fn", [lambda k: nn.Sequential, lambda k: [nn.Linear(k, 784)], lambda k: torch.zeros(k)]
)
def test_no_network_is_told(fn):
    assert evaluate("dcgan_generator", fn, 0).kind == "interface"


@pytest.mark.parametrize(
    "fn",
    [
        lambda x: torch.exp(-torch.cdist(x, x)).mean(1, keepdim=True),
        lambda x: torch.cdist(x, x).mean(1, keepdim=True),
        lambda x: (torch.cdist(x, x) + 1e3 * torch.eye(len(x))).amin(1, keepdim=True),
        lambda x: x.var(0, correction=0).expand(len(x), -1),
        lambda x: (x - x.mean(0)).norm(dim=1).mean().expand(len(x), 1),
        lambda x: torch.cat([x.mean(0), x.square().mean(0)]).expand(len(x), -1),
    ],
)
def test_right_batch_features_pass(fn):
    assert_passes("batch_features", fn)


def test_std_is_told_of_the_batch_of_one():
    assert_mistake("batch_features", lambda x: x.std(0).expand(len(x), -1), "nan_for_one_point")


def test_two_halves_that_are_added_and_not_averaged_are_told_as_that():
    assert_mistake(
        "discriminator_loss",
        lambda real, fake: F.softplus(-real) + F.softplus(fake),
        "added_image_by_image",
    )


def test_the_generator_that_is_lent_has_the_widths_that_the_notebook_names():
    """Whoever leaves 6.10 open goes on with this one, and reads of what it draws."""
    layers = exercises.get("dcgan_generator").reference(32).modules()
    widths = [tuple(m.weight.shape[:2]) for m in layers if isinstance(m, nn.ConvTranspose2d)]
    assert widths == [(48, 24), (24, 1)]
