"""Build a head from ellipsoids, nearest surface in front, and light it.

Light is computed on amounts of light (linear), averaged over 2 × 2 fine pixels, and turned into
the sRGB values of a picture last.
"""

from __future__ import annotations

from math import pi
from typing import Literal

import torch
from torch import Tensor

from course_utils.data.face_features import depth_of, hairline, paint_features
from course_utils.data.face_shapes import FAR, Ellipsoid, Grid, in_head, turn

Features = Literal["right", "none", "flipped"]  # flipped: the mouth above, the eyes below

FINE = 2  # painted at twice the size and averaged down, for smooth edges
LIGHT_HEIGHT = 35.0  # degrees above the horizon
AMBIENT, KEY = (0.300, 0.262, 0.248), (0.700, 0.738, 0.752)  # they add up to white light
FACING = 0.82  # cosine at which the key light counts as 1: a surface that faces the viewer
EXPOSURE = 1.4  # so that a well lit face comes out, at its median, as its shade of the scale
SHOULDER = 0.7  # light above this is compressed, as film does, and never reaches white
WRAP = 0.15  # light reaches this far round the edge of the shadow, as it does on skin
SHEEN, RIM = 0.13, 0.35  # shares of the light that skin and hair mirror, head on and at the rim
SHEEN_TINT = (1.0, 0.80, 0.66)
UPWARD, VIEWER = (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
BACKDROP, SKIN, NECK, HAIR, SHIRT = range(5)

MONK = (
    "#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96",
    "#a07e56", "#825c43", "#604134", "#3a312a", "#292420",
)  # fmt: skip
HAIR_RAMP = ("#1d1918", "#33251e", "#4d3424", "#6f452b", "#8e5d33", "#ad8449")
BACKDROP_RAMP = ("#d98f7c", "#e6bd7e", "#a9bf8a", "#7fb3b8", "#8b9fce", "#b595c4")
SHIRT_COLOR = "#4d6b86"

Lit = tuple[Tensor, Tensor, Tensor]  # key light, light of the surroundings, sheen


def linear(code: str) -> Tensor:
    """Amounts of light (3,) of an sRGB color such as "#f6ede4" (IEC 61966-2-1)."""
    c = torch.tensor([int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return torch.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def to_srgb(light: Tensor) -> Tensor:
    """sRGB values in [0, 1] of amounts of light."""
    curve = 1.055 * light.clamp(1e-9, 1) ** (1 / 2.4) - 0.055
    return torch.where(light <= 0.0031308, 12.92 * light, curve)


def along_ramp(codes: tuple[str, ...], at: Tensor) -> Tensor:
    """Colors (N, 3) on the way through `codes`, at 0 (first) to 1 (last)."""
    ramp = torch.stack([linear(code) for code in codes])
    place = at.clamp(0, 1) * (len(codes) - 1)
    low = place.long().clamp(max=len(codes) - 2)
    return torch.lerp(ramp[low], ramp[low + 1], (place - low).unsqueeze(-1))


class Scene:
    """A block of N pictures being painted; planes are (N, H, W) on the fine grid.

    depth: how near the nearest surface is · part: what it belongs to · lit: how it is lit
    """

    def __init__(self, factors: dict[str, Tensor], side: int) -> None:
        self.f, self.n, self.side = factors, len(factors["azimuth"]), side * FINE
        self.grid = Grid(self.side)
        self.rotation = turn(factors["azimuth"], factors["elevation"])
        self.body = torch.eye(3).expand(self.n, 3, 3)
        angle, up = factors["light_direction"] * (pi / 180), torch.tensor(LIGHT_HEIGHT * pi / 180)
        self.sun = torch.stack(
            [angle.sin() * up.cos(), up.sin().expand(self.n), angle.cos() * up.cos()], -1
        )
        half = self.sun + torch.tensor(VIEWER)
        self.half = half / half.norm(dim=-1, keepdim=True)
        shape = (self.n, self.side, self.side)
        self.depth, self.part = torch.full(shape, FAR), torch.zeros(shape, dtype=torch.uint8)
        self.lit = (torch.zeros(shape), torch.ones(shape), torch.zeros(shape))
        self.colors = colors_of(factors)

    def paint_head(self, features: Features = "right") -> Tensor:
        """A person's head and shoulders, float32 (N, 3, side, side) in [0, 1]."""
        self._body()
        self._head()
        self._hair()
        albedo = self.albedo()
        if features != "none":
            self.on_face &= self.part == SKIN
            paint_features(albedo, self, flipped=features == "flipped")
        return self.develop(albedo)

    def ellipsoid(self, center: object, radii: object, fixed: bool = False) -> Ellipsoid:
        center, radii = (torch.as_tensor(v, dtype=torch.float32) for v in (center, radii))
        return Ellipsoid(self.grid, center, radii, self.body if fixed else self.rotation)

    def add(self, e: Ellipsoid, lit: Lit, part: int, keep: Tensor) -> None:
        """Put an ellipsoid in front of what is farther away, where `keep` holds."""
        at = (slice(None), e.rows, e.columns)
        front = (e.depth > self.depth[at]).logical_and_(keep)
        self.part[at].masked_fill_(front, part)
        for new, old in zip((e.depth, *lit), (self.depth, *self.lit), strict=True):
            old[at] = torch.where(front, new, old[at])

    def light(self, e: Ellipsoid, dull: bool = False) -> Lit:
        """How an ellipsoid is lit, three planes; dull: without sheen."""
        key = e.along(self.sun).add_(WRAP).div_(FACING + WRAP).clamp_(min=0)
        sky = e.along(torch.tensor(UPWARD).expand(self.n, 3)).mul_(0.25).add_(0.9)
        if dull:
            return key, sky, torch.zeros_like(key)
        sheen = e.along(self.half).clamp_(min=0)
        for _ in range(3):
            sheen.mul_(sheen)
        graze = 1 - e.along(torch.tensor(VIEWER).expand(self.n, 3)).clamp_(0, 1)
        sheen += RIM * graze * graze * (0.5 + key)
        return key, sky, sheen

    def _body(self) -> None:
        neck = self.ellipsoid((0.0, -0.60, -0.12), (0.18, 0.42, 0.19), fixed=True)
        key, sky, sheen = self.light(neck, dull=True)
        shade = ((-0.44 - neck.grid_y) / 0.25).clamp(0, 1) * 0.45 + 0.55  # under the chin
        self.add(neck, (key * shade, sky * shade, sheen), NECK, neck.hit)
        shirt = self.ellipsoid((0.0, -1.02, -0.15), (0.74, 0.42, 0.36), fixed=True)
        lit = self.light(shirt, dull=True)
        collar = (shirt.grid_x / 0.24) ** 2 + ((shirt.grid_y + 0.58) / 0.10) ** 2 > 1
        self.add(shirt, lit, SHIRT, shirt.hit & collar)

    def _head(self) -> None:
        """Cranium, jaw and nose run smoothly into each other; ears are put beside them."""
        head = self.ellipsoid((0.0, 0.12, -0.04), (0.45, 0.46, 0.49))
        lit = self.light(head)
        self.add(head, lit, SKIN, head.hit)
        self.merge(self.ellipsoid((0.0, -0.14, 0.04), (0.385, 0.42, 0.42)), 0.06)
        self.merge(self.ellipsoid((0.0, -0.10, 0.44), (0.075, 0.09, 0.11)), 0.03)
        self.on_face = self.part == SKIN
        for side in (-1.0, 1.0):
            ear = self.ellipsoid((side * 0.44, -0.04, -0.02), (0.055, 0.115, 0.085))
            before = self.depth[:, ear.rows, ear.columns].clone()
            self.add(ear, self.light(ear), SKIN, ear.hit)
            self.on_face[:, ear.rows, ear.columns] &= self.depth[:, ear.rows, ear.columns] == before

    def merge(self, e: Ellipsoid, soft: float) -> None:
        """Let skin run smoothly into an ellipsoid: the quadratic smooth maximum of two depths."""
        at = (slice(None), e.rows, e.columns)
        mix = ((e.depth - self.depth[at]) / (2 * soft) + 0.5).clamp_(0, 1)
        mix *= e.hit
        bulge = soft * mix * (1 - mix)
        for new, old in zip((e.depth, *self.light(e)), (self.depth, *self.lit), strict=True):
            old[at] = torch.lerp(old[at], new, mix)
        self.depth[at] += bulge
        self.part[at].masked_fill_(mix > 0.5, SKIN)

    def _hair(self) -> None:
        long = self.f["hair_length"]
        zero = torch.zeros_like(long)
        thick = 0.015 + 0.06 * long.clamp(max=0.7)
        cap = self.ellipsoid(
            torch.stack([zero, 0.12 + 0.4 * thick, -0.04 - 0.8 * thick], -1),
            torch.stack([0.452 + thick, 0.462 + thick, 0.492 + thick], -1),
        )
        x, y, z = in_head(cap.grid_x, cap.grid_y, cap.depth, self.rotation)
        strands = 1 + 0.13 * torch.sin(24 * (x - 0.12) + 9 * z)
        key, sky, sheen = self.light(cap)
        lit = (key * strands, sky * strands, sheen)
        self.add(cap, lit, HAIR, cap.hit & (y > hairline(x, z)))
        bottom, wide = -0.02 - 0.75 * long, 0.40 + 0.15 * (2 * long).clamp(max=1)
        back = self.ellipsoid(
            torch.stack([zero, (0.45 + bottom) / 2, -0.26 + zero], -1),
            torch.stack([wide, (0.45 - bottom) / 2, 0.32 + zero], -1),
        )
        self.add(back, self.light(back), HAIR, back.hit)

    def skin_and_hair(self) -> tuple[Tensor, Tensor]:
        return self.colors[SKIN], self.colors[HAIR]

    def albedo(self) -> Tensor:
        """What share of the light each point throws back, (N, H, W, 3)."""
        palette = torch.stack([self.colors[part] for part in range(len(self.colors))], 1)
        row = len(self.colors) * torch.arange(self.n, dtype=torch.int32).view(-1, 1, 1) + self.part
        return palette.view(-1, 3)[row.flatten()].view(self.n, self.side, self.side, 3)

    def develop(self, albedo: Tensor) -> Tensor:
        """Light times albedo plus sheen, made coarse, as sRGB (N, 3, side, side)."""
        strength = self.f["light_strength"].view(-1, 1, 1)
        behind = self.part == BACKDROP
        glow = 1 - 0.2 * (self.grid.x**2 + (self.grid.y - 0.1) ** 2)
        key = torch.where(behind, glow, self.lit[0]) * strength
        sky = torch.where(behind, glow, self.lit[1])
        sheen = self.lit[2] * (SHEEN * strength)
        light = sky.unsqueeze(-1) * torch.tensor(AMBIENT)
        light.addcmul_(key.unsqueeze(-1), torch.tensor(KEY)).mul_(albedo).mul_(EXPOSURE)
        light.addcmul_(sheen.unsqueeze(-1), torch.tensor(SHEEN_TINT))
        return to_srgb(compress(coarse(light))).permute(0, 3, 1, 2).contiguous()


def colors_of(factors: dict[str, Tensor]) -> dict[int, Tensor]:
    """For each part its color (N, 3), as amounts of light."""
    shade = factors["skin_tone"].round().long().clamp(1, len(MONK)) - 1
    skin = torch.stack([linear(code) for code in MONK])[shade]
    lightest = 1 - 0.7 * depth_of(skin).squeeze(-1)  # of the hair: blond goes with light skin
    return {
        BACKDROP: along_ramp(BACKDROP_RAMP, factors["background"]) / EXPOSURE,
        SKIN: skin,
        NECK: skin,
        HAIR: along_ramp(HAIR_RAMP, factors["hair_color"] * lightest),
        SHIRT: linear(SHIRT_COLOR).expand_as(skin),
    }


def coarse(light: Tensor) -> Tensor:
    """Means over FINE × FINE points: (N, H, W, 3) to (N, H / FINE, W / FINE, 3)."""
    n, high, wide, _ = light.shape
    rows = light.view(n, high // FINE, FINE, wide * 3).sum(2)
    pool = torch.eye(wide // FINE).repeat_interleave(FINE, 0) / FINE**2  # a product is fastest
    return (rows @ torch.kron(pool, torch.eye(3))).view(n, high // FINE, wide // FINE, 3)


def compress(light: Tensor) -> Tensor:
    """Bend amounts above SHOULDER so that they stay below 1."""
    room = 1 - SHOULDER
    over = (light - SHOULDER).clamp_(min=0)
    return light.clamp(max=SHOULDER).add_(over.div_(-room).expm1_(), alpha=-room)
