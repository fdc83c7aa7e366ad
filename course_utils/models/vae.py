"""The variational autoencoder of Kingma and Welling (2014), with the sizes of pytorch/examples."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from course_utils.distributions import reparameterize


class VAE(nn.Module):
    """784-hidden-latent_dim-hidden-784. The encoder gives mu and logvar, which is log sigma^2.

    hidden, layers: width and number of the ReLU layers on each side. Kingma and Welling, 2014,
    appendix C.
    """

    def __init__(self, latent_dim: int = 20, hidden: int = 400, layers: int = 1) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),  # (N, 784)
            *_hidden_layers(784, hidden, layers),  # (N, hidden)
            nn.Linear(hidden, 2 * latent_dim),  # mu, then logvar
        )
        self.decoder = nn.Sequential(
            *_hidden_layers(latent_dim, hidden, layers),  # (N, hidden)
            nn.Linear(hidden, 784),
            nn.Unflatten(1, (1, 28, 28)),  # (N, 1, 28, 28)
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and logvar, (N, latent_dim) each, for images (N, 1, 28, 28) in [0, 1]."""
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Logits (N, 1, 28, 28) of codes (N, latent_dim); the image is sigmoid(logits)."""
        return self.decoder(z)

    def forward(self, x: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """logits, mu and logvar, as above, for images x (N, 1, 28, 28) and their codes z.

        eps: (N, latent_dim), the standard normal noise in z; drawn here if it is None.
        """
        mu, logvar = self.encode(x)
        z = reparameterize(mu, logvar, torch.randn_like(mu) if eps is None else eps)
        return self.decode(z), mu, logvar


def _hidden_layers(inputs: int, hidden: int, layers: int) -> list[nn.Module]:
    """Linear and ReLU, `layers` times: (N, inputs) -> (N, hidden)."""
    widths = [inputs] + [hidden] * layers
    return [part for a, b in pairwise(widths) for part in (nn.Linear(a, b), nn.ReLU())]
