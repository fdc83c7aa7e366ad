"""Where the numbers live: cpu, cuda or mps, chosen once. The only file that names a device type."""

from __future__ import annotations

import os
import random
from functools import cache

import numpy as np
import torch


@cache
def pick_device() -> torch.device:
    """The fastest device this machine has: cuda, else mps, else cpu with one core left free.

    The environment variable COURSE_DEVICE overrides the choice ("cpu", "cuda:1").
    RuntimeError names the device if it was asked for by name and is not there.
    """
    asked = os.environ.get("COURSE_DEVICE", "").strip()
    try:
        device = torch.device(asked or _fastest())
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise RuntimeError(f"COURSE_DEVICE={asked!r} can't be used here: {error}") from None
    if device.type == "cpu" and "OMP_NUM_THREADS" not in os.environ:
        # Threads wait for the slowest, and the browser wants a core: 02 ran 58 s on 1 of 2, 117 on 2.
        torch.set_num_threads(max(1, torch.get_num_threads() - 1))
    return device


def _fastest() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def set_seed(seed: int = 0) -> torch.Generator:
    """Seed Python, NumPy and torch on every device; return a fresh CPU generator with that seed."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def double_on_cpu(x: torch.Tensor) -> torch.Tensor:
    """A float64 copy of x on the CPU, for linear algebra that needs the digits (mps has none)."""
    return x.detach().cpu().double()


def synchronize(device: torch.device) -> None:
    """Wait until `device` has done all it was asked to do; needed before reading a clock."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
