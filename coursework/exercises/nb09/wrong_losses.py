"""Wrong losses of a debiasing detector, each with a part replaced: what the mistakes of `debiasing_loss` are made of."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl

Term = Callable[[Tensor, Tensor], Tensor]
Weights = Callable[[Tensor, float], tuple[Tensor | float, ...]]


def cross_entropy(y_logit: Tensor, y: Tensor) -> Tensor:
    """−log of what the detector gives to the label, (N,), whatever the two shapes are."""
    return F.binary_cross_entropy_with_logits(y_logit.flatten(), y.flatten(), reduction="none")


def misfit(x: Tensor, logits: Tensor) -> Tensor:
    return -bernoulli_log_likelihood(x, logits)


def right(y: Tensor, w: float) -> tuple[Tensor | float, ...]:
    return 1.0, w * y, w * y


def combined(
    weights: Weights = right,
    bce: Term = cross_entropy,
    reconstruction: Term = misfit,
    kl: Term = gaussian_kl,
    reduce: Callable[[Tensor, Tensor], Tensor] = lambda terms, y: terms.mean(),
) -> Callable[..., Tensor]:
    """A loss with a part replaced. weights: of classification, reconstruction and KL; reduce: (N,) terms and labels to what is returned."""

    def loss(
        x: Tensor,
        logits: Tensor,
        mu: Tensor,
        logvar: Tensor,
        y: Tensor,
        y_logit: Tensor,
        vae_weight: float,
    ) -> Tensor:
        label = y.flatten()
        a, b, c = weights(label, vae_weight)
        terms = a * bce(y_logit, y) + b * reconstruction(x, logits) + c * kl(mu, logvar)
        return reduce(terms, label)

    return loss


def apart(
    over_bce: Callable[..., Tensor], over_vae: Callable[..., Tensor]
) -> Callable[..., Tensor]:
    """A loss that puts the batch of each part together in its own way: functions of (N,) terms and labels."""

    def loss(
        x: Tensor,
        logits: Tensor,
        mu: Tensor,
        logvar: Tensor,
        y: Tensor,
        y_logit: Tensor,
        vae_weight: float,
    ) -> Tensor:
        vae = misfit(x, logits) + gaussian_kl(mu, logvar)
        label = y.flatten()
        return over_bce(cross_entropy(y_logit, y), label) + vae_weight * over_vae(vae, label)

    return loss


def stretched(spread: str) -> Callable[..., Tensor]:
    """Losses that forget to flatten: `y` as it comes times (N,), (N, 1) times (N,) always, or the same in the cross-entropy."""

    def loss(
        x: Tensor,
        logits: Tensor,
        mu: Tensor,
        logvar: Tensor,
        y: Tensor,
        y_logit: Tensor,
        vae_weight: float,
    ) -> Tensor:
        vae = vae_weight * (misfit(x, logits) + gaussian_kl(mu, logvar))
        if spread == "in the cross-entropy":
            return (F.softplus(y_logit) - y * y_logit).mean() + (y.flatten() * vae).mean()
        if spread == "in both":
            return (F.softplus(y_logit) - y * y_logit).mean() + (y * vae).mean()
        mask = {"as it comes": y, "always": y[:, None] if y.ndim == 1 else y, "kept": y.flatten()}
        vae = vae[:, None] if spread == "kept" else vae
        return cross_entropy(y_logit, y).mean() + (mask[spread] * vae).mean()

    return loss


def two_shapes(spread: str = "") -> Callable[..., Tensor]:
    """torch's cross-entropy on y and y_logit as they come, which raises where one is (N, 1) and the other (N,)."""

    def loss(
        x: Tensor,
        logits: Tensor,
        mu: Tensor,
        logvar: Tensor,
        y: Tensor,
        y_logit: Tensor,
        vae_weight: float,
    ) -> Tensor:
        vae = misfit(x, logits) + gaussian_kl(mu, logvar)
        mask = y if spread == "mask" else y.flatten()
        bce = F.binary_cross_entropy_with_logits(y_logit, y)
        return bce + vae_weight * (mask * vae).mean()

    return loss


def logs_of_the_sigmoid(x: Tensor, logits: Tensor) -> Tensor:
    p = logits.sigmoid()
    return -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1)


def clamped_logs(y_logit: Tensor, y: Tensor) -> Tensor:
    return F.binary_cross_entropy(y_logit.flatten().sigmoid(), y.flatten(), reduction="none")


def typed_logs(y_logit: Tensor, y: Tensor) -> Tensor:
    return logs_of_the_sigmoid(y.reshape(-1, 1), y_logit.reshape(-1, 1))


def typed_exp(y_logit: Tensor, y: Tensor) -> Tensor:
    a = y_logit.flatten()
    return torch.log(1 + a.exp()) - y.flatten() * a


def squared(x: Tensor, logits: Tensor) -> Tensor:
    return (x - logits.sigmoid()).square().flatten(1).sum(1)


def absolute(x: Tensor, logits: Tensor) -> Tensor:
    return (x - logits.sigmoid()).abs().flatten(1).mean(1)


def over_pixels(x: Tensor, logits: Tensor) -> Tensor:
    return misfit(x, logits) / x[0].numel()
