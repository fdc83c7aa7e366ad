"""The DCGAN of notebook 06 with labels: as planes at D's entrance, or by projection at its end."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_utils.models.conditional import beside
from coursework.exercises.nb10.labels import append_label_planes
from coursework.exercises.nb10.projection import projection_logit


class Drawing(nn.Module):
    """Noise (N, 32) and labels (N,) to images (N, 1, 28, 28)."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(42, 48 * 7 * 7, bias=False),
            nn.Unflatten(1, (48, 7, 7)),
            nn.BatchNorm2d(48),
            nn.ReLU(),
            nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1, bias=False),  # (N, 24, 14, 14)
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.ConvTranspose2d(24, 1, 4, stride=2, padding=1),  # (N, 1, 28, 28)
            nn.Sigmoid(),
        )

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.net(beside(z, y, 10))


class Judging(nn.Module):
    """Images (N, 1, 28, 28) and labels (N,) to logits (N,). way: "planes" or "projection"."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.features = nn.Sequential(
            nn.Conv2d(11 if way == "planes" else 1, 24, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(24, 48, 4, stride=2, padding=1, bias=False),  # (N, 48, 7, 7)
            nn.BatchNorm2d(48),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )
        self.weight = nn.Parameter(torch.zeros(48 * 7 * 7))
        self.embedding = nn.Parameter(torch.zeros(10, 48 * 7 * 7))
        for parameter in (self.weight, self.embedding):
            nn.init.normal_(parameter, 0.0, 0.02)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        if self.way == "planes":
            return self.features(append_label_planes(x, y, 10)) @ self.weight
        return projection_logit(self.features(x), y, self.weight, self.embedding)


def _small_weights(layer: nn.Module) -> None:
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(layer.weight, 0.0, 0.02)


def dcgan_pair(way: str) -> tuple[nn.Module, nn.Module]:
    """A generator and a discriminator, with the small weights of Radford et al., 2016."""
    return Drawing().apply(_small_weights), Judging(way).apply(_small_weights)
