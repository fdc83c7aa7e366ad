"""The device that computes (cpu, cuda or mps), chosen once, and seeds for its random numbers.

No other file names a type of device: code after this reads `x.device`.
"""

from __future__ import annotations

import os
import random
from contextlib import AbstractContextManager
from functools import cache

import numpy as np
import torch


@cache
def pick_device() -> torch.device:
    """The fastest device of this machine: cuda, else mps, else cpu with one core left free.

    The environment variable COURSE_DEVICE ("cpu", "cuda:1") overrides the choice.
    Raises RuntimeError, with what to do, if the device can't add two numbers.
    """
    asked = os.environ.get("COURSE_DEVICE", "").strip()
    name = asked or _fastest()
    try:
        device = torch.device(name)
        float(torch.ones(1, device=device) + 1)  # waits: a GPU reports what failed only then
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        what = f"COURSE_DEVICE={asked!r}" if asked else f"This machine's {name}"
        advice = "" if asked else " Set COURSE_DEVICE=cpu to do without it."
        raise RuntimeError(
            f"{what} can't be used here: {str(error).rstrip('.')}.{advice}"
        ) from None
    if device.type == "cpu" and "OMP_NUM_THREADS" not in os.environ:
        # The browser needs a core, and torch's threads wait for the slowest of them. Notebook 02
        # on two cores: 58 s with one thread, 117 s with two.
        torch.set_num_threads(max(1, torch.get_num_threads() - 1))
    return device


def _fastest() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def half_precision(device: torch.device) -> AbstractContextManager[object]:
    """`with half_precision(x.device):` computes in bfloat16 where the device has it, else float32.

    Weights, and what leaves the last layer in float32 by `.float()`, stay float32.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=_has_bfloat16(device))


@cache
def _has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is computed by the device itself: emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def set_seed(seed: int = 0) -> torch.Generator:
    """Seed Python, NumPy and torch on every device, and return a new CPU generator so seeded."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def double_on_cpu(x: torch.Tensor) -> torch.Tensor:
    """A float64 copy of x, of any shape, on the CPU, for linear algebra; mps has no float64."""
    return x.detach().cpu().double()


def synchronize(device: torch.device) -> None:
    """Wait until `device` has finished what it was given; do this before reading a clock."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
