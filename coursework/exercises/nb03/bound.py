"""Exercise `elbo`: what the code explains, less what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator

from course_utils.distributions import elbo
from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def _cases(generator: Generator) -> Iterator[Case]:
    for n, label in ((5, "five images"), (8, "eight images"), (1, "a batch of one")):
        log_likelihood = -60 - 40 * torch.rand(n, generator=generator)
        kl = 5 + 20 * torch.rand(n, generator=generator)
        yield Case((log_likelihood, kl), label)


def _never_above(fn: Any, generator: Generator) -> str | None:
    log_likelihood = -100 * torch.rand(20, generator=generator)
    value = fn(log_likelihood, torch.rand(20, generator=generator))
    if bool((value <= log_likelihood).all()):
        return None
    return "A KL is never negative, so the ELBO can't be above the log-likelihood term; yours is."


ELBO_MISTAKES = named({
    "kl_added": ("You added the KL. The KL is the price of the code and lowers the bound: "
        "log-likelihood minus KL.",
        lambda log_likelihood, kl: log_likelihood + kl),
    "negative": ("That is the *negative* ELBO, a loss. The ELBO is a bound on log p(x): higher is "
        "better, so the log-likelihood enters as it is and the KL is taken away.",
        lambda log_likelihood, kl: kl - log_likelihood),
    "sign_of_both": ("Both terms carry a minus. Only the KL does: the log-likelihood is negative "
        "already.",
        lambda log_likelihood, kl: -(log_likelihood + kl)),
    "one_number_for_the_batch": ("You put the batch together into one number. Every image has its "
        "own bound, shape (N,); averages belong in the training step.",
        lambda log_likelihood, kl: (log_likelihood - kl).mean(),
        lambda log_likelihood, kl: (log_likelihood - kl).sum(),
        lambda log_likelihood, kl: log_likelihood.mean() - kl.mean(),
        lambda log_likelihood, kl: (kl - log_likelihood).mean()),
    "kl_averaged": ("You averaged the KL over the batch before taking it away. Each image pays its "
        "own KL.",
        lambda log_likelihood, kl: log_likelihood - kl.mean()),
    "kl_forgotten": ("The KL is missing. Without it the number bounds nothing: it may lie above "
        "log p(x).",
        lambda log_likelihood, kl: log_likelihood),
    "log_of_the_kl": ("You took a logarithm of something. Both arguments are in nats already: "
        "subtract them as they are.",
        lambda log_likelihood, kl: log_likelihood - kl.log(),
        lambda log_likelihood, kl: log_likelihood.log() - kl),
    "half_the_kl": ("A factor ½ came in. The ½ of the Gaussian KL is inside `kl` already.",
        lambda log_likelihood, kl: log_likelihood - 0.5 * kl),
    "all_pairs": ("You got a table (N, N) of every image with every KL: a shape (N, 1) met a shape "
        "(N,) and both were stretched. Keep both as (N,).",
        lambda log_likelihood, kl: log_likelihood[:, None] - kl[None, :],
        lambda log_likelihood, kl: log_likelihood[None, :] - kl[:, None]),
})  # fmt: skip

ELBO = Exercise(
    name="elbo",
    notebook="03",
    title="the evidence lower bound of each image",
    reference=elbo,
    cases=_cases,
    mistakes=ELBO_MISTAKES,
    properties=[Property("below_the_likelihood", _never_above)],
    hints=[
        "Two terms, both in nats, one number per image: what the code explains, and what it costs.",
        "The cost is the KL. A cost lowers the bound.",
        "`log_likelihood - kl`",
    ],
    points=1,
    differentiable=(0, 1),
    hides=("vae_loss",),
)
