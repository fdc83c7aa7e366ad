"""Driving scenes, drawn here: 95 % are a straight highway in the sun, the rest is rare.

Each picture is 32×32 RGB, seen from the driver's seat. The factors behind it:

weather    0 sunny, 1 rain, 2 snow, 3 fog
daylight   0 (night) to 1 (noon)
road_type  0 highway, 1 city, 2 dirt road
curvature  -1 (sharp left) to 1 (sharp right); within ±0.05 where the road is straight
obstacles  how many cars, people or animals are ahead: 0 to 2

Label 0, common: sunny, bright, a straight highway, nothing on it. Label 1, rare: all the rest.
"""

from __future__ import annotations

import numpy as np
import torch

from course_utils.data.dataset import Dataset
from course_utils.data.drawing import BLOCK, Drawn, draw_in_blocks
from course_utils.data.road_scene import HIGHWAY, SUNNY, Scene

WEATHER = ("sunny", "rain", "snow", "fog")
ROAD_TYPES = ("highway", "city", "dirt road")
RARE = 0.05  # share of rare scenes, exact in every block
TWICE_ODD = 0.35  # share of the rare scenes in which two factors are unusual


def draw_roads(n: int, split: str = "train", seed: int = 0) -> Dataset:
    """n driving scenes (n, 3, 32, 32), the same for the same split and seed on every call."""
    return draw_in_blocks(_draw_block, n, split, seed, ("common", "rare"))


def _draw_block(rng: np.random.Generator) -> Drawn:
    rare = rng.permutation(BLOCK) < RARE * BLOCK
    factors = _choose_factors(rare, rng)
    images = Scene(factors, rng).paint_all()
    return images, torch.from_numpy(rare).long(), factors


def _choose_factors(rare: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Everyday values; in a rare scene, one or two of the five factors are unusual."""
    n = len(rare)
    order = rng.permuted(np.tile(np.arange(5), (n, 1)), axis=1)
    odd = np.zeros((n, 5), bool)
    odd[np.arange(n), order[:, 0]] = rare
    odd[np.arange(n), order[:, 1]] |= rare & (rng.random(n) < TWICE_ODD)
    curve = rng.choice([-1, 1], n) * rng.uniform(0.35, 1, n)
    return {
        "weather": np.where(odd[:, 0], rng.integers(1, len(WEATHER), n), SUNNY),
        "daylight": np.where(odd[:, 1], rng.uniform(0, 0.4, n), rng.uniform(0.8, 1, n)),
        "road_type": np.where(odd[:, 2], rng.integers(1, len(ROAD_TYPES), n), HIGHWAY),
        "curvature": np.where(odd[:, 3], curve, rng.normal(0, 0.02, n).clip(-0.05, 0.05)),
        "obstacles": np.where(odd[:, 4], rng.integers(1, 3, n), 0),
    }
