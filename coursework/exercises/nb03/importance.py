"""Exercise `importance_log_likelihood`: log p(x) from the weights of K draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.distributions import importance_log_likelihood
from coursework.checking.compare import close
from coursework.checking.exercise import NO_GRAPH, Case, Exercise, Observed, Property
from coursework.checking.running import observe
from coursework.exercises.rules import named, recognized

TOGETHER = "images near −100 and near −1000 in one table"


def _cases(generator: Generator) -> Iterator[Case]:
    def draw(k: int, n: int, center: float = -2.0) -> Tensor:
        return center + 1.5 * torch.randn(k, n, generator=generator)

    k, n = (int(torch.randint(3, 8, (), generator=generator)) for _ in range(2))
    yield Case((draw(k + 6, n),), f"{k + 6} draws for {n} images")
    yield Case((draw(k, n + 6),), f"{k} draws for {n + 6} images")
    yield Case((draw(k, 1),), f"{k} draws for one image")
    yield Case((draw(1, n),), f"one draw for each of {n} images")
    yield Case((draw(k, n + 1, -900.0),), "log weights near −900", extreme=True)
    yield Case((draw(k, n + 1, 900.0),), "log weights near 900", extreme=True)
    both = torch.cat([draw(k, n, -100.0), draw(k, 2, -1000.0)], dim=1)
    yield Case((both,), TOGETHER, extreme=True)


def _right_where_ordinary(seen: Observed, case: Case) -> bool:
    """Right where exp neither under- nor overflows; elsewhere whatever came of that."""
    if seen.gradients == NO_GRAPH:
        return False
    truth = importance_log_likelihood(*case.args)
    if not case.extreme:
        return close(seen.value, truth)
    yours = seen.value
    return isinstance(yours, Tensor) and yours.shape == truth.shape and not close(yours, truth)


def _wrong_only_together(seen: Observed, case: Case) -> bool:
    """Right, gradients included, wherever all images have weights of about one size."""
    truth = observe(IMPORTANCE_LOG_LIKELIHOOD, importance_log_likelihood, case)
    return close(seen, truth, 1e-3, 1e-3) != (case.label == TOGETHER)


def _equal_weights(fn: Callable[[Tensor], Tensor], generator: Generator) -> str | None:
    level = torch.randn(4, generator=generator)
    worst = float((fn(level.expand(7, 4)) - level).abs().max())
    if worst < 1e-3:
        return None
    return (
        f"Where all K weights are the same, their mean is that weight; yours is off by {worst:.4g}."
    )


MISTAKES = named({
    "mean_of_the_logs": ("You averaged the logs. That estimates the ELBO again, whatever K is. "
        "Here the *weights* are averaged and the log is taken afterwards.",
        lambda log_w: log_w.mean(0)),
    "log_k_not_subtracted": ("log K is missing: `logsumexp` is the log of the *sum* of the "
        "weights. Their mean is K times smaller.", lambda log_w: log_w.logsumexp(0)),
    "reduces_over_examples": ("You averaged over the images (dimension 1). The draws stand in "
        "dimension 0: log_w is (K, N), and the answer (N,).",
        lambda log_w: log_w.logsumexp(1) - math.log(log_w.shape[1]),
        lambda log_w: log_w.logsumexp(1) - math.log(log_w.shape[0]), lambda log_w: log_w.mean(1),
        lambda log_w: log_w.logsumexp(1), lambda log_w: log_w.exp().mean(1).log()),
    "log_n_subtracted": ("You subtracted log N, the number of images. The mean is over the K "
        "draws: log K, `log_w.shape[0]`.",
        lambda log_w: log_w.logsumexp(0) - math.log(log_w.shape[1]),
        lambda log_w: log_w.logsumexp(0) - math.log(log_w.numel())),
    "log_k_added": ("You added log K. To divide by K is to subtract its log.",
        lambda log_w: log_w.logsumexp(0) + math.log(log_w.shape[0])),
    "divided_by_k": ("You divided the log of the sum by K. Divide inside the log: subtract log K.",
        lambda log_w: log_w.logsumexp(0) / log_w.shape[0]),
    "not_the_log": ("You return the mean weight; asked for is its log.",
        lambda log_w: log_w.exp().mean(0)),
    "one_number": ("You put images and draws together. Each image keeps its own estimate: reduce "
        "dimension 0 only, shape (N,).",
        lambda log_w: (log_w.logsumexp(0) - math.log(log_w.shape[0])).mean(),
        lambda log_w: (log_w.logsumexp(0) - math.log(log_w.shape[0])).sum(),
        lambda log_w: log_w.flatten().logsumexp(0) - math.log(log_w.numel()),
        lambda log_w: log_w.mean()),
    "kept_dimensions": ("The numbers are right and the shape is (1, N): leave `keepdim=True` out.",
        lambda log_w: log_w.logsumexp(0, keepdim=True) - math.log(log_w.shape[0])),
    "largest_weight": ("You took the largest log weight. The others count too: it is the log of "
        "the mean of all weights.", lambda log_w: log_w.max(0).values,
        lambda log_w: log_w.max(0).values - math.log(log_w.shape[0])),
    "normalized_weights": ("Those are the log weights after a softmax, or their sum: normalized, "
        "they no longer say how large they were. Take `logsumexp` of the weights as they come.",
        lambda log_w: log_w.log_softmax(0), lambda log_w: log_w.softmax(0).sum(0).log(),
        lambda log_w: (log_w.softmax(0) * log_w).sum(0)),
    "sign": ("The sign is wrong: yours is −log p(x). Return logsumexp minus log K.",
        lambda log_w: math.log(log_w.shape[0]) - log_w.logsumexp(0)),
    "harmonic_mean": ("You flipped the sign of the log weights too: that is the log of the "
        "harmonic mean, which the smallest weight rules. Average the weights themselves.",
        lambda log_w: math.log(log_w.shape[0]) - (-log_w).logsumexp(0)),
    "log2_of_k": ("You subtracted log₂ K. The logarithms of this course are natural: `math.log`.",
        lambda log_w: log_w.logsumexp(0) - math.log2(log_w.shape[0])),
})  # fmt: skip

UNDERFLOWS = recognized({
    "exponentiates_first": ("Right for moderate weights. At log weights of −900 `exp` gives 0, at "
        "900 it gives ∞, and for an image of 784 pixels that is the usual case. "
        "`torch.logsumexp(log_w, dim=0)` stays in logs.", _right_where_ordinary,
        lambda log_w: log_w.exp().mean(0).log()),
    "one_maximum_for_all": ("You subtract one maximum from the whole table before `exp`. An image "
        "near −1000 in the same table as one near −100 then has only weights of e⁻⁹⁰⁰, which are "
        "0. Each image needs its own maximum, `log_w.max(0).values`; `torch.logsumexp(log_w, "
        "dim=0)` does that.", _wrong_only_together,
        lambda log_w: log_w.max() + (log_w - log_w.max()).exp().mean(0).log()),
})  # fmt: skip

IMPORTANCE_LOG_LIKELIHOOD = Exercise(
    name="importance_log_likelihood",
    notebook="03",
    title="log of the mean weight of K draws",
    reference=importance_log_likelihood,
    cases=_cases,
    mistakes=[*MISTAKES, *UNDERFLOWS],
    properties=[Property("equal_weights", _equal_weights)],
    hints=[
        "log(1/K · Σ wₖ), over the K draws of each image. What comes in are logs of weights, so "
        "exp, mean, log would do, if exp could hold the numbers.",
        "log(1/K · Σ wₖ) = log Σ exp(log wₖ) − log K, and `torch.logsumexp` does the first part.",
        "`torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[0])`",
    ],
    points=2,
    differentiable=(0,),
)
