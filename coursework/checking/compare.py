"""Are two answers the same, and if not, how do they differ? Works on tensors, numbers and nests of them."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from coursework.checking.exercise import Observed


def is_scalar(value: Any) -> bool:
    """A float, an int or a tensor without dimensions: all three are one number to us."""
    return isinstance(value, (int, float)) or (isinstance(value, Tensor) and value.ndim == 0)


def close(yours: Any, truth: Any, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """True where both have the same form and agree up to round-off. NaN equals NaN here.

    `atol` is scaled by the largest finite magnitude in `truth` where that is above 1, since float32
    rounds relative to the largest term of a sum.
    """
    if isinstance(yours, Observed) and isinstance(truth, Observed):
        pairs = ((yours.value, truth.value), (yours.gradients, truth.gradients))
        return all(close(y, t, rtol, atol) for y, t in pairs)
    if is_scalar(yours) and is_scalar(truth):
        yours, truth = torch.as_tensor(yours), torch.as_tensor(truth)
    if isinstance(yours, Tensor) and isinstance(truth, Tensor):
        return yours.shape == truth.shape and worst(yours, truth, rtol, atol) is None
    if isinstance(truth, (tuple, list)):
        alike = isinstance(yours, (tuple, list)) and len(yours) == len(truth)
        return alike and all(close(y, t, rtol, atol) for y, t in zip(yours, truth, strict=True))
    if isinstance(truth, dict):
        alike = isinstance(yours, dict) and yours.keys() == truth.keys()
        return alike and all(close(yours[k], truth[k], rtol, atol) for k in truth)
    return type(yours) is type(truth) and bool(yours == truth)


def worst(yours: Tensor, truth: Tensor, rtol: float, atol: float) -> tuple[int, ...] | None:
    """Index of the entry furthest outside the tolerance, None where all are inside. Shapes are equal."""
    y, t = (v.detach().to("cpu", torch.float64) for v in (yours, truth))
    finite = t[t.isfinite()].abs()
    scale = max(1.0, finite.max().item()) if finite.numel() else 1.0
    gap = torch.where(y == t, 0.0, (y - t).abs() - rtol * t.abs() - atol * scale)
    gap = torch.where(y.isnan() & t.isnan(), 0.0, gap)
    gap = torch.where(y.isnan() ^ t.isnan() | (y != t) & (y.isinf() | t.isinf()), math.inf, gap)
    if gap.numel() == 0 or gap.max() <= 0:
        return None
    return tuple(int(i) for i in torch.unravel_index(gap.argmax(), gap.shape))


def misfit(yours: Any, truth: Any, what: str = "it") -> str | None:
    """What is wrong with the form (type, shape, dtype, device) of `yours`; None where it fits."""
    if isinstance(truth, (tuple, list)):
        return _misfit_sequence(yours, truth, what)
    if isinstance(truth, dict):
        if not isinstance(yours, dict) or yours.keys() != truth.keys():
            keys = ", ".join(repr(k) for k in truth)
            return f"{what} should be a dict with the keys {keys}; yours is {describe(yours)}"
        found = (misfit(yours[k], truth[k], f"{what}[{k!r}]") for k in truth)
        return next((m for m in found if m), None)
    if is_scalar(truth):
        if not is_scalar(yours):
            return f"{what} should be one number; yours is {describe(yours)}"
        return _misfit_dtype(torch.as_tensor(yours), torch.as_tensor(truth), what)
    if isinstance(truth, Tensor):
        return _misfit_tensor(yours, truth, what)
    return None


def _misfit_sequence(yours: Any, truth: Any, what: str) -> str | None:
    if not isinstance(yours, (tuple, list)) or len(yours) != len(truth):
        return f"{what} should be {len(truth)} things, `return a, b`; yours is {describe(yours)}"
    places = ("first", "second", "third", "fourth", "fifth")
    names = [
        f"the {places[i]} thing returned" if i < 5 else f"thing {i + 1}" for i in range(len(truth))
    ]
    found = (misfit(y, t, n) for y, t, n in zip(yours, truth, names, strict=True))
    return next((m for m in found if m), None)


def _misfit_tensor(yours: Any, truth: Tensor, what: str) -> str | None:
    if type(yours).__module__ == "numpy":
        return f"{what} is a NumPy array; stay in torch (no `.numpy()`), so that gradients can flow through it"
    if not isinstance(yours, Tensor):
        return f"{what} should be a tensor of shape {shape(truth)}; yours is {describe(yours)}"
    if yours.shape != truth.shape:
        return f"{what} has shape {shape(yours)}; it should be {shape(truth)}"
    if yours.device != truth.device:
        return f"{what} lies on {yours.device}; leave it where the inputs are, on {truth.device}"
    return _misfit_dtype(yours, truth, what)


def _misfit_dtype(yours: Tensor, truth: Tensor, what: str) -> str | None:
    whole = not truth.is_floating_point() and truth.dtype != torch.bool
    if truth.is_floating_point() and not yours.is_floating_point():
        return (
            None if yours.ndim == 0 and yours.dtype != torch.bool else _ask(what, yours, "floats")
        )
    if whole and (yours.is_floating_point() or yours.dtype == torch.bool):
        exact = (
            yours.is_floating_point() and yours.ndim == 0 and yours.item() == round(yours.item())
        )
        return None if exact else _ask(what, yours, "whole numbers (`.long()`)")
    if truth.dtype == torch.bool and yours.dtype != torch.bool:
        return _ask(what, yours, "True or False")
    return None


def _ask(what: str, yours: Tensor, wanted: str) -> str:
    return f"{what} holds {str(yours.dtype).removeprefix('torch.')}; it should hold {wanted}"


def shape(value: Tensor) -> str:
    """(5, 3), (5,) or () as a learner writes it."""
    return str(tuple(value.shape))


def describe(value: Any) -> str:
    """A value in a few plain words: "a tensor of shape (5, 3)", "None (is a `return` missing?)"."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, Tensor):
        return (
            f"a tensor of shape {shape(value)}" if value.ndim else f"the number {value.item():.4g}"
        )
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)} things"
    if isinstance(value, dict):
        return f"a dict with the keys {', '.join(map(repr, value)) or '(none)'}"
    if type(value).__module__ == "numpy":
        return f"a NumPy array of shape {getattr(value, 'shape', ())}"
    article = "an" if type(value).__name__[0] in "aeiou" else "a"
    return f"{article} {type(value).__name__}"


def gap(yours: Any, truth: Any, rtol: float, atol: float, what: str = "yours") -> str | None:
    """How far off, and where: "yours[2] is 1.2 where 0.6 is right". None where nothing differs."""
    if isinstance(truth, (tuple, list)):
        found = (
            gap(y, t, rtol, atol, f"{what}[{i}]")
            for i, (y, t) in enumerate(zip(yours, truth, strict=True))
        )
        return next((g for g in found if g), None)
    if isinstance(truth, dict):
        return next(
            (g for k in truth if (g := gap(yours[k], truth[k], rtol, atol, f"{what}[{k!r}]"))), None
        )
    if is_scalar(truth) or isinstance(truth, Tensor):
        y, t = torch.as_tensor(yours), torch.as_tensor(truth)
        where = worst(y, t, rtol, atol)
        if where is None:
            return None
        index = f"[{', '.join(map(str, where))}]" if where else ""
        return f"{what}{index} is {y[where].item():.5g} where {t[where].item():.5g} is right"
    return None if close(yours, truth) else f"{what} is {yours!r} where {truth!r} is right"
