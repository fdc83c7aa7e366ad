"""Other conventions for the functions of notebook 04, for copies that are made with a seed."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, in_bits, taking

BITS = "In this copy the answer is asked for in bits, not in nats."


def entropy(p: Tensor) -> Tensor:
    """Mean surprise of p over its last axis: p (..., C) -> (...), in bits."""
    return -torch.xlogy(p, p).sum(-1) / math.log(2)


def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """Mean length of letters from p in a code made for q, over the last axis: (...), in bits."""
    return -torch.xlogy(p, q).sum(-1) / math.log(2)


def kl_divergence(p: Tensor, q: Tensor) -> Tensor:
    """What it costs to expect q where p holds, over the last axis: p, q (..., C) -> (...), bits."""
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum(-1) / math.log(2)


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, exp(logvar)) ‖ N(0, 2² I)): mu, logvar (N, K) -> (N,), in nats."""
    # 1. σ²/4 + μ²/4 − 1 − log (σ²/4), for every dimension
    # 2. half of the sum over the dimensions
    each = logvar.exp() / 4 + mu.square() / 4 - 1 - logvar + math.log(4)
    return 0.5 * each.sum(-1)


VARIANTS = [
    *(
        varied(
            function(reference.__name__),
            name="bits",
            task=BITS,
            reference=reference,
            title=function(reference.__name__).title.replace("nats", "bits"),
            turned=in_bits,
            without=["bits", "log2", "base_2"],
        )
        for reference in (entropy, cross_entropy, kl_divergence)
    ),
    varied(
        function("gaussian_kl"),
        name="wide_prior",
        task="In this copy the prior is N(0, 2² I): its standard deviation is 2.",
        reference=gaussian_kl,
        title="KL from a diagonal Gaussian to N(0, 2² I), one number per example",
        turned=taking(lambda mu, logvar: (mu / 2, logvar - math.log(4))),
    ),
    reordered(function("kl_monte_carlo"), "samples log_p log_q"),
    reordered(function("cross_entropy"), "q p"),
    reordered(function("kl_divergence"), "q p"),
    reordered(function("gaussian_kl"), "logvar mu"),
]
