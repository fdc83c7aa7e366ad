"""Driving scenes, drawn here: 95 % show a straight highway in the sun, the rest is rare.

Each image is 32×32 RGB, seen from the driver's seat. The factors behind it:

weather    0 sunny, 1 rain, 2 snow, 3 fog
daylight   0 (night) to 1 (noon)
road_type  0 highway, 1 city, 2 dirt road
curvature  -1 (sharp left) to 1 (sharp right); within ±0.05 where the road is straight
obstacles  how many cars, people or animals are ahead: 0 to 2

Label 0, "common": a straight highway in bright sun with nothing on it. Label 1, "rare": the rest.
"""

from __future__ import annotations

import numpy as np
import torch

from course_utils.data.dataset import Dataset
from course_utils.data.drawing import BLOCK, Drawn, draw_in_blocks
from course_utils.data.road_scene import HIGHWAY, SUNNY, RoadScene

WEATHER = ("sunny", "rain", "snow", "fog")
ROAD_TYPES = ("highway", "city", "dirt road")
RARE = 0.05  # share of rare scenes, exact in every block
TWO_UNUSUAL = 0.35  # about this share of the rare scenes has two unusual factors, the rest one


def draw_roads(n: int, split: str = "train", seed: int = 0) -> Dataset:
    """n driving scenes (n, 3, 32, 32) with the factors above.

    The same for the same split and seed on every call; the first k of n are the same for every n.
    """
    return draw_in_blocks(_draw_block, n, split, seed, ("common", "rare"))


def _draw_block(rng: np.random.Generator) -> Drawn:
    rare = rng.permutation(BLOCK) < RARE * BLOCK
    factors = _choose_factors(rare, rng)
    images = RoadScene(factors, rng).paint_all()
    return images, torch.from_numpy(rare).long(), factors


def _choose_factors(rare: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Factors (N,) of scenes: where `rare` (N,) holds, one or two of the five are unusual."""
    n = len(rare)
    order = rng.permuted(np.tile(np.arange(5), (n, 1)), axis=1)
    unusual = np.zeros((n, 5), bool)
    unusual[np.arange(n), order[:, 0]] = rare
    unusual[np.arange(n), order[:, 1]] |= rare & (rng.random(n) < TWO_UNUSUAL)
    curve = rng.choice([-1, 1], n) * rng.uniform(0.35, 1, n)
    return {
        "weather": np.where(unusual[:, 0], rng.integers(1, len(WEATHER), n), SUNNY),
        "daylight": np.where(unusual[:, 1], rng.uniform(0, 0.4, n), rng.uniform(0.8, 1, n)),
        "road_type": np.where(unusual[:, 2], rng.integers(1, len(ROAD_TYPES), n), HIGHWAY),
        "curvature": np.where(unusual[:, 3], curve, rng.normal(0, 0.02, n).clip(-0.05, 0.05)),
        "obstacles": np.where(unusual[:, 4], rng.integers(1, 3, n), 0),
    }
