"""Ellipsoids seen from the front: how near they are, how they face the light, and where on them.

Axes as the viewer sees them: x to the right, y up, z toward the viewer; the picture spans REACH
to all sides. Rays run along z (orthographic view), so each ray and ellipsoid meet where a quadratic
equation says. An ellipsoid is the set of p with (p - c)ᵀ M (p - c) = 1; its normal is M (p - c).
"""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor

FAR = -9.0  # depth where there is nothing
REACH, LOW = 0.70, 0.02  # half the picture's height, and the height of its middle


def turn(azimuth: Tensor, elevation: Tensor) -> Tensor:
    """Rotations (N, 3, 3) that take head axes to the viewer's, from angles (N,) in degrees.

    The nose points along z in the head; seen by the viewer, along
    (cos e sin a, sin e, cos e cos a).
    """
    a, e = azimuth * (pi / 180), elevation * (pi / 180)
    zero, ca, sa, ce, se = torch.zeros_like(a), a.cos(), a.sin(), e.cos(), e.sin()
    rows = [ca, -sa * se, sa * ce, zero, ce, se, -sa, -ca * se, ca * ce]
    return torch.stack(rows, -1).view(-1, 3, 3)


class Grid:
    """The points of pictures of side × side: x (1, 1, W) and y (1, H, 1), within REACH of (0, LOW)."""

    def __init__(self, side: int) -> None:
        at = REACH * ((torch.arange(side) + 0.5) / side * 2 - 1)
        self.x, self.y = at.view(1, 1, -1), LOW - at.view(1, -1, 1)
        self.step = 2 * REACH / side

    def box(self, x: tuple[float, float], y: tuple[float, float]) -> tuple[slice, slice]:
        """Rows and columns that hold what lies between these x and these y."""
        columns = ((self.x > x[0]) & (self.x < x[1])).flatten().nonzero().flatten()
        rows = ((self.y > y[0]) & (self.y < y[1])).flatten().nonzero().flatten()
        return _span(rows), _span(columns)


def _span(found: Tensor) -> slice:
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


class Ellipsoid:
    """N ellipsoids; planes (N, h, w) are the part of the grid that the largest of them covers.

    depth: z of the nearest point, FAR where the ray misses · rows, columns: where that part lies
    """

    def __init__(self, grid: Grid, center: Tensor, radii: Tensor, rotation: Tensor) -> None:
        """center, radii (N, 3) or (3,) in head axes, rotation (N, 3, 3)."""
        radii = radii.expand(len(rotation), 3)
        middle = (rotation @ center.expand(len(rotation), 3).unsqueeze(-1)).unsqueeze(-1)
        cx, cy, self.cz = middle.unbind(1)  # (N, 1, 1) each
        self.form = rotation @ torch.diag_embed(radii**-2) @ rotation.mT  # M
        m = self.form[..., None, None]
        spread = (rotation @ torch.diag_embed(radii**2) @ rotation.mT).diagonal(dim1=1, dim2=2)
        reach = spread.sqrt()[..., None, None]
        left, low, _ = (middle - reach).amin(0).flatten().tolist()
        right, high, _ = (middle + reach).amax(0).flatten().tolist()
        self.rows, self.columns = grid.box((left, right), (low, high))
        self.grid_x, self.grid_y = grid.x[..., self.columns], grid.y[:, self.rows]
        self.x, self.y = self.grid_x - cx, self.grid_y - cy
        slope = m[:, 0, 2] * self.x + m[:, 1, 2] * self.y
        rest = m[:, 0, 0] * self.x**2 + (m[:, 1, 1] * self.y**2 - 1)
        rest.addcmul_(2 * m[:, 0, 1] * self.x, self.y)
        root = torch.addcmul(slope * slope, rest, m[:, 2, 2], value=-1)
        self.hit = root > 0
        self.z = root.clamp_(min=0).sqrt_().sub_(slope).div_(m[:, 2, 2])  # from the center
        self.depth = torch.where(self.hit, self.z + self.cz, FAR)

    def along(self, direction: Tensor) -> Tensor:
        """Cosine between the surface and directions (N, 3) of length 1, as a plane."""
        return self._linear((self.form @ direction.unsqueeze(-1)).squeeze(-1)).mul_(self.steep())

    def steep(self) -> Tensor:
        """1 / length of M (p - c), as a plane; computed once."""
        if not hasattr(self, "_steep"):
            s = (self.form @ self.form)[..., None, None]
            square = (s[:, 0, 0] * self.x**2) + s[:, 1, 1] * self.y**2
            square.addcmul_(2 * s[:, 0, 1] * self.x, self.y)
            lean = 2 * (s[:, 0, 2] * self.x + s[:, 1, 2] * self.y)
            lean.addcmul_(s[:, 2, 2], self.z)
            self._steep = square.addcmul_(lean, self.z).clamp_(min=1e-6).rsqrt_()
        return self._steep

    def _linear(self, by: Tensor) -> Tensor:
        a, b, c = by[..., None, None].unbind(1)
        return torch.addcmul(a * self.x + b * self.y, c, self.z)


def in_head(x: Tensor, y: Tensor, z: Tensor, rotation: Tensor) -> tuple[Tensor, ...]:
    """Head axes of points in the viewer's axes: three planes like z (N, h, w)."""
    axes = rotation[..., None, None].unbind(2)  # columns: the head's axes, seen by the viewer
    return tuple(torch.addcmul(axis[:, 0] * x + axis[:, 1] * y, axis[:, 2], z) for axis in axes)
