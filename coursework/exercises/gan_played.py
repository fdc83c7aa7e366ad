"""What a step of a GAN did in an exercise, and how that is compared."""

from __future__ import annotations

from typing import Any, TypedDict

from torch import Tensor

from coursework.checking.compare import close, describe, is_scalar
from coursework.checking.exercise import InterfaceError


class Played(TypedDict):
    """Losses, names of faults, things that are right, and the weights after some calls."""

    losses: list[list[float]]
    flags: set[str]
    right: set[str]
    g: Tensor
    d: Tensor


def plain_number(returned: Any) -> float:
    """What a step returned. InterfaceError where it is no number, or holds the step's graph."""
    if not is_scalar(returned):
        raise InterfaceError(f"You should return one number; yours is {describe(returned)}")
    if isinstance(returned, Tensor) and returned.requires_grad:
        raise InterfaceError(
            "You return a tensor, and with it the graph of the whole step. A plain number is "
            "asked for: `.item()`."
        )
    return float(returned)


def note_what_is_right(seen: Played, truth: Played) -> Played:
    """Adds what of `seen` is as it should be: weights, losses, losses_swapped, other_numbers."""
    if all(_alike(seen[key], truth[key]) for key in ("g", "d")):
        seen["right"].add("weights")
        swapped = [pair[::-1] for pair in seen["losses"]]
        right = _alike(seen["losses"], truth["losses"])
        seen["right"].add("losses" if right else "other_numbers")
        if _alike(swapped, truth["losses"]):
            seen["right"].add("losses_swapped")
    return seen


def same_play(yours: Played, truth: Played) -> bool:
    return yours["flags"] == truth["flags"] and all(
        _alike(yours[key], truth[key]) for key in ("losses", "g", "d")
    )


def _alike(a: Any, b: Any) -> bool:
    return close(a, b, 1e-3, 1e-4)


def two_losses(returned: Any) -> tuple[list[float], set[str]]:
    """The two numbers, and a flag where they came as tensors."""
    if not isinstance(returned, dict) or not {"d_loss", "g_loss"} <= set(returned):
        raise InterfaceError(
            f"You should return a dict with the keys 'd_loss' and 'g_loss'; yours is "
            f"{describe(returned)}"
        )
    values = [returned["d_loss"], returned["g_loss"]]
    for key, value in zip(("d_loss", "g_loss"), values, strict=True):
        if not is_scalar(value):
            raise InterfaceError(f"{key!r} should be one number; yours is {describe(value)}")
    flags = {"tensors_returned"} if any(isinstance(v, Tensor) for v in values) else set()
    return [float(value) for value in values], flags
