"""What is not a face but looks a little like one, made on purpose, so that a detector has to work.

Each is made from the factors of a face: its skin tone, its pose, its light and its background are
used, so that none of them tells faces from the rest, and errors can be counted by group.
Upside-down faces count as "not a face": the task is to find faces that are the right way up.

kind  0 smiley, 1 faceless head, 2 blobs, 3 upside-down, 4 misplaced features, 5 shuffled tiles,
      6 texture, 7 things
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from course_utils.data.dataset import Dataset
from course_utils.data.drawing import BLOCK, Drawn, draw_in_blocks
from course_utils.data.face_scene import BACKDROP, HAIR, SHIRT, SKIN, Scene
from course_utils.data.face_shapes import turn
from course_utils.data.faces import NAMES, check_shares, choose_factors, paint

KINDS = (
    "smiley", "faceless head", "blobs", "upside-down", "misplaced features", "shuffled tiles",
    "texture", "things",
)  # fmt: skip
TILES = 4  # a shuffled face is cut into 4 × 4


def draw_non_faces(
    n: int,
    split: str = "train",
    seed: int = 0,
    side: int = 32,
    shares: dict[str, float] | None = None,
) -> Dataset:
    """n pictures without a face (n, 3, side, side), of all KINDS; `shares` as in draw_faces."""
    check_shares(shares)

    def draw_block(rng: np.random.Generator) -> Drawn:
        factors = choose_factors(rng, shares)
        kind = rng.integers(len(KINDS), size=BLOCK)
        images = torch.empty((BLOCK, 3, side, side), dtype=torch.uint8)
        for number, name in enumerate(KINDS):
            at = np.flatnonzero(kind == number)
            if len(at):
                chosen = {key: value[at] for key, value in factors.items()}
                images[at] = _paint_kind(name, chosen, side, rng)
        return images, torch.zeros(BLOCK, dtype=torch.int64), factors | {"kind": kind}

    return draw_in_blocks(draw_block, n, split, seed + 1_000_003, NAMES)


def _paint_kind(
    kind: str, factors: dict[str, np.ndarray], side: int, rng: np.random.Generator
) -> Tensor:
    """uint8 (N, 3, side, side)."""
    if kind == "faceless head":
        return paint(factors, side, "none")
    if kind == "misplaced features":
        return paint(factors, side, "flipped")
    if kind == "upside-down":
        return paint(factors, side).flip(-2)
    if kind == "shuffled tiles":
        return _shuffle_tiles(paint(factors, side), rng)
    things = Things({name: torch.from_numpy(value) for name, value in factors.items()}, side)
    things.rng = rng
    image = {
        "smiley": things.paint_smiley,
        "blobs": things.paint_blobs,
        "texture": things.paint_texture,
        "things": things.paint_things,
    }[kind]()
    return (255 * image).round().to(torch.uint8)


def _shuffle_tiles(images: Tensor, rng: np.random.Generator) -> Tensor:
    n, channels, side, _ = images.shape
    size = side // TILES
    tiles = images.view(n, channels, TILES, size, TILES, size).permute(0, 2, 4, 1, 3, 5)
    tiles = tiles.reshape(n, TILES**2, channels, size, size)
    order = torch.from_numpy(rng.permuted(np.tile(np.arange(TILES**2), (n, 1)), axis=1))
    tiles = tiles[torch.arange(n).unsqueeze(1), order]
    tiles = tiles.view(n, TILES, TILES, channels, size, size).permute(0, 3, 1, 4, 2, 5)
    return tiles.reshape(n, channels, side, side)


class Things(Scene):
    """Pictures of anything but a head, painted as Scene paints heads."""

    rng: np.random.Generator

    def uniform(self, low: float, high: float) -> Tensor:
        """One random number a picture, (N, 1, 1)."""
        return torch.from_numpy(self.rng.uniform(low, high, (self.n, 1, 1)).astype(np.float32))

    def put(self, center: tuple, radii: tuple, part: int) -> None:
        """Add an ellipsoid; three numbers or (N, 1, 1) each for its center and its radii."""
        center, radii = (
            torch.stack([torch.as_tensor(v).expand(self.n, 1, 1).reshape(-1) for v in three], -1)
            for three in (center, radii)
        )
        e = self.ellipsoid(center.float(), radii.float())
        self.add(e, self.light(e), part, e.hit)

    def flat(self, inside: Tensor, part: int) -> None:
        """Paint a flat shape: lit like the backdrop, as if drawn on a wall."""
        self.part.masked_fill_(inside, part)

    def paint_smiley(self) -> Tensor:
        """Two dots and a line, most of them on a disk or a square, tilted like a turned head."""
        x, y = self.grid.x - self.uniform(-0.15, 0.15), self.grid.y - self.uniform(-0.15, 0.15)
        tilt, size = self.f["azimuth"].view(-1, 1, 1) / 200, self.uniform(0.6, 1.05)
        x, y = (x + tilt * y) / size, (y - tilt * x) / size
        square = (x.abs() < 0.5) & (y.abs() < 0.5)
        plate = torch.where(self.uniform(0, 1) < 0.5, square, x * x + y * y < 0.3)
        plate &= self.uniform(0, 1) < 0.8
        self.flat(plate, SKIN)
        dots = (x.abs() - self.uniform(0.15, 0.24)) ** 2 + (y - 0.12) ** 2
        dots = dots < self.uniform(0.003, 0.009)
        curve = self.f["smile"].view(-1, 1, 1) * 2 * x * x - 0.25
        line = ((y - curve).abs() < 0.035) & (x.abs() < self.uniform(0.12, 0.28))
        self.flat((dots | line) & ~plate, HAIR)
        self.flat((dots | line) & plate, BACKDROP)  # cut out, as in a stencil
        return self.develop_flat()

    def paint_texture(self) -> Tensor:
        """Stripes, checks or waves in the colors of skin, hair and backdrop."""
        angle = self.uniform(0, 3.1416)
        a = angle.cos() * self.grid.x + angle.sin() * self.grid.y
        b = angle.cos() * self.grid.y - angle.sin() * self.grid.x
        rate, other = self.uniform(6, 26), self.uniform(6, 26)
        bend = self.uniform(0, 3) * torch.sin(self.uniform(2, 7) * b)
        stripes = torch.sin(rate * a + bend)
        checks = torch.where(self.uniform(0, 1) < 0.5, torch.sin(other * b), 1.0)
        self.flat(stripes * checks > self.uniform(-0.4, 0.4), SKIN)
        self.flat(stripes * checks > self.uniform(0.4, 0.9), HAIR)
        return self.develop_flat()

    def paint_blobs(self) -> Tensor:
        """Ellipsoids in the color of skin, sometimes with a cap in the color of hair."""
        self.rotation = turn(self.f["azimuth"], self.uniform(-90, 90).flatten())
        for _ in range(3):
            center = (self.uniform(-0.5, 0.5), self.uniform(-0.6, 0.5), self.uniform(-0.3, 0.3))
            self.put(center, tuple(self.uniform(0.15, 0.5) for _ in range(3)), SKIN)
        self.put((self.uniform(-0.2, 0.2), 0.4, 0), (0.4, self.uniform(0.05, 0.3), 0.4), HAIR)
        return self.develop(self.albedo())

    def paint_things(self) -> Tensor:
        """A flower, a stack of balls, or a striped ball, lit as faces are."""
        kind, size = self.uniform(0, 3).floor(), self.uniform(0.8, 1.2)
        far = torch.where(kind == 0, 0.0, 9.0)  # what isn't wanted lies outside the picture
        for petal in np.arange(6) * np.pi / 3:
            self.put((far + 0.36 * size * np.cos(petal), 0.36 * size * np.sin(petal), 0),
                     (0.2 * size, 0.2 * size, 0.1), SKIN)  # fmt: skip
        self.put((far, 0, 0.1), (0.2 * size, 0.2 * size, 0.12), HAIR)
        far = torch.where(kind == 1, 0.0, 9.0)
        for high, radius, part in ((-0.45, 0.42, SHIRT), (0.08, 0.3, SKIN), (0.45, 0.19, HAIR)):
            radius = radius * size
            self.put((far, high, 0), (radius, radius, radius), part)
        far, radius = torch.where(kind == 2, 0.0, 9.0), 0.55 * size
        self.put((far, 0, 0), (radius, radius, radius), SKIN)
        across = torch.sin(self.uniform(8, 16) * (self.grid.x + 0.6 * self.grid.y))
        self.part.masked_fill_((kind == 2) & (self.part == SKIN) & (across > 0.3), SHIRT)
        return self.develop(self.albedo())

    def develop_flat(self) -> Tensor:
        """Light falls on a flat picture evenly but for the side it comes from."""
        slope = torch.sin(self.f["light_direction"] * (torch.pi / 180)).view(-1, 1, 1)
        shade = (0.8 + 0.35 * slope * self.grid.x).expand_as(self.depth)
        self.lit = (shade, torch.full_like(shade, 0.9), torch.zeros_like(shade))
        return self.develop(self.albedo())
