"""Exercises of notebook 16: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from coursework import exercises
from coursework.checking import evaluate
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def adain_in_a_loop(x, scale, bias, eps=1e-5):
    rows = []
    for n in range(x.size(0)):
        maps = []
        for c in range(x.size(1)):
            m = x[n, c]
            normal = (m - m.mean()) / torch.sqrt(((m - m.mean()) ** 2).mean() + eps)
            maps.append(scale[n, c] * normal + bias[n, c])
        rows.append(torch.stack(maps))
    return torch.stack(rows)


def adain_by_einsum(x, scale, bias, eps=1e-5, channels_last=False):
    flat = x.flatten(2)
    centered = flat - flat.mean(-1, keepdim=True)
    sd = (centered.pow(2).mean(-1, keepdim=True) + eps).sqrt()
    return (torch.einsum("ncp,nc->ncp", centered / sd, scale) + bias[..., None]).view_as(x)


def adain_by_group_norm(x, scale, bias, eps=1e-5):
    n, c, h, w = x.shape
    normal = F.group_norm(x.reshape(1, n * c, h, w), n * c, eps=eps).view(n, c, h, w)
    return normal * scale.view(n, c, 1, 1) + bias.view(n, c, 1, 1)


def adain_in_double(x, scale, bias, eps=1e-5):
    return adain_in_a_loop(x.double(), scale.double(), bias.double(), eps)


def adain_by_std(x, scale, bias, eps=1e-5):
    var, mean = torch.var_mean(x, dim=(2, 3), keepdim=True, correction=0)
    shape = (*x.shape[:2], 1, 1)
    return torch.addcmul(
        bias.reshape(shape), (x - mean) * torch.rsqrt(var + eps), scale.reshape(shape)
    )


def mix_by_loop(w1, w2, crossover, levels):
    out = torch.empty(w1.shape[0], levels, w1.shape[1])
    for level in range(levels):
        out[:, level] = w1 if level < crossover else w2
    return out


def mix_by_cat(w1, w2, crossover, levels):
    first = w1.unsqueeze(1).repeat(1, crossover, 1)
    return torch.cat([first, w2.unsqueeze(1).expand(-1, levels - crossover, -1)], 1)


def mix_by_mask(w1, w2, crossover, levels, flip=False):
    keep = (torch.arange(levels) < crossover).float()[None, :, None]
    return keep * w1[:, None] + (1 - keep) * w2[:, None]


def conv_in_a_loop(x, weight, style, demodulate=True):
    out = []
    for n in range(len(x)):
        w = weight * style[n].view(1, -1, 1, 1)
        if demodulate:
            w = w / torch.sqrt((w**2).sum(dim=[1, 2, 3], keepdim=True) + 1e-8)
        out.append(F.conv2d(x[n][None], w, padding=weight.shape[2] // 2)[0])
    return torch.stack(out)


def conv_on_the_inputs(x, weight, style, demodulate=True):
    out = F.conv2d(x * style[:, :, None, None], weight, padding="same")
    if demodulate:
        norm = torch.einsum("ocij,nc->no", weight**2, style**2)
        out = out * torch.rsqrt(norm + 1e-8)[:, :, None, None]
    return out


def conv_by_groups(x, weight, style, demodulate=True):
    n, c, h, w = x.shape
    k = weight.size(-1)
    own = weight.unsqueeze(0) * style.reshape(n, 1, c, 1, 1)
    if demodulate:
        own = own * torch.rsqrt(own.pow(2).sum([2, 3, 4]) + 1e-8).view(n, -1, 1, 1, 1)
    out = F.conv2d(x.view(1, -1, h, w), own.view(-1, c, k, k), padding=k // 2, groups=n)
    return out.view(n, -1, h, w)


def path_in_numpy(g, w0, w1, t, eps):
    with torch.no_grad():
        a, b = (g(torch.lerp(w0, w1, s.expand_as(w0))).numpy() for s in (t, t + eps))
    return torch.from_numpy(((a - b) ** 2).reshape(len(a), -1).sum(1) / eps**2)


def path_in_a_loop(g, w0, w1, t, eps):
    out = []
    for a, b, s in zip(w0, w1, t.flatten(), strict=True):
        here, there = ((1 - p) * a + p * b for p in (s, s + eps))
        out.append((((g(there[None]) - g(here[None])) / eps) ** 2).sum())
    return torch.stack(out)


RIGHT = {
    "adain": {
        "loop": adain_in_a_loop,
        "einsum": adain_by_einsum,
        "group norm": adain_by_group_norm,
        "double": adain_in_double,
        "var_mean": adain_by_std,
    },
    "mix_styles": {"loop": mix_by_loop, "cat": mix_by_cat, "mask": mix_by_mask},
    "truncate": {
        "lerp": lambda w, w_mean, psi: torch.lerp(w_mean.expand_as(w), w, psi),
        "weights": lambda w, m, psi: psi * w + (1 - psi) * m,
        "loop": lambda w, m, psi: torch.stack([m + psi * (row - m) for row in w]),
    },
    "path_length": {"numpy": path_in_numpy, "loop": path_in_a_loop},
    "fade_in": {
        "repeat": lambda old, new, a: torch.lerp(
            old.repeat_interleave(2, -1).repeat_interleave(2, -2), new, a
        ),
        "upsample": lambda old, new, a: a * new + (1 - a) * torch.nn.Upsample(scale_factor=2)(old),
        "kron": lambda old, new, a: (1 - a) * torch.kron(old, torch.ones(2, 2)) + a * new,
    },
    "modulated_conv": {
        "loop": conv_in_a_loop,
        "inputs": conv_on_the_inputs,
        "groups": conv_by_groups,
        "double": lambda x, w, s, d=True: conv_by_groups(x.double(), w.double(), s.double(), d),
    },
}
CASES = [(name, kind) for name, kinds in RIGHT.items() for kind in kinds]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_right_answers_of_many_kinds_pass(name, kind):
    assert_passes(name, RIGHT[name][kind])


def conv_without_style_in_the_norm(x, weight, style, demodulate=True):
    out = F.conv2d(x * style[:, :, None, None], weight, padding=weight.shape[-1] // 2)
    norm = weight.flatten(1).norm(dim=1)
    return out / norm[:, None, None] if demodulate else out


WRONG = {
    "adain": [
        (lambda x, s, b, eps: adain_by_group_norm(x, b, s, eps), "bias_as_scale"),
        (
            lambda x, s, b, eps: (
                s[:, :, None, None] * F.batch_norm(x, None, None, training=True, eps=eps)
                + b[:, :, None, None]
            ),
            "batch_statistics",
        ),
        (lambda x, s, b, eps: s * F.instance_norm(x, eps=eps) + b, "wrong_axis"),
        (
            lambda x, s, b, eps: (
                s[:, :, None, None]
                * (x - x.mean((2, 3), True))
                / (x.std((2, 3), keepdim=True) + eps)
                + b[:, :, None, None]
            ),
            None,
        ),
    ],
    "mix_styles": [
        (lambda a, b, c, n: mix_by_cat(b, a, c, n), "swapped"),
        (lambda a, b, c, n: mix_by_mask(a, b, c + 1, n), "one_level_too_many"),
        (lambda a, b, c, n: torch.stack([a] * c + [b] * (n - c)), "levels_first"),
        (lambda a, b, c, n: torch.cat([a] * c + [b] * (n - c), 1), "flattened"),
    ],
    "truncate": [
        (lambda w, m, psi: w * psi, "toward_zero"),
        (lambda w, m, psi: torch.lerp(w, m.expand_as(w), psi), "psi_the_other_way"),
        (lambda w, m, psi: w.mean(0) + psi * (w - w.mean(0)), "batch_mean"),
    ],
    "path_length": [
        (lambda g, a, b, t, e: path_in_a_loop(g, a, b, t, e) * e, "over_eps"),
        (lambda g, a, b, t, e: path_in_a_loop(g, b, a, t, e), "ends_exchanged"),
        (lambda g, a, b, t, e: path_in_a_loop(g, a, b, t, e).mean(), "mean_over_the_batch"),
    ],
    "fade_in": [
        (
            lambda old, new, a: (
                (1 - a) * F.interpolate(old, scale_factor=2, mode="bilinear") + a * new
            ),
            "bilinear",
        ),
        (
            lambda old, new, a: a * F.interpolate(old, scale_factor=2) + (1 - a) * new,
            "alpha_the_other_way",
        ),
    ],
    "modulated_conv": [
        (conv_without_style_in_the_norm, "weights_alone_normalized"),
        (lambda x, w, s, d: conv_by_groups(x, w, s), "always_demodulated"),
        (lambda x, w, s, d: conv_by_groups(x, w, s[:1].expand_as(s), d), "one_style_for_all"),
    ],
}


@pytest.mark.parametrize(
    ("name", "fn", "mistake"), [(name, *row) for name, rows in WRONG.items() for row in rows]
)
def test_more_mistakes_are_told(name, fn, mistake):
    if mistake:
        assert_mistake(name, fn, mistake)
    else:
        assert not evaluate(name, fn, 0).passed


def step_by_hand(g, d, opt_g, opt_d, x_real, z1, z2, crossover):
    """The right step: codes in one batch, styles put in place by a loop, losses by torch."""
    w1, w2 = g.to_w(torch.cat([z1, z2])).chunk(2)
    x_fake = g(torch.stack([w1 if n < crossover else w2 for n in range(4)], 1))
    opt_d.zero_grad()
    d_loss = 0.0
    for logits, target in ((d(x_real), 1.0), (d(x_fake.detach()), 0.0)):
        loss = F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))
        loss.backward()
        d_loss += loss.item()
    opt_d.step()
    logits = d(x_fake)
    g_loss = F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    return {"d_loss": d_loss, "g_loss": g_loss.item()}


def step_with(make):
    """A step whose pictures are made in another way."""
    reference = exercises.get("style_step").reference

    class Other(torch.nn.Module):
        def __init__(self, g, *codes):
            super().__init__()
            self.g, self.codes = g, codes
            self.to_w = g.to_w

        def forward(self, styles):
            return make(self.g, styles, *self.codes)

    def step(g, d, opt_g, opt_d, x_real, z1, z2, crossover):
        return reference(Other(g, z1, z2), d, opt_g, opt_d, x_real, z1, z2, crossover)

    return step


def test_a_step_by_hand_passes():
    assert_passes("style_step", step_by_hand)


@pytest.mark.parametrize(
    ("make", "mistake"),
    [
        (lambda g, styles, z1, z2: g(g.to_w(z1)), "z2_ignored"),
        (lambda g, styles, z1, z2: g(styles.flip(1)), None),
        (lambda g, styles, z1, z2: g(styles.detach()), "mapping_cut_off"),
        (lambda g, styles, z1, z2: (g(g.to_w(z1)) + g(g.to_w(z2))) / 2, "pictures_blended"),
        (lambda g, styles, z1, z2: g(styles).detach(), "g_never_moves"),
        (lambda g, styles, z1, z2: g(g.to_w(torch.randn_like(z1))), "own_noise"),
    ],
)
def test_other_pictures_are_told(make, mistake):
    verdict = evaluate("style_step", step_with(make), 0)
    assert not verdict.passed and (mistake is None or verdict.mistake == mistake), verdict


@pytest.mark.parametrize(
    ("key", "given", "mistake"),
    [("16.2", 20, "not_normalized"), ("16.2", 0, "bias_forgotten"), ("16.12", "e", "alpha")],
)
def test_answers_name_their_mistakes(key, given, mistake):
    assert evaluate(f"16.answers.{key}", given).mistake == mistake


def test_the_typed_answer_agrees_with_the_function():
    x = 7 + 0.2 * torch.from_numpy(np.random.default_rng(0).standard_normal((1, 1, 40, 40))).float()
    out = exercises.get("adain").reference(x, torch.tensor([[3.0]]), torch.tensor([[-1.0]]))
    assert out.mean().item() == pytest.approx(exercises.get("16.answers.16.2").answer, abs=1e-3)
