"""The variational autoencoder of Kingma and Welling (2014), as small as pytorch/examples has it."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from course_utils.distributions import reparameterize


class VAE(nn.Module):
    """784-400-latent_dim-400-784. The encoder gives mu and logvar = log sigma^2, never log sigma.

    encode: (N, 1, 28, 28) -> mu, logvar (N, latent_dim)
    decode: (N, latent_dim) -> logits (N, 1, 28, 28); the image is sigmoid(logits).
    hidden, layers: width and number of the ReLU layers on each side.
    """

    def __init__(self, latent_dim: int = 20, hidden: int = 400, layers: int = 1) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),  # (N, 784)
            *_hidden_layers(784, hidden, layers),  # (N, hidden)
            nn.Linear(hidden, 2 * latent_dim),  # mu and logvar, in one product
        )
        self.decoder = nn.Sequential(
            *_hidden_layers(latent_dim, hidden, layers),  # (N, hidden)
            nn.Linear(hidden, 784),
            nn.Unflatten(1, (1, 28, 28)),  # (N, 1, 28, 28)
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        return mu, logvar  # (N, latent_dim) each

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)  # (N, 1, 28, 28), logits

    def forward(self, x: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """logits, mu and logvar for images x; eps (N, latent_dim) replaces the standard noise."""
        mu, logvar = self.encode(x)
        z = reparameterize(mu, logvar, torch.randn_like(mu) if eps is None else eps)
        return self.decode(z), mu, logvar


def _hidden_layers(inputs: int, hidden: int, layers: int) -> list[nn.Module]:
    widths = [inputs] + [hidden] * layers
    return [part for a, b in pairwise(widths) for part in (nn.Linear(a, b), nn.ReLU())]
