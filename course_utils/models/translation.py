"""From one image to another: a small U-Net, and a discriminator that judges patches.

For images (N, C, H, W) in [0, 1] whose sides are multiples of 8; notebook 15's are 16 × 16.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class UNet(nn.Module):
    """(N, inputs, H, W) to (N, outputs, H, W), with skip connections. Ronneberger et al., 2015.

    residual: begin as the identity and learn what to change of the first `outputs` channels.
    """

    def __init__(
        self, inputs: int = 3, outputs: int = 3, width: int = 16, residual: bool = False
    ) -> None:
        super().__init__()
        self.residual = residual
        w, last = width, nn.Conv2d(width + inputs, outputs, 3, padding=1)
        if residual:
            for parameter in last.parameters():
                nn.init.zeros_(parameter)
        self.down = nn.ModuleList(
            nn.Conv2d(a, b, 4, 2, 1) for a, b in ((inputs, w), (w, 2 * w), (2 * w, 4 * w))
        )
        self.up = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1) for a, b in ((4 * w, 2 * w), (4 * w, w), (2 * w, w))
        )
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        levels = [x]
        for layer in self.down:  # (N, w, H/2, W/2), (N, 2w, H/4, W/4), (N, 4w, H/8, W/8)
            levels.append(F.leaky_relu(layer(levels[-1]), 0.2))
        h = levels.pop()
        for layer in self.up:  # back up, each level beside what the way down left there
            h = F.interpolate(F.leaky_relu(layer(h), 0.2), scale_factor=2)
            h = torch.cat([h, levels.pop()], 1)
        change = self.last(h)  # (N, outputs, H, W)
        return x[:, : change.shape[1]] + change if self.residual else change.sigmoid()


class PatchDiscriminator(nn.Module):
    """Images (N, inputs, H, W), or pairs, to a map of logits (N, 1, H/4 - 1, W/4 - 1).

    A logit sees 22 × 22 pixels. Isola et al., "Image-to-image translation", 2017, section 3.2.2.
    """

    layers = ((4, 2), (4, 2), (4, 1))  # kernel and stride, from input to output

    def __init__(self, inputs: int = 6, width: int = 16) -> None:
        super().__init__()
        sizes = (inputs, width, 2 * width, 1)
        self.convs = nn.ModuleList(
            nn.Conv2d(sizes[i], sizes[i + 1], kernel, stride, 1)
            for i, (kernel, stride) in enumerate(self.layers)
        )

    def forward(self, *images: Tensor) -> Tensor:
        h = torch.cat(images, 1)  # a pair (x, y) side by side in the channels
        for conv in self.convs[:-1]:
            h = F.leaky_relu(conv(h), 0.2)
        return self.convs[-1](h)
