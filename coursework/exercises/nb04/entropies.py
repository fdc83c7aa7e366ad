"""Exercises `entropy` and `cross_entropy`: the price of a message, with the right code and with another's."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import cross_entropy, entropy, kl_divergence
from coursework.checking.exercise import Exercise, Mistake, Property
from coursework.exercises.nb04.ingredients import (
    is_finite_in_holes,
    is_nan_at_zeros,
    leaves_alone,
    pair_cases,
    rows,
    single_cases,
)
from coursework.exercises.rules import named

NAN = (
    "Right where every probability is positive, and NaN where one is 0: "
    "`0 * log(0)` is 0 · (−∞), which is NaN. "
    "What never happens contributes 0. `torch.xlogy(a, b)` is a · log b with 0 for a = 0."
)
BITS = "Right in bits, and nats are asked for: use the natural log, `torch.log`, not `torch.log2`."
SIGN = (
    "The sign is missing. log p is negative, a surprise is −log p, and so the whole sum needs a "
    "minus in "
    "front."
)
NOT_SUMMED = "You return one number per outcome. A distribution has one number in all: `.sum(-1)`."
ALL = "You added up everything, batch included. Sum over the last axis alone, `.sum(-1)`, and keep the others."
MEAN = "You averaged over the outcomes. The weights p are in the formula already: `.sum(-1)`, not `.mean(-1)`."
FIRST = "You summed over the first axis. The outcomes lie along the last one, whatever comes before: `.sum(-1)`."


def surprise(p: Tensor, q: Tensor | None = None) -> Tensor:
    """-p log q, outcome by outcome."""
    return -torch.xlogy(p, p if q is None else q)


ENTROPY_MISTAKES = [
    *named({
        "bits": (BITS, lambda p: entropy(p) / math.log(2)),
        "base_ten": ("That is the log to base ten. `torch.log` is the natural one.",
            lambda p: entropy(p) / math.log(10)),
        "sign": (SIGN, lambda p: -entropy(p), lambda p: (p * p.log()).sum(-1)),
        "not_summed": (NOT_SUMMED, surprise, lambda p: -surprise(p)),
        "summed_over_everything": (ALL, lambda p: surprise(p).sum(),
            lambda p: (-p * p.log()).sum()),
        "batch_mean": ("The sum over outcomes is right; then you averaged over the batch. Each "
            "distribution keeps its own number.",
            lambda p: entropy(p).mean()),
        "mean_over_outcomes": (MEAN, lambda p: surprise(p).mean(-1)),
        "wrong_axis": (FIRST, lambda p: surprise(p).sum(0)),
        "axis_one": ("You summed over axis 1. That is the last axis of a matrix and of nothing "
            "else: `.sum(-1)`.",
            lambda p: surprise(p).sum(1)),
        "kept_dimension": ("The numbers are right and have an axis too many: leave out "
            "`keepdim=True`.",
            lambda p: surprise(p).sum(-1, keepdim=True)),
        "not_weighted": ("You added up the surprises −log p and weighed each the same. A rare "
            "outcome's surprise is large and counts rarely: multiply each by its p.",
            lambda p: -p.log().sum(-1), lambda p: -p.log().mean(-1)),
        "perplexity": ("That is the exponential of the entropy, the perplexity. Leave it in nats: "
            "no `exp`.",
            lambda p: entropy(p).exp()),
        "treated_as_logits": ("You sent p through a softmax. It holds probabilities already.",
            lambda p: entropy(p.softmax(-1))),
        "index_of_purity": ("That is 1 − Σ p², the Gini index. It behaves alike; entropy is −Σ p "
            "log p.",
            lambda p: 1 - p.square().sum(-1)),
    }),
    Mistake("nan_at_zeros", NAN, lambda p: -(p * p.log()).sum(-1), is_nan_at_zeros(entropy)),
]  # fmt: skip


def _uniform(fn, generator: Generator) -> str | None:
    value = float(fn(torch.full((1, 8), 0.125))[0])
    if abs(value - math.log(8)) < 1e-4:
        return None
    return f"for eight equally likely outcomes it must be log 8 = 2.079 nats; yours is {value:.4g}"


ENTROPY = Exercise(
    name="entropy",
    notebook="04",
    title="the mean surprise of a distribution, in nats",
    reference=entropy,
    cases=single_cases,
    mistakes=ENTROPY_MISTAKES,
    properties=[Property("uniform", _uniform), leaves_alone("p")],
    hints=[
        "The surprise of each outcome is −log p. Take its mean, and remember what the mean weighs "
        "with: p itself.",
        "p · log p is NaN where p = 0, since log 0 is −∞. `torch.xlogy(p, p)` gives 0 there. "
        "The outcomes lie along "
        "the last axis, `-1`.",
        "`-torch.xlogy(p, p)` has a number per outcome; `.sum(-1)` adds them up.",
    ],
)

SWAPPED = (
    "The arguments are swapped: that is H(q, p). p says how often each outcome comes and stands in "
    "front of the log; "
    "q sets the price and stands inside it."
)
CROSS_MISTAKES = [
    *named({
        "swapped": (SWAPPED, lambda p, q: cross_entropy(q, p)),
        "bits": (BITS, lambda p, q: cross_entropy(p, q) / math.log(2)),
        "sign": (SIGN, lambda p, q: -cross_entropy(p, q)),
    }),
    *named({
        "sign": (SIGN + " And the arguments are swapped: p in front of the log, q inside.",
            lambda p, q: -cross_entropy(q, p)),
        "entropy_of_p": ("q does not occur in your answer: that is the entropy of p. Inside the "
            "log stands q.",
            lambda p, q: entropy(p)),
        "entropy_of_q": ("p does not occur in your answer: that is the entropy of q. In front of "
            "the log stands p.",
            lambda p, q: entropy(q)),
        "kl_returned": ("That is KL(p‖q), the extra. The cross-entropy is the whole price: nothing "
            "is subtracted.",
            lambda p, q: kl_divergence(p, q)),
        "entropy_added": ("That is H(p) + H(p, q): the entropy is in the cross-entropy already.",
            lambda p, q: entropy(p) + cross_entropy(p, q)),
        "not_summed": (NOT_SUMMED, surprise),
        "summed_over_everything": (ALL, lambda p, q: surprise(p, q).sum()),
        "batch_mean": ("The sum over outcomes is right; then you averaged over the batch. Each "
            "pair keeps its own number.",
            lambda p, q: cross_entropy(p, q).mean()),
        "mean_over_outcomes": (MEAN, lambda p, q: surprise(p, q).mean(-1)),
        "wrong_axis": (FIRST, lambda p, q: surprise(p, q).sum(0)),
        "axis_one": ("You summed over axis 1. That is the last axis of a matrix and of nothing "
            "else: `.sum(-1)`.",
            lambda p, q: surprise(p, q).sum(1)),
        "not_weighted": ("You added up −log q and weighed every outcome the same. Multiply by p "
            "first.",
            lambda p, q: -q.log().sum(-1), lambda p, q: -q.log().mean(-1)),
        "treated_as_logits": ("`F.cross_entropy` takes logits and sends them through a softmax. q "
            "holds probabilities already: take their log.",
            lambda p, q: -(p * q.log_softmax(-1)).sum(-1),
            lambda p, q: -(p * q.log_softmax(-1)).sum(-1).mean(),
            lambda p, q: F.cross_entropy(q, p),
            lambda p, q: F.cross_entropy(q, p, reduction="none")),
        "binary": ("You added (1 − p) log(1 − q) for every outcome. That is the formula for one "
            "coin each; here the outcomes share one distribution and −Σ p log q is all.",
            lambda p, q: F.binary_cross_entropy(q, p, reduction="none").sum(-1)),
    }),
    Mistake("nan_at_zeros", NAN, lambda p, q: -(p * q.log()).sum(-1),
        is_nan_at_zeros(cross_entropy)),
    Mistake("finite_in_holes", "Right where q > 0. Where q is 0 and p is not, the price is "
        "infinite, and yours is finite: a small number added inside the log, a clamp or a mask "
        "hides it. Let it be `inf`; only 0 · log 0 is 0.",
        lambda p, q: -(p * (q + 1e-8).log()).sum(-1), is_finite_in_holes(cross_entropy)),
]  # fmt: skip


def _same(fn, generator: Generator) -> str | None:
    p = rows(generator, 3, 5)
    gap = float((fn(p, p.clone()) - entropy(p)).abs().max())
    return (
        None
        if gap < 1e-4
        else f"where q = p it must be the entropy of p; yours is off by {gap:.3g}"
    )


CROSS_ENTROPY = Exercise(
    name="cross_entropy",
    notebook="04",
    title="the mean surprise of who expects q where p holds, in nats",
    reference=cross_entropy,
    cases=pair_cases,
    mistakes=CROSS_MISTAKES,
    properties=[Property("same", _same), leaves_alone("p", "q")],
    hints=[
        "Who pays, and how often? Outcomes come as often as p says; each costs −log q.",
        "It is your `entropy` with q inside the log. `torch.xlogy(p, q)` is p · log q, 0 where p = "
        "0, and −∞ where only q is 0.",
        "`-torch.xlogy(p, q)`, then `.sum(-1)`.",
    ],
)
