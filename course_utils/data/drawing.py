"""Draw images in blocks with a seed each, so that the first k of n are the same for every n."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from course_utils.data.dataset import Dataset

BLOCK = 100  # images drawn at a time
Drawn = tuple[Tensor, Tensor, dict[str, np.ndarray]]  # images, labels and factors of a block


def draw_in_blocks(
    draw_block: Callable[[np.random.Generator], Drawn],
    n: int,
    split: str,
    seed: int,
    names: tuple[str, ...],
) -> Dataset:
    """n images as a Dataset whose classes are `names`; `draw_block(rng)` draws BLOCK of them.

    The blocks of "train" and of "test", and those of two seeds, have different random numbers.
    """
    threads, count = torch.get_num_threads(), math.ceil(n / BLOCK)
    torch.set_num_threads(1)  # a block is too small to split; each thread draws whole blocks
    try:
        rngs = [np.random.default_rng([seed, split == "test", block]) for block in range(count)]
        with ThreadPoolExecutor(threads) as pool:
            blocks = list(pool.map(draw_block, rngs))
    finally:
        torch.set_num_threads(threads)
    images, labels, factors = zip(*blocks, strict=True)
    columns = {key: np.concatenate([block[key] for block in factors])[:n] for key in factors[0]}
    return Dataset(
        torch.cat(images)[:n],
        torch.cat(labels)[:n],
        names,
        "drawn",
        {key: torch.from_numpy(values.astype(np.float32)) for key, values in columns.items()},
    )
