"""Ellipsoids seen from the front: how near their surface is, and how it faces the light.

Axes as the viewer sees them: x to the right, y up, z toward the viewer; the image spans REACH to
all sides. An ellipsoid is the set of points p with (p - c)ᵀ M (p - c) = 1, and M (p - c) is normal
to it. The view is orthographic: every ray runs along z, so a quadratic equation in z says where it
meets an ellipsoid. A "plane" here is one number for each point of an image.
"""

from __future__ import annotations

from functools import cached_property
from math import pi

import torch
from torch import Tensor

FAR = -9.0  # depth where there is nothing
REACH, LOW = 0.70, 0.02  # half the image's height, and the y of its middle


def turn(azimuth: Tensor, elevation: Tensor) -> Tensor:
    """Rotations (N, 3, 3) from the head's axes to the viewer's, from angles (N,) in degrees.

    The nose points along z in the head's axes, along (cos e sin a, sin e, cos e cos a) in the
    viewer's, with azimuth a and elevation e.
    """
    a, e = azimuth * (pi / 180), elevation * (pi / 180)
    zero, ca, sa, ce, se = torch.zeros_like(a), a.cos(), a.sin(), e.cos(), e.sin()
    rows = [ca, -sa * se, sa * ce, zero, ce, se, -sa, -ca * se, ca * ce]
    return torch.stack(rows, -1).view(-1, 3, 3)


WHOLE = slice(None), slice(None)


class Grid:
    """The points of an image of side × side, within REACH of (0, LOW), or of a window of it.

    x: (1, 1, W) · y: (1, H, 1) · high, wide: H and W · step: distance between two points
    """

    def __init__(self, side: int, window: tuple[slice, slice] = WHOLE) -> None:
        """window: which rows and columns."""
        at = REACH * ((torch.arange(side) + 0.5) / side * 2 - 1)
        rows, columns = window
        self.x, self.y = at[columns].view(1, 1, -1), LOW - at[rows].view(1, -1, 1)
        self.high, self.wide = self.y.numel(), self.x.numel()
        self.step = 2 * REACH / side

    def box(self, x: tuple[float, float], y: tuple[float, float]) -> tuple[slice, slice]:
        """The rows and columns of all points with x and y between these bounds."""
        columns = ((self.x > x[0]) & (self.x < x[1])).flatten().nonzero().flatten()
        rows = ((self.y > y[0]) & (self.y < y[1])).flatten().nonzero().flatten()
        return _span(rows), _span(columns)


def _span(found: Tensor) -> slice:
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


class Ellipsoid:
    """N ellipsoids, computed on the part (h, w) of the grid that they cover, all N in one.

    rows, columns: of that part · grid_x, grid_y: its points · hit: bool (N, h, w), whether the ray
    meets the ellipsoid · depth: (N, h, w), z of the nearest point, FAR where the ray misses it
    """

    def __init__(self, grid: Grid, center: Tensor, radii: Tensor, rotation: Tensor) -> None:
        """center, radii: (N, 3) or (3,) in axes that rotation (N, 3, 3) takes to the viewer's."""
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
        # where the ray meets it: m22 z² + 2 slope z + rest = 0, with z counted from the center
        slope = m[:, 0, 2] * self.x + m[:, 1, 2] * self.y
        rest = m[:, 0, 0] * self.x**2 + (m[:, 1, 1] * self.y**2 - 1)
        rest.addcmul_(2 * m[:, 0, 1] * self.x, self.y)
        root = torch.addcmul(slope * slope, rest, m[:, 2, 2], value=-1)
        self.hit = root > 0
        self.z = root.clamp_(min=0).sqrt_().sub_(slope).div_(m[:, 2, 2])
        self.depth = torch.where(self.hit, self.z + self.cz, FAR)

    def along(self, direction: Tensor) -> Tensor:
        """Cosine (N, h, w) between the surface's normal and directions (N, 3) of length 1."""
        a, b, c = (self.form @ direction.unsqueeze(-1))[..., None].unbind(1)  # M is symmetric
        product = torch.addcmul(a * self.x + b * self.y, c, self.z)  # direction · M (p - c)
        return product.mul_(self._inverse_length)

    @cached_property
    def _inverse_length(self) -> Tensor:
        """1 / |M (p - c)|, (N, h, w): the square root of (p - c)ᵀ M² (p - c), inverted."""
        s = (self.form @ self.form)[..., None, None]
        square = (s[:, 0, 0] * self.x**2) + s[:, 1, 1] * self.y**2
        square.addcmul_(2 * s[:, 0, 1] * self.x, self.y)
        rest = 2 * (s[:, 0, 2] * self.x + s[:, 1, 2] * self.y)
        rest.addcmul_(s[:, 2, 2], self.z)
        return square.addcmul_(rest, self.z).clamp_(min=1e-6).rsqrt_()


def hairline(x: Tensor, z: Tensor) -> Tensor:
    """The y at which hair begins, in the head's axes: at the brow in front, at the nape behind."""
    return 0.06 + 0.72 * z - 0.45 * (x * x) - 0.10 * (x - 0.14).abs()


def in_head(x: Tensor, y: Tensor, z: Tensor, rotation: Tensor) -> tuple[Tensor, ...]:
    """Points in the head's axes, from the viewer's: three planes (N, h, w), like z."""
    axes = rotation[..., None, None].unbind(2)  # columns: the head's axes, seen by the viewer
    return tuple(torch.addcmul(axis[:, 0] * x + axis[:, 1] * y, axis[:, 2], z) for axis in axes)
