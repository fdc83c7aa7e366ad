"""Exercises `kl_divergence` and `js_divergence`."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import cross_entropy, entropy, js_divergence, kl_divergence
from coursework.checking.exercise import Exercise, Mistake, Property
from coursework.exercises.nb04.entropies import ALL, BITS, FIRST, NAN, NOT_SUMMED
from coursework.exercises.nb04.ingredients import (
    is_finite_in_holes,
    is_nan_at_zeros,
    leaves_alone,
    pair_cases,
    rows,
)
from coursework.exercises.rules import named

AXIS_ONE = (
    "You summed over axis 1. That is the last axis of a matrix and of nothing else: `.sum(-1)`."
)
KEEP = "The sum over outcomes is right; then you averaged over the batch. Each pair keeps its own number."


def terms(p: Tensor, q: Tensor) -> Tensor:
    """p log(p / q), outcome by outcome."""
    return torch.xlogy(p, p) - torch.xlogy(p, q)


KL_MISTAKES = [
    *named({
        "swapped": ("The arguments are swapped: that is KL(q‖p). The first one weighs, and stands "
            "on top of the fraction. (In `F.kl_div(a, b)` the first is the *log* of the second "
            "distribution; easy to turn round.)",
            lambda p, q: kl_divergence(q, p)),
        "bits": (BITS, lambda p, q: kl_divergence(p, q) / math.log(2)),
        "sign": ("The sign is wrong: yours is −KL. It is log p − log q, or log(p/q) with p on top.",
            lambda p, q: -kl_divergence(p, q)),
        "weighed_by_q": ("You have Σ q log(p/q), weighed by the wrong one: that is −KL(q‖p). The "
            "same distribution stands in front of the log and on top of the fraction.",
            lambda p, q: -kl_divergence(q, p)),
        "cross_entropy_returned": ("That is the cross-entropy, the whole price. The KL is only the "
            "extra: subtract H(p).",
            lambda p, q: cross_entropy(p, q)),
        "entropy_added": ("You added H(p) to the cross-entropy. It is part of that price already, "
            "and the KL is what is left without it: subtract.",
            lambda p, q: cross_entropy(p, q) + entropy(p)),
        "entropies_subtracted": ("That is the difference of the two entropies. KL(p‖q) is H(p, q) "
            "− H(p): the log of q is weighed by p.",
            lambda p, q: entropy(q) - entropy(p), lambda p, q: entropy(p) - entropy(q)),
        "symmetrized": ("You added KL(p‖q) and KL(q‖p) (or halved their sum). One direction is "
            "asked for.",
            lambda p, q: kl_divergence(p, q) + kl_divergence(q, p),
            lambda p, q: (kl_divergence(p, q) + kl_divergence(q, p)) / 2),
        "not_weighted": ("You added up log(p/q) without weights. Multiply each by p first.",
            lambda p, q: (p.log() - q.log()).sum(-1), lambda p, q: (p.log() - q.log()).mean(-1)),
        "absolute_terms": ("You made each term positive before adding. Single terms may be "
            "negative; it is their sum that never is.",
            lambda p, q: terms(p, q).abs().sum(-1)),
        "total_variation": ("That is half the sum of |p − q|, the total variation: a distance, and "
            "another one.",
            lambda p, q: (p - q).abs().sum(-1) / 2, lambda p, q: (p - q).abs().sum(-1)),
        "not_summed": (NOT_SUMMED, terms),
        "summed_over_everything": (ALL, lambda p, q: terms(p, q).sum()),
        "batch_mean": (KEEP, lambda p, q: kl_divergence(p, q).mean()),
        "mean_over_outcomes": ("You averaged over the outcomes. p weighs already: `.sum(-1)`, not "
            "`.mean(-1)`.",
            lambda p, q: terms(p, q).mean(-1)),
        "wrong_axis": (FIRST, lambda p, q: terms(p, q).sum(0)),
        "axis_one": (AXIS_ONE, lambda p, q: terms(p, q).sum(1)),
        "kl_div_without_log": ("`F.kl_div` takes the *log* of its first argument and weighs by its "
            "second: KL(p‖q) would be `F.kl_div(q.log(), p, …)`. Writing the formula out is "
            "shorter and safer.",
            lambda p, q: F.kl_div(p, q, reduction="none").sum(-1),
            lambda p, q: F.kl_div(q, p, reduction="none").sum(-1),
            lambda p, q: F.kl_div(p, q, reduction="batchmean"),
            lambda p, q: F.kl_div(q, p, reduction="batchmean")),
        "treated_as_logits": ("You sent p and q through a softmax. They hold probabilities "
            "already.",
            lambda p, q: kl_divergence(p.softmax(-1), q.softmax(-1))),
    }),
    Mistake("nan_at_zeros", NAN, lambda p, q: (p * (p / q).log()).sum(-1),
        is_nan_at_zeros(kl_divergence)),
    Mistake("finite_in_holes", "Right where q > 0. Where q is 0 and p is not, KL(p‖q) is infinite, "
        "and yours is finite: a small number added inside the log, a clamp or a mask hides it. Let "
        "it be `inf`; only 0 · log 0 is 0.",
        lambda p, q: (p * ((p + 1e-8) / (q + 1e-8)).log()).sum(-1),
        is_finite_in_holes(kl_divergence)),
]  # fmt: skip


def _zero(fn, generator: Generator) -> str | None:
    p = rows(generator, 3, 5)
    worst = float(fn(p, p.clone()).abs().max())
    return None if worst < 1e-4 else f"it must be 0 where q = p; yours is {worst:.3g}"


def _at_least_zero(fn, generator: Generator) -> str | None:
    lowest = float(fn(rows(generator, 200, 5), rows(generator, 200, 5)).min())
    return (
        None if lowest > -1e-4 else f"it must never be negative; yours comes down to {lowest:.3g}"
    )


KL_DIVERGENCE = Exercise(
    name="kl_divergence",
    notebook="04",
    title="what it costs to expect q where p holds, in nats",
    reference=kl_divergence,
    cases=pair_cases,
    mistakes=KL_MISTAKES,
    properties=[
        Property("zero", _zero),
        Property("at_least_zero", _at_least_zero),
        leaves_alone("p", "q"),
    ],
    hints=[
        "The price with the wrong code, minus the price with the right one.",
        "Both are sums over p times a log. Dividing p by q makes 0/0; subtracting two "
        "`torch.xlogy` does not.",
        "`torch.xlogy(p, p) - torch.xlogy(p, q)`, then `.sum(-1)`. "
        "Where only q is 0, the second is −∞, as it should be.",
    ],
    points=2,
)


def _mixture(p: Tensor, q: Tensor) -> Tensor:
    return (p + q) / 2


JS_MISTAKES = [
    *named({
        "average_of_both_kls": ("You took the KLs of p and q to each other. Jensen–Shannon "
            "compares each with their mixture m = (p + q)/2, which is why it stays finite.",
            lambda p, q: (kl_divergence(p, q) + kl_divergence(q, p)) / 2,
            lambda p, q: kl_divergence(p, q) + kl_divergence(q, p)),
        "half_missing": ("The two KLs are right, and their *mean* is asked for: a factor ½ is "
            "missing.",
            lambda p, q: 2 * js_divergence(p, q)),
        "bits": (BITS, lambda p, q: js_divergence(p, q) / math.log(2)),
        "square_root": ("You took the square root: that is the Jensen–Shannon *distance*, which "
            "SciPy's `jensenshannon` returns. The divergence is its square.",
            lambda p, q: js_divergence(p, q).clamp(min=0).sqrt()),
        "one_half_only": ("Only one of the two KLs is there. It is ½ KL(p‖m) + ½ KL(q‖m).",
            lambda p, q: kl_divergence(p, _mixture(p, q)),
            lambda p, q: kl_divergence(q, _mixture(p, q)),
            lambda p, q: kl_divergence(p, _mixture(p, q)) / 2,
            lambda p, q: kl_divergence(q, _mixture(p, q)) / 2),
        "swapped": ("The mixture stands in the wrong place: it is KL(p‖m), with p in front. "
            "KL(m‖p) is infinite where p has a hole.",
            lambda p, q: (kl_divergence(_mixture(p, q), p) + kl_divergence(_mixture(p, q), q)) / 2),
        "sign": ("The sign is wrong: a divergence is never negative.",
            lambda p, q: -js_divergence(p, q)),
        "mixture_not_halved": ("Your mixture is p + q, which adds up to 2. Halve it: m = (p + "
            "q)/2.",
            lambda p, q: (kl_divergence(p, p + q) + kl_divergence(q, p + q)) / 2),
        "half_of_q_only": ("`p + q / 2` halves q alone. Put brackets around the sum: m = (p + "
            "q)/2.",
            lambda p, q: (kl_divergence(p, p + q / 2) + kl_divergence(q, p + q / 2)) / 2),
        "entropies_not_halved": ("From the entropy of m, half of H(p) and half of H(q) are "
            "subtracted, not the whole.",
            lambda p, q: entropy(_mixture(p, q)) - entropy(p) - entropy(q)),
        "not_summed": (NOT_SUMMED,
            lambda p, q: (terms(p, _mixture(p, q)) + terms(q, _mixture(p, q))) / 2),
        "summed_over_everything": (ALL, lambda p, q: js_divergence(p, q).sum()),
        "batch_mean": (KEEP, lambda p, q: js_divergence(p, q).mean()),
        "mean_over_outcomes": ("You averaged over the outcomes. The weights are in the formula "
            "already: `.sum(-1)`, not `.mean(-1)`.",
            lambda p, q: (terms(p, _mixture(p, q)) + terms(q, _mixture(p, q))).mean(-1) / 2),
        "wrong_axis": (FIRST,
            lambda p, q: (terms(p, _mixture(p, q)) + terms(q, _mixture(p, q))).sum(0) / 2),
    }),
    Mistake("nan_at_zeros", NAN,
        lambda p, q: (
            ((p * (p / _mixture(p, q)).log()).sum(-1) + (q * (q / _mixture(p, q)).log()).sum(-1))
            / 2
        ),
        is_nan_at_zeros(js_divergence)),
]  # fmt: skip


def _ceiling(fn, generator: Generator) -> str | None:
    value = float(fn(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]))[0])
    if abs(value - math.log(2)) < 1e-4:
        return None
    return f"where p and q share no outcome it must be log 2 = 0.693; yours is {value:.4g}"


def _symmetric(fn, generator: Generator) -> str | None:
    p, q = rows(generator, 3, 5), rows(generator, 3, 5)
    gap = float((fn(p, q) - fn(q, p)).abs().max())
    return (
        None if gap < 1e-4 else f"swapping p and q must change nothing; yours changes by {gap:.3g}"
    )


JS_DIVERGENCE = Exercise(
    name="js_divergence",
    notebook="04",
    title="how far p and q are from their mixture, in nats",
    reference=js_divergence,
    cases=pair_cases,
    mistakes=JS_MISTAKES,
    properties=[
        Property("ceiling", _ceiling),
        Property("symmetric", _symmetric),
        leaves_alone("p", "q"),
    ],
    hints=[
        "Neither p nor q is the one that pays here. Both are compared with a third.",
        "The third is m = (p + q)/2. Your `kl_divergence` does the rest, twice.",
        "`m = (p + q) / 2`, then half of `kl_divergence(p, m)` plus half of `kl_divergence(q, m)`.",
    ],
)
