"""A network that reads the factors of a drawn face; its features compare two sets of faces."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_utils.data.faces import FACTORS


class FaceJudge(nn.Module):
    """Faces (N, 3, 32, 32) in [0, 1] to their factors (N, 12), in the order of FACTORS.

    Each factor is scaled to run from -1 to 1.
    """

    def __init__(self) -> None:
        super().__init__()
        sizes = ((3, 16), (16, 32), (32, 48))  # to (N, 48, 4, 4)
        layers = [(nn.Conv2d(a, b, 4, stride=2, padding=1), nn.ReLU()) for a, b in sizes]
        flat = (nn.Flatten(), nn.Linear(768, 64), nn.ReLU())
        self.features = nn.Sequential(*(part for layer in layers for part in layer), *flat)
        self.output = nn.Linear(64, len(FACTORS))

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.features(x))


def scaled_factors(factors: dict[str, Tensor]) -> Tensor:
    """The factors (N,) of faces as what the judge is to give: (N, 12), each from -1 to 1."""
    middles = {name: (f.low + f.high) / 2 for name, f in FACTORS.items()}
    columns = [(factors[k] - m) / (FACTORS[k].high - m) for k, m in middles.items()]
    return torch.stack(columns, 1)
