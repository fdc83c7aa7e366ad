"""Exercises of notebook 07: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
import torch
from scipy.stats import wasserstein_distance
from torch.nn import functional as F

from course_utils.distributions import js_divergence
from course_utils.divergences import density_ratio, gan_value, optimal_discriminator
from coursework.checking import evaluate
from coursework.exercises.nb07.questions import FAULTS, ORDER, ORDER_OF_FAULTS
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def by_index(p, q):
    d = torch.full_like(p, 0.5)
    some = p + q > 0
    d[some] = p[some] / (p + q)[some]
    return d


RIGHT_JUDGES = [
    by_index,
    lambda p, q: (p / (p + q)).nan_to_num(0.5),
    lambda p, q: torch.where((p == 0) & (q == 0), 0.5, p / (p + q)),
    lambda p, q: torch.sigmoid(p.log() - q.log()).nan_to_num(0.5),
    lambda p, q: torch.where(p + q == 0, 0.5, 1 / (1 + q / p)),
]


@pytest.mark.parametrize("fn", RIGHT_JUDGES)
def test_right_judges_pass(fn):
    assert_passes("optimal_discriminator", fn)


def with_numpy_in_float32(p, q):
    a, b = (v.numpy().astype("float32") for v in (p, q))
    return optimal_discriminator(torch.from_numpy(a), torch.from_numpy(b))


def in_two_steps_of_float32(p, q):
    total = (p + q).float()
    return torch.where(total > 0, p.float() / total, torch.tensor(0.5))


@pytest.mark.parametrize("fn", [with_numpy_in_float32, in_two_steps_of_float32])
def test_float32_is_not_called_clamped(fn):
    assert_mistake("optimal_discriminator", fn, "rounded_to_float32")


def plain(d, p, q, dx):
    return (p * d.log() + q * (1 - d).log()).sum() * dx


def masked(d, p, q, dx):
    first, second = p > 0, q > 0
    real = (p[first] * d[first].log()).sum()
    return ((real + (q[second] * (1 - d[second]).log()).sum()) * dx).item()


def by_loop(d, p, q, dx):
    rows = zip(d, p, q, strict=True)
    terms = [torch.xlogy(b, a) + torch.xlogy(c, 1 - a) for a, b, c in rows]
    return torch.stack(terms).sum() * dx


RIGHT_VALUES = [
    masked,
    by_loop,
    lambda d, p, q, dx: torch.trapezoid(torch.xlogy(p, d) + torch.xlogy(q, 1 - d), dx=dx),
    lambda d, p, q, dx: (torch.xlogy(p, d) + torch.special.xlog1py(q, -d)).mul(dx).sum(),
]


@pytest.mark.parametrize("fn", RIGHT_VALUES)
def test_right_values_pass(fn):
    assert_passes("gan_value", fn)


def test_a_plain_log_is_told_as_the_log_of_zero():
    assert_mistake("gan_value", plain, "log_of_zero")


def by_cross_entropies(d, p, q, dx):
    """torch's cross-entropy cuts each log off at −100."""
    real = F.binary_cross_entropy(d, torch.ones_like(d), p, reduction="sum")
    return -(real + F.binary_cross_entropy(d, torch.zeros_like(d), q, reduction="sum")) * dx


@pytest.mark.parametrize(
    "fn",
    [
        lambda d, p, q, dx: (torch.xlogy(p, d + 1e-8) + torch.xlogy(q, 1 - d + 1e-8)).sum() * dx,
        lambda d, p, q, dx: plain(d.clamp(1e-12, 1 - 1e-12), p, q, dx),
        by_cross_entropies,
        lambda d, p, q, dx: (p @ d.log().clamp(min=-100) + q @ (1 - d).log().clamp(min=-100)) * dx,
    ],
)
def test_a_value_that_is_finite_where_a_judge_is_certain_and_wrong_does_not_pass(fn):
    assert_mistake("gan_value", fn, "small_number_added")


def test_a_mistake_and_a_log_of_zero_together_are_told_as_the_mistake():
    assert_mistake("gan_value", lambda d, p, q, dx: plain(d, p, q, 1.0), "dx_forgotten")
    assert_mistake("gan_value", lambda d, p, q, dx: plain(1 - d, p, q, dx), "labels_swapped")


def from_the_value(p, q, dx):
    """JS out of V(D*, G) = -log 4 + 2 JS."""
    return (gan_value(optimal_discriminator(p, q), p, q, dx) + torch.tensor(4.0).log()) / 2


def from_entropies(p, q, dx):
    def entropy(density):
        return -torch.xlogy(density, density).sum() * dx

    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2


RIGHT_DIVERGENCES = [
    from_entropies,
    lambda p, q, dx: js_divergence(p * dx, q * dx),
    lambda p, q, dx: (
        (p * (2 * p / (p + q)).log()).nansum() * dx / 2
        + (q * (2 * q / (p + q)).log()).nansum() * dx / 2
    ),
    lambda p, q, dx: torch.trapezoid(
        (torch.xlogy(p, p) + torch.xlogy(q, q) - torch.xlogy(p + q, (p + q) / 2)) / 2, dx=dx
    ),
]


@pytest.mark.parametrize("fn", RIGHT_DIVERGENCES)
def test_right_divergences_pass(fn):
    assert_passes("jensen_shannon", fn)


def kl_by_xlogy(p, q, dx):
    return torch.xlogy(p, p / q).sum() * dx


def kl_by_log(p, q, dx):
    return (p * (p / q).log()).sum() * dx


@pytest.mark.parametrize(
    ("kl", "mistake"),
    [
        (kl_by_xlogy, "zero_over_zero"),
        (kl_by_log, "log_of_zero"),
        (lambda p, q, dx: torch.xlogy(p / q, p).sum() * dx, "xlogy_swapped"),
    ],
)
def test_each_kind_of_zero_in_a_divergence_has_its_name(kl, mistake):
    def js(p, q, dx):
        m = (p + q) / 2
        return 0.5 * kl(p, m, dx) + 0.5 * kl(q, m, dx)

    assert_mistake("jensen_shannon", js, mistake)
    message = evaluate("jensen_shannon", js, 0).message
    assert "xlogy(p, p / m)" not in message, message


def test_the_value_gives_the_divergence_where_no_logarithm_rounds():
    """Far in the tails 1 - D rounds to 0, and the value is -inf: the exercise's way is safe."""
    x = torch.linspace(-8, 8, 801, dtype=torch.float64)
    p, q = torch.exp(-((x - 1) ** 2)), torch.exp(-((x + 1) ** 2))
    assert torch.isfinite(from_the_value(p, q, 0.02))


@pytest.mark.parametrize(
    "fn",
    [
        density_ratio,
        lambda d: 1 / (1 / d - 1),
        lambda d: torch.logit(d).exp(),
        lambda d: torch.where(d < 1, d / (1 - d), torch.inf),
        lambda d: (d.log() - torch.log1p(-d)).exp(),
    ],
)
def test_right_ratios_pass(fn):
    assert_passes("density_ratio", fn)


def by_quantiles(x, y):
    steps = torch.arange(len(x))
    return sum(abs(x.sort().values[i] - y.sort().values[i]) for i in steps) / len(x)


@pytest.mark.parametrize(
    "fn",
    [
        by_quantiles,
        lambda x, y: wasserstein_distance(x.numpy(), y.numpy()),
        lambda x, y: (x.msort() - y.msort()).abs().mean(),
        lambda x, y: torch.dist(x.sort().values, y.sort().values, p=1).item() / len(x),
        lambda x, y: (x.sort(descending=True)[0] - y.sort(descending=True)[0]).abs().mean().item(),
    ],
)
def test_right_distances_pass(fn):
    assert_passes("wasserstein_1d", fn)


def in_place(x, y):
    x[:] = x.sort().values
    return (x - y.sort().values).abs().mean()


def test_sorting_in_place_is_told():
    assert_mistake("wasserstein_1d", in_place, "mutated_argument")
    assert "in place" in evaluate("wasserstein_1d", in_place, 0).message


def test_every_order_of_the_derivation_gets_a_reply():
    for order in map("".join, permutations("abcd")):
        verdict = evaluate("07.answers.7.6", order)
        assert verdict.passed == (order == ORDER) and verdict.message
    assert evaluate("07.answers.7.6", "cabd").mistake == "slip_at_line_3"


def test_typed_answers_know_units():
    assert evaluate("07.answers.7.7a", "-2 bits").passed
    assert evaluate("07.answers.7.7a", -2).mistake == "bits_for_nats"
    assert evaluate("07.answers.7.7b", 0).passed


def with_bce(judge, optimizer, real, fake):
    bce = F.binary_cross_entropy_with_logits
    a, b = judge(real), judge(fake.detach())
    loss = bce(a, torch.ones_like(a)) + bce(b, torch.zeros_like(b))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return -float(loss)


def two_backwards(judge, optimizer, real, fake):
    optimizer.zero_grad()
    first = -F.logsigmoid(judge(real)).mean()
    first.backward()
    second = -F.logsigmoid(-judge(fake.detach())).mean()
    second.backward()
    optimizer.step()
    return -(first + second).item()


@pytest.mark.parametrize("fn", [with_bce, two_backwards])
def test_right_judge_steps_pass(fn):
    assert_passes("judge_step", fn)


def test_a_step_that_returns_the_graph_is_told():
    def step(judge, optimizer, real, fake):
        with_bce(judge, optimizer, real, fake)
        return judge(real).mean()

    assert evaluate("judge_step", step, 0).kind == "interface"


@pytest.mark.parametrize(
    "fn",
    [
        lambda d, k: 1 / (1 + (1 - d) / (k * d)),
        lambda d, k: torch.sigmoid(torch.logit(d) + math.log(k)),
        lambda d, k: d / (d + (1 - d) / k),
    ],
)
def test_right_corrections_of_the_mix_pass(fn):
    assert_passes("half_and_half", fn)


def test_the_clinic_has_the_faults_of_its_seed():
    order = torch.randperm(5, generator=torch.Generator().manual_seed(6)).tolist()[:3]
    assert [list(FAULTS)[number] for number in order] == list(ORDER_OF_FAULTS)
    for place, fault in enumerate(ORDER_OF_FAULTS):
        assert evaluate(f"07.answers.7.{13 + place}", fault).passed
