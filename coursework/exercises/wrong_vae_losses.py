"""Wrong losses of a VAE, each with one part replaced: what the mistakes of `vae_loss` are made of."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl

Kl = Callable[[Tensor, Tensor], Tensor]
Reduce = Callable[[Tensor], Tensor]


def combined(
    reconstruction: Callable[[Tensor, Tensor], Tensor] | None = None,
    kl: Kl = gaussian_kl,
    weights: Callable[[float], tuple[float, float]] = lambda beta: (1.0, beta),
    over_batch: Reduce = torch.mean,
) -> Callable[..., Tensor]:
    """A loss with one part replaced."""

    def loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
        first = (reconstruction or (lambda x, logits: -bernoulli_log_likelihood(x, logits)))(
            x, logits
        )
        a, b = weights(beta)
        return over_batch(a * first + b * kl(mu, logvar))

    return loss


def pixel_mean(x: Tensor, logits: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).mean(1)


def pixels(x: Tensor) -> int:
    return x[0].numel()


def entries(x: Tensor) -> int:
    return x.numel()


def squared(x: Tensor, logits: Tensor) -> Tensor:
    return (x - logits.sigmoid()).square().flatten(1).sum(1)


def logs_of_the_sigmoid(x: Tensor, logits: Tensor) -> Tensor:
    p = logits.sigmoid()
    return -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1)


def as_log_sigma(mu: Tensor, logvar: Tensor) -> Tensor:
    return gaussian_kl(mu, 2 * logvar)


def averaged_apart(over_pixels: Reduce, over_code: Reduce) -> Callable[..., Tensor]:
    """A loss that puts the batch of each term together in its own way."""

    def loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
        kl = gaussian_kl(mu, logvar)
        return beta * over_code(kl) - over_pixels(bernoulli_log_likelihood(x, logits))

    return loss


def divided(by: Callable[[Tensor], int], over_batch: Reduce = torch.sum) -> Callable[..., Tensor]:
    """A loss, summed or averaged over the batch, then divided by a number that the images give."""

    def loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
        each = beta * gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)
        return over_batch(each) / by(x)

    return loss
