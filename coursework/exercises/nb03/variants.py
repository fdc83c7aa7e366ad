"""Other conventions for the functions of notebook 03, for copies that are made with a seed."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import gaussian_kl
from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, in_bits, summed
from coursework.exercises.rules import Wrong


def elbo(log_likelihood: Tensor, kl: Tensor) -> Tensor:
    """Evidence lower bound, from E_q[log p(x|z)] (N,) and KL(q || p(z)) (N,) nats: (N,) bits."""
    # 1. what the code explains, minus what it costs
    # 2. from nats to bits
    return (log_likelihood - kl) / math.log(2)


def importance_log_likelihood(log_w: Tensor) -> Tensor:
    """Log of the mean of K weights, base 2: log_w (K, N), natural logs -> (N,) bits."""
    nats = torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[0])
    return nats / math.log(2)


def bernoulli_log_likelihood(x: Tensor, logits: Tensor) -> Tensor:
    """log2 p(x | logits), summed over pixels: x, logits (N, C, H, W) -> (N,) bits."""
    loss = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return -loss.flatten(1).sum(1) / math.log(2)


def vae_loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
    """Negative ELBO, its KL weighted by beta, summed over the batch: one number, in nats.

    x, logits (N, C, H, W); mu, logvar (N, K).
    """
    error = F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
    return (error + beta * gaussian_kl(mu, logvar)).sum()


def sample_prior(decode, n: int, latent_dim: int, generator: Generator) -> Tensor:
    """n new images in [0, 1], decoded from codes z ~ N(0, 2² I)."""
    z = 2 * torch.randn(n, latent_dim, generator=generator)
    return decode(z).sigmoid()


def _codes_times(factor: float) -> Wrong:
    """From a function to one whose codes are decoded after they have been stretched."""

    def turn(fn: Wrong) -> Wrong:
        return lambda decode, *rest: fn(lambda z: decode(factor * z), *rest)

    return turn


VARIANTS = [
    varied(
        function("elbo"),
        name="bits",
        task="In this copy both arguments are in nats, and the bound is asked for in bits.",
        reference=elbo,
        turned=in_bits,
    ),
    varied(
        function("importance_log_likelihood"),
        name="bits",
        task="In this copy the log-weights are natural logarithms, and the answer is in bits.",
        reference=importance_log_likelihood,
        turned=in_bits,
    ),
    varied(
        function("bernoulli_log_likelihood"),
        name="bits",
        task="In this copy the log-likelihood is asked for in bits, not in nats.",
        reference=bernoulli_log_likelihood,
        turned=in_bits,
        without=["bits"],
    ),
    varied(
        function("vae_loss"),
        name="sum",
        task="In this copy the loss is the sum over the images of the batch, not their mean.",
        reference=vae_loss,
        turned=summed,
        without=["summed_over_the_batch"],
    ),
    varied(
        function("sample_prior"),
        name="wide_prior",
        task="In this copy the prior is N(0, 2² I): its standard deviation is 2.",
        reference=sample_prior,
        turned=_codes_times(2),
        back=_codes_times(0.5),
    ),
    reordered(function("vae_forward"), "x eps encoder decoder"),
    reordered(function("elbo"), "kl log_likelihood"),
    reordered(function("bernoulli_log_likelihood"), "logits x"),
    reordered(function("vae_loss"), "logits x logvar mu beta"),
]
