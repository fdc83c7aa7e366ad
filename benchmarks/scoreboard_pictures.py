"""Pictures of the scoreboard's samples, unselected, readable on light and on dark pages."""

from __future__ import annotations

import io

import torch
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from course_utils.data.toy import toy_density

ROWS, COLUMNS, SIDE, POINTS = 2, 8, 3.1, 800  # climbed points end at 3


def picture(data: str, samples: Tensor) -> Image.Image:
    """The first samples: 2 x 8 digits (N, 1, 28, 28), or 800 points (N, 2) over the ring."""
    return _digits(samples) if data == "digits" else _points(samples)


def _digits(images: Tensor) -> Image.Image:
    tiles = images[: ROWS * COLUMNS, 0].reshape(ROWS, COLUMNS, 28, 28)
    sheet = tiles.permute(0, 2, 1, 3).reshape(ROWS * 28, COLUMNS * 28)
    return Image.fromarray((255 * sheet.clamp(0, 1)).round().to(torch.uint8).numpy())


def _points(x: Tensor) -> Image.Image:
    figure = Figure(figsize=(2.4, 2.4), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    line = torch.linspace(-SIDE, SIDE, 121)
    grid = torch.cartesian_prod(line, line)
    height = toy_density("ring").log_prob(grid).exp().reshape(121, 121).T
    ax.contour(line, line, height, levels=[0.02, 0.5], colors="#888888", linewidths=0.8)
    ax.scatter(x[:POINTS, 0], x[:POINTS, 1], s=3, color="#d1742f", alpha=0.6, linewidths=0)
    ax.set(xlim=(-SIDE, SIDE), ylim=(-SIDE, SIDE))
    ax.axis("off")
    out = io.BytesIO()
    figure.savefig(out, format="png", transparent=True)
    return Image.open(out).quantize(48)
