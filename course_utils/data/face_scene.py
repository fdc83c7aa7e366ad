"""Build heads and shoulders from ellipsoids, nearest surface in front, and light them.

What a point of the image shows is chosen by depth; its color is albedo (the share of light that the
surface throws back) times light, plus sheen. All of it is computed on a fine grid, in amounts of
light, then averaged over 2 × 2 points and converted to sRGB values.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi
from typing import Literal

import torch
from torch import Tensor

from course_utils.data.face_colors import (
    BACKDROP,
    EXPOSURE,
    HAIR,
    NECK,
    SHIRT,
    SKIN,
    colors_of,
    compress,
    to_srgb,
)
from course_utils.data.face_features import Points, paint_features
from course_utils.data.face_shapes import FAR, WHOLE, Ellipsoid, Grid, hairline, in_head, turn

Features = Literal["right", "none", "flipped"]  # flipped: the mouth above, the eyes below

FINE = 2  # painted at twice the size and averaged down, for smooth edges
LIGHT_HEIGHT = 35.0  # degrees above the horizon
AMBIENT, KEY = (0.300, 0.262, 0.248), (0.700, 0.738, 0.752)  # they add up to white light
FACING = 0.82  # cosine at which the key light counts as 1: a surface that faces the viewer
WRAP = 0.15  # the key light reaches this much, as a cosine, beyond the edge of the shadow
SHEEN, RIM = 0.13, 0.35  # shares of the light that skin and hair mirror, head on and at the rim
SHEEN_TINT = (1.0, 0.80, 0.66)
UPWARD, VIEWER = (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)

Lit = tuple[Tensor, Tensor, Tensor]  # key light, ambient light, sheen: planes of the same shape
Vector = Tensor | Sequence[float]  # (N, 3) or (3,)


class FaceScene:
    """N pictures being painted; planes are (N, H, W) on the fine grid.

    depth: z of the nearest surface · part: uint8, what it belongs to (BACKDROP, SKIN, …)
    lit: how it is lit · on_face: bool, whether it may carry features
    """

    def __init__(
        self, factors: dict[str, Tensor], side: int, window: tuple[slice, slice] = WHOLE
    ) -> None:
        """factors: those of `faces.FACTORS`, (N,) each · side: of the images, in pixels.

        window: the rows and columns of the images that are painted.
        """
        self.f, self.n = factors, len(factors["azimuth"])
        self.grid = Grid(side * FINE, (_finer(window[0]), _finer(window[1])))
        self.rotation = turn(factors["azimuth"], factors["elevation"])  # of the head
        self.upright = torch.eye(3).expand(self.n, 3, 3)  # of the body
        angle, up = factors["light_direction"] * (pi / 180), torch.tensor(LIGHT_HEIGHT * pi / 180)
        self.sun = torch.stack(
            [angle.sin() * up.cos(), up.sin().expand(self.n), angle.cos() * up.cos()], -1
        )
        half = self.sun + torch.tensor(VIEWER)
        self.half = half / half.norm(dim=-1, keepdim=True)  # normals that mirror sun to viewer
        shape = (self.n, self.grid.high, self.grid.wide)
        self.depth, self.part = torch.full(shape, FAR), torch.zeros(shape, dtype=torch.uint8)
        self.lit: Lit = (torch.zeros(shape), torch.ones(shape), torch.zeros(shape))
        self.on_face = torch.zeros(shape, dtype=torch.bool)
        self.colors = colors_of(factors)

    def paint_head(self, features: Features = "right") -> Tensor:
        """Heads and shoulders, float32 (N, 3, side, side) in [0, 1], or a window of them."""
        self._add_body()
        self._add_head()
        self._add_hair()
        albedo = self.albedo()
        if features != "none":
            flipped = features == "flipped"
            paint_features(albedo, self._points_on_face(), self.f, self.colors, flipped)
        return self.develop(albedo)

    def ellipsoid(self, center: Vector, radii: Vector, fixed: bool = False) -> Ellipsoid:
        """Ellipsoids that turn with the head, or, if `fixed`, stay upright with the body."""
        center, radii = (torch.as_tensor(v, dtype=torch.float32) for v in (center, radii))
        return Ellipsoid(self.grid, center, radii, self.upright if fixed else self.rotation)

    def add(self, e: Ellipsoid, lit: Lit, part: int, keep: Tensor) -> None:
        """Put an ellipsoid in front of what is farther away, where `keep` holds."""
        at = (slice(None), e.rows, e.columns)
        front = (e.depth > self.depth[at]).logical_and_(keep)
        self.part[at].masked_fill_(front, part)
        for new, old in zip((e.depth, *lit), (self.depth, *self.lit), strict=True):
            old[at] = torch.where(front, new, old[at])

    def merge(self, e: Ellipsoid, soft: float) -> None:
        """Let skin run smoothly into an ellipsoid, over a difference in depth of `soft`.

        The quadratic smooth maximum of two depths: Quílez, "Smooth minimum", 2013.
        """
        at = (slice(None), e.rows, e.columns)
        mix = ((e.depth - self.depth[at]) / (2 * soft) + 0.5).clamp_(0, 1)
        mix *= e.hit
        bulge = soft * mix * (1 - mix)
        for new, old in zip((e.depth, *self.light(e)), (self.depth, *self.lit), strict=True):
            old[at] = torch.lerp(old[at], new, mix)
        self.depth[at] += bulge
        self.part[at].masked_fill_(mix > 0.5, SKIN)

    def light(self, e: Ellipsoid, dull: bool = False) -> Lit:
        """How an ellipsoid is lit; dull: without sheen.

        Key light by the cosine to the sun (Lambert), sheen by the half vector (Blinn, 1977) and,
        seen at a grazing angle, at the rim.
        """
        key = e.along(self.sun).add_(WRAP).div_(FACING + WRAP).clamp_(min=0)
        sky = e.along(torch.tensor(UPWARD).expand(self.n, 3)).mul_(0.25).add_(0.9)
        if dull:
            return key, sky, torch.zeros_like(key)
        sheen = e.along(self.half).clamp_(min=0)
        for _ in range(3):  # to the power of 8
            sheen.mul_(sheen)
        graze = 1 - e.along(torch.tensor(VIEWER).expand(self.n, 3)).clamp_(0, 1)
        sheen += RIM * graze * graze * (0.5 + key)
        return key, sky, sheen

    def _add_body(self) -> None:
        neck = self.ellipsoid((0.0, -0.60, -0.12), (0.18, 0.42, 0.19), fixed=True)
        key, sky, sheen = self.light(neck, dull=True)
        shade = ((-0.44 - neck.grid_y) / 0.25).clamp(0, 1) * 0.45 + 0.55  # under the chin
        self.add(neck, (key * shade, sky * shade, sheen), NECK, neck.hit)
        shirt = self.ellipsoid((0.0, -1.02, -0.15), (0.74, 0.42, 0.36), fixed=True)
        lit = self.light(shirt, dull=True)
        collar = (shirt.grid_x / 0.24) ** 2 + ((shirt.grid_y + 0.58) / 0.10) ** 2 > 1
        self.add(shirt, lit, SHIRT, shirt.hit & collar)

    def _add_head(self) -> None:
        """Cranium, jaw and nose run smoothly into each other; ears are put beside them."""
        head = self.ellipsoid((0.0, 0.12, -0.04), (0.45, 0.46, 0.49))
        lit = self.light(head)
        self.add(head, lit, SKIN, head.hit)
        self.merge(self.ellipsoid((0.0, -0.14, 0.04), (0.385, 0.42, 0.42)), 0.06)
        self.merge(self.ellipsoid((0.0, -0.10, 0.44), (0.075, 0.09, 0.11)), 0.03)
        self.on_face = self.part == SKIN
        for side in (-1.0, 1.0):
            ear = self.ellipsoid((side * 0.44, -0.04, -0.02), (0.055, 0.115, 0.085))
            at = (slice(None), ear.rows, ear.columns)
            before = self.depth[at].clone()
            self.add(ear, self.light(ear), SKIN, ear.hit)
            self.on_face[at] &= self.depth[at] == before

    def _add_hair(self) -> None:
        """A cap over the cranium down to the hairline, and an ellipsoid behind for long hair."""
        length = self.f["hair_length"]
        zero = torch.zeros_like(length)
        thick = 0.015 + 0.06 * length.clamp(max=0.7)
        cap = self.ellipsoid(
            torch.stack([zero, 0.12 + 0.4 * thick, -0.04 - 0.8 * thick], -1),
            torch.stack([0.452 + thick, 0.462 + thick, 0.492 + thick], -1),
        )
        x, y, z = in_head(cap.grid_x, cap.grid_y, cap.depth, self.rotation)
        strands = 1 + 0.13 * torch.sin(24 * (x - 0.12) + 9 * z)
        key, sky, sheen = self.light(cap)
        lit = (key * strands, sky * strands, sheen)
        self.add(cap, lit, HAIR, cap.hit & (y > hairline(x, z)))
        bottom, wide = -0.02 - 0.75 * length, 0.40 + 0.15 * (2 * length).clamp(max=1)
        back = self.ellipsoid(
            torch.stack([zero, (0.45 + bottom) / 2, -0.26 + zero], -1),
            torch.stack([wide, (0.45 - bottom) / 2, 0.32 + zero], -1),
        )
        self.add(back, self.light(back), HAIR, back.hit)

    def _points_on_face(self) -> Points:
        """The points of the head's skin, without ears and what hair covers, in the head's axes."""
        self.on_face &= self.part == SKIN
        pixel = self.on_face.flatten().nonzero().flatten()
        high, wide = self.grid.high, self.grid.wide
        face = pixel // (high * wide)
        column, row = pixel % wide, pixel // wide % high
        x, y = self.grid.x.flatten()[column], self.grid.y.flatten()[row]
        z, r = self.depth.flatten()[pixel], self.rotation[face]
        u, v, w = (r[:, 0, k] * x + r[:, 1, k] * y + r[:, 2, k] * z for k in range(3))
        return Points(pixel, face, u, v, w, sharp=1 / self.grid.step)

    def albedo(self) -> Tensor:
        """The share of the light that each point throws back, (N, H, W, 3)."""
        palette = torch.stack([self.colors[part] for part in range(len(self.colors))], 1)
        row = len(self.colors) * torch.arange(self.n, dtype=torch.int32).view(-1, 1, 1) + self.part
        return palette.view(-1, 3)[row.flatten()].view(*self.part.shape, 3)

    def develop(self, albedo: Tensor) -> Tensor:
        """Images (N, 3, side, side): albedo times light, plus sheen, averaged down, as sRGB."""
        strength = self.f["light_strength"].view(-1, 1, 1)
        behind = self.part == BACKDROP
        glow = 1 - 0.2 * (self.grid.x**2 + (self.grid.y - 0.1) ** 2)
        key = torch.where(behind, glow, self.lit[0]) * strength
        sky = torch.where(behind, glow, self.lit[1])
        sheen = self.lit[2] * (SHEEN * strength)
        light = sky.unsqueeze(-1) * torch.tensor(AMBIENT)
        light.addcmul_(key.unsqueeze(-1), torch.tensor(KEY)).mul_(albedo).mul_(EXPOSURE)
        light.addcmul_(sheen.unsqueeze(-1), torch.tensor(SHEEN_TINT))
        return to_srgb(compress(_averaged(light))).permute(0, 3, 1, 2).contiguous()


def _finer(span: slice) -> slice:
    """Rows or columns of the fine grid."""
    ends = (None if end is None else FINE * end for end in (span.start, span.stop))
    return slice(*ends)


def _averaged(light: Tensor) -> Tensor:
    """Means over FINE × FINE points: (N, H, W, 3) to (N, H / FINE, W / FINE, 3)."""
    n, high, wide, _ = light.shape
    rows = light.view(n, high // FINE, FINE, wide * 3).sum(2)
    pool = torch.eye(wide // FINE).repeat_interleave(FINE, 0) / FINE**2  # fastest as a product
    return (rows @ torch.kron(pool, torch.eye(3))).view(n, high // FINE, wide // FINE, 3)
