"""Exercises of notebook 10: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework import exercises
from coursework.checking import evaluate
from coursework.exercises.gan_faulty_steps import descend
from coursework.exercises.gan_losses import discriminator_loss, generator_loss
from coursework.exercises.nb10.labels import one_hot
from coursework.exercises.nb10.step import conditional_gan_step
from coursework.exercises.nb10.wrong_steps import Game
from coursework.exercises.rules import then
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def hot_by_loop(y, classes):
    return torch.tensor([[float(k == label) for k in range(classes)] for label in y])


def hot_by_scatter(y, classes):
    return torch.zeros(len(y), classes).scatter_(1, y[:, None], 1.0)


def hot_by_index(y, classes):
    out = torch.zeros(len(y), classes)
    out[torch.arange(len(y)), y] = 1
    return out


def planes_by_loop(x, y, classes):
    out = torch.zeros(len(x), x.shape[1] + classes, *x.shape[2:])
    out[:, : x.shape[1]] = x
    for i, label in enumerate(y):
        out[i, x.shape[1] + label] = 1
    return out


def loss_by_bce(model, x, y, eps):
    mu, logvar = model.encode(x, y)
    z = torch.distributions.Normal(mu, logvar.mul(0.5).exp()).loc + logvar.mul(0.5).exp() * eps
    logits = model.decode(z, y)
    nll = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    prior = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu))
    cloud = torch.distributions.Normal(mu, (0.5 * logvar).exp())
    return (nll + torch.distributions.kl_divergence(cloud, prior).sum()) / len(x)


def loss_by_loop(model, x, y, eps):
    total = 0.0
    for i in range(len(x)):
        mu, logvar = model.encode(x[i : i + 1], y[i : i + 1])
        logits = model.decode(mu + torch.sqrt(torch.exp(logvar)) * eps[i : i + 1], y[i : i + 1])
        nll = -bernoulli_log_likelihood(x[i : i + 1], logits)
        total = total + (nll + gaussian_kl(mu, logvar)).squeeze()
    return total / len(x)


@pytest.mark.parametrize(
    ("name", "fn"),
    [
        ("one_hot", hot_by_loop),
        ("one_hot", hot_by_scatter),
        ("one_hot", hot_by_index),
        ("one_hot", lambda y, classes: torch.eye(classes)[y]),
        ("one_hot", lambda y, classes: torch.eye(classes).index_select(0, y)),
        ("one_hot", lambda y, classes: (y[:, None] == torch.arange(classes)).float()),
        ("one_hot", lambda y, classes, dtype=torch.float32: F.one_hot(y, classes).to(dtype)),
        ("append_label_planes", planes_by_loop),
        (
            "append_label_planes",
            lambda x, y, classes: torch.cat(
                [x, one_hot(y, classes)[..., None, None].repeat(1, 1, *x.shape[-2:])], 1
            ),
        ),
        (
            "append_label_planes",
            lambda x, y, classes: torch.cat(
                [x, torch.einsum("nk,nhw->nkhw", one_hot(y, classes), torch.ones_like(x[:, 0]))], 1
            ),
        ),
        ("conditional_vae_loss", loss_by_bce),
        ("conditional_vae_loss", loss_by_loop),
        (
            "projection_logit",
            lambda h, y, w, e: torch.einsum("nf,f->n", h, w) + torch.einsum("nf,nf->n", h, e[y]),
        ),
        ("projection_logit", lambda h, y, w, e: (h * (w + e[y])).sum(-1)),
        ("projection_logit", lambda h, y, w, e: (h[:, None] @ (w + e[y])[:, :, None]).flatten()),
        ("projection_logit", lambda h, y, w, e: (h @ (w + e).T).gather(1, y[:, None])[:, 0]),
        ("projection_logit", lambda h, y, w, e: h @ w + (h @ e[y].T).diagonal()),
        ("projection_logit", lambda h, y, w, e: F.linear(h, w) + (F.embedding(y, e) * h).sum(1)),
        (
            "class_fidelity",
            lambda a, y: sum(int(r.argmax()) == int(k) for r, k in zip(a, y, strict=True)) / len(y),
        ),
        ("class_fidelity", lambda a, y: a.softmax(1).max(1).indices.eq(y).double().mean()),
        ("class_fidelity", lambda a, y: (a.argmax(1) == y).sum().item() / len(y)),
        ("class_fidelity", lambda a, y: (a.gather(1, y[:, None]) >= a).all(1).float().mean()),
    ],
)
def test_right_answers_pass(name, fn):
    assert_passes(name, fn)


@pytest.mark.parametrize(
    ("name", "fn", "mistake"),
    [
        ("one_hot", lambda y, classes: F.one_hot(y).float(), "classes_ignored"),
        ("one_hot", lambda y, classes: F.one_hot(y, classes).T.float(), "along_the_batch"),
        ("one_hot", lambda y, classes: torch.eye(classes).double()[y], "doubles"),
        (
            "conditional_vae_loss",
            lambda m, x, y, eps: m.encode(y, x)[0].mean(),
            "image_and_y_swapped",
        ),
        (
            "append_label_planes",
            lambda x, y, classes: torch.cat(
                [x, (y / 9)[:, None, None, None].expand_as(x[:, :1])], 1
            ),
            "label_as_one_plane",
        ),
        (
            "append_label_planes",
            lambda x, y, classes: planes_by_loop(x.detach(), y, classes),
            "graph_cut",
        ),
        (
            "projection_logit",
            lambda h, y, w, e: (h @ w)[:, None] + (h * e[y]).sum(1),
            "silent_broadcast",
        ),
        (
            "projection_logit",
            lambda h, y, w, e: h @ w + torch.tensordot(h, e[y]),
            "summed_over_the_batch",
        ),
        (
            "projection_logit",
            lambda h, y, w, e: ((w + e[y]) * h).sum(1, keepdim=True),
            "column_returned",
        ),
        (
            "class_fidelity",
            lambda a, y: (a.argmax(1, keepdim=True) == y).float().mean(),
            "silent_broadcast",
        ),
        (
            "conditional_vae_loss",
            lambda m, x, y, eps: loss_by_bce(m, x, y, torch.zeros_like(eps)),
            "no_noise",
        ),
        (
            "conditional_vae_loss",
            lambda m, x, y, eps: loss_by_bce(m, x, y, torch.randn_like(eps)),
            None,
        ),
    ],
)
def test_wrong_answers_are_named(name, fn, mistake):
    if mistake:
        assert_mistake(name, fn, mistake)
    else:
        assert not evaluate(name, fn, 0).passed


def test_labels_turned_into_numbers_before_the_model_are_told():
    def wrong(model, x, y, eps):
        return loss_by_bce(model, x, F.one_hot(y, 6).float(), eps)

    assert_mistake("conditional_vae_loss", wrong, "y_made_into_numbers")


def with_fresh_images(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    with torch.no_grad():
        fake = g(z, y_fake)
    d_loss = descend(discriminator_loss(d(x_real, y_real), d(fake, y_fake)), opt_d)
    return {"d_loss": d_loss, "g_loss": descend(generator_loss(d(g(z, y_fake), y_fake)), opt_g)}


def by_keyword(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    fake = g(z, y=y_fake)
    halves = discriminator_loss(d(x_real, y=y_real), d(fake.detach(), y=y_fake))
    d_loss = descend(halves, opt_d)
    return {"d_loss": d_loss, "g_loss": descend(generator_loss(d(fake, y=y_fake)), opt_g)}


def with_two_backwards(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    fake = g(z, y_fake)
    opt_d.zero_grad()
    first = F.softplus(-d(x_real, y_real)).mean()
    second = F.softplus(d(fake.detach(), y_fake)).mean()
    first.backward()
    second.backward()
    opt_d.step()
    g_loss = descend(generator_loss(d(fake, y_fake)), opt_g)
    return {"d_loss": (first + second).item(), "g_loss": g_loss, "fakes": len(fake)}


def with_d_frozen_meanwhile(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    d.requires_grad_(True)
    fake = g(z, y_fake)
    halves = discriminator_loss(d(x_real, y_real), d(fake.detach(), y_fake))
    d_loss = descend(halves, opt_d)
    d.requires_grad_(False)
    g_loss = descend(generator_loss(d(fake, y_fake)), opt_g)
    d.requires_grad_(True)
    return {"d_loss": d_loss, "g_loss": g_loss}


@pytest.mark.parametrize(
    "fn", [with_fresh_images, by_keyword, with_two_backwards, with_d_frozen_meanwhile]
)
def test_right_steps_pass(fn):
    assert_passes("conditional_gan_step", fn)


def played(step):
    return then(Game, step)


def drawn_like_the_reals(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    """y_fake replaced by labels taken from the real batch: the labels of the data, in disorder."""
    y_fake = y_real[torch.randperm(len(y_real))][: len(z)]
    return conditional_gan_step(g, d, opt_g, opt_d, x_real, y_real, z, y_fake)


def fakes_in_one_batch_with_real_labels(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    fake = g(z, y_fake)
    both = torch.cat([x_real, fake.detach()]), torch.cat([y_real, y_real[: len(z)]])
    d_loss = descend(discriminator_loss(*d(*both).split([len(x_real), len(z)])), opt_d)
    return {"d_loss": d_loss, "g_loss": descend(generator_loss(d(fake, y_fake)), opt_g)}


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (played(lambda t: t.step(fake_d=t.y_real)), "fakes_with_y_real"),
        (played(lambda t: t.step(fake_d=t.y_real[: len(t.z)])), "fakes_with_y_real"),
        (fakes_in_one_batch_with_real_labels, "fakes_with_y_real"),
        (drawn_like_the_reals, "g_given_other_labels"),
        (played(lambda t: t.step(fake_d=t.anew(), fake_g=t.anew())), "labels_drawn_anew"),
        (played(lambda t: t.step(fake_g=t.y_real[: len(t.z)])), "g_scored_with_y_real"),
        (played(lambda t: t.in_one_batch(torch.cat([t.y_fake, t.y_real]))), "labels_swapped"),
    ],
)
def test_wrong_labels_are_named(fn, mistake):
    assert_mistake("conditional_gan_step", fn, mistake)


def test_the_fault_that_raises_fidelity_is_found_whatever_the_sizes():
    for fakes_as_many in (lambda t: t.y_real, lambda t: t.y_real[: len(t.y_fake)]):
        wrong = played(lambda t, labels=fakes_as_many: t.step(fake_d=labels(t)))
        verdict = evaluate("conditional_gan_step", wrong, 0)
        assert verdict.mistake == "fakes_with_y_real" and "*more* often" in verdict.message


def test_messages_of_06_speak_of_labels():
    for mistake in exercises.get("conditional_gan_step").mistakes:
        for bare in ("discriminator(x_real)", "discriminator(x_fake)", "generator(z)", "section 7"):
            assert bare not in mistake.message, mistake.name


def label_first(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    return {"d_loss": d(y_real, x_real), "g_loss": 0.0}


def one_hot_by_hand(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
    return {"d_loss": d(x_real, one_hot(y_real, 9)).mean().item(), "g_loss": 0.0}


@pytest.mark.parametrize("fn", [label_first, one_hot_by_hand, lambda *a: None, lambda *a: (1, 2)])
def test_another_form_is_told(fn):
    assert evaluate("conditional_gan_step", fn, 0).kind == "interface"


def test_a_call_without_its_label_is_told():
    def without(g, d, opt_g, opt_d, x_real, y_real, z, y_fake):
        return {"d_loss": d(x_real).mean().item(), "g_loss": 0.0}

    verdict = evaluate("conditional_gan_step", without, 0)
    assert verdict.kind == "raised" and "y" in verdict.message


def test_networks_of_any_kind_may_be_told():
    """The loss asks nothing of a model but its two methods."""

    class Bare(nn.Module):
        def encode(self, x, y):
            return x.flatten(1)[:, :3] + y[:, None], x.flatten(1)[:, 3:6]

        def decode(self, z, y):
            return (z.sum(1) * y)[:, None, None, None].expand(-1, 1, 2, 3)

    x, y = torch.rand(4, 1, 2, 3), torch.tensor([0, 2, 1, 1])
    loss = exercises.get("conditional_vae_loss").reference(Bare(), x, y, torch.randn(4, 3))
    assert loss.ndim == 0 and torch.isfinite(loss)
