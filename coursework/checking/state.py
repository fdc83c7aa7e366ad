"""A state of torch's own for every check, whatever the notebook has switched on or off.

Read by the grader's workers too, so it needs nothing but torch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def own_state() -> Iterator[None]:
    """Gradients on, no inference mode, no autocast, new tensors float32 on the CPU.

    Afterwards all of this, and the state of the random numbers, is as it was before. A thread that
    is started meanwhile has all of it too, since torch gives each new thread the same defaults.
    """
    dtype = torch.get_default_dtype()
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.autocast("cpu", enabled=False))
        stack.enter_context(torch.random.fork_rng(devices=[]))
        if not _is_cpu_the_default():
            stack.enter_context(torch.device("cpu"))
        torch.set_default_dtype(torch.float32)
        try:
            yield
        finally:
            torch.set_default_dtype(dtype)
            if not _is_cpu_the_default():  # set meanwhile, and left behind
                torch.set_default_device(None)


def _is_cpu_the_default() -> bool:
    try:
        return torch.empty(0).device.type == "cpu"
    except (RuntimeError, AssertionError):  # "cuda" on a machine that has none
        return False
