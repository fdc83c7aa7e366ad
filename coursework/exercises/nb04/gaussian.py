"""Exercise `gaussian_kl`: the KL term of every VAE."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.distributions import gaussian_kl
from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.ingredients import known_as


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(3, 6, (), generator=generator))
    for shape, label in (
        ((n, n + 3), "random codes"),
        ((1, n + 2), "a batch of one"),
        ((n + 1, 1), "codes of one number"),
    ):
        mu = 0.5 + 1.5 * torch.randn(shape, generator=generator)
        yield Case((mu, -0.8 + torch.randn(shape, generator=generator)), label)
    mu = torch.randn(4, 3, generator=generator)
    yield Case((mu, -20 - 10 * torch.rand(4, 3, generator=generator)), "variances near 0", True)
    yield Case((mu, 20 + 10 * torch.rand(4, 3, generator=generator)), "huge variances", True)


def per_dim(
    variance: float = 0.5,
    square: float = 0.5,
    one: float = 0.5,
    log: float = 0.5,
    read: Callable[[Tensor], Tensor] = lambda logvar: logvar,
) -> Callable[[Tensor, Tensor], Tensor]:
    """The four terms of one dimension with weights of their own (all ½ in the right formula)."""

    def wrong(mu: Tensor, logvar: Tensor) -> Tensor:
        logvar = read(logvar)
        return variance * logvar.exp() + square * mu.square() - one - log * logvar

    return wrong


def summed(term: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda mu, logvar: term(mu, logvar).sum(-1)


RIGHT = per_dim()
LOG_SIGMA = (
    "You read `logvar` as log σ: with σ = e^logvar, the variance becomes e^(2·logvar). In this course `logvar` is log σ², "
    "so σ² is `logvar.exp()` and log σ² is `logvar` itself."
)
MISTAKES = [
    *known_as("logvar_as_log_sigma", LOG_SIGMA, summed(per_dim(read=lambda logvar: 2 * logvar))),
    *known_as(
        "logvar_read_two_ways",
        "Two readings of `logvar` are mixed: log σ² in one term and log σ in the other. Here σ² is `logvar.exp()`, and log σ² "
        "is `logvar`.",
        lambda mu, logvar: 0.5 * ((2 * logvar).exp() + mu.square() - 1 - logvar).sum(-1),
        lambda mu, logvar: 0.5 * (logvar.exp() + mu.square() - 1 - 2 * logvar).sum(-1),
    ),
    *known_as(
        "sigma_for_variance",
        "In the first term stands σ where σ² belongs: `logvar.exp()` is σ² already, and `(0.5 * logvar).exp()` is σ.",
        lambda mu, logvar: 0.5 * ((0.5 * logvar).exp() + mu.square() - 1 - logvar).sum(-1),
    ),
    *known_as(
        "sigma_throughout",
        "`(0.5 * logvar).exp()` is σ, and you used it in both places where σ² belongs. σ² is `logvar.exp()`, and log σ² is `logvar`.",
        summed(per_dim(read=lambda logvar: 0.5 * logvar)),
    ),
    *known_as(
        "log_sigma_for_log_variance",
        "In the last term stands log σ where log σ² belongs, which is half of it. log σ² is `logvar` itself.",
        lambda mu, logvar: 0.5 * (logvar.exp() + mu.square() - 1 - 0.5 * logvar).sum(-1),
    ),
    *known_as(
        "logvar_as_variance",
        "You read `logvar` as σ² itself and took its log. It is the log already, and it may be negative.",
        lambda mu, logvar: 0.5 * (logvar + mu.square() - 1 - logvar.log()).sum(-1),
        lambda mu, logvar: 0.5 * (logvar + mu.square() - 1 - logvar.clamp(min=1e-8).log()).sum(-1),
    ),
    *known_as(
        "logvar_as_sigma",
        "You read `logvar` as σ itself: you squared it to get σ². It is log σ², so σ² is `logvar.exp()` and log σ² is `logvar`.",
        lambda mu, logvar: (
            0.5 * (logvar.square() + mu.square() - 1 - logvar.square().log()).sum(-1)
        ),
        lambda mu, logvar: 0.5 * (logvar.square() + mu.square() - 1 - 2 * logvar.log()).sum(-1),
    ),
    *known_as(
        "half_missing",
        "The ½ in front of the bracket is missing: yours is exactly twice the KL.",
        summed(per_dim(1, 1, 1, 1)),
    ),
    *known_as(
        "half_on_trace_only",
        "The ½ stands on the variance alone; it belongs to the whole bracket. (The study guide prints it this way. Put in "
        "μ = 0, logvar = 0 and you get −½ per dimension, which no divergence can be.)",
        summed(per_dim(0.5, 1, 1, 1)),
    ),
    *known_as(
        "half_on_part",
        "The ½ covers only some of the terms. It belongs to all four: ½ (σ² + μ² − 1 − log σ²).",
        summed(per_dim(0.5, 0.5, 1, 1)),
        summed(per_dim(0.5, 0.5, 1, 0.5)),
        summed(per_dim(1, 1, 0.5, 0.5)),
        summed(per_dim(1, 1, 1, 0.5)),
        summed(per_dim(1, 0.5, 0.5, 0.5)),
        summed(per_dim(0.5, 1, 0.5, 0.5)),
    ),
    *known_as(
        "sign",
        "The sign is wrong: yours is −KL. (½ Σ (1 + log σ² − μ² − σ²) is the term as it stands *in the ELBO*, where the KL is "
        "subtracted.)",
        summed(per_dim(-0.5, -0.5, -0.5, -0.5)),
    ),
    *known_as(
        "mean_over_dimensions",
        "You averaged over the latent dimensions. Sum them: an average would weigh the KL less the longer the code is.",
        lambda mu, logvar: RIGHT(mu, logvar).mean(-1),
    ),
    *known_as(
        "summed_over_batch",
        "You added up the examples too. Each keeps its own number, shape (N,): `.sum(-1)`.",
        lambda mu, logvar: RIGHT(mu, logvar).sum(),
    ),
    *known_as(
        "mean_over_batch",
        "The sum over dimensions is right; then you averaged over the batch. That average belongs in the training step.",
        lambda mu, logvar: RIGHT(mu, logvar).sum(-1).mean(),
    ),
    *known_as(
        "mean_over_everything",
        "You averaged over dimensions and examples. Sum the dimensions, keep the examples: `.sum(-1)`.",
        lambda mu, logvar: RIGHT(mu, logvar).mean(),
    ),
    *known_as(
        "wrong_axis",
        "You summed over the examples and kept the dimensions. Sum over the last axis.",
        lambda mu, logvar: RIGHT(mu, logvar).sum(0),
    ),
    *known_as(
        "not_summed",
        "You return a number per dimension, (N, K). Sum over the dimensions: `.sum(-1)`.",
        RIGHT,
    ),
    *known_as(
        "kept_dimension",
        "The numbers are right and the shape is (N, 1): leave out `keepdim=True`.",
        lambda mu, logvar: RIGHT(mu, logvar).sum(-1, keepdim=True),
    ),
    *known_as(
        "one_missing",
        "The −1 is missing: at μ = 0, logvar = 0 yours is ½ per dimension instead of 0.",
        summed(per_dim(one=0)),
    ),
    *known_as(
        "one_for_all_dimensions",
        "You subtracted 1 once. It is once per dimension: it stands inside the sum.",
        lambda mu, logvar: 0.5 * (per_dim(1, 1, 0, 1)(mu, logvar).sum(-1) - 1),
    ),
    *known_as(
        "one_added",
        "The 1 has the wrong sign: it is subtracted, σ² + μ² − 1 − log σ².",
        summed(per_dim(one=-0.5)),
    ),
    *known_as(
        "other_direction",
        "That is KL(p‖q), from the prior to the code's Gaussian. Asked for is KL(q‖p): the expectation is taken under q = N(μ, σ²).",
        lambda mu, logvar: 0.5 * ((-logvar).exp() * (1 + mu.square()) - 1 + logvar).sum(-1),
    ),
    *known_as(
        "mu_not_squared",
        "μ has to be squared: without it, μ and −μ would not cost the same.",
        lambda mu, logvar: 0.5 * (logvar.exp() + mu - 1 - logvar).sum(-1),
    ),
    *known_as(
        "mu_missing",
        "μ does not occur: a Gaussian that is far from 0 has to cost more than one around 0.",
        summed(per_dim(square=0)),
    ),
    *known_as(
        "log_sign",
        "The log has the wrong sign: it is subtracted, which is what keeps σ from shrinking to 0.",
        summed(per_dim(log=-0.5)),
    ),
    *known_as(
        "log_missing",
        "log σ² is missing. It is what keeps σ from shrinking to 0.",
        summed(per_dim(log=0)),
    ),
    *known_as(
        "variance_missing",
        "σ² is missing. It is what keeps σ from growing without end.",
        summed(per_dim(variance=0)),
    ),
    *known_as(
        "means_only",
        "Only μ² is there. That would be the KL if σ were 1.",
        summed(per_dim(0, 0.5, 0, 0)),
    ),
    *known_as(
        "entropy_forgotten",
        "That is −E[log p(z)], the cross-entropy. The entropy of q is to be subtracted: ½ (log 2π + 1 + log σ²) per dimension.",
        lambda mu, logvar: 0.5 * (logvar.exp() + mu.square() + math.log(2 * math.pi)).sum(-1),
    ),
    *known_as(
        "bits",
        "Right in bits; nats are asked for. Leave out the division by log 2.",
        lambda mu, logvar: gaussian_kl(mu, logvar) / math.log(2),
    ),
]


def _zero(fn, generator: Generator) -> str | None:
    worst = float(fn(torch.zeros(2, 3), torch.zeros(2, 3)).abs().max())
    return None if worst < 1e-5 else f"must be 0 at μ = 0, logvar = 0; yours is {worst:.3g}"


def _at_least_zero(fn, generator: Generator) -> str | None:
    mu, logvar = torch.randn(2, 200, 1, generator=generator)
    lowest = float(fn(0.3 * mu, logvar).min())
    return None if lowest > -1e-5 else f"a KL is never negative; yours comes down to {lowest:.3g}"


GAUSSIAN_KL = Exercise(
    name="gaussian_kl",
    notebook="04",
    title="KL from a diagonal Gaussian to N(0, I), one number per example",
    reference=gaussian_kl,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("zero", _zero), Property("at_least_zero", _at_least_zero)],
    hints=[
        "Line 4 of the derivation is the formula for one dimension. Independent dimensions add.",
        "`logvar` is log σ², so σ² is `logvar.exp()` and nothing has to be logged. Everything stands inside one bracket with ½ in front.",
        "`0.5 * (logvar.exp() + mu.square() - 1 - logvar)` has a number per dimension, (N, K). `.sum(-1)` gives (N,).",
    ],
    points=3,
    differentiable=(0, 1),
)
