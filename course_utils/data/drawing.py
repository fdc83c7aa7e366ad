"""Draw pictures block by block, so that the first k of n are the same for every n."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from course_utils.data.dataset import Dataset

BLOCK = 100  # pictures drawn at a time, from a seed of their own
Drawn = tuple[Tensor, Tensor, dict[str, np.ndarray]]  # images, labels, factors


def draw_in_blocks(
    draw_block: Callable[[np.random.Generator], Drawn],
    n: int,
    split: str,
    seed: int,
    names: tuple[str, ...],
) -> Dataset:
    """n pictures as a Dataset; `draw_block(rng)` gives BLOCK of them with labels and factors."""
    threads, count = torch.get_num_threads(), -(-n // BLOCK)
    torch.set_num_threads(1)  # a block is too small to share; each thread draws blocks of its own
    try:
        rngs = [np.random.default_rng([seed, split == "test", block]) for block in range(count)]
        with ThreadPoolExecutor(threads) as pool:
            blocks = list(pool.map(draw_block, rngs))
    finally:
        torch.set_num_threads(threads)
    images, labels = (torch.cat([block[part] for block in blocks])[:n] for part in (0, 1))
    factors = {
        key: torch.from_numpy(
            np.concatenate([block[2][key] for block in blocks])[:n].astype(np.float32)
        )
        for key in blocks[0][2]
    }
    return Dataset(images, labels, names, "drawn", factors)
