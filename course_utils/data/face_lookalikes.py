"""Images that are not faces but look a little like one, so that a detector's task is hard.

Each is made from the factors of a face, and uses its skin tone, pose, light and background. So none
of these distinguishes faces, and errors can be counted by group. An upside-down face counts as
"not a face": the task is to find faces that are the right way up.

kind  0 smiley, 1 faceless head, 2 blobs, 3 upside-down, 4 misplaced features, 5 shuffled tiles,
      6 texture, 7 things
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from course_utils.data.dataset import Dataset
from course_utils.data.drawing import BLOCK, Drawn, draw_in_blocks
from course_utils.data.face_colors import BACKDROP, HAIR, SHIRT, SKIN
from course_utils.data.face_scene import FaceScene
from course_utils.data.face_shapes import turn
from course_utils.data.faces import NAMES, check_shares, choose_factors, paint

KINDS = (
    "smiley",
    "faceless head",
    "blobs",
    "upside-down",
    "misplaced features",
    "shuffled tiles",
    "texture",
    "things",
)
TILES = 4  # a shuffled face is cut into 4 × 4
Three = tuple[Tensor | float, Tensor | float, Tensor | float]  # numbers, or (N, 1, 1)


def draw_non_faces(
    n: int,
    split: str = "train",
    seed: int = 0,
    side: int = 32,
    shares: dict[str, float] | None = None,
) -> Dataset:
    """n images without a face (n, 3, side, side), of all KINDS, side 32 or 64.

    The same for the same arguments on every call; `shares` and its errors as in `draw_faces`. Their
    factors are those of a face, and "kind", a position in KINDS.
    """
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
    """Images of one of KINDS, uint8 (N, 3, side, side), from the factors of N faces."""
    if kind == "faceless head":
        return paint(factors, side, "none")
    if kind == "misplaced features":
        return paint(factors, side, "flipped")
    if kind == "upside-down":
        return paint(factors, side).flip(-2)
    if kind == "shuffled tiles":
        return _shuffle_tiles(paint(factors, side), rng)
    tensors = {name: torch.from_numpy(value) for name, value in factors.items()}
    things = Things(tensors, side, rng)
    image = {
        "smiley": things.paint_smiley,
        "blobs": things.paint_blobs,
        "texture": things.paint_texture,
        "things": things.paint_things,
    }[kind]()
    return (255 * image).round().to(torch.uint8)


def _shuffle_tiles(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Images (N, 3, side, side) cut into TILES × TILES squares, which are put in random order."""
    n, channels, side, _ = images.shape
    size = side // TILES
    tiles = images.view(n, channels, TILES, size, TILES, size).permute(0, 2, 4, 1, 3, 5)
    tiles = tiles.reshape(n, TILES**2, channels, size, size)
    order = torch.from_numpy(rng.permuted(np.tile(np.arange(TILES**2), (n, 1)), axis=1))
    tiles = tiles[torch.arange(n).unsqueeze(1), order]
    tiles = tiles.view(n, TILES, TILES, channels, size, size).permute(0, 3, 1, 4, 2, 5)
    return tiles.reshape(n, channels, side, side)


class Things(FaceScene):
    """N pictures of anything but a head, painted as FaceScene paints heads."""

    def __init__(self, factors: dict[str, Tensor], side: int, rng: np.random.Generator) -> None:
        super().__init__(factors, side)
        self.rng = rng

    def uniform(self, low: float, high: float) -> Tensor:
        """A random number for each picture, (N, 1, 1)."""
        return torch.from_numpy(self.rng.uniform(low, high, (self.n, 1, 1)).astype(np.float32))

    def put(self, center: Three, radii: Three, part: int) -> None:
        """Add an ellipsoid with this center and these radii."""
        e = self.ellipsoid(self._stack(center), self._stack(radii))
        self.add(e, self.light(e), part, e.hit)

    def _stack(self, three: Three) -> Tensor:
        columns = [torch.as_tensor(v).expand(self.n, 1, 1).reshape(-1) for v in three]
        return torch.stack(columns, -1).float()  # (N, 3)

    def flat(self, inside: Tensor, part: int) -> None:
        """Paint a flat shape, bool (N, H, W), lit like the backdrop, as if drawn on a wall."""
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
            radii = (self.uniform(0.15, 0.5), self.uniform(0.15, 0.5), self.uniform(0.15, 0.5))
            self.put(center, radii, SKIN)
        self.put((self.uniform(-0.2, 0.2), 0.4, 0), (0.4, self.uniform(0.05, 0.3), 0.4), HAIR)
        return self.develop(self.albedo())

    def paint_things(self) -> Tensor:
        """A flower, a stack of balls, or a striped ball, lit as faces are."""
        kind, size = self.uniform(0, 3).floor(), self.uniform(0.8, 1.2)
        # x of the middle of each thing; those that a picture doesn't show lie outside of it
        flower = torch.where(kind == 0, 0.0, 9.0)
        stack = torch.where(kind == 1, 0.0, 9.0)
        ball = torch.where(kind == 2, 0.0, 9.0)
        for angle in np.arange(6) * np.pi / 3:
            x, y = 0.36 * size * np.cos(angle), 0.36 * size * np.sin(angle)
            self.put((flower + x, y, 0), (0.2 * size, 0.2 * size, 0.1), SKIN)
        self.put((flower, 0, 0.1), (0.2 * size, 0.2 * size, 0.12), HAIR)
        for y, radius, part in ((-0.45, 0.42, SHIRT), (0.08, 0.3, SKIN), (0.45, 0.19, HAIR)):
            r = radius * size
            self.put((stack, y, 0), (r, r, r), part)
        r = 0.55 * size
        self.put((ball, 0, 0), (r, r, r), SKIN)
        across = torch.sin(self.uniform(8, 16) * (self.grid.x + 0.6 * self.grid.y))
        self.part.masked_fill_((kind == 2) & (self.part == SKIN) & (across > 0.3), SHIRT)
        return self.develop(self.albedo())

    def develop_flat(self) -> Tensor:
        """Images (N, 3, side, side) of flat pictures, brighter on the side of the light."""
        slope = torch.sin(self.f["light_direction"] * (torch.pi / 180)).view(-1, 1, 1)
        shade = (0.8 + 0.35 * slope * self.grid.x).expand_as(self.depth)
        self.lit = (shade, torch.full_like(shade, 0.9), torch.zeros_like(shade))
        return self.develop(self.albedo())
