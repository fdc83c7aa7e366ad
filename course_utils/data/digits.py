"""Handwritten digits, drawn here: the path of a pen, randomly deformed, is drawn in ink.

Centered and scaled like MNIST (LeCun et al., 1998): a digit fills a 20×20 box, and its center of
mass lies in the middle of the 28×28 image. Unlike MNIST's, the factors behind each are known:

slant      how far the top leans right, per unit of height (tangent of the angle)
thickness  width of the pen in pixels
scale      longer side of the digit's box, in units of 20 pixels
wobble     how far the pen trembles from its smooth path, in pixels (standard deviation)
way        which way of writing the digit: a position in `digit_strokes.WAYS`, all digits counted
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from course_utils.data.dataset import Dataset
from course_utils.data.digit_strokes import way_tables
from course_utils.data.drawing import BLOCK, Drawn, draw_in_blocks

SIDE = 28
WAVES = torch.linspace(7, 28, 8)  # wavelengths of the pen's tremor, in pixels
EDGE = 1.25  # pixels over which ink fades to paper
HALF_WIDTH = 1.1774  # a Gaussian falls to one half at this many standard deviations


def draw_digits(n: int, split: str = "train", seed: int = 0) -> Dataset:
    """n drawn digits (n, 1, 28, 28), the same for the same split and seed on every call."""
    return draw_in_blocks(_draw_block, n, split, seed, tuple("0123456789"))


def _draw_block(rng: np.random.Generator) -> Drawn:
    digit = way_tables().digit
    labels = rng.integers(10, size=BLOCK)
    first, ways = np.searchsorted(digit, np.arange(10)), np.bincount(digit)  # of each digit
    way = first[labels] + (rng.random(BLOCK) * ways[labels]).astype(int)
    factors = {
        "slant": rng.normal(0.13, 0.25, BLOCK).clip(-0.5, 0.8),
        "thickness": (2.3 * np.exp(rng.normal(0, 0.22, BLOCK))).clip(1.4, 4.2),
        "scale": rng.uniform(0.88, 1.06, BLOCK),
        "wobble": rng.gamma(2.0, 0.13, BLOCK).clip(0, 1.2),
        "way": way,
    }
    path, pen = _move_pen(factors, rng)
    return _ink(path, pen, way), torch.from_numpy(labels), factors


def _move_pen(factors: dict[str, np.ndarray], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The path of the pen (N, POINTS, 2) in pixels and the radius of its tip (N, POINTS)."""
    tables, way = way_tables(), factors["way"]
    curve, control = torch.from_numpy(tables.curve), torch.from_numpy(tables.control)
    slant, thickness, scale, wobble = (
        torch.from_numpy(factors[key]).float()[:, None]
        for key in ("slant", "thickness", "scale", "wobble")
    )

    def noise(*shape: int) -> Tensor:
        return torch.from_numpy(rng.standard_normal((BLOCK, *shape), dtype=np.float32))

    points = control[way] + 3.4 * noise(control.shape[1], 2)
    path = curve[way] @ points - torch.tensor([30.0, 50.0])  # (N, POINTS, 2), about 100 high
    path = _bend(path / 50, 0.11 * noise(6)) * 50
    x, y = path.unbind(-1)
    x = x * torch.exp(0.24 + 0.22 * noise(1)) - slant * y
    side = 20 * scale - thickness
    path = _fit(torch.stack([x, y], -1), side)
    pressure = 1 + 0.14 * _tremble(path, noise(3, len(WAVES)))[..., 0]
    path = _fit(path + wobble.unsqueeze(-1) * _tremble(path, noise(3, len(WAVES))), side)
    return path, thickness / 2 * pressure.clamp(0.6, 1.4)


def _fit(path: Tensor, side: Tensor) -> Tensor:
    """Scale the path (N, P, 2) so that the longer side of its bounding box is `side` (N, 1)."""
    box = (path.amax(1) - path.amin(1)).amax(-1, keepdim=True)
    return path * (side / box).unsqueeze(-1)


def _bend(path: Tensor, by: Tensor) -> Tensor:
    """Add a parabola with coefficients `by` (N, 6) to the path (N, P, 2), which lies in [-1, 1]."""
    x, y = path.unbind(-1)
    terms = torch.stack([x * x, x * y, y * y], -1)  # (N, P, 3)
    return path + terms @ by.view(-1, 3, 2)


def _tremble(path: Tensor, noise: Tensor) -> Tensor:
    """Smooth random shifts (N, P, 2) along the path, of variance 1, from normal noise (N, 3, W).

    Each is a sum of W sine waves, with the lengths in WAVES, of the length that the pen has drawn.
    """
    step = (path[:, 1:] - path[:, :-1]).norm(dim=-1)
    drawn = pad(step, (1, 0)).cumsum(-1).unsqueeze(-1)  # (N, P, 1)
    angle = 2 * torch.pi * drawn / WAVES + 10 * noise[:, None, 2]  # (N, P, W)
    waves = noise[:, :2].transpose(1, 2) * (2 / len(WAVES)) ** 0.5  # (N, W, 2)
    return angle.sin() @ waves


def _ink(path: Tensor, radius: Tensor, way: np.ndarray) -> Tensor:
    """Images (N, 1, 28, 28) of paths (N, POINTS, 2) of a pen with this radius (N, POINTS).

    A sum of Gaussians along a straight line is exp(-d²/2s²) at distance d from the line. Solved for
    d, it gives a smooth distance to the whole path, with the corners of crossings filled. The sum
    is too small at the ends of a stroke, so some ink is added where the pen is set down or lifted.
    """
    stroke = torch.from_numpy(way_tables().stroke)[way]
    step = (path[:, 1:] - path[:, :-1]).norm(dim=-1) * (stroke[:, 1:] == stroke[:, :-1])
    before, after = pad(step, (1, 0)), pad(step, (0, 1))
    s = radius / HALF_WIDTH  # standard deviations (N, POINTS)
    length = (before + after) / 2 + 1.1 * s * ((before == 0) | (after == 0))
    mass = (length * radius).unsqueeze(-1)
    path = path - (path * mass).sum(1, keepdim=True) / mass.sum(1, keepdim=True)
    s = s.unsqueeze(-1)  # (N, POINTS, 1)
    grid = torch.arange(SIDE) - SIDE / 2  # MNIST's middle is pixel 14, not 13.5
    across = torch.exp(-(((grid - path[:, :, :1]) / s) ** 2) / 2)  # (N, POINTS, 28)
    down = torch.exp(-(((grid - path[:, :, 1:]) / s) ** 2) / 2) * (
        length.unsqueeze(-1) / (s * (2 * torch.pi) ** 0.5)
    )
    near = down.transpose(1, 2) @ across  # (N, 28, 28)
    distance = (-2 * near.clamp(1e-12, 1).log()).sqrt()  # in standard deviations
    depth = (HALF_WIDTH - distance) * s.mean(1, keepdim=True)  # pixels inside the edge
    ink = (0.5 + depth / EDGE).clamp(0, 1)
    return (255 * ink).round().to(torch.uint8).unsqueeze(1)
