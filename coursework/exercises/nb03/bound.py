"""Exercise `elbo`: what the code explains, less what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.distributions import elbo
from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def _cases(generator: Generator) -> Iterator[Case]:
    for n, label in ((5, "five images"), (8, "eight images"), (1, "a batch of one")):
        log_likelihood = -60 - 40 * torch.rand(n, generator=generator)
        kl = 5 + 20 * torch.rand(n, generator=generator)
        yield Case((log_likelihood, kl), label)


def _never_above(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    log_likelihood = -100 * torch.rand(20, generator=generator)
    value = fn(log_likelihood, torch.rand(20, generator=generator))
    if bool((value <= log_likelihood).all()):
        return None
    return "A KL is never negative, so the ELBO can't be above the log-likelihood term; yours is."


MISTAKES = named({
    "kl_added": ("You added the KL. The KL is the price of the code and lowers the bound: "
        "log-likelihood minus KL.", lambda ll, kl: ll + kl),
    "negative": ("That is the *negative* ELBO, a loss. The ELBO is a bound on log p(x): higher is "
        "better, so the log-likelihood enters as it is and the KL is taken away.",
        lambda ll, kl: kl - ll),
    "sign_of_both": ("Both terms carry a minus. Only the KL should: `log_likelihood - kl`.",
        lambda ll, kl: -(ll + kl)),
    "one_number_for_the_batch": ("You put the batch together into one number. Every image has its "
        "own bound, shape (N,); averages belong in the training step.",
        lambda ll, kl: (ll - kl).mean(), lambda ll, kl: (ll - kl).sum(),
        lambda ll, kl: ll.mean() - kl.mean(), lambda ll, kl: (kl - ll).mean()),
    "kl_averaged": ("You averaged the KL over the batch. Each image pays its own KL.",
        lambda ll, kl: ll - kl.mean()),
    "kl_summed": ("You took away the KL of the whole batch from each image. Each image pays its "
        "own KL: `kl` as it is, (N,).", lambda ll, kl: ll - kl.sum()),
    "likelihood_lost": ("Only −KL is left. Either the log-likelihood is missing, or you took its "
        "`exp`, which is 0 for numbers like −60. Stay in logs: `log_likelihood - kl`.",
        lambda ll, kl: -kl, lambda ll, kl: ll.exp() - kl),
    "kl_forgotten": ("The KL is missing. Without it the number may lie above log p(x).",
        lambda ll, kl: ll),
    "log_of_the_kl": ("You took a logarithm of something. Both arguments are in nats already: "
        "subtract them as they are.", lambda ll, kl: ll - kl.log(), lambda ll, kl: ll.log() - kl),
    "half_the_kl": ("A factor ½ came in. The ½ of the Gaussian KL is inside `kl` already.",
        lambda ll, kl: ll - 0.5 * kl),
    "all_pairs": ("You got a table (N, N) of every image with every KL: a shape (N, 1) met a shape "
        "(N,) and both were stretched. Keep both as (N,).",
        lambda ll, kl: ll[:, None] - kl[None, :], lambda ll, kl: ll[None, :] - kl[:, None]),
})  # fmt: skip

ELBO = Exercise(
    name="elbo",
    notebook="03",
    title="the evidence lower bound of each image",
    reference=elbo,
    cases=_cases,
    mistakes=MISTAKES,
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
