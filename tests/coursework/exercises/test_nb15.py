"""Exercises of notebook 15: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from coursework.checking import evaluate
from coursework.exercises.nb15.cycle import cycle_loss
from coursework.exercises.nb15.cyclegan import cyclegan_generator_loss
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def constant_by_search(values, loss):
    errors = values[:, None] - values if loss == "l1" else None
    if errors is not None:
        return values[errors.abs().mean(0).argmin()]
    return values.double().sum() / len(values)


def constant_with_numpy(values, loss):
    return np.median(values.numpy()) if loss == "l1" else values.numpy().mean()


def constant_by_quantile(values, loss="l2"):
    return values.quantile(0.5).item() if loss == "l1" else values.mean().item()


def between_by_loop(y, low, high, mask):
    count = 0
    for i in range(len(y)):
        chosen = mask[i].bool().expand_as(y[i])
        at, start, end = (t[i][chosen].mean() for t in (y, low, high))
        count += 0.25 < (at - start) / (end - start) < 0.75
    return count / len(y)


def between_by_einsum(y, low, high, mask):
    at, start, end = (torch.einsum("nchw,nkhw->n", t, mask).double() for t in (y, low, high))
    return ((at - start) / (end - start) - 0.5).abs().lt(0.25).double().mean()


def field_forward(layers):
    side, jump = 1, 1
    for kernel, stride in layers:
        side, jump = side + (kernel - 1) * jump, jump * stride
    return side


def field_measured(layers):
    """The distance that two inputs may have and still reach one output."""
    first = last = 0
    for kernel, stride in layers[::-1]:
        first, last = first * stride, last * stride + kernel - 1
    return torch.tensor(last - first + 1)


def pair_loss_by_bce(d, x, y_real, y_fake):
    real, fake = d(x, y_real), d(x, y_fake.detach())
    bce = F.binary_cross_entropy_with_logits
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


def pair_loss_in_one_batch(d, x, y_real, y_fake):
    both = d(torch.cat([x, x]), torch.cat([y_real, y_fake.detach()]))
    real, fake = both.chunk(2)
    return -F.logsigmoid(real).mean() - F.logsigmoid(-fake).mean()


def pix2pix_by_bce(t, y_fake, y_real, w):
    return F.binary_cross_entropy_with_logits(t, torch.ones_like(t)) + w * F.l1_loss(y_fake, y_real)


def table_by_loop(label, predicted, classes):
    table = torch.zeros(classes, classes)
    for i, j in zip(label.tolist(), predicted.tolist(), strict=True):
        table[i, j] += 1
    return (label == predicted).double().mean(), table


def table_by_one_hot(label, predicted, classes):
    table = F.one_hot(label, classes).T @ F.one_hot(predicted, classes)
    return table.trace() / table.sum(), table


def pitch_by_loop(f0, mean_a, sd_a, mean_b, sd_b):
    out = torch.zeros_like(f0)
    for i, hz in enumerate(f0):
        if hz > 0:
            out[i] = torch.exp((torch.log(hz) - mean_a) * sd_b / sd_a + mean_b)
    return out


def pitch_by_mask(f0, mean_a, sd_a, mean_b, sd_b):
    out = f0.clone()
    voiced = f0 != 0
    out[voiced] = ((f0[voiced].log() - mean_a) / sd_a * sd_b + mean_b).exp()
    return out


def pitch_of_log_zero(f0, mean_a, sd_a, mean_b, sd_b):
    return torch.exp((f0.log() - mean_a) / sd_a * sd_b + mean_b)


def cyclegan_in_full(g, f, d_a, d_b, a, b, w):
    fake_b, fake_a = g(a), f(b)
    cycle = F.l1_loss(f(fake_b), a) + F.l1_loss(g(fake_a), b)
    return -F.logsigmoid(d_b(fake_b)).mean() - F.logsigmoid(d_a(fake_a)).mean() + w * cycle


@pytest.mark.parametrize(
    ("name", "fn"),
    [
        ("best_constant", constant_by_search),
        ("best_constant", constant_with_numpy),
        ("best_constant", constant_by_quantile),
        ("share_between", between_by_loop),
        ("share_between", between_by_einsum),
        ("patch_receptive_field", field_forward),
        ("patch_receptive_field", field_measured),
        ("discriminator_pair_loss", pair_loss_by_bce),
        ("discriminator_pair_loss", pair_loss_in_one_batch),
        ("pix2pix_loss", pix2pix_by_bce),
        ("cycle_loss", lambda g, f, a, b: F.l1_loss(f(g(a)), a) + F.l1_loss(g(f(b)), b)),
        ("cycle_loss", lambda g, f, a, b: cycle_loss(f, g, b, a)),
        ("identity_loss", lambda g, f, a, b: F.l1_loss(f(a), a) + F.l1_loss(g(b), b)),
        ("cyclegan_generator_loss", cyclegan_in_full),
        ("content_kept", table_by_loop),
        ("content_kept", table_by_one_hot),
        ("convert_pitch", pitch_by_loop),
        ("convert_pitch", pitch_by_mask),
        ("convert_pitch", pitch_of_log_zero),
    ],
)
def test_right_answers_pass(name, fn):
    assert_passes(name, fn)


def table_added_in_place(label, predicted, classes):
    table = torch.zeros(classes, classes, dtype=torch.long)
    table[label, predicted] += 1
    return (label == predicted).float().mean(), table


def pair_loss_under_no_grad(d, x, y_real, y_fake):
    with torch.no_grad():
        fake = d(x, y_fake)
    return F.softplus(-d(x, y_real)).mean() + F.softplus(fake).mean()


def cycle_under_no_grad(g, f, a, b):
    with torch.no_grad():
        fake_b, fake_a = g(a), f(b)
    return (f(fake_b) - a).abs().mean() + (g(fake_a) - b).abs().mean()


@pytest.mark.parametrize(
    ("name", "fn", "mistake"),
    [
        ("best_constant", lambda v, loss: v.mean(), "mean_for_both"),
        ("share_between", lambda y, low, high, m: between_by_loop(y, low, high, 1 - m),
            "mask_inverted"),
        ("patch_receptive_field", lambda layers: field_forward(layers[::-1]), "reversed"),
        ("discriminator_pair_loss", pair_loss_under_no_grad, "half_without_graph"),
        ("discriminator_pair_loss", lambda d, x, y, f: pair_loss_by_bce(lambda p, q: d(q, p),
            x, y, f), "pair_turned_round"),
        ("pix2pix_loss", lambda t, y, real, w: F.softplus(-t).mean() + w * F.mse_loss(y, real),
            "squared_distance"),
        ("cycle_loss", cycle_under_no_grad, "cut_in_the_middle"),
        ("cyclegan_generator_loss", lambda g, f, d_a, d_b, a, b, w: cyclegan_generator_loss(
            g, f, d_b, d_a, a, b, w), "judges_swapped"),
        ("content_kept", table_added_in_place, "pairs_counted_once"),
        ("convert_pitch", lambda f0, ma, sa, mb, sb: pitch_by_mask(f0, ma, sa, mb, sa),
            "spread_kept"),
    ],
)  # fmt: skip
def test_wrong_answers_are_named(name, fn, mistake):
    assert_mistake(name, fn, mistake)


@pytest.mark.parametrize(
    "fn",
    [
        lambda label, predicted, classes: (label == predicted).float().mean(),
        lambda label, predicted, classes: table_by_loop(label, predicted, classes)[::-1],
        lambda label, predicted, classes: (0.5, torch.zeros(2, 7)),
    ],
)
def test_another_form_is_told(fn):
    assert evaluate("content_kept", fn, 0).kind == "interface"


def test_all_right_constants_of_an_even_number_pass():
    upper = lambda v, loss: v.sort().values[len(v) // 2] if loss == "l1" else v.mean()  # noqa: E731
    assert_passes("best_constant", upper)
