"""Exercises of notebook 04: right answers pass, further mistakes are told, answers are read."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Categorical, MultivariateNormal, Normal
from torch.distributions import kl_divergence as torch_kl
from torch.nn import functional as F

from course_utils.distributions import (
    cross_entropy,
    entropy,
    gaussian_kl,
    gaussian_kl_full,
    js_divergence,
    kl_divergence,
)
from coursework import exercises
from coursework.checking import evaluate
from coursework.checking.exercise import Question
from tests.coursework.exercises.verdicts import SEEDS, assert_mistake, assert_passes


def masked_entropy(p):
    return -torch.where(p > 0, p * p.clamp(min=1e-45).log(), 0.0).sum(-1)


def looped_kl(p, q):
    total = torch.zeros(p.shape[:-1])
    for c in range(p.shape[-1]):
        a, b = p[..., c], q[..., c]
        total = total + torch.where(a > 0, a * (a.log() - b.log()), torch.zeros(()))
    return total


def diagonal_by_torch(mu, logvar):
    return torch_kl(Normal(mu, (0.5 * logvar).exp()), Normal(0.0, 1.0)).sum(-1)


def full_by_torch(mu, cov):
    prior = MultivariateNormal(torch.zeros_like(mu), torch.eye(len(mu)))
    return torch_kl(MultivariateNormal(mu, cov), prior)


def sigma_in_both_places(mu, logvar):
    sigma = torch.exp(0.5 * logvar)
    return 0.5 * (sigma + mu**2 - 1 - sigma.log()).sum(-1)


def log_of_mixture(p, q):
    m = 0.5 * (p + q)
    return entropy(m) - 0.5 * (entropy(p) + entropy(q))


RIGHT = {
    "entropy": {
        "masked": masked_entropy,
        "entr": lambda p: torch.special.entr(p).sum(-1),
        "torch": lambda p: Categorical(probs=p).entropy(),
        "nan to num": lambda p: -(p * p.log()).nan_to_num().sum(-1),
        "double": lambda p: entropy(p.double()),
        "tiny number": lambda p: -(p * (p + 1e-12).log()).sum(-1),
    },
    "cross_entropy": {
        "where": lambda p, q: -torch.where(p > 0, p * q.log(), 0.0).sum(-1),
        "sum of two": lambda p, q: entropy(p) + looped_kl(p, q),
        "einsum": lambda p, q: (
            -torch.einsum("...c,...c->...", p, q.log().clamp(min=-3e38))
            + torch.where(((q == 0) & (p > 0)).any(-1), math.inf, 0.0)
        ),
    },
    "kl_divergence": {
        "loop": looped_kl,
        "torch": lambda p, q: torch_kl(Categorical(probs=p), Categorical(probs=q)),
        "difference": lambda p, q: cross_entropy(p, q) - entropy(p),
        "where": lambda p, q: torch.where(p > 0, p * (p / q).log(), 0.0).sum(-1),
        "kl_div": lambda p, q: torch.where(p > 0, F.kl_div(q.log(), p, reduction="none"), 0.0).sum(
            -1
        ),
    },
    "js_divergence": {
        "entropies": log_of_mixture,
        "torch": lambda p, q: sum(
            torch_kl(Categorical(probs=r), Categorical(probs=(p + q) / 2)) / 2 for r in (p, q)
        ),
    },
    "gaussian_kl": {
        "torch": diagonal_by_torch,
        "einsum": lambda mu, logvar: torch.einsum(
            "nk->n", 0.5 * (logvar.exp() + mu**2 - 1 - logvar)
        ),
        "as in the ELBO": lambda mu, logvar: (
            -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)
        ),
        "loop": lambda mu, logvar: torch.stack(
            [gaussian_kl_full(m, v.exp().diag()) for m, v in zip(mu, logvar, strict=True)]
        ),
        "double": lambda mu, logvar: gaussian_kl(mu.double(), logvar.double()),
    },
    "gaussian_kl_full": {
        "torch": full_by_torch,
        "slogdet": lambda mu, cov: (
            0.5 * (torch.trace(cov) + mu.dot(mu) - mu.shape[0] - torch.linalg.slogdet(cov)[1])
        ),
        "eigenvalues": lambda mu, cov: (
            0.5 * (torch.linalg.eigvalsh(cov) - torch.linalg.eigvalsh(cov).log() - 1).sum()
            + 0.5 * mu.square().sum()
        ),
        "column": lambda mu, cov: (
            0.5 * (cov.trace() + (mu[None] @ mu[:, None])[0, 0] - len(mu) - torch.logdet(cov))
        ),
    },
    "kl_monte_carlo": {
        "tensor": lambda q, p, z: (q(z) - p(z)).mean(),
        "two means": lambda q, p, z: q(z).mean() - p(z).mean(),
        "loop": lambda q, p, z: (
            sum(float(q(z[i : i + 1]) - p(z[i : i + 1])) for i in range(len(z))) / len(z)
        ),
    },
}
CASES = [(name, kind) for name, kinds in RIGHT.items() for kind in kinds]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_right_answers_of_many_kinds_pass(name, kind):
    assert_passes(name, RIGHT[name][kind])


def masked_flat(p):
    kept = p[p > 0]
    return -(kept * kept.log()).sum(-1)


def masked_flat_kl(p, q):
    kept = p > 0
    return (p[kept] * (p[kept] / q[kept]).log()).sum(-1)


def cholesky_from_tril(mu, cov):
    prior = MultivariateNormal(torch.zeros_like(mu), torch.eye(len(mu)))
    return torch_kl(MultivariateNormal(mu, scale_tril=cov.tril()), prior)


def by_det(mu, cov):
    return 0.5 * (cov.trace() + mu @ mu - len(mu) - cov.det().log())


WRONG = {
    "entropy": [
        (lambda p: -(p * p.log2()).sum(-1), "bits"),
        (lambda p: -torch.xlogy(p, p).sum(), "summed_over_everything"),
        (masked_flat, "summed_over_everything"),
        (lambda p: -(p * p.clamp(min=1e-4).log()).sum(-1), "clamped"),
        (lambda p: entropy(p.clamp(1e-3, 1 - 1e-3)), "clamped"),
    ],
    "cross_entropy": [
        (lambda p, q: -torch.xlogy(q, p).sum(-1), "swapped"),
        (lambda p, q: -(p * q.clamp(min=1e-6).log()).sum(-1), "finite_in_holes"),
    ],
    "kl_divergence": [
        (lambda p, q: F.kl_div(p.log(), q, reduction="none").sum(-1), "swapped"),
        (lambda p, q: F.kl_div(q.log(), p, reduction="none").sum(-1), "nan_at_zeros"),
        (lambda p, q: F.kl_div(q.log(), p), "kl_div_reduced"),
        (lambda p, q: F.kl_div(p.log(), q), "kl_div_turned_round"),
        (lambda p, q: (p * (p / q).log()).nan_to_num(0, 0, 0).sum(-1), "finite_in_holes"),
        (lambda p, q: (p * (p / q).log2()).sum(-1), "bits"),
        (lambda p, q: (q * (p / q).log()).sum(-1), "weighed_by_q"),
        (lambda p, q: cross_entropy(p, q) + entropy(p), "entropy_added"),
        (masked_flat_kl, "summed_over_everything"),
    ],
    "js_divergence": [
        (lambda p, q: (looped_kl(p, q) + looped_kl(q, p)) / 2, "average_of_both_kls"),
    ],
    "gaussian_kl": [
        (lambda mu, logvar: gaussian_kl(mu, logvar).detach(), "graph_cut"),
        (lambda mu, s: 0.5 * (s**2 + mu**2 - 1 - torch.log(s**2)).sum(1), "logvar_as_sigma"),
        (lambda mu, s: 0.5 * (s**2 + mu**2 - 1 - 2 * torch.log(s)).sum(1), "logvar_as_sigma"),
        (lambda mu, v: 0.5 * (v.exp() + mu**2 - 1 - v.log()).sum(1), "logvar_logged"),
        (sigma_in_both_places, "sigma_throughout"),
    ],
    "gaussian_kl_full": [
        (lambda mu, cov: gaussian_kl_full(mu, cov).item(), "graph_cut"),
        (lambda mu, cov: gaussian_kl_full(mu, cov).detach(), "graph_cut"),
        (by_det, "determinant_underflows"),
        (cholesky_from_tril, "cov_as_root"),
    ],
}


@pytest.mark.parametrize(
    ("name", "fn", "mistake"), [(name, *row) for name, rows in WRONG.items() for row in rows]
)
def test_more_mistakes_are_told(name, fn, mistake):
    assert_mistake(name, fn, mistake)


@pytest.mark.parametrize(
    "form",
    [
        lambda mu, cov: gaussian_kl_full(mu, cov).reshape(1),
        lambda mu, cov: gaussian_kl_full(mu, cov).reshape(1, 1),
        lambda mu, cov: gaussian_kl_full(mu, cov).detach().numpy().reshape(1),
    ],
)
def test_one_number_in_another_form_is_told_as_that(form):
    verdict = evaluate("gaussian_kl_full", form, 0)
    assert verdict.kind == "interface" and "should be one number" in verdict.message


def clamped_in_place(p):
    return -(p * p.clamp_(min=1e-9).log()).sum(-1)


def filled_in_place(p, q):
    q[(p == 0) & (q == 0)] = 1
    return -torch.xlogy(p, q).sum(-1)


@pytest.mark.parametrize(
    ("name", "fn"), [("entropy", clamped_in_place), ("cross_entropy", filled_in_place)]
)
def test_changes_of_zeros_in_place_are_told(name, fn):
    for seed in SEEDS:
        verdict = evaluate(name, fn, seed)
        assert verdict.kind == "property" and "in place" in verdict.message


QUESTIONS = [q for q in map(exercises.get, exercises.names("04")) if isinstance(q, Question)]


def test_there_are_enough_typed_answers():
    assert len(QUESTIONS) >= 15


@pytest.mark.parametrize(
    ("key", "given", "mistake"),
    [
        ("4.2a", 1.0, "bits_for_nats"),
        ("4.2b", math.log(6), "nats_for_bits"),
        ("4.2a", "0.693 bits", "unit"),
        ("4.2c", 0.469, "bits_for_nats"),
        ("4.2c", 0.141, "base_ten"),
        ("4.5a", 0.523, "base_ten"),
        ("4.5b", 0.222, "base_ten"),
        ("4.5c", 1.018, "entropy_added"),
        ("4.5f", 0.602, "base_ten"),
        ("4.5b", 0.368, "swapped"),
        ("4.5c", 0.531, "bits_for_nats"),
        ("4.5d", 0.182, "swapped"),
        ("4.5e", math.inf, "swapped"),
        ("4.8a", 0.8326, "distance"),
        ("4.10b", 1.509, "log_sigma"),
        ("4.12a", 0, "right_formula"),
        ("4.12a", 8, "sign"),
    ],
)
def test_wrong_units_and_swapped_arguments_are_recognized(key, given, mistake):
    assert evaluate(f"04.answers.{key}", given).mistake == mistake


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("4.2a", "1 bit"),
        ("4.2a", 0.69),
        ("4.5d", "inf"),
        ("4.2d", "1875"),
        ("4.2d", 1880),
        ("4.12a", "-8 nats"),
    ],
)
def test_answers_with_units_and_rounded_ones_pass(key, given):
    assert evaluate(f"04.answers.{key}", given).passed


def test_answers_agree_with_the_functions():
    fair, loaded = torch.tensor([0.5, 0.5]), torch.tensor([0.9, 0.1])
    die, believed = torch.full((6,), 1 / 6), torch.tensor([0.2] * 5 + [0.0])
    five = torch.tensor([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16])
    truth = {
        "4.2a": entropy(fair),
        "4.2b": entropy(die) / math.log(2),
        "4.2c": entropy(loaded),
        "4.2d": 1000 * entropy(five) / math.log(2),
        "4.5a": cross_entropy(fair, loaded),
        "4.5b": kl_divergence(fair, loaded),
        "4.5c": kl_divergence(loaded, fair),
        "4.5d": kl_divergence(die, believed),
        "4.5e": kl_divergence(believed, die),
        "4.8a": js_divergence(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])),
        "4.10a": gaussian_kl(torch.tensor([[2.0]]), torch.zeros(1, 1)),
        "4.10b": gaussian_kl(torch.zeros(1, 1), torch.full((1, 1), -2.0)),
        "4.10c": gaussian_kl(torch.full((1, 20), 0.5), torch.full((1, 20), -1.0)),
    }
    for key, value in truth.items():
        answer = exercises.get(f"04.answers.{key}").answer
        assert float(value) == pytest.approx(answer, rel=1e-5), key


def test_the_clinic_and_the_kl_between_two_gaussians():
    assert evaluate("04.answers.4.15", "dbcea").passed
    assert evaluate("04.answers.4.15", "adbce").mistake == "patient_a"
    right = torch.distributions.kl_divergence(Normal(3.0, 2.0), Normal(1.0, 4.0)).item()
    other = torch.distributions.kl_divergence(Normal(1.0, 4.0), Normal(3.0, 2.0)).item()
    assert evaluate("04.answers.4.11b", right).passed
    assert evaluate("04.answers.4.11b", other).mistake == "other_way"
