"""Faces, drawn here: heads in three dimensions, lit from one side, with the factors behind each.

`load("faces")` or `draw_faces` gives a Dataset; `render_faces(azimuth=30, smile=1)` paints faces
that you ask for. FACTORS lists all that differs from face to face, each independent of the others.
`face_scene.py` builds head and shoulders from ellipsoids (`face_shapes.py`) and lights them;
`face_features.py` paints eyes, brows, mouth and glasses onto the head, so that they turn with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from course_utils.data.dataset import Dataset
from course_utils.data.drawing import BLOCK, Drawn, draw_in_blocks
from course_utils.data.face_scene import FaceScene, Features
from course_utils.data.face_shapes import WHOLE

CHUNK = 50  # heads painted at a time, so that their arrays fit in the processor's cache
NAMES = ("not a face", "face")
SHADES = 10  # of the Monk scale


@dataclass(frozen=True)
class Factor:
    """A factor between `low` and `high`; `plain` is its value where no other is asked for."""

    low: float
    high: float
    plain: float
    meaning: str


FACTORS = {
    "azimuth": Factor(-60, 60, 0, "degrees the head is turned, positive to the picture's right"),
    "elevation": Factor(-20, 20, 0, "degrees the head looks up"),
    "smile": Factor(0, 1, 0.5, "how far the corners of the mouth are up"),
    "mouth_open": Factor(0, 1, 0, "how wide the lips are apart"),
    "skin_tone": Factor(1, SHADES, 5, "shade of the Monk scale, a whole number, 1 lightest"),
    "light_direction": Factor(-75, 75, 30, "degrees the light comes from the picture's right"),
    "light_strength": Factor(0, 1, 0.9, "of the light from that side; a little comes from all"),
    "hair_color": Factor(0, 1, 0.3, "0 black, through brown, to 1 blond, or auburn for dark skin"),
    "hair_length": Factor(0, 1, 0.3, "0 cropped to 1 on the shoulders"),
    "glasses": Factor(0, 1, 0, "1 worn, 0 not"),
    "eye_size": Factor(0.7, 1.3, 1, "times the usual"),
    "background": Factor(0, 1, 0.65, "0 red, through yellow, green and blue, to 1 violet"),
}
RARE = ("dark skin", "turned head", "dim light")  # what `shares` can make rare; one half by default
GROUPS = tuple(
    f"{skin} skin, {pose}, {light} light"
    for skin in ("light", "dark")
    for pose in ("frontal", "turned")
    for light in ("bright", "dim")
)


def draw_faces(
    n: int,
    split: str = "train",
    seed: int = 0,
    side: int = 32,
    shares: dict[str, float] | None = None,
    vary: Collection[str] | None = None,
) -> Dataset:
    """n faces (n, 3, side, side), side 32 or 64, the same for the same arguments on every call.

    shares: the probability of each of RARE, such as {"dark skin": 0.05}; 0.5 for those not named.
    With 0.5 every factor is uniform between its bounds, and all GROUPS are equally likely.
    vary: the FACTORS that differ from face to face (all by default); the others stay `plain`.
    Raises ValueError for a factor or a share that isn't one of these.
    """
    check_shares(shares)
    _check_factors(vary or ())

    def draw_block(rng: np.random.Generator) -> Drawn:
        factors = choose_factors(rng, shares)
        for name in set(FACTORS) - set(FACTORS if vary is None else vary):
            factors[name].fill(FACTORS[name].plain)
        return paint(factors, side), torch.ones(BLOCK, dtype=torch.int64), factors

    return draw_in_blocks(draw_block, n, split, seed, NAMES)


def render_faces(
    side: int = 32, window: tuple[slice, slice] = WHOLE, **factors: Tensor | float
) -> Tensor:
    """Faces with these FACTORS, numbers or tensors (N,): float32 (N, 3, side, side) in [0, 1].

    window: rows and columns of the pictures, where a part of them is enough, as for a close-up.
    Factors that aren't given are `plain`. Raises ValueError for a factor that isn't there.
    """
    _check_factors(factors)
    values = {
        name: torch.as_tensor(factors.get(name, factor.plain), dtype=torch.float32).flatten()
        for name, factor in FACTORS.items()
    }
    all_values = torch.broadcast_tensors(*values.values())
    return _render(dict(zip(values, all_values, strict=True)), side, window=window)


def face_groups(factors: dict[str, Tensor]) -> Tensor:
    """The position in GROUPS, int64 (N,), of faces with these factors (N,).

    Dark skin: shades 6 to 10. Turned: by 30° or more. Dim: a light_strength below 0.5.
    """
    dark, turned = factors["skin_tone"] >= 6, factors["azimuth"].abs() >= 30
    return 4 * dark.long() + 2 * turned.long() + (factors["light_strength"] < 0.5).long()


def _check_factors(names: Collection[str]) -> None:
    for name in names:
        if name not in FACTORS:
            raise ValueError(f"There is no factor {name!r}. There are: {', '.join(FACTORS)}.")


def check_shares(shares: dict[str, float] | None) -> None:
    """Raise ValueError for a name that is not in RARE, or a share that is not in [0, 1]."""
    for name, share in (shares or {}).items():
        if name not in RARE:
            raise ValueError(f"There is no share {name!r}. There are: {', '.join(RARE)}.")
        if not 0 <= share <= 1:
            raise ValueError(f"The share of {name!r} is {share}; it must lie between 0 and 1.")


def choose_factors(
    rng: np.random.Generator, shares: dict[str, float] | None
) -> dict[str, np.ndarray]:
    """BLOCK random values of every factor, float32 (BLOCK,); `shares` as in `draw_faces`."""
    chance = {name: rng.random(BLOCK) for name in FACTORS}
    values = {name: f.low + (f.high - f.low) * chance[name] for name, f in FACTORS.items()}
    rare = dict.fromkeys(RARE, 0.5) | (shares or {})
    dark, within = _split(chance["skin_tone"], rare["dark skin"])
    values["skin_tone"] = 1 + SHADES // 2 * dark + (SHADES // 2 * within).astype(int)
    turned, within = _split(chance["azimuth"], rare["turned head"])
    side, how_far = np.where(within < 0.5, -30, 30), abs(2 * within - 1)
    values["azimuth"] = side * (turned + how_far)
    dim, within = _split(chance["light_strength"], rare["dim light"])
    values["light_strength"] = (1 - dim + within) / 2
    values["glasses"] = (chance["glasses"] < 0.5).astype(float)
    return {name: value.astype(np.float32) for name, value in values.items()}


def paint(factors: dict[str, np.ndarray], side: int, features: Features = "right") -> Tensor:
    """Faces with these factors, arrays (N,), as uint8 (N, 3, side, side); see `Features`."""
    values = {name: torch.from_numpy(value) for name, value in factors.items()}
    return (255 * _render(values, side, features)).round().to(torch.uint8)


def _render(
    values: dict[str, Tensor],
    side: int,
    features: Features = "right",
    window: tuple[slice, slice] = WHOLE,
) -> Tensor:
    """Faces as float32 (N, 3, side, side) in [0, 1], painted in chunks."""
    chunks = zip(*(value.split(CHUNK) for value in values.values()), strict=True)
    scenes = (FaceScene(dict(zip(values, chunk, strict=True)), side, window) for chunk in chunks)
    return torch.cat([scene.paint_head(features) for scene in scenes])


def _split(chance: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Use each uniform number twice: whether it is below `share`, and a new uniform number.

    The second is the position of the number between 0 and `share`, or between `share` and 1.
    """
    below = chance < share
    with np.errstate(invalid="ignore", divide="ignore"):
        return below, np.where(below, chance / share, (chance - share) / (1 - share))
