"""Other conventions for the functions of notebook 01, for copies that are made with a seed."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, giving, in_bits


def log_gaussian(x: Tensor, mu: Tensor, cov: Tensor) -> Tensor:
    """log2 N(x; mu, cov) for x (N, D), mu (D,), cov (D, D): (N,) bits."""
    away = x - mu
    distance = (away * torch.linalg.solve(cov, away.T).T).sum(1)
    nats = -0.5 * (distance + torch.logdet(cov) + len(mu) * math.log(2 * math.pi))
    return nats / math.log(2)


def class_posterior(log_likelihood: Tensor, log_prior: Tensor) -> Tensor:
    """log p(y|x) (N, C), natural logs, from log p(x|y) (N, C) and log p(y) (C,)."""
    return torch.log_softmax(log_likelihood + log_prior, dim=1)


VARIANTS = [
    varied(
        function("log_gaussian"),
        name="bits",
        task="In this copy the log-density is asked for in bits, not in nats.",
        reference=log_gaussian,
        title="score points under a Gaussian, in bits",
        turned=in_bits,
        without=["bits"],
    ),
    varied(
        function("class_posterior"),
        name="logarithm",
        task="In this copy the *logarithm* of the posterior is asked for, log p(y|x), in nats.",
        reference=class_posterior,
        title="turn likelihoods and a prior into log p(y|x)",
        turned=giving(lambda p: p.log()),
        without=["log_prior_after_normalizing", "log_of_log"],
    ),
    reordered(function("sample_joint"), "prior mus covs n generator"),
    reordered(function("ascend_class_score"), "x target model lr steps"),
    reordered(function("log_gaussian"), "mu cov x"),
]
