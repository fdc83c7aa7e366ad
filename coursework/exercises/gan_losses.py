"""The losses of a GAN, which the exercises on its training step need in several notebooks."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """−mean log D(real) − mean log(1 − D(fake)), from logits of any shapes: a scalar.

    Goodfellow et al., 2014, eq. 1.
    """
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def called_real(a: Tensor) -> Tensor:
    """−mean log D."""
    return F.softplus(-a).mean()


def called_fake(a: Tensor) -> Tensor:
    """−mean log(1 − D)."""
    return F.softplus(a).mean()


def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """mean log(1 − D(G(z))), a scalar, never above 0. Goodfellow et al., 2014, eq. 1."""
    return -F.softplus(fake_logits).mean()


def generator_loss(fake_logits: Tensor) -> Tensor:
    """−mean log D(G(z)), a scalar, the non-saturating loss. Goodfellow et al., 2014, section 3."""
    return F.softplus(-fake_logits).mean()
