"""Networks that are told a condition y: a VAE, a generator, and two discriminators for digits.

A condition is a class label, integers (N,), or anything else that is known, floats (N, ...).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def beside(x: Tensor, y: Tensor, size: int) -> Tensor:
    """x (N, ...) flattened, and y after it, (N, D + size): labels one-hot, floats as they are."""
    known = y.flatten(1) if y.is_floating_point() else F.one_hot(y, size).float()
    return torch.cat([x.flatten(1), known], 1)


class ConditionalVAE(nn.Module):
    """784-400-latent_dim-400-784, with y (`size` numbers) beside the image and beside the code.

    Sohn et al., "Learning structured output representation", 2015.
    """

    def __init__(self, latent_dim: int, size: int = 10, hidden: int = 400) -> None:
        super().__init__()
        self.latent_dim, self.size = latent_dim, size
        self.encoder = nn.Sequential(
            nn.Linear(784 + size, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim + size, hidden),  # (N, hidden)
            nn.ReLU(),
            nn.Linear(hidden, 784),
            nn.Unflatten(1, (1, 28, 28)),  # (N, 1, 28, 28)
        )

    def encode(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """mu and logvar, (N, latent_dim) each, of images (N, 1, 28, 28) in [0, 1] and their y."""
        mu, logvar = self.encoder(beside(x, y, self.size)).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        """Logits (N, 1, 28, 28) of codes (N, latent_dim) and y; the image is sigmoid(logits)."""
        return self.decoder(beside(z, y, self.size))


class ConditionalGenerator(nn.Module):
    """Noise (N, latent_dim) and labels (N,) to images (N, 1, 28, 28). Mirza and Osindero, 2014."""

    def __init__(self, latent_dim: int = 32, size: int = 10) -> None:
        super().__init__()
        self.latent_dim, self.size = latent_dim, size
        self.net = nn.Sequential(
            nn.Linear(latent_dim + size, 256),
            nn.BatchNorm1d(256),
            nn.ReLU(),
            nn.Linear(256, 512),
            nn.BatchNorm1d(512),
            nn.ReLU(),
            nn.Linear(512, 784),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, 28, 28)),  # (N, 1, 28, 28)
        )

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.net(beside(z, y, self.size))


def _features(inputs: int) -> nn.Sequential:
    """(N, ..., inputs) to (N, 256)."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(inputs, 512),
        nn.LeakyReLU(0.2),
        nn.Linear(512, 256),
        nn.LeakyReLU(0.2),
    )


class ProjectionDiscriminator(nn.Module):
    """Images and labels to logits (N,): w·h + e_y·h, h of the image. Miyato and Koyama, 2018."""

    def __init__(self, size: int = 10) -> None:
        super().__init__()
        self.features, self.output = _features(784), nn.Linear(256, 1)
        self.embedding = nn.Embedding(size, 256)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        h = self.features(x)  # (N, 256)
        return self.output(h).squeeze(1) + (self.embedding(y) * h).sum(1)


class ConcatDiscriminator(nn.Module):
    """Images and labels to logits (N,): the one-hot label beside the pixels.

    scale: the height of the label's 1. Mirza and Osindero, 2014.
    """

    def __init__(self, size: int = 10, scale: float = 1.0) -> None:
        super().__init__()
        self.size, self.scale = size, scale
        self.net = nn.Sequential(_features(784 + size), nn.Linear(256, 1))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        known = self.scale * F.one_hot(y, self.size).float()
        return self.net(beside(x, known, self.size)).squeeze(1)
