"""Exercises `kl_divergence` and `js_divergence`."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import cross_entropy, entropy, js_divergence, kl_divergence
from coursework.checking.exercise import Exercise
from coursework.exercises.nb04.ingredients import (
    BITS,
    CLAMPED,
    LOG2,
    finite_in_holes,
    leaves_alone,
    nan_at_zeros,
    pair_cases,
    reductions,
    rows,
)
from coursework.exercises.rules import Wrong, must_be, named, scaled, swapped


def terms(p: Tensor, q: Tensor) -> Tensor:
    """p log(p / q), outcome by outcome."""
    return torch.xlogy(p, p) - torch.xlogy(p, q)


def _gap_where_equal(fn: Wrong, generator: Generator) -> Tensor:
    p = rows(generator, 3, 5)
    return fn(p, p.clone()).abs().max()


def _below_zero(fn: Wrong, generator: Generator) -> Tensor:
    return fn(rows(generator, 200, 5), rows(generator, 200, 5)).min().clamp(max=0)


KL_DIVERGENCE = Exercise(
    name="kl_divergence", notebook="04", title="what it costs to expect q where p holds, in nats",
    reference=kl_divergence, cases=pair_cases, points=2,
    mistakes=named({
        "swapped": ("The arguments are swapped: that is KL(q‖p). The first one is the weight, and "
            "stands on top of the fraction. (In `F.kl_div(a, b)` the first is the *log* of the "
            "second distribution, which is easy to turn round.)", swapped(kl_divergence)),
        "bits": (BITS, scaled(kl_divergence, 1 / LOG2)),
        "sign": ("The sign is wrong: yours is −KL. It is log p − log q, or log(p/q) with p on top.",
            scaled(kl_divergence, -1)),
        "weighed_by_q": ("You have Σ q log(p/q), weighted by the wrong one: that is −KL(q‖p). The "
            "same distribution stands in front of the log and on top of the fraction.",
            scaled(swapped(kl_divergence), -1)),
        "cross_entropy_returned": ("That is the cross-entropy, the whole price. The KL is only the "
            "extra: subtract H(p).", cross_entropy),
        "entropy_added": ("You added H(p) to the cross-entropy. It is part of that price already, "
            "and the KL is what is left without it: subtract.",
            lambda p, q: cross_entropy(p, q) + entropy(p)),
        "entropy_of_q_subtracted": ("You subtracted H(q) from the cross-entropy. The outcomes come "
            "from p, and what they would cost with the right code is H(p): subtract that.",
            lambda p, q: cross_entropy(p, q) - entropy(q)),
        "entropies_subtracted": ("That is the difference of the two entropies. KL(p‖q) is H(p, q) "
            "− H(p): the log of q is weighted by p.",
            lambda p, q: entropy(q) - entropy(p), lambda p, q: entropy(p) - entropy(q)),
        "symmetrized": ("You added KL(p‖q) and KL(q‖p) (or averaged them). Asked for is one.",
            lambda p, q: kl_divergence(p, q) + kl_divergence(q, p),
            lambda p, q: (kl_divergence(p, q) + kl_divergence(q, p)) / 2),
        "not_weighted": ("You added up log(p/q) without weights. Multiply each by p first.",
            lambda p, q: (p.log() - q.log()).sum(-1), lambda p, q: (p.log() - q.log()).mean(-1)),
        "absolute_terms": ("You made each term positive before adding. Single terms may be "
            "negative; it is their sum that never is.", lambda p, q: terms(p, q).abs().sum(-1)),
        "total_variation": ("That is half the sum of |p − q|, the total variation.",
            lambda p, q: (p - q).abs().sum(-1) / 2, lambda p, q: (p - q).abs().sum(-1)),
        "kl_div_without_log": ("`F.kl_div` takes the *log* of its first argument and weights by "
            "its second: KL(p‖q) would be `F.kl_div(q.log(), p, …)`. Better write it out.",
            lambda p, q: F.kl_div(p, q, reduction="none").sum(-1),
            lambda p, q: F.kl_div(q, p, reduction="none").sum(-1),
            lambda p, q: F.kl_div(p, q, reduction="batchmean"),
            lambda p, q: F.kl_div(q, p, reduction="batchmean")),
        "kl_div_reduced": ("`F.kl_div` has the right terms and reduces them in its own way: its "
            "default averages over every entry, `batchmean` divides by the length of the first "
            "axis. Ask for `reduction=\"none\"` and take `.sum(-1)`.",
            lambda p, q: F.kl_div(q.log(), p, reduction="none").mean(),
            lambda p, q: F.kl_div(q.log(), p, reduction="batchmean")),
        "kl_div_turned_round": ("`F.kl_div(a, b)` is KL(b‖e^a): the *second* argument is the "
            "weight, so KL(p‖q) would be `F.kl_div(q.log(), p, reduction=\"none\").sum(-1)`. Other "
            "reductions mix the pairs of the batch.",
            lambda p, q: F.kl_div(p.log(), q, reduction="none").mean(),
            lambda p, q: F.kl_div(p.log(), q, reduction="batchmean")),
        "clamped": (CLAMPED,
            lambda p, q: (p * p.clamp(min=1e-3).log() - torch.xlogy(p, q)).sum(-1)),
        "treated_as_logits": ("You sent p and q through a softmax. They hold probabilities "
            "already.", lambda p, q: kl_divergence(p.softmax(-1), q.softmax(-1))),
    })
    + reductions(terms, "pair")
    + nan_at_zeros(kl_divergence, lambda p, q: (p * (p / q).log()).sum(-1))
    + finite_in_holes(kl_divergence, lambda p, q: (p * ((p + 1e-8) / (q + 1e-8)).log()).sum(-1)),
    properties=[
        must_be("zero", 0, _gap_where_equal, "it must be 0 where q = p; yours is {:.3g}"),
        must_be("at_least_zero", 0, _below_zero, "it is never negative; yours falls to {:.3g}"),
        leaves_alone("p", "q"),
    ],
    hints=["The price with the wrong code, minus the price with the right one.",
           "Both are sums over p times a log. Dividing p by q makes 0/0; subtracting two "
           "`torch.xlogy` does not.",
           "`torch.xlogy(p, p) - torch.xlogy(p, q)`, then `.sum(-1)`. Where only q is 0, the "
           "second is −∞, as it should be."],
)  # fmt: skip


def to_mixture(p: Tensor, q: Tensor) -> Tensor:
    """Half of each one's KL to m = (p + q)/2, outcome by outcome."""
    m = (p + q) / 2
    return (terms(p, m) + terms(q, m)) / 2


def kls_to(m: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """½ KL(p‖m) + ½ KL(q‖m)."""
    return (kl_divergence(p, m) + kl_divergence(q, m)) / 2


def _gap_if_swapped(fn: Wrong, generator: Generator) -> Tensor:
    p, q = rows(generator, 3, 5), rows(generator, 3, 5)
    return (fn(p, q) - fn(q, p)).abs().max()


JS_DIVERGENCE = Exercise(
    name="js_divergence", notebook="04", title="how far p and q are from their mixture, in nats",
    reference=js_divergence, cases=pair_cases,
    mistakes=named({
        "average_of_both_kls": ("You took the KLs of p and q to each other. Jensen–Shannon "
            "compares each with their mixture m = (p + q)/2, which is why it stays finite.",
            lambda p, q: (kl_divergence(p, q) + kl_divergence(q, p)) / 2,
            lambda p, q: kl_divergence(p, q) + kl_divergence(q, p)),
        "half_missing": ("The two KLs are right, and their *mean* is asked for: a factor ½ is "
            "missing.", scaled(js_divergence, 2)),
        "bits": (BITS, scaled(js_divergence, 1 / LOG2)),
        "square_root": ("You took the square root: that is the Jensen–Shannon *distance*, which "
            "SciPy's `jensenshannon` returns. The divergence is its square.",
            lambda p, q: js_divergence(p, q).clamp(min=0).sqrt()),
        "one_half_only": ("Only one of the two KLs is there. It is ½ KL(p‖m) + ½ KL(q‖m).",
            lambda p, q: kl_divergence(p, (p + q) / 2), lambda p, q: kl_divergence(q, (p + q) / 2),
            lambda p, q: kl_divergence(p, (p + q) / 2) / 2,
            lambda p, q: kl_divergence(q, (p + q) / 2) / 2),
        "swapped": ("The mixture stands in the wrong place: it is KL(p‖m), with p in front. "
            "KL(m‖p) is infinite where p has a hole.",
            lambda p, q: (kl_divergence((p + q) / 2, p) + kl_divergence((p + q) / 2, q)) / 2),
        "sign": ("The sign is wrong: a divergence is never negative.", scaled(js_divergence, -1)),
        "mixture_not_halved": ("Your mixture is p + q, which adds up to 2. Halve it: m = (p + "
            "q)/2.", lambda p, q: kls_to(p + q, p, q)),
        "half_of_q_only": ("`p + q / 2` halves q alone. Put brackets around the sum: m = (p + "
            "q)/2.", lambda p, q: kls_to(p + q / 2, p, q)),
        "entropies_not_halved": ("From the entropy of m, half of H(p) and half of H(q) are "
            "subtracted, not the whole.",
            lambda p, q: entropy((p + q) / 2) - entropy(p) - entropy(q)),
    })
    + reductions(to_mixture, "pair")
    + nan_at_zeros(js_divergence,
        lambda p, q: (p * (2 * p / (p + q)).log() + q * (2 * q / (p + q)).log()).sum(-1) / 2),
    properties=[
        must_be("ceiling", LOG2, lambda fn, _: fn(torch.eye(2)[:1], torch.eye(2)[1:])[0],
            "where p and q share no outcome it must be log 2 = 0.693; yours is {:.4g}"),
        must_be("symmetric", 0, _gap_if_swapped, "swapping p and q must not matter; yours: {:.3g}"),
        leaves_alone("p", "q"),
    ],
    hints=["Compare neither p with q nor q with p: compare both with a third distribution.",
           "The third is m = (p + q)/2. Your `kl_divergence` does the rest, twice.",
           "`m = (p + q) / 2`, then the mean of `kl_divergence(p, m)` and `kl_divergence(q, m)`."],
)  # fmt: skip
