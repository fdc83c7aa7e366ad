"""An autoencoder for 28 x 28 images, with a hidden layer on each side."""

from __future__ import annotations

from torch import Tensor, nn


class Autoencoder(nn.Module):
    """Compresses an image to `latent_dim` numbers and back: 784-400-latent_dim-400-784.

    The sizes are those of the VAE in `vae.py`. Hinton and Salakhutdinov, Science, 2006.
    """

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),  # (N, 784)
            nn.Linear(784, 400),
            nn.ReLU(),
            nn.Linear(400, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 400),
            nn.ReLU(),
            nn.Linear(400, 784),
            nn.Unflatten(1, (1, 28, 28)),  # (N, 1, 28, 28)
        )

    def encode(self, x: Tensor) -> Tensor:
        """Codes (N, latent_dim) of images (N, 1, 28, 28) in [0, 1]."""
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """Logits (N, 1, 28, 28) of codes (N, latent_dim); the image is sigmoid(logits)."""
        return self.decoder(z)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, 1, 28, 28) of the reconstructions of images (N, 1, 28, 28)."""
        return self.decode(self.encode(x))
