"""A tiny conditional VAE, which says where it is handed another y."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Tiny(nn.Module):
    """A model with both methods. y: labels (N,), or what is seen of the image, (N, 1, h, w)."""

    def __init__(self, pixels: int, latent: int, known: int, side: tuple[int, int]) -> None:
        super().__init__()
        self.known, self.side, self.pixels = known, side, pixels
        self.encoder = nn.Linear(pixels + known, 2 * latent)
        self.decoder = nn.Linear(latent + known, pixels)

    def encode(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        if x.ndim < 2 or x[0].numel() != self.pixels:
            raise RuntimeError("image and y changed places")
        mu, logvar = self.encoder(torch.cat([x.flatten(1), self._numbers(y)], 1)).chunk(2, 1)
        return mu, logvar

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        logits = self.decoder(torch.cat([z, self._numbers(y)], 1))
        return logits.reshape(len(z), 1, *self.side)

    def _numbers(self, y: Tensor) -> Tensor:
        if y.is_floating_point() and y[0].numel() == self.known and y.ndim == 4:
            return y.flatten(1)
        if y.is_floating_point() or y.ndim != 1:
            raise RuntimeError("one_hot takes whole numbers, one for each image")
        return F.one_hot(y, self.known).float()
