"""Exercise `gaussian_kl`: the KL term of every VAE."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.distributions import gaussian_kl
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import Wrong, given, must_be, named, scaled, then


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(3, 6, (), generator=generator))
    for label, *shape in (
        ("random codes", n, n + 3),
        ("a batch of one", 1, n + 2),
        ("codes of one number", n + 1, 1),
    ):
        mu = 0.5 + 1.5 * torch.randn(shape, generator=generator)
        yield Case((mu, -0.8 + torch.randn(shape, generator=generator)), label)
    mu = torch.randn(4, 3, generator=generator)
    yield Case((mu, -20 - 10 * torch.rand(4, 3, generator=generator)), "variances near 0", True)
    yield Case((mu, 20 + 10 * torch.rand(4, 3, generator=generator)), "huge variances", True)


def per_dim(
    variance: float = 0.5, square: float = 0.5, one: float = 0.5, log: float = 0.5
) -> Callable[[Tensor, Tensor], Tensor]:
    """Weights of the four terms of one dimension, (N, K); all are ½ in the right formula."""
    return lambda mu, logvar: variance * logvar.exp() + square * mu.square() - one - log * logvar


def kl(**weights: float) -> Wrong:
    """The four terms with weights of their own, summed over the dimensions, (N,)."""
    return then(per_dim(**weights), lambda each: each.sum(-1))


def _below_zero(fn: Wrong, generator: Generator) -> Tensor:
    mu, logvar = torch.randn(2, 200, 1, generator=generator)
    return fn(0.3 * mu, logvar).min().clamp(max=0)


GAUSSIAN_KL = Exercise(
    name="gaussian_kl", notebook="04",
    title="KL from a diagonal Gaussian to N(0, I), one number per example", reference=gaussian_kl,
    cases=_cases, differentiable=(0, 1), points=3,
    mistakes=named({
        "logvar_as_log_sigma": ("You read `logvar` as log σ: with σ = e^logvar, the variance "
            "becomes e^(2·logvar). In this course `logvar` is log σ², so σ² is `logvar.exp()` and "
            "log σ² is `logvar` itself.", given(kl(), 1, lambda logvar: 2 * logvar)),
        "logvar_read_two_ways": ("Two readings of `logvar` are mixed: log σ² in one term and log σ "
            "in the other. Here σ² is `logvar.exp()`, and log σ² is `logvar`.",
            lambda mu, logvar: 0.5 * ((2 * logvar).exp() + mu.square() - 1 - logvar).sum(-1),
            lambda mu, logvar: 0.5 * (logvar.exp() + mu.square() - 1 - 2 * logvar).sum(-1)),
        "sigma_for_variance": ("The first term has σ where σ² belongs: `logvar.exp()` is σ² "
            "already, and `(0.5 * logvar).exp()` is σ.",
            lambda mu, logvar: 0.5 * ((0.5 * logvar).exp() + mu.square() - 1 - logvar).sum(-1)),
        "sigma_throughout": ("`(0.5 * logvar).exp()` is σ, and you used it in both places where σ² "
            "belongs. σ² is `logvar.exp()`, and log σ² is `logvar`.",
            given(kl(), 1, lambda logvar: 0.5 * logvar)),
        "log_sigma_for_log_variance": ("The last term has log σ where log σ² belongs, which is "
            "half of it. log σ² is `logvar` itself.", kl(log=0.25)),
        "logvar_as_variance": ("You read `logvar` as σ² itself and took its log. It is the log "
            "already, and it may be negative.",
            lambda mu, logvar: 0.5 * (logvar + mu.square() - 1 - logvar.log()).sum(-1),
            lambda mu, logvar: 0.5 * (logvar + mu.square() - 1 - logvar.clamp(1e-8).log()).sum(-1)),
        "logvar_logged": ("You took the log of `logvar`, which is the log of σ² already: the last "
            "term is `logvar` itself. (Where it is negative, its log is NaN.)",
            lambda mu, logvar: 0.5 * (logvar.exp() + mu.square() - 1 - logvar.log()).sum(-1)),
        "logvar_clamped": ("Right where logvar is moderate: a clamp changes it where it is very "
            "small or large, and cuts its gradient there. The formula needs none.",
            given(kl(), 1, lambda v: v.clamp(-10, 10)), given(kl(), 1, lambda v: v.clamp(-20, 20)),
            given(kl(), 1, lambda v: v.clamp(-30, 20)), given(kl(), 1, lambda v: v.clamp(max=10))),
        "logvar_as_sigma": ("You read `logvar` as σ itself: you squared it to get σ². It is log "
            "σ², so σ² is `logvar.exp()` and log σ² is `logvar`.",
            lambda mu, s: 0.5 * (s.square() + mu.square() - 1 - s.square().log()).sum(-1),
            lambda mu, s: 0.5 * (s.square() + mu.square() - 1 - 2 * s.log()).sum(-1),
            lambda mu, s: 0.5 * (s.square() + mu.square() - 1 - s).sum(-1)),
        "half_missing": ("The ½ in front of the bracket is missing: yours is exactly twice the KL.",
            kl(variance=1, square=1, one=1, log=1)),
        "half_on_trace_only": ("The ½ stands on the variance alone; it belongs to the whole "
            "bracket. (Some texts print it this way. Put in μ = 0, logvar = 0 and you get −½ per "
            "dimension, which no divergence can be.)", kl(square=1, one=1, log=1)),
        "half_on_part": ("The ½ covers only some of the four terms: ½ (σ² + μ² − 1 − log σ²).",
            kl(one=1, log=1), kl(one=1), kl(variance=1, square=1), kl(variance=1, square=1, one=1),
            kl(variance=1), kl(square=1)),
        "sign": ("The sign is wrong: yours is −KL. (½ Σ (1 + log σ² − μ² − σ²) is the term as it "
            "stands *in the ELBO*, where the KL is subtracted.)", scaled(kl(), -1)),
        "mean_over_dimensions": ("You averaged over the latent dimensions. Sum them: an average "
            "would weight the KL less the longer the code is.",
            then(per_dim(), lambda each: each.mean(-1))),
        "summed_over_batch": ("You added up the examples too. Each keeps its own number, shape "
            "(N,): `.sum(-1)`.", then(per_dim(), torch.sum)),
        "mean_over_batch": ("The sum over dimensions is right; then you averaged over the batch. "
            "That average belongs in the training step.", then(kl(), torch.mean)),
        "mean_over_everything": ("You averaged over dimensions and examples. Sum the dimensions, "
            "keep the examples: `.sum(-1)`.", then(per_dim(), torch.mean)),
        "wrong_axis": ("You summed over the examples and kept the dimensions. Sum over the last "
            "axis.", then(per_dim(), lambda each: each.sum(0))),
        "not_summed": ("You return a number per dimension, (N, K). Sum over the dimensions: "
            "`.sum(-1)`.", per_dim()),
        "kept_dimension": ("The numbers are right and the shape is (N, 1): leave out "
            "`keepdim=True`.", then(per_dim(), lambda each: each.sum(-1, keepdim=True))),
        "one_missing": ("The −1 is missing: at μ = 0, logvar = 0 yours is ½ per dimension instead "
            "of 0.", kl(one=0)),
        "one_for_all_dimensions": ("You subtracted 1 once. It is once per dimension: it stands "
            "inside the sum.", then(kl(one=0), lambda kl: kl - 0.5),
            then(kl(one=0), lambda kl: kl - 1)),
        "one_added": ("The 1 has the wrong sign: it is subtracted, σ² + μ² − 1 − log σ².",
            kl(one=-0.5)),
        "other_direction": ("That is KL(p‖q), from the prior to the code's Gaussian. Asked for is "
            "KL(q‖p): the expectation is taken under q = N(μ, σ²).",
            lambda mu, logvar: 0.5 * ((-logvar).exp() * (1 + mu.square()) - 1 + logvar).sum(-1)),
        "mu_not_squared": ("μ has to be squared: without it, μ and −μ would not cost the same.",
            lambda mu, logvar: 0.5 * (logvar.exp() + mu - 1 - logvar).sum(-1)),
        "mu_missing": ("μ does not occur: a Gaussian that is far from 0 has to cost more than one "
            "around 0.", kl(square=0)),
        "log_sign": ("The log has the wrong sign: it is subtracted, which is what keeps σ from "
            "shrinking to 0.", kl(log=-0.5)),
        "log_missing": ("log σ² is missing. It is what keeps σ from shrinking to 0.", kl(log=0)),
        "variance_missing": ("σ² is missing. It is what keeps σ from growing without end.",
            kl(variance=0)),
        "means_only": ("Only μ² is there. That would be the KL if σ were 1.",
            kl(variance=0, one=0, log=0)),
        "entropy_forgotten": ("That is −E[log p(z)], the cross-entropy. Subtract the entropy of q: "
            "½ (log 2π + 1 + log σ²) per dimension.",
            lambda mu, v: 0.5 * (v.exp() + mu.square() + math.log(2 * math.pi)).sum(-1)),
        "bits": ("Right in bits; nats are asked for. Leave out the division by log 2.",
            scaled(kl(), 1 / math.log(2))),
    }),
    properties=[
        must_be("zero", 0, lambda fn, _: fn(torch.zeros(2, 3), torch.zeros(2, 3)).abs().max(),
            "must be 0 at μ = 0, logvar = 0; yours is {:.3g}", 1e-5),
        must_be("at_least_zero", 0, _below_zero, "a KL is never negative; yours falls to {:.3g}",
            1e-5),
    ],
    hints=["Line 4 of the derivation is the formula for one dimension. Independent dimensions add.",
           "`logvar` is log σ², so σ² is `logvar.exp()` and nothing has to be logged. Everything "
           "stands inside one bracket with ½ in front.",
           "`0.5 * (logvar.exp() + mu.square() - 1 - logvar)` is (N, K). `.sum(-1)` gives (N,)."],
)  # fmt: skip
