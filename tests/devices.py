"""The devices that a test can run on: the CPU, a GPU in pretense, and CUDA where there is one.

Does without pytest, so that `benchmarks/gpu.py` can run these tests on a machine that lacks it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import torch

from course_utils.device import pick_device
from tests import pretended_device

try:
    import pytest
except ModuleNotFoundError:
    pytest = None

EVERYWHERE = ("cpu", "pretended", "cuda")
NO_CUDA = "no CUDA here; `python -m benchmarks.gpu` runs this test where there is one"


def on(*places: str) -> Callable:
    """Decorates test(device): it is run at each of the places; "cuda" is marked `gpu`."""

    def decorate(test: Callable[[torch.device], None]) -> Callable[[str], None]:
        def run(place: str) -> None:
            with at(place) as device:
                test(device)

        run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
        run.places = places
        return pytest.mark.parametrize("place", _parameters(places))(run) if pytest else run

    return decorate


def _parameters(places: tuple[str, ...]) -> list[object]:
    missing = pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_CUDA)
    marks = {"cuda": [pytest.mark.gpu, missing]}
    return [pytest.param(place, marks=marks.get(place, [])) for place in places]


@contextmanager
def at(place: str) -> Iterator[torch.device]:
    """The device of this place, which `pick_device` picks too as long as the block lasts."""
    before = os.environ.get("COURSE_DEVICE")
    there = pretended_device.pretended_device() if place == "pretended" else nullcontext()
    os.environ["COURSE_DEVICE"] = "meta" if place == "pretended" else place
    pick_device.cache_clear()
    try:
        with there:
            yield pick_device()
    finally:
        pick_device.cache_clear()
        del os.environ["COURSE_DEVICE"]
        if before is not None:
            os.environ["COURSE_DEVICE"] = before


@contextmanager
def counted_waits(device: torch.device) -> Iterator[list[str]]:
    """A list that holds, after the block, each operation that made Python wait for the device.

    On the CPU, where nothing is waited for, it stays empty.
    """
    found: list[str] = []
    if device.type != "cuda":
        pretended_device.waits.clear()
        yield found
        found += pretended_device.waits
        return
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            yield found
        finally:
            torch.cuda.set_sync_debug_mode(before)
    found += [str(one.message) for one in told if "synchroniz" in str(one.message)]
