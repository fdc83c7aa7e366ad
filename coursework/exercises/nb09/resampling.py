"""Exercise `resampling_probabilities`: draw rare examples more often, rare by their codes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.nb09.draws import codes
from coursework.exercises.nb09.wrong_weights import (
    Probabilities,
    as_they_are,
    below_the_first_edge,
    between_quantiles,
    bucketized,
    built,
    in_range,
    normalized,
    one_range,
    places,
    product,
    share,
    softmax,
    unit,
    unsmoothed,
)
from coursework.exercises.rules import named, recognized, wrong_only_at

DEFAULT = "bins and alpha left at their defaults"
STILL = "a latent that never changes"


def resampling_probabilities(mu: Tensor, bins: int = 10, alpha: float = 0.01) -> Tensor:
    """Probability (N,) of drawing each example, from codes mu (N, K): high where a latent is rare.

    After Amini et al., 2019.
    """
    largest = mu.new_zeros(len(mu))
    for z in mu.T:
        place = ((z - z.min()) / (z.max() - z.min()).clamp_min(1e-30) * bins).long()
        place = place.clamp(max=bins - 1)  # the maximum belongs to the last bin
        share = torch.bincount(place, minlength=bins) / len(z) + alpha
        weight = 1 / (share / share.sum())[place]
        largest = torch.maximum(largest, weight / weight.sum())
    return largest / largest.sum()


def _cases(generator: Generator) -> Iterator[Case]:
    alpha = 0.02 + 0.05 * float(torch.rand((), generator=generator))
    yield Case((codes(generator, 7, (0.3, 4.0, 1.0)), 7, alpha), "seven bins")
    yield Case((codes(generator, 10, (2.0, 0.4, 0.05, 1.0)),), DEFAULT)
    mu = _in_company(codes(generator, 15, (0.01, 30.0)), 15)
    yield Case((mu, 15, 3 * alpha), "fifteen bins and a larger alpha")
    still = codes(generator, 8, (1.5, 0.2))
    still = torch.cat([still, torch.full((len(still), 1), 0.7)], 1)
    yield Case((still, 8, alpha), STILL, extreme=True)


def _in_company(mu: Tensor, bins: int) -> Tensor:
    """Codes whose largest ones share the last bin with two others: alone, no fault there shows."""
    top, width = mu.amax(0), mu.amax(0) - mu.amin(0)
    order = mu.argsort(0)[-3:-1]
    return mu.scatter(0, order, (top - 0.2 * width / bins).expand_as(order))


def _is_still(mu: Tensor) -> bool:
    return bool((mu.amax(0) == mu.amin(0)).any())


def _observe(fn: Probabilities, mu: Tensor, *rest: float) -> Tensor | str:
    """What `fn` returns. An error at a latent that never changes is one more answer: a mistake that
    shows in the other latents has to be named first."""
    try:
        return fn(mu, *rest)
    except Exception as error:
        if not _is_still(mu):
            raise
        return f"stopped with {type(error).__name__}"


def _uniform_at_large_alpha(fn: Probabilities, generator: Generator) -> str | None:
    p = fn(codes(generator, 10, (1.0, 0.2)), 10, 1e4)
    spread = float(p.max() / p.min())
    if spread < 1.01:
        return None
    return (
        "With a very large alpha all shares are alike, so each example is drawn as often as any "
        f"other; yours draws the likeliest {spread:.3g} times as often as the least likely."
    )


def _any_ruler(fn: Probabilities, generator: Generator) -> str | None:
    mu = codes(generator, 10, (1.0, 3.0))
    gap = float((fn(100 * mu, 10, 0.02) - fn(mu, 10, 0.02)).abs().max()) * len(mu)
    if gap < 1e-3:
        return None
    return (
        "Multiply all codes by 100 and each stays in its bin, so the probabilities must not "
        f"change; yours change by up to {gap:.3g}/N."
    )


def _broken_where_still(seen: Observed, case: Case) -> bool:
    """Right wherever the latents move, and an error or NaN where one doesn't."""
    if case.label != STILL:
        return close(seen.value, resampling_probabilities(*case.args))
    return isinstance(seen.value, str) or bool(torch.as_tensor(seen.value).isnan().any())


def _where_still(answer: float | Exception) -> Probabilities:
    """Right where all latents change; elsewhere an error, or times a number."""

    def probabilities(mu: Tensor, bins: int = 10, alpha: float = 0.01) -> Tensor:
        if _is_still(mu) and isinstance(answer, Exception):
            raise answer
        p = resampling_probabilities(mu, bins, alpha)
        return p * answer if _is_still(mu) else p

    return probabilities


MISTAKES = [
    *named({
        "alpha_on_a_density": ("You added α to a *density* (count / N / bin width), as the "
            "original lab does (`density=True`). A density has a unit: measure the latent in a "
            "unit 100 times smaller and its density is 100 times smaller, so the same α smooths "
            "100 times as much. Add α to the *share* of the examples, count / N.",
            built(smooth=lambda counts, alpha, width: share(counts) / width + alpha)),
        "alpha_on_counts": ("You added α to the *counts*. Beside counts of tens an α of 0.01 does "
            "nothing, and the more examples, the less. Divide by N first: α is added to the share.",
            built(smooth=lambda counts, alpha, width: counts + alpha)),
        "proportional": ("You draw *frequent* examples more often: the weight is the share itself. "
            "Rare ones are to be drawn more often: 1 / share.",
            built(weigh=lambda share, alpha: share)),
        "one_minus_the_share": ("Your weight is 1 − share. It also falls where the share rises, "
            "and far too little: from a share of 0.01 to one of 0.1 it goes from 0.99 to 0.9. 1 / "
            "share goes from 100 to 10, which is what makes all bins equally likely.",
            built(weigh=lambda share, alpha: 1 - share),
            built(weigh=lambda share, alpha: share.max() - share)),
        "minus_log_share": ("Your weight is −log of the share, its surprise. Asked for is 1 / "
            "share, which makes all bins equally likely.",
            built(weigh=lambda share, alpha: -share.log())),
        "alpha_after_the_inversion": ("You added α after the inversion. There it only lifts "
            "weights that are large already; its purpose is to keep a bin with one example in it "
            "from a weight without bound: add it to the share, then invert.",
            built(smooth=unsmoothed, weigh=lambda share, alpha: 1 / share + alpha),
            built(smooth=unsmoothed, each=lambda weight, alpha: normalized(weight) + alpha),
            built(smooth=unsmoothed, end=lambda p, alpha: normalized(normalized(p) + alpha))),
        "alpha_forgotten": ("α is not used. Without it one stray example in an empty corner is "
            "drawn as often as all the others of a full bin together. Add it to the share.",
            built(smooth=unsmoothed)),
        "alpha_mixed_in": ("You mixed with α as a weight, (1 − α) · share + α/bins or (1 − α) · p "
            "+ α/N. Asked for is share + α, renormalized.",
            built(smooth=lambda counts, alpha, width: (
                (1 - alpha) * share(counts) + alpha / len(counts))),
            built(smooth=unsmoothed,
                end=lambda p, alpha: (1 - alpha) * normalized(p) + alpha / len(p))),
        "only_the_first_latent": ("You looked at one latent only, the first. An example may be "
            "common there and rare in another. Take the largest weight over all.",
            built(over=lambda weight: weight[:, 0])),
        "only_the_last_latent": ("Only the last latent is left: each turn of your loop overwrites "
            "what the one before found. Keep the larger, `torch.maximum(largest, weight)`.",
            built(over=lambda weight: weight[:, -1])),
        "mean_over_latents": ("You took the mean (or sum) over the latents. Then an example that "
            "is rare in one latent of thirty hardly counts as rare. Asked for is the largest "
            "weight over latents.",
            built(over=lambda weight: weight.mean(1))),
        "product_over_latents": ("You multiplied over the latents, as the paper's formula does. It "
            "takes the latents for independent, and the weights grow without bound with their "
            "number. Asked for is what the paper's code does: the largest.",
            built(over=product)),
        "smallest_over_latents": ("You took the smallest weight over the latents: only examples "
            "that are rare in *each* of them are rare then. Take the largest.",
            built(over=lambda weight: weight.amin(1))),
        "one_histogram_for_all_latents": ("You put all latents into one histogram. Each latent has "
            "its own range and its own counts: one histogram a column.",
            partial(one_range, one_count=True)),
        "one_range_for_all_latents": ("Your bins run from the smallest to the largest number of "
            "*all* latents. Each latent has its own range: `mu.min(0)` and `mu.max(0)`, one number "
            "a column.",
            one_range),
        "other_range": ("Your bins don't run from the latent's minimum to its maximum, but from "
            "numbers of your own (or from 0, or over ±3).",
            built(lambda z, bins: in_range(z, bins, -3.0, 3.0)),
            built(lambda z, bins: in_range(z, bins, 0.0, z.max())),
            built(lambda z, bins: in_range(z, bins, -z.abs().max(), z.abs().max()))),
        "bins_of_equal_mass": ("Your bins hold equally many examples each (quantiles), so all "
            "shares are alike and nothing is rare. Bins of equal *width* are asked for.",
            built(lambda z, bins: z.argsort().argsort() * bins // len(z)), built(between_quantiles),
            built(partial(between_quantiles, right=True))),
        "maximum_in_a_bin_of_its_own": ("The largest code falls into a bin of its own, an eleventh "
            "where ten are asked for: (z − min) / (max − min) is 1 there, and 1 · bins is one too "
            "far. `clamp(max=bins - 1)` puts it into the last bin.",
            built(lambda z, bins: (unit(z) * bins).long())),
        "small_number_in_the_width": ("You added a small number to the width, so that the largest "
            "code stays below the last edge. In float32 the small number is lost beside the width "
            "(1 + 1e-8 is 1), and the largest code falls into a bin of its own. `clamp(max=bins - "
            "1)` helps at any width.",
            built(lambda z, bins: ((z - z.min()) / (z.max() - z.min() + 1e-8) * bins).long()),
            built(lambda z, bins: ((z - z.min()) / (z.max() - z.min() + 1e-6) * bins).long())),
        "scaled_to_bins_minus_1": ("You scaled the codes to 0 … bins − 1. Rounded, the first and "
            "the last bin are then half as wide as the others; cut off, the last one holds the "
            "maximum alone. Equal bins come from `(unit * bins).long().clamp(max=bins - 1)`, with "
            "`unit` from 0 to 1.",
            built(lambda z, bins: (unit(z) * (bins - 1)).round().long()),
            built(lambda z, bins: (unit(z) * (bins - 1)).long())),
        "minimum_in_a_bin_of_its_own": ("The smallest code falls into a bin of its own, before the "
            "first, or gets an index of −1, which reads the *last* bin: `bucketize` and `digitize` "
            "make bins that are open at one end. Clamp the index from 0 to bins − 1.",
            built(lambda z, bins: places(z, bins) + (z > z.min()).long(), more=1),
            built(below_the_first_edge)),
        "one_bin_too_few": ("You have one bin too few: `linspace(min, max, bins)` are `bins` "
            "*edges*, with bins − 1 bins between them. Edges are one more than bins.",
            built(lambda z, bins: places(z, bins - 1), more=-1),
            built(lambda z, bins: bucketized(z, bins - 1))),
        "last_bins_merged": ("`bucketize` and `digitize` count from 1, and 0 is below the first "
            "edge: subtract 1. With a clamp alone the last two bins are one.",
            built(lambda z, bins: bucketized(z, bins).clamp(max=bins - 1))),
        "one_bin_too_many": ("You have one bin too many. `bins` bins have bins + 1 edges.",
            built(lambda z, bins: places(z, bins + 1), more=1)),
        "bins_ignored": ("`bins` is not used: you always take ten.",
            lambda mu, bins=10, alpha=0.01: resampling_probabilities(mu, 10, alpha)),
        "alpha_ignored": ("`alpha` is not used: you always take 0.01.",
            lambda mu, bins=10, alpha=0.01: resampling_probabilities(mu, bins, 0.01)),
        "not_normalized": ("The weights are right and don't sum to 1. They are probabilities of "
            "examples: divide by their sum, at the very end too, since the largest of several "
            "normalized weights no longer sums to 1.",
            built(end=as_they_are), built(each=as_they_are, end=as_they_are),
            built(end=lambda p, alpha: p / p.mean())),
        "divided_by_the_largest": ("You divided by the largest weight. Probabilities sum to 1: "
            "divide by the sum.",
            built(end=lambda p, alpha: p / p.max())),
        "softmax": ("You used a softmax. The weights are positive already: divide them by their "
            "sum.",
            built(end=softmax), built(each=softmax)),
        "latents_not_normalized": ("You took the largest over latents before each latent's weights "
            "were normalized over the examples, so a latent with one stray example outvotes the "
            "others. First `weight / weight.sum()` in each latent, then the largest, then once "
            "more.",
            built(each=as_they_are)),
        "normalized_over_latents": ("You normalized over the latents of each example. It is the "
            "examples that are drawn: normalize over dimension 0, in each latent.",
            built(each=lambda weight, alpha: weight / weight.sum(1, keepdim=True))),
        "one_row_per_latent": ("You return one number for each example *and* latent. Take the "
            "largest over the latents, then normalize: shape (N,).",
            built(over=lambda weight: weight)),
    }),
    *recognized({
        "constant_latent": ("All is right but where a latent is the same for every example: its "
            "maximum is its minimum, and you divide 0 by 0. Then all examples share one bin. "
            "`(z.max() - z.min()).clamp_min(1e-30)` is a width to divide by.",
            _broken_where_still,
            *map(_where_still, (IndexError("index"), RuntimeError("bincount"), math.nan))),
        "other_defaults": ("With `bins` and `alpha` given all is right. Left out, they are bins=10 "
            "and alpha=0.01.",
            wrong_only_at(resampling_probabilities, DEFAULT),
            lambda mu, bins=10, alpha=0.001: resampling_probabilities(mu, bins, alpha)),
    }),
]  # fmt: skip

RESAMPLING_PROBABILITIES = Exercise(
    name="resampling_probabilities",
    notebook="09",
    title="how often to draw each example",
    reference=resampling_probabilities,
    cases=_cases,
    mistakes=MISTAKES,
    observe=_observe,
    properties=[
        Property("uniform_at_large_alpha", _uniform_at_large_alpha),
        Property("any_ruler", _any_ruler),
    ],
    hints=[
        "One latent first. Which of the bins, 0 to bins − 1, is each example in? What share of the "
        "examples is in each bin? An example's weight is 1 over the share of its own bin.",
        "`((z - z.min()) / (z.max() - z.min()) * bins).long().clamp(max=bins - 1)` is the bin of "
        "each, `torch.bincount(place, minlength=bins) / len(z)` the share in each bin. A latent "
        "that never changes has a width of 0: `.clamp_min(1e-30)` on the width.",
        "For each latent: `share = share + alpha`, `share = share / share.sum()`, `weight = 1 / "
        "share[place]`, `weight = weight / weight.sum()`, `largest = torch.maximum(largest, "
        "weight)`. In the end `largest / largest.sum()`.",
    ],
    points=3,
    rtol=1e-4,
    atol=1e-6,
)
