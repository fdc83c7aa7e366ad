"""A generator with a style for each level, for faces of 32 x 32; notebook 16 teaches its parts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

LEVELS, LATENT = 4, 32  # sides of 4, 8, 16 and 32 pixels; numbers in z and in w
CHANNELS = (48, 48, 32, 24)


def adain(x: Tensor, scale: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Channels of x (N, C, H, W) normalized in each example, then times scale, plus bias (N, C)."""
    return scale[:, :, None, None] * F.instance_norm(x, eps=eps) + bias[:, :, None, None]


class StyleGenerator(nn.Module):
    """z (N, 32) to w (N, 32), and a w for each level (N, 4, 32) to faces (N, 3, 32, 32) in [0, 1].

    restyle: how a level takes its style. After Karras et al., "A style-based generator
    architecture for generative adversarial networks", 2019.
    """

    def __init__(self, restyle: Callable[[Tensor, Tensor, Tensor], Tensor] = adain) -> None:
        super().__init__()
        self.restyle = restyle
        layers = [(nn.Linear(LATENT, LATENT), nn.LeakyReLU(0.2)) for _ in range(3)]
        self.mapping = nn.Sequential(*(part for layer in layers for part in layer))
        self.start = nn.Parameter(torch.randn(CHANNELS[0], 4, 4))
        widths = (
            CHANNELS[0],
            *CHANNELS,
        )  # level 0 is styled before its convolution too
        self.styles = nn.ModuleList(nn.Linear(LATENT, 2 * width) for width in widths)
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(widths))
        self.noise = nn.ParameterList(torch.zeros(width, 1, 1) for width in CHANNELS)
        self.to_rgb = nn.Conv2d(CHANNELS[-1], 3, 1)

    def to_w(self, z: Tensor) -> Tensor:
        """w (N, 32) of z (N, 32); the length of z doesn't matter."""
        return self.mapping(z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt())

    def forward(self, w: Tensor, generator: Generator | None = None) -> Tensor:
        """Faces of w (N, 4, 32), or (N, 32), one for all levels.

        generator: draws the noise that is added at each level; without it there is none.
        """
        return torch.sigmoid(self.to_rgb(self.features(w, generator)[-1]))

    def features(self, w: Tensor, generator: Generator | None = None) -> list[Tensor]:
        """What each level hands on: (N, 48, 4, 4), (N, 48, 8, 8), (N, 32, 16, 16), (N, 24, 32, 32).

        w (N, L, 32) with fewer than four levels gives the first L.
        """
        w = w[:, None].expand(-1, LEVELS, -1) if w.ndim == 2 else w
        h, found = self._styled(0, self.start.expand(len(w), -1, -1, -1), w[:, 0]), []
        for n in range(w.shape[1]):
            h = self.convs[n](F.interpolate(h, scale_factor=2) if n else h)
            if generator is not None:
                eps = torch.randn(len(h), 1, *h.shape[2:], generator=generator)
                h = h + self.noise[n] * eps.to(h)
            h = self._styled(n + 1, F.leaky_relu(h, 0.2), w[:, n])
            found.append(h)
        return found

    def _styled(self, n: int, h: Tensor, w: Tensor) -> Tensor:
        scale, bias = self.styles[n](w).chunk(2, 1)
        return self.restyle(h, 1 + scale, bias)
