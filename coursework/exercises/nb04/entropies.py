"""Exercises `entropy` and `cross_entropy`: what a message costs, with its own code or another."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import cross_entropy, entropy, kl_divergence
from coursework.checking.exercise import Exercise
from coursework.exercises.nb04.ingredients import (
    ALL,
    BITS,
    CLAMPED,
    LOG2,
    SIGN,
    finite_in_holes,
    leaves_alone,
    nan_at_zeros,
    pair_cases,
    reductions,
    rows,
    single_cases,
)
from coursework.exercises.rules import Wrong, must_be, named, scaled, swapped, then


def surprise(p: Tensor, q: Tensor | None = None) -> Tensor:
    """-p log q, outcome by outcome."""
    return -torch.xlogy(p, p if q is None else q)


def _clamped(least: float) -> list[Wrong]:
    return [
        lambda p: -(p * p.clamp(min=least).log()).sum(-1),
        lambda p: entropy(p.clamp(min=least)),
        lambda p: -(p * (p + least).log()).sum(-1),
    ]


ENTROPY = Exercise(
    name="entropy", notebook="04", title="the mean surprise of a distribution, in nats",
    reference=entropy, cases=single_cases,
    mistakes=named({
        "bits": (BITS, scaled(entropy, 1 / LOG2)),
        "base_ten": ("That is the log to base ten. `torch.log` is the natural one.",
            scaled(entropy, 1 / math.log(10))),
        "sign": (SIGN, scaled(entropy, -1), lambda p: (p * p.log()).sum(-1)),
        "summed_over_everything": (ALL, lambda p: -(p * p.log()).sum()),
        "kept_dimension": ("The numbers are right and have an axis too many: leave out "
            "`keepdim=True`.", lambda p: surprise(p).sum(-1, keepdim=True)),
        "not_weighted": ("You added up the surprises −log p and weighted them all alike. A rare "
            "outcome's surprise is large and counts rarely: multiply each by its p.",
            lambda p: -p.log().sum(-1), lambda p: -p.log().mean(-1)),
        "perplexity": ("That is the exponential of the entropy, the perplexity. Leave it in nats: "
            "no `exp`.", then(entropy, torch.exp)),
        "treated_as_logits": ("You sent p through a softmax. It holds probabilities already.",
            lambda p: entropy(p.softmax(-1))),
        "clamped": (CLAMPED, *_clamped(1e-2), *_clamped(1e-3), *_clamped(1e-4)),
        "binary": ("You added (1 − p) log(1 − p) for every outcome. That is the formula for one "
            "coin each; here the outcomes share one distribution, and −Σ p log p is all.",
            lambda p: surprise(p).sum(-1) + surprise(1 - p).sum(-1)),
        "index_of_purity": ("That is 1 − Σ p², the Gini index. It behaves alike; entropy is −Σ p "
            "log p.", lambda p: 1 - p.square().sum(-1)),
    })
    + reductions(surprise, "distribution")
    + nan_at_zeros(entropy, lambda p: -(p * p.log()).sum(-1)),
    properties=[
        must_be("uniform", math.log(8), lambda fn, _: fn(torch.full((1, 8), 0.125))[0],
            "for eight equally likely outcomes it must be log 8 = 2.079 nats; yours is {:.4g}"),
        leaves_alone("p"),
    ],
    hints=["The surprise of each outcome is −log p. Take its mean, weighted by p itself.",
           "p · log p is NaN where p = 0, since log 0 is −∞. `torch.xlogy(p, p)` gives 0 there. "
           "The outcomes lie along the last axis, `-1`.",
           "`-torch.xlogy(p, p)` has a number per outcome; `.sum(-1)` adds them up."],
)  # fmt: skip


def _gap_where_equal(fn: Wrong, generator: Generator) -> Tensor:
    p = rows(generator, 3, 5)
    return (fn(p, p.clone()) - entropy(p)).abs().max()


CROSS_ENTROPY = Exercise(
    name="cross_entropy", notebook="04",
    title="the mean surprise when you expect q and p is true, in nats", reference=cross_entropy,
    cases=pair_cases,
    mistakes=named({
        "swapped": ("The arguments are swapped: that is H(q, p). p says how often each outcome "
            "comes and stands in front of the log; q sets the price and stands inside it.",
            swapped(cross_entropy)),
        "bits": (BITS, scaled(cross_entropy, 1 / LOG2)),
        "sign": (SIGN, scaled(cross_entropy, -1)),
    })
    + named({
        "sign": (SIGN + " And the arguments are swapped: p in front of the log, q inside.",
            scaled(swapped(cross_entropy), -1)),
        "entropy_of_p": ("q does not occur in your answer: that is the entropy of p. Inside the "
            "log stands q.", lambda p, q: entropy(p)),
        "entropy_of_q": ("p does not occur in your answer: that is the entropy of q. In front of "
            "the log stands p.", lambda p, q: entropy(q)),
        "kl_returned": ("That is KL(p‖q), the extra. The cross-entropy is the whole price: nothing "
            "is subtracted.", kl_divergence),
        "entropy_added": ("That is H(p) + H(p, q): the entropy is in the cross-entropy already.",
            lambda p, q: entropy(p) + cross_entropy(p, q)),
        "not_weighted": ("You added up −log q and weighted all outcomes alike. Multiply by p.",
            lambda p, q: -q.log().sum(-1), lambda p, q: -q.log().mean(-1)),
        "treated_as_logits": ("`F.cross_entropy` takes logits and sends them through a softmax. q "
            "holds probabilities already: take their log.",
            lambda p, q: -(p * q.log_softmax(-1)).sum(-1),
            lambda p, q: -(p * q.log_softmax(-1)).sum(-1).mean(),
            lambda p, q: F.cross_entropy(q, p),
            lambda p, q: F.cross_entropy(q, p, reduction="none")),
        "minus_the_kl": ("You have −Σ p log(p/q), which is −KL(p‖q). No ratio: −Σ p log q.",
            scaled(kl_divergence, -1)),
        "torchs_own": ("`F.cross_entropy` averages over the batch, looks for the outcomes along "
            "axis 1, and makes NaN of 0 · log 0. Write −Σ p log q along the last axis.",
            lambda p, q: F.cross_entropy(q.log(), p)),
        "binary": ("You added (1 − p) log(1 − q) for every outcome. That is the formula for one "
            "coin each; here the outcomes share one distribution and −Σ p log q is all.",
            lambda p, q: F.binary_cross_entropy(q, p, reduction="none").sum(-1)),
    })
    + reductions(surprise, "pair")
    + nan_at_zeros(cross_entropy, lambda p, q: -(p * q.log()).sum(-1))
    + finite_in_holes(cross_entropy, lambda p, q: -(p * (q + 1e-8).log()).sum(-1),
        lambda p, q: -(p * q.clamp(min=1e-4).log()).sum(-1)),
    properties=[
        must_be("same", 0, _gap_where_equal, "where q = p it must be H(p); yours is off by {:.3g}"),
        leaves_alone("p", "q"),
    ],
    hints=["Outcomes come as often as p says. What does each of them cost?",
           "It is your `entropy` with q inside the log. `torch.xlogy(p, q)` is p · log q, 0 where "
           "p = 0, and −∞ where only q is 0.",
           "`-torch.xlogy(p, q)`, then `.sum(-1)`."],
)  # fmt: skip
