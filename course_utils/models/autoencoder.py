"""An autoencoder for 28 x 28 images, with a hidden layer on each side."""

from __future__ import annotations

from torch import Tensor, nn


class Autoencoder(nn.Module):
    """Squeezes an image through `latent_dim` numbers. Hinton and Salakhutdinov, Science, 2006.

    encode: (N, 1, 28, 28) -> (N, latent_dim); decode: (N, latent_dim) -> logits (N, 1, 28, 28).
    The image is sigmoid(logits). 784-400-latent_dim-400-784, the sizes of the VAE beside it.
    """

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),  # (N, 784)
            nn.Linear(784, 400), nn.ReLU(),
            nn.Linear(400, latent_dim),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 400), nn.ReLU(),
            nn.Linear(400, 784),
            nn.Unflatten(1, (1, 28, 28)),  # (N, 1, 28, 28)
        )  # fmt: skip

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))
