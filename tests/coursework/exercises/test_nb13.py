"""Exercises of notebook 13: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from coursework.checking import evaluate
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def coupling_by_where(x, mask, scale, shift):
    kept = torch.where(mask == 1, x, 0)
    s, t = scale(kept), shift(kept)
    y = torch.where(mask.bool(), x, x * torch.exp(s) + t)
    return y, torch.where(mask.bool(), 0, s).sum(dim=-1)


def coupling_by_index(x, mask, scale, shift):
    free = (mask == 0).nonzero().flatten()
    kept = x * mask
    s, t = scale(kept)[:, free], shift(kept)[:, free]
    y = x.clone()
    y[:, free] = x[:, free] * s.exp() + t
    return [y, s.sum(1)]


def coupling_masked_first(x, mask, scale, shift, *, clamp=None):
    b = mask[None].expand_as(x)
    s = scale(x * b) * (1 - b)
    t = shift(x * b) * (1 - b)
    return x * s.exp() + t, torch.einsum("nd->n", s)


def coupling_in_double(x, mask, scale, shift):
    x, mask = x.double(), mask.double()
    s, t = scale((x * mask).float()).double(), shift((x * mask).float()).double()
    return x * mask + (1 - mask) * (x * s.exp() + t), ((1 - mask) * s).sum(1)


def inverse_by_division(y, mask, scale, shift):
    x_kept = y * mask
    return x_kept + (1 - mask) * (y - shift(x_kept)) / scale(x_kept).exp()


def inverse_by_where(y, mask, scale, shift):
    s, t = scale(mask * y), shift(mask * y)
    return torch.where(mask > 0, y, (y - t) * torch.exp(-s))


def log_prob_by_distributions(z, log_det):
    base = torch.distributions.Independent(
        torch.distributions.Normal(torch.zeros_like(z), torch.ones_like(z)), 1
    )
    return base.log_prob(z) + log_det


def log_prob_in_a_loop(z, log_det):
    rows = []
    for row, det in zip(z, log_det, strict=True):
        rows.append(sum(-0.5 * v * v - 0.5 * math.log(2 * math.pi) for v in row) + det)
    return torch.stack(rows)


def log_prob_by_einsum(z, log_det):
    squares = torch.einsum("nd,nd->n", z, z)
    return -squares / 2 - z.size(-1) / 2 * np.log(2 * np.pi) + log_det


def logits_by_torch(x, alpha):
    p = alpha + (1 - 2 * alpha) * x
    y = torch.logit(p)
    slopes = F.softplus(y) + F.softplus(-y) + math.log1p(-2 * alpha)
    return y, slopes.reshape(len(x), -1).sum(dim=1)


def logits_by_odds(x, alpha=0.05):
    p = x * (1 - 2 * alpha) + alpha
    jacobian = (1 - 2 * alpha) / (p * (1 - p))
    return (p / (1 - p)).log(), jacobian.log().sum(dim=tuple(range(1, x.ndim)))


def logits_in_numpy(x, alpha):
    p = alpha + (1 - 2 * alpha) * np.asarray(x, dtype=np.float64)
    log_det = np.log((1 - 2 * alpha) / p / (1 - p)).reshape(len(p), -1).sum(1)
    return torch.tensor(np.log(p) - np.log1p(-p)), torch.tensor(log_det)


RIGHT = [
    ("affine_coupling", coupling_by_where),
    ("affine_coupling", coupling_by_index),
    ("affine_coupling", coupling_masked_first),
    ("affine_coupling", coupling_in_double),
    ("invert_coupling", inverse_by_division),
    ("invert_coupling", inverse_by_where),
    ("flow_log_prob", log_prob_by_distributions),
    ("flow_log_prob", log_prob_in_a_loop),
    ("flow_log_prob", log_prob_by_einsum),
    ("dequantize", lambda x_uint8, u: x_uint8 / 256 + u / 256),
    ("dequantize", lambda x, u: (x.to(torch.float64) + u) / 256),
    ("dequantize", lambda x, u: torch.add(x, u).div(256.0)),
    ("logit_transform", logits_by_torch),
    ("logit_transform", logits_by_odds),
    ("logit_transform", logits_in_numpy),
    ("bits_per_dim", lambda n, dims, levels=256: -n / dims / np.log(2) + np.log2(levels)),
    ("bits_per_dim", lambda n, d, k: -(n - d * math.log(k)) / (d * math.log(2))),
    ("bits_per_dim", lambda n, d, k: (-n.double() / math.log(2) + d * math.log2(k)) / d),
]
WRONG = [
    ("affine_coupling", "log_det_over_all", lambda x, mask, scale, shift: (
        torch.where(mask.bool(), x, x * scale(x * mask).exp() + shift(x * mask)),
        scale(x * mask).sum(-1))),
    ("affine_coupling", "network_sees_everything", lambda x, mask, scale, shift: (
        x * mask + (1 - mask) * (x * torch.exp(scale(x)) + shift(x)),
        (scale(x) * (1 - mask)).sum(1))),
    ("affine_coupling", "only_y", lambda x, mask, scale, shift: coupling_by_where(
        x, mask, scale, shift)[0]),
    ("invert_coupling", "order_not_reversed", lambda y, mask, scale, shift: y * mask + (
        1 - mask) * (y / scale(y * mask).exp() - shift(y * mask))),
    ("flow_log_prob", "log_det_subtracted", lambda z, log_det: log_prob_by_distributions(
        z, -log_det)),
    ("flow_log_prob", "silent_broadcast", lambda z, log_det: -0.5 * (
        z.square() + math.log(2 * math.pi)).sum(1, keepdim=True) + log_det),
    ("flow_log_prob", "log_det_missing", lambda z, log_det: torch.distributions.Normal(0, 1)
        .log_prob(z).sum(1)),
    ("flow_log_prob", "underflow", lambda z, log_det: torch.log(torch.distributions.Normal(0, 1)
        .log_prob(z).exp().prod(1)) + log_det),
    ("dequantize", "divided_by_255", lambda x, u: (x.float() + u) / 255.0),
    ("dequantize", "noise_not_divided", lambda x, u: x.float() / 256 + u),
    ("logit_transform", "squeeze_missing", lambda x, alpha: (
        torch.logit(alpha + (1 - 2 * alpha) * x),
        F.softplus(torch.logit(alpha + (1 - 2 * alpha) * x)).flatten(1).sum(1)
        + F.softplus(-torch.logit(alpha + (1 - 2 * alpha) * x)).flatten(1).sum(1))),
    ("bits_per_dim", "levels_missing", lambda n, d, k: -n / math.log(2) / d),
    ("bits_per_dim", "always_eight", lambda n, d, k: -n / math.log(2) / d + 8),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_of_other_kinds_pass(name, fn):
    assert_passes(name, fn)


@pytest.mark.parametrize(("name", "mistake", "fn"), WRONG)
def test_further_mistakes_are_told(name, mistake, fn):
    assert_mistake(name, fn, mistake)


def test_a_network_that_gets_half_of_the_columns_says_what_it_takes():
    def halves(x, mask, scale, shift):
        kept = x[:, mask == 1]
        return kept, scale(kept).sum(1)

    verdict = evaluate("affine_coupling", halves, 0)
    assert verdict.kind == "raised" and "x * mask" in verdict.message


def test_log_det_must_be_that_of_the_answers_own_jacobian():
    """A log-determinant with gradients that differs from y's own is refused, named or not."""

    def two_percent_off(x, mask, scale, shift):
        y, log_det = coupling_by_where(x, mask, scale, shift)
        return y, 1.02 * log_det

    assert not evaluate("affine_coupling", two_percent_off, 0).passed


@pytest.mark.parametrize(
    ("given", "kind"),
    [("0.0456", "passed"), ("0.046", "passed"), (0.399, "mistake"), (3.49, "mistake")],
)
def test_typed_density(given, kind):
    assert evaluate("13.answers.13.1", given).kind == kind
