"""Exercises of notebook 03: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
import torch
from torch import distributions as td
from torch.nn import functional as F

from course_utils.distributions import (
    bernoulli_log_likelihood,
    elbo,
    gaussian_kl,
    importance_log_likelihood,
    vae_loss,
)
from course_utils.metrics import active_units
from coursework.checking import evaluate
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def loop_likelihood(x, logits):
    sums = [
        F.binary_cross_entropy_with_logits(b, a, reduction="sum")
        for a, b in zip(x, logits, strict=True)
    ]
    return -torch.stack(sums)


RIGHT_LIKELIHOODS = {
    "loop": loop_likelihood,
    "log sigmoid": lambda x, a: (x * F.logsigmoid(a) + (1 - x) * F.logsigmoid(-a)).sum((1, 2, 3)),
    "softplus": lambda x, a: (x * a - F.softplus(a)).flatten(1).sum(1),
    "torch.distributions": lambda x, a: (
        td.Bernoulli(logits=a, validate_args=False).log_prob(x).sum((1, 2, 3))
    ),
    "float64": lambda x, a: bernoulli_log_likelihood(x.double(), a.double()),
    "einsum": lambda x, a: torch.einsum("nchw,nchw->n", x, a) - F.softplus(a).sum((1, 2, 3)),
}


@pytest.mark.parametrize("fn", RIGHT_LIKELIHOODS.values(), ids=RIGHT_LIKELIHOODS.keys())
def test_right_likelihoods_pass(fn):
    assert_passes("bernoulli_log_likelihood", fn)


def with_logs(eps=0.0, low=0.0, high=1.0):
    def fn(x, logits):
        p = logits.sigmoid().clamp(low, high)
        return (x * (p + eps).log() + (1 - x) * (1 - p + eps).log()).flatten(1).sum(1)

    return fn


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (with_logs(), "sigmoid_then_log"),
        (with_logs(eps=1e-8), "sigmoid_then_log"),
        (with_logs(low=1e-6, high=1 - 1e-6), "sigmoid_then_log"),
        (
            lambda x, a: -F.binary_cross_entropy(a.sigmoid(), x, reduction="none").sum((1, 2, 3)),
            "sigmoid_then_log",
        ),
        (lambda x, a: bernoulli_log_likelihood(x, a.detach()), "graph_cut"),
        (
            lambda x, a: -F.binary_cross_entropy(a, x, reduction="none").sum((1, 2, 3)),
            "expects_probabilities",
        ),
        (lambda x, a: (x - a.sigmoid()).abs(), "absolute_error"),
        (lambda x, a: (x - a.sigmoid()).abs().mean((1, 2, 3)), "absolute_error"),
        (
            lambda x, a: F.binary_cross_entropy_with_logits(a, x, reduction="none").sum(-1),
            "last_dimension_only",
        ),
        (lambda x, a: bernoulli_log_likelihood((x > 0.5).float(), a), "image_rounded"),
    ],
)
def test_more_likelihood_mistakes(fn, mistake):
    assert_mistake("bernoulli_log_likelihood", fn, mistake)


@pytest.mark.parametrize("fn", [lambda a, b: a - b, torch.sub, lambda a, b: -(b - a), elbo])
def test_right_elbos_pass(fn):
    assert_passes("elbo", fn)


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (lambda log_likelihood, kl: log_likelihood.exp() - kl, "likelihood_lost"),
        (lambda log_likelihood, kl: log_likelihood - kl.sum(), "kl_summed"),
    ],
)
def test_more_elbo_mistakes(fn, mistake):
    assert_mistake("elbo", fn, mistake)


def summed_then_divided(x, logits, mu, logvar, beta=1.0):
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (reconstruction + beta * kl) / x.shape[0]


def stretched(x, logits, mu, logvar, beta=1.0):
    """The silent (N, 1) + (N,) -> (N, N): a plain mean can't see it."""
    kl = gaussian_kl(mu, logvar)[:, None]
    return (beta * kl - bernoulli_log_likelihood(x, logits)).mean()


def with_torchs_distributions(x, logits, mu, logvar, beta=1.0):
    q, prior = td.Normal(mu, (0.5 * logvar).exp()), td.Normal(0.0, 1.0)
    kl = td.kl_divergence(q, prior).sum(1)
    return beta * kl.mean() - bernoulli_log_likelihood(x, logits).mean()


def in_double(x, logits, mu, logvar, beta=1.0):
    return vae_loss(x.double(), logits.double(), mu.double(), logvar.double(), beta)


def harmless_clamp(x, logits, mu, logvar, beta=1.0):
    """Limits far outside of anything an encoder should say change nothing that is asked."""
    return vae_loss(x, logits, mu, logvar.clamp(-30, 20), beta)


RIGHT_LOSSES = [
    summed_then_divided,
    stretched,
    with_torchs_distributions,
    in_double,
    harmless_clamp,
]


@pytest.mark.parametrize("fn", RIGHT_LOSSES)
def test_right_losses_pass(fn):
    assert_passes("vae_loss", fn)


def mixed(reduction, divide=lambda kl: kl.mean()):
    def fn(x, logits, mu, logvar, beta=1.0):
        loss = F.binary_cross_entropy_with_logits(logits, x, reduction=reduction)
        return loss + beta * divide(gaussian_kl(mu, logvar))

    return fn


def each_kl(mu, logvar):
    return 0.5 * (logvar.exp() + mu.square() - 1 - logvar)


def with_kl(kl):
    def fn(x, logits, mu, logvar, beta=1.0):
        return (beta * kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()

    return fn


def one_term_as_a_number(x, logits, mu, logvar, beta=1.0):
    return beta * gaussian_kl(mu, logvar).mean().item() - bernoulli_log_likelihood(x, logits).mean()


@pytest.mark.parametrize(
    ("fn", "mistake"),
    [
        (mixed("sum"), "reconstruction_summed_over_the_batch"),
        (mixed("mean"), "mean_over_pixels"),
        (one_term_as_a_number, "one_term_cut"),
        (with_kl(lambda mu, logvar: gaussian_kl(mu, logvar) / 784), "kl_weight"),
        (with_kl(lambda mu, logvar: 0.00025 * gaussian_kl(mu, logvar)), "kl_weight"),
        (with_kl(lambda mu, logvar: each_kl(mu, logvar).clamp(min=0.5).sum(1)), "free_bits"),
        (with_kl(lambda mu, logvar: gaussian_kl(mu, logvar).clamp(min=2.0)), "free_bits"),
        (with_kl(lambda mu, logvar: gaussian_kl(mu, logvar.clamp(-4, 4))), "logvar_clamped"),
        (
            lambda x, a, mu, logvar, beta=1.0: (
                (x - a.sigmoid()).abs().mean((1, 2, 3)) + beta * gaussian_kl(mu, logvar)
            ).mean(),
            "absolute_error",
        ),
    ],
)
def test_more_loss_mistakes(fn, mistake):
    assert_mistake("vae_loss", fn, mistake)


def no_gradient_into_the_code(x, logits, mu, logvar, beta=1.0):
    return vae_loss(x, logits, mu.detach(), logvar.detach(), beta)


def test_a_loss_that_forgets_the_default_says_how_it_is_called():
    verdict = evaluate("vae_loss", lambda x, logits, mu, logvar: vae_loss(x, logits, mu, logvar), 0)
    assert verdict.kind == "interface" and "beta" in verdict.message


def test_a_loss_that_cuts_the_code_off_does_not_pass():
    verdict = evaluate("vae_loss", no_gradient_into_the_code, 0)
    assert not verdict.passed and "gradient" in verdict.message


def shifted_by_the_largest(log_w):
    top = log_w.max(0).values
    return top + (log_w - top).exp().mean(0).log()


RIGHT_IMPORTANCE = [
    shifted_by_the_largest,
    lambda log_w: (log_w - math.log(len(log_w))).logsumexp(0),
    lambda log_w: torch.stack([column.logsumexp(0) for column in log_w.T]) - math.log(len(log_w)),
    lambda log_w: importance_log_likelihood(log_w.double()),
]


@pytest.mark.parametrize("fn", RIGHT_IMPORTANCE)
def test_right_importance_estimates_pass(fn):
    assert_passes("importance_log_likelihood", fn)


def test_a_harmonic_mean_is_told():
    fn = lambda log_w: -((-log_w).logsumexp(0) - math.log(len(log_w)))  # noqa: E731
    assert_mistake("importance_log_likelihood", fn, "harmonic_mean")


CUT_IMPORTANCE = [
    lambda log_w: importance_log_likelihood(log_w.detach()),
    torch.no_grad()(importance_log_likelihood),
    lambda log_w: torch.tensor([importance_log_likelihood(c[:, None]).item() for c in log_w.T]),
]


@pytest.mark.parametrize("fn", CUT_IMPORTANCE)
def test_an_importance_estimate_without_gradient_is_told_that(fn):
    assert_mistake("importance_log_likelihood", fn, "graph_cut")


def by_loop(mu, threshold=0.01):
    return sum(column.var().item() > threshold for column in mu.T)


RIGHT_UNITS = [
    by_loop,
    lambda mu, threshold=0.01: (mu.var(0, correction=0) > threshold).sum(),
    lambda mu, threshold=0.01: int((mu.double().std(0) > threshold**0.5).sum()),
    lambda mu, threshold=0.01: ((mu - mu.mean(0)).square().mean(0) >= threshold).sum().item(),
    lambda mu, threshold=0.01: int((mu.T.cov().diagonal() > threshold).sum()),
    lambda mu, t=0.01: active_units(mu, t),
    lambda mu, threshold=0.01: (mu.numpy().var(0) > threshold).sum(),
]


@pytest.mark.parametrize("fn", RIGHT_UNITS)
def test_right_counts_of_units_pass(fn):
    assert_passes("active_units", fn)


def test_every_order_of_the_derivation_gets_a_reply():
    for order in map("".join, permutations("abcde")):
        verdict = evaluate("03.answers.3.2a", order)
        assert verdict.passed == (order == "bdaec") and verdict.message
    assert evaluate("03.answers.3.2a", "badec").mistake == "slip_at_line_2"
    assert evaluate("03.answers.3.2a", "bdeac").mistake == "slip_at_line_3"
    assert evaluate("03.answers.3.2a", "abdec").mistake == "jensen_first"
    for typed in ("b d a e c", "b, d, a, e, c", "B-D-A-E-C", "bdaec."):
        assert evaluate("03.answers.3.2a", typed).passed, typed
    assert evaluate("03.answers.3.2a", "b d a").kind == "interface"


def test_units_and_bits_are_told_apart():
    assert evaluate("03.answers.3.5", "1 bit").passed
    assert evaluate("03.answers.3.5", 1.0).mistake == "bits"
    assert evaluate("03.answers.3.7a", "52 nats").passed
    assert evaluate("03.answers.3.7b", 208).mistake == "beta_on_both"


def by_slices(encoder, decoder, x, eps):
    out = encoder(x)
    k = out.shape[1] // 2
    mu, logvar = out[:, :k], out[:, k:]
    return decoder(torch.addcmul(mu, logvar.exp().sqrt(), eps)), mu, logvar


def by_distributions(encoder, decoder, x, eps):
    mu, logvar = torch.split(encoder(x), eps.shape[1], dim=-1)
    return decoder(mu + eps * (logvar / 2).exp()), mu, logvar


def step_with_more(model, x, beta=1.0):
    logits, mu, logvar = model(x)
    each = F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
    kl = 0.5 * (logvar.exp() + mu**2 - 1 - logvar).sum(1)
    loss = (each + beta * kl).mean()
    return {"loss": loss, "KL": kl.mean().item(), "reconstruction": each.mean(), "beta": beta}


def in_two_batches(decode, n, latent_dim, generator):
    sizes = [n // 2, n - n // 2]
    parts = [torch.randn(k, latent_dim, generator=generator) for k in sizes if k]
    return torch.cat([1 / (1 + (-decode(z)).exp()) for z in parts])


@pytest.mark.parametrize(
    ("name", "fn"),
    [
        ("vae_forward", by_slices),
        ("vae_forward", by_distributions),
        ("vae_step", step_with_more),
        ("sample_prior", in_two_batches),
        (
            "sample_prior",
            lambda d, n, k, g: torch.sigmoid(d(torch.normal(0.0, 1.0, (k, n), generator=g).T)),
        ),
    ],
)
def test_other_ways_through_a_vae_pass(name, fn):
    assert_passes(name, fn)


def test_a_step_without_its_terms_is_told_which_keys():
    verdict = evaluate("vae_step", lambda model, x, beta: {"loss": model(x)[0].mean()}, 0)
    assert verdict.kind == "interface" and "'reconstruction'" in verdict.message


def test_the_gap_and_the_clinic_get_replies():
    assert evaluate("03.answers.3.2b", "CBDA").passed
    assert evaluate("03.answers.3.2b", "bcda").mistake == "slip_at_line_1"
    assert evaluate("03.answers.3.14", "debac").passed
    verdict = evaluate("03.answers.3.14", "debca")
    assert verdict.mistake == "patient_d" and "128" in verdict.message


def step_with_backward(model, x, beta=1.0):
    logits, mu, logvar = model(x)
    kl = 0.5 * (logvar.exp() + mu.square() - 1 - logvar).sum(1).mean()
    loss = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x) + beta * kl
    loss.backward()
    return {"loss": loss, "KL": kl, "reconstruction": loss - beta * kl}


def test_a_step_that_calls_backward_is_told():
    assert_mistake("vae_step", step_with_backward, "backward_inside")
