"""Exercise `conditional_log_likelihood`: the missing part, given the part that is there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named, wrong_only_at


def conditional_log_likelihood(log_all: Tensor, log_observed: Tensor) -> Tensor:
    """log p(missing | observed) (N,), nats, from log p(x|z_k) of all of x and of its observed part.

    Both (K, N), z_k drawn from the prior: log of the ratio of two mean weights.
    """
    return log_all.logsumexp(0) - log_observed.logsumexp(0)


FAR, APART = "log-likelihoods near −900", "images near −100 and near −1000 in one table"


def _cases(generator: Generator) -> Iterator[Case]:
    def pair(k: int, n: int, center: float = -3.0) -> tuple[Tensor, Tensor]:
        observed = center + 1.5 * torch.randn(k, n, generator=generator)
        return observed - 1 - 3 * torch.rand(k, n, generator=generator), observed

    for k, n in ((9, 4), (5, 11), (7, 1)):
        yield Case(pair(k, n), f"{k} draws for {n} image{'s' * (n > 1)}")
    yield Case(pair(6, 5, -900.0), FAR, extreme=True)
    near, far = pair(6, 3, -100.0), pair(6, 2, -1000.0)
    both = [torch.cat([a, b], 1) for a, b in zip(near, far, strict=True)]
    yield Case(tuple(both), APART, extreme=True)


def _same_for_all(fn: Callable[[Tensor, Tensor], Tensor], generator: Generator) -> str | None:
    """Where the missing part is as likely under every z, that is the answer."""
    observed = torch.randn(8, 3, generator=generator)
    missing = torch.tensor([-1.0, -2.5, -4.0])
    worst = float((fn(observed + missing, observed) - missing).abs().max())
    if worst < 1e-3:
        return None
    return (
        "Where the missing part has the same likelihood under every z, that is the answer; yours "
        "is "
        f"off by {worst:.4g}."
    )


def _lse(t: Tensor) -> Tensor:
    return t.logsumexp(0)


MISTAKES = named({
    "averaged_over_the_prior": ("You averaged p(missing|z) over all draws alike. They come from "
        "the "
        "prior; those that explain the observed part have to count more. Divide two means: "
        "logsumexp of `log_all` minus logsumexp of `log_observed`.",
        lambda a, o: _lse(a - o) - math.log(len(a)), lambda a, o: _lse(a - o),
        lambda a, o: (a - o).mean(0)),
    "averaged_the_logs": ("The weights are right, and you averaged *logs* with them. That is a "
        "lower "
        "bound (Jensen). Average the likelihoods, and take the log last.",
        lambda a, o: (o.softmax(0) * (a - o)).sum(0), lambda a, o: (a.softmax(0) * (a - o)).sum(0),
        lambda a, o: a.mean(0) - o.mean(0).logsumexp(0)),
    "joint": ("That is log p(x) of the whole image. Subtract log p(observed).",
        lambda a, o: _lse(a) - math.log(len(a)), lambda a, o: _lse(a)),
    "only_observed": ("That is log p(observed). The whole image's minus this one is asked for.",
        lambda a, o: _lse(o) - math.log(len(a)), lambda a, o: _lse(o)),
    "swapped": ("The sign is wrong: log p(whole) minus log p(observed), in this order.",
        lambda a, o: _lse(o) - _lse(a)),
    "log_k_once": ("log K is in one of the two means only. Both have it, so it cancels.",
        lambda a, o: _lse(a) - math.log(len(a)) - _lse(o),
        lambda a, o: _lse(a) - (_lse(o) - math.log(len(a)))),
    "best_draw": ("You took one draw. The others count too, by how well they explain the observed "
        "part: logsumexp over the K draws.", lambda a, o: a.max(0).values - o.max(0).values,
        lambda a, o: (a - o).gather(0, o.argmax(0)[None])[0],
        lambda a, o: (a - o).gather(0, a.argmax(0)[None])[0], lambda a, o: (a - o).max(0).values),
    "over_images": ("You summed over the images (dimension 1). The draws stand in dimension 0: the "
        "tables are (K, N), and the answer (N,).", lambda a, o: a.logsumexp(1) - o.logsumexp(1)),
    "one_number": ("You put all images together. Each keeps its own number, (N,): reduce dimension "
        "0 only.", lambda a, o: (_lse(a) - _lse(o)).mean(), lambda a, o: (_lse(a) - _lse(o)).sum(),
        lambda a, o: a.flatten().logsumexp(0) - o.flatten().logsumexp(0)),
    "not_the_log": ("That is the probability. Its log is asked for.",
        lambda a, o: (_lse(a) - _lse(o)).exp()),
    "divided_logs": ("You divided one log by the other. A ratio becomes a *difference* of logs.",
        lambda a, o: _lse(a) / _lse(o)),
    "kept_dimension": ("The numbers are right and the shape is (1, N): leave `keepdim=True` out.",
        lambda a, o: a.logsumexp(0, keepdim=True) - o.logsumexp(0, keepdim=True)),
    "bits": ("That is in bits. Stay in nats.", lambda a, o: (_lse(a) - _lse(o)) / math.log(2)),
    "not_reduced": ("You have a number for each draw, (K, N). Reduce dimension 0 with logsumexp.",
        lambda a, o: a - o, lambda a, o: a.log_softmax(0) - o.log_softmax(0)),
})  # fmt: skip

UNDERFLOWS = [
    *named({
        "exponentiates_first": ("Right for moderate numbers. At −900 `exp` gives 0, and 0/0 is no "
            "number; half a digit is at −100 already. `torch.logsumexp(…, dim=0)` stays in logs.",
            lambda a, o: a.exp().sum(0).log() - o.exp().sum(0).log(),
            lambda a, o: (a.exp().sum(0) / o.exp().sum(0)).log(),
            lambda a, o: (a.exp().mean(0) / o.exp().mean(0)).log()),
    }, when=wrong_only_at(conditional_log_likelihood, FAR, APART)),
    *named({
        "one_maximum_for_all": ("You subtract one maximum from the whole table before `exp`. An "
            "image near −1000 beside one near −100 then has only zeros. Each image needs its own "
            "maximum, `.max(0).values`; `torch.logsumexp(…, dim=0)` does that.",
            lambda a, o: ((a - a.max()).exp().sum(0).log() + a.max()
                - (o - o.max()).exp().sum(0).log() - o.max())),
    }, when=wrong_only_at(conditional_log_likelihood, APART)),
]  # fmt: skip

CONDITIONAL_LOG_LIKELIHOOD = Exercise(
    name="conditional_log_likelihood", notebook="17", title="the missing part, given what is there",
    reference=conditional_log_likelihood, cases=_cases, mistakes=[*MISTAKES, *UNDERFLOWS],
    properties=[Property("same_for_all", _same_for_all)], points=2,
    hints=[
        "p(missing | observed) = p(whole) / p(observed), and each of the two is a mean over the "
        "same "
        "K draws from the prior.",
        "The log of a mean of exp is logsumexp − log K. Here are two of them, so log K cancels.",
        "`torch.logsumexp(log_all, 0) - torch.logsumexp(log_observed, 0)`",
    ],
)  # fmt: skip
