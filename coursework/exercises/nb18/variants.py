"""Other conventions for the functions of notebook 18, for copies that are made with a seed."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, giving, in_bits, taking


def elbo_from_terms(log_px: Tensor, kl: Tensor) -> Tensor:
    """ELBO (N,) in bits, from S draws of log p(x|z) (S, N) and the KL of each latent (N, K)."""
    return (log_px.mean(0) - kl.sum(1)) / math.log(2)


def code_from_noise(out: Tensor, eps: Tensor) -> Tensor:
    """z (N, K) from an encoder's output (N, 2K), first mu and then log sigma, and eps (N, K)."""
    mu, log_sigma = out.chunk(2, dim=1)
    return mu + log_sigma.exp() * eps


def best_judge(log_p_data: Tensor, log_p_g: Tensor) -> Tensor:
    """P(fake) of the best discriminator, (N,), from log-densities of data and generator, (N,)."""
    return torch.sigmoid(log_p_g - log_p_data)


def both_generator_losses(fake_logits: Tensor) -> tuple[Tensor, Tensor]:
    """The generator's saturating and non-saturating loss, summed over fakes with logits (N,)."""
    return -F.softplus(fake_logits).sum(), F.softplus(-fake_logits).sum()


def _doubled(out: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
    mu, log_sigma = out.chunk(2, dim=1)
    return torch.cat([mu, 2 * log_sigma], dim=1), eps


VARIANTS = [
    varied(
        function("elbo_from_terms"),
        name="bits",
        task="In this copy both arguments are in nats, and the ELBO is asked for in bits.",
        reference=elbo_from_terms,
        turned=in_bits,
    ),
    reordered(function("elbo_from_terms"), "kl log_px"),
    varied(
        function("code_from_noise"),
        name="log_sigma",
        task="In this copy the last K columns are log σ, and not log σ².",
        reference=code_from_noise,
        turned=taking(_doubled),
    ),
    reordered(function("code_from_noise"), "eps out"),
    varied(
        function("best_judge"),
        name="probability_of_fake",
        task="In this copy D is P(fake), and not P(real).",
        reference=best_judge,
        turned=giving(lambda d: 1 - d),
        without=["decision", "log_of_it", "half_too_much", "softmax_over_places"],
    ),
    varied(
        function("both_generator_losses"),
        name="summed",
        task="In this copy both losses are sums over the fakes, and not means.",
        reference=both_generator_losses,
        turned=lambda fn: lambda a: tuple(len(a) * loss for loss in fn(a)),
        without=["not_averaged", "summed"],
    ),
]
