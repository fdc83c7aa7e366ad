"""Answers that a check once got wrong or told badly, with the verdict that each deserves.

A table for two tests: `evaluate` gives the verdict here, and the grader gives the same from another
process. Answers that only one exercise can name stand with that exercise's own tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import softplus

from coursework import exercises

Fn = Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """What a learner wrote, and the verdict that it deserves.

    exercise: its name. says: words of the message. mistake: its name, or None where any will do,
    since an exercise may give a name of its own to what is told as a relation now.
    """

    exercise: str
    fn: Fn
    kind: str
    mistake: str | None = None
    says: str = ""


def right(name: str) -> Fn:
    return exercises.get(name).reference  # type: ignore[union-attr]


# More, or less, than an answer.

calls: list[Tensor] = []


def piles_up(f: Fn, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor | None:
    mu.requires_grad_()
    f(mu + sigma * eps).mean().backward()
    return mu.grad


def leaves_it_on(f: Fn, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    mu.requires_grad_()
    return torch.autograd.grad(f(mu + sigma * eps).mean(), mu)[0]


def on_a_copy(f: Fn, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor | None:
    mu = mu.clone().requires_grad_()
    f(mu + sigma * eps).mean().backward()
    return mu.grad


def grad_of_the_original(f: Fn, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor | None:
    copy = mu.clone().requires_grad_()
    f(copy + sigma * eps).mean().backward()
    return mu.grad


def remembers(p: Tensor) -> Tensor:
    calls.append(p)
    return torch.special.entr(p).sum(-1) * (1 if len(calls) % 2 else 2)


def own_draws(x: Tensor, noise_std: float, generator: Generator) -> Tensor:
    return (x + noise_std * torch.randn(x.shape)).clamp(0, 1)


def overwrites(score_normal: Tensor, score_anomaly: Tensor) -> float:
    score_normal -= score_anomaly.mean()
    return 0.5


def switches(p: Tensor) -> Tensor:
    torch.set_default_dtype(torch.float64)
    return torch.special.entr(p).sum(-1)


BESIDES = [
    Answer("pathwise_gradient", piles_up, "mistake", "gradient_left_behind", "*adds* to `mu.grad`"),
    Answer("pathwise_gradient", leaves_it_on, "mistake", "requires_grad_left_on", "Work on a copy"),
    Answer("pathwise_gradient", on_a_copy, "passed"),
    Answer("pathwise_gradient", grad_of_the_original, "mistake", "none_returned", "copy's `.grad`"),
    Answer("entropy", remembers, "mistake", "another_answer", "two different answers"),
    Answer("corrupt", own_draws, "mistake", "generator_ignored"),
    Answer("roc_auc", overwrites, "mistake", "mutated_argument"),
    Answer("entropy", switches, "passed"),
]

# Numbers in another form.


def sorted_things(x: Tensor, y: Tensor) -> Any:
    return (x - y).sort()


def sort_minus_sort(x: Tensor, y: Tensor) -> Any:
    return (x.sort() - y.sort()).abs().mean()


def topk_of_shares(mi: Tensor, entropy: Tensor) -> Any:
    return (mi / entropy).topk(2, dim=0).abs()


def max_of_shares(mi: Tensor, entropy: Tensor) -> Any:
    return (mi / entropy).max(0)


def sorted_and_lost(x: Tensor, y: Tensor) -> Tensor:
    x.sort()
    y.sort()
    return (x - y).abs().mean()


def w1(x: Tensor, y: Tensor) -> float:
    return float(right("wasserstein_1d")(x, y))


FORMS = [
    Answer("wasserstein_1d", lambda x, y: np.float32(w1(x, y)), "passed"),
    Answer("wasserstein_1d", lambda x, y: np.float64(w1(x, y)), "passed"),
    Answer("wasserstein_1d", lambda x, y: np.array(w1(x, y)), "passed"),
    Answer("roc_auc", lambda n, a: np.float32(right("roc_auc")(n, a)), "passed"),
    Answer("modes_covered", lambda *args: np.int64(right("modes_covered")(*args)), "passed"),
    Answer("active_units", lambda *args: np.array(right("active_units")(*args)), "passed"),
    Answer("roc_auc", lambda n, a: np.bool_(True), "interface", None, "should hold floats"),
    Answer("entropy", lambda p: right("entropy")(p).numpy(), "interface", None, "stay in torch"),
    Answer("wasserstein_1d", sorted_things, "interface"),
    Answer("wasserstein_1d", sort_minus_sort, "raised", None, "two things, as `sort` returns them"),
    Answer("mutual_information_gap", topk_of_shares, "raised", None, "as `topk` returns them"),
    Answer("mutual_information_gap", max_of_shares, "interface"),
    Answer(
        "wasserstein_1d", sorted_and_lost, "mistake", "unsorted", "`x.sort()`, gives a changed copy"
    ),
]

# The right answer, times two, in bits, of one row for all: no such answer goes without a name.

CHANGES: list[tuple[str, Callable[[Any], Any]]] = [
    ("wasserstein_1d", lambda y: 2 * y),
    ("wasserstein_1d", lambda y: y**1.0 / 2),
    ("wasserstein_1d", lambda y: 1 / y),
    ("roc_auc", lambda y: y / 2),
    ("roc_auc", lambda y: y + 0.25),
    ("jensen_shannon", lambda y: y / 4),
    ("jensen_shannon", lambda y: -y),
    ("debiasing_loss", lambda y: 2 * y),
    ("debiasing_loss", lambda y: -y),
    ("elbo", lambda y: y.mean()),
    ("elbo", lambda y: y[0].expand_as(y)),
    ("elbo", lambda y: y.flip(0)),
    ("entropy", lambda y: y / math.log(2)),
    ("importance_log_likelihood", lambda y: y.exp()),
    ("importance_log_likelihood", lambda y: y / math.log(2)),
    ("importance_log_likelihood", lambda y: y / math.log(10)),
    ("log_gaussian", lambda y: y.exp()),
    ("density_ratio", lambda y: y.log()),
    ("density_ratio", lambda y: 1 / y),
    ("class_posterior", lambda y: y.flip(-1)),
    ("class_posterior", lambda y: y.T),
    ("class_posterior", lambda y: y.round(decimals=2)),
    ("gaussian_mle", lambda y: (y[0], 2 * y[1])),
    ("wilson_interval", lambda y: (1 - y[0], 1 - y[1])),
    ("interpolate", lambda y: y + 0.1),
]


def changed(name: str, change: Callable[[Any], Any]) -> Fn:
    """The reference, its answer changed."""

    def fn(*args: Any) -> Any:
        return change(right(name)(*args))

    return fn


def not_summed(x: Tensor, logits: Tensor) -> Tensor:
    return -(softplus(logits) - x * logits).sum(-1)


RELATED = [
    *(Answer(name, changed(name, change), "mistake") for name, change in CHANGES),
    Answer("bernoulli_log_likelihood", not_summed, "mistake"),
]

# Errors that people meet.


def log_of_a_number(mu: Tensor, cov: Tensor) -> Tensor:
    return 0.5 * (cov.trace() + mu @ mu - torch.log(3) - cov.logdet())


def shares_of_true(y: Tensor, y_hat: Tensor, group: Tensor) -> Any:
    return {int(g): (y == y_hat)[group == g].mean() for g in group.unique()}


class WithoutBrackets(nn.Module):
    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, latent_dim), nn.ReLU)


def judges_the_noise(
    generator: nn.Module,
    discriminator: nn.Module,
    opt_g: Any,
    opt_d: Any,
    x_real: Tensor,
    z: Tensor,
) -> Any:
    return {"d_loss": discriminator(z).mean().item(), "g_loss": 0.0}


def log_prob_of_a_list(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    return torch.log_softmax(x) + mu


def another_todo(p: Tensor, q: Tensor) -> Tensor:
    raise NotImplementedError("TODO entropy: the mean surprise of a distribution, in nats")


def own_todo(p: Tensor, q: Tensor) -> Tensor:
    raise NotImplementedError("TODO kl_divergence: what it costs")


ERRORS = [
    Answer("gaussian_kl_full", log_of_a_number, "raised", None, "`math.log` is for those"),
    Answer("group_accuracy", shares_of_true, "raised", None, "`.float()` first"),
    Answer(
        "build_autoencoder",
        lambda k: WithoutBrackets(k),
        "raised",
        None,
        "`nn.ReLU()`, with brackets",
    ),
    Answer("gan_step", judges_the_noise, "mistake", "noise_judged", "D was asked about the noise"),
    Answer("log_gaussian", log_prob_of_a_list, "raised", None, "Over which dimension"),
    Answer("kl_divergence", another_todo, "raised", None, "`entropy`, which it calls, still ends"),
    Answer("kl_divergence", own_todo, "not attempted"),
    Answer("entropy", lambda p: p.sum, "interface", None, "brackets missing"),
    Answer("entropy", lambda p: torch.log(p.sum), "raised", None, "brackets are missing"),
]

ANSWERS = [*BESIDES, *FORMS, *RELATED, *ERRORS]
FUNCTIONS = [answer.fn for answer in ANSWERS]

# Typed answers.

ENTROPY, INFINITE = "04.answers.4.2a", "04.answers.4.5d"
TYPED: list[tuple[str, Any, str, str | None, str]] = [
    (ENTROPY, "0.693 nats.", "passed", None, ""),
    (ENTROPY, "0.693 nats per flip", "passed", None, ""),
    (ENTROPY, "≈0.693", "passed", None, ""),
    (ENTROPY, "about 0.693", "passed", None, ""),
    (ENTROPY, "0,693", "passed", None, ""),
    (ENTROPY, (0, 693), "interface", None, "Write a decimal point: `0.693`"),
    (ENTROPY, "0.693 inches", "interface", None, "yours is in inches"),
    (ENTROPY, 1, "mistake", "bits_for_nats", ""),
    (ENTROPY, "1 nats", "mistake", "bits_for_nats", ""),
    (ENTROPY, np.float32(0.6931), "passed", None, ""),
    (ENTROPY, np.array(0.6931), "passed", None, ""),
    (ENTROPY, np.bool_(True), "interface", None, ""),
    (INFINITE, "Infinity", "passed", None, ""),
    (INFINITE, "infinite", "passed", None, ""),
    (INFINITE, "inf", "passed", None, ""),
    (INFINITE, "∞ nats", "passed", None, ""),
    (INFINITE, math.inf, "passed", None, ""),
    ("04.answers.4.5e", "infinite", "mistake", None, ""),
    ("04.answers.4.2c", 0.33, "mistake", "rounded", "Give three digits"),
    ("04.answers.4.5e", 0.18, "mistake", "rounded", "Give three digits"),
    ("04.answers.4.6a", 3.2, "mistake", "rounded", "Give three digits"),
    ("05.answers.5.3", "0.4", "mistake", "rounded", "Give three digits"),
    ("01.answers.1.7", 5, "mistake", "rounded", "Give three digits"),
    ("04.answers.4.5f", 1.4, "passed", None, ""),
    ("05.answers.5.6", 35, "passed", None, ""),
    ("04.answers.4.10a", "1 nats", "mistake", None, ""),
    ("06.answers.6.2", 1.1, "different", None, "1.1 nats is too small"),
]
