"""Are two answers the same, and if not, how do they differ? Tensors, numbers and nests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_lowercase
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from coursework.checking.exercise import Observed

Parts = Iterator[tuple[Any, Any, str]]  # yours, the right one, and what to call them


def is_scalar(value: Any) -> bool:
    """One number: a float, an int, or one of torch's or NumPy's without dimensions."""
    if isinstance(value, (int, float)):
        return True
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return value.dtype.kind in "biuf" and value.dtype.itemsize <= 8
    return isinstance(value, Tensor) and value.ndim == 0 and not value.is_complex()


def close(yours: Any, truth: Any, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """True where both have the same form and agree up to round-off. NaN equals NaN here.

    `atol` is scaled by the largest finite magnitude in `truth` where that is above 1, since float32
    rounds relative to the largest term of a sum.
    """
    return all(_is_close(y, t, rtol, atol) for y, t, _ in parts(yours, truth))


def gap(yours: Any, truth: Any, rtol: float, atol: float, what: str = "yours") -> str | None:
    """How far off, and where: "yours[2] is 1.2 where 0.6 is right". None where nothing differs."""
    for y, t, name in parts(yours, truth, what):
        if _is_close(y, t, rtol, atol):
            continue
        if not is_number(t):
            return y if isinstance(y, str) and t == "" else f"{name} is {y!r} where {t!r} is right"
        y, t = torch.as_tensor(y), torch.as_tensor(t)
        where = worst(y, t, rtol, atol) or ()
        index = f"[{', '.join(map(str, where))}]" if where else ""
        return f"{name}{index} is {y[where].item():.5g} where {t[where].item():.5g} is right"
    return None


def parts(yours: Any, truth: Any, what: str = "yours") -> Parts:
    """The two side by side, part by part, as far as they are built alike."""
    if isinstance(yours, Observed) and isinstance(truth, Observed):
        yield from parts(yours.value, truth.value, what)
        yield from parts(yours.gradients, truth.gradients, what)
    elif isinstance(truth, (tuple, list)) and _is_alike(yours, truth):
        for i, (y, t) in enumerate(zip(yours, truth, strict=True)):
            yield from parts(y, t, f"{what}[{i}]")
    elif isinstance(truth, dict) and _is_alike(yours, truth):
        for k in truth:
            yield from parts(yours[k], truth[k], f"{what}[{k!r}]")
    else:
        yield yours, truth, what


def _is_alike(yours: Any, truth: Any) -> bool:
    """Do both hold as many things, or the same keys?"""
    if isinstance(truth, dict):
        return isinstance(yours, dict) and yours.keys() == truth.keys()
    return isinstance(yours, (tuple, list)) and len(yours) == len(truth)


def is_number(value: Any) -> bool:
    """A number or a tensor of them."""
    return is_scalar(value) or isinstance(value, Tensor)


def is_long(value: Any) -> bool:
    """A whole number beyond the 64 bits that a tensor has for one."""
    return isinstance(value, int) and not -(2**63) <= value < 2**63


def _is_close(yours: Any, truth: Any, rtol: float, atol: float) -> bool:
    """Of parts that hold no others."""
    if is_long(yours) or is_long(truth):
        return isinstance(yours, int) and isinstance(truth, int) and yours == truth
    if is_scalar(yours) and is_scalar(truth):
        yours, truth = torch.as_tensor(yours), torch.as_tensor(truth)
    if isinstance(yours, Tensor) and isinstance(truth, Tensor):
        return yours.shape == truth.shape and worst(yours, truth, rtol, atol) is None
    if isinstance(truth, (tuple, list, dict, Observed)):  # built otherwise
        return False
    return type(yours) is type(truth) and bool(yours == truth)


def worst(yours: Tensor, truth: Tensor, rtol: float, atol: float) -> tuple[int, ...] | None:
    """Index of the entry furthest outside the tolerance, None if all are inside. Equal shapes."""
    excess = _excess(yours, truth, rtol, atol)
    if excess.max(initial=0.0) <= 0:
        return None
    return tuple(int(i) for i in np.unravel_index(excess.argmax(), excess.shape))


def _excess(yours: Tensor, truth: Tensor, rtol: float, atol: float) -> np.ndarray:
    """How far outside the tolerance each entry is; 0 or less inside.

    In NumPy, which is quicker on the small tensors of exercises.
    """
    y, t = (v.detach().to("cpu", torch.float64).numpy() for v in (yours, truth))
    size = np.abs(t)
    scale = size.max(initial=1.0, where=np.isfinite(t))
    with np.errstate(invalid="ignore"):
        excess = np.abs(y - t) - (rtol * size + atol * scale)
    if np.isfinite(excess).all():
        return excess
    same = (y == t) | (np.isnan(y) & np.isnan(t))
    return np.where(same, 0.0, np.where(np.isfinite(y) & np.isfinite(t), excess, np.inf))


def misfit(yours: Any, truth: Any, what: str = "it") -> str | None:
    """What is wrong with the form (type, shape, dtype, device) of `yours`; None where it fits."""
    if isinstance(truth, dict):
        return _misfit_dict(yours, truth, what)
    if isinstance(truth, (tuple, list)):
        return _misfit_sequence(yours, truth, what)
    if is_scalar(truth):
        if not is_scalar(yours):
            return f"{what} should be one number; yours is {describe(yours)}"
        return _misfit_dtype(torch.as_tensor(yours), torch.as_tensor(truth), what)
    return _misfit_tensor(yours, truth, what) if isinstance(truth, Tensor) else None


def _misfit_dict(yours: Any, truth: dict[Any, Any], what: str) -> str | None:
    if not _is_alike(yours, truth):
        keys = ", ".join(repr(k) for k in truth)
        return f"{what} should be a dict with the keys {keys}; yours is {describe(yours)}"
    found = (misfit(yours[k], truth[k], f"{what}[{k!r}]") for k in truth)
    return next(filter(None, found), None)


def _misfit_sequence(yours: Any, truth: tuple[Any, ...] | list[Any], what: str) -> str | None:
    if not _is_alike(yours, truth):
        names = ", ".join(ascii_lowercase[: len(truth)])
        return f"{what} should be {len(truth)} things, `return {names}`; yours is {describe(yours)}"
    found = (
        misfit(y, t, place(i, "thing returned"))
        for i, (y, t) in enumerate(zip(yours, truth, strict=True))
    )
    return next(filter(None, found), None)


def place(i: int, what: str) -> str:
    """ "the second thing returned" for i = 1."""
    places = ("first", "second", "third", "fourth", "fifth")
    return f"the {places[i]} {what}" if i < len(places) else f"number {i + 1} of the {what}"


def _misfit_tensor(yours: Any, truth: Tensor, what: str) -> str | None:
    if type(yours).__module__ == "numpy":
        return f"{what} is a NumPy array; stay in torch (no `.numpy()`), so that gradients flow"
    if not isinstance(yours, Tensor):
        return f"{what} should be a tensor of shape {shape(truth)}; yours is {describe(yours)}"
    if yours.shape != truth.shape:
        return f"{what} has shape {shape(yours)}; it should be {shape(truth)}"
    if yours.device != truth.device:
        return f"{what} lies on {yours.device}; leave it where the inputs are, on {truth.device}"
    return _misfit_dtype(yours, truth, what)


def _misfit_dtype(yours: Tensor, truth: Tensor, what: str) -> str | None:
    if _may_stand_for(yours, truth):
        return None
    wanted = "floats" if truth.is_floating_point() else "whole numbers (`.long()`)"
    wanted = "True or False" if truth.dtype == torch.bool else wanted
    return f"{what} holds {str(yours.dtype).removeprefix('torch.')}; it should hold {wanted}"


def _may_stand_for(yours: Tensor, truth: Tensor) -> bool:
    """Kinds of numbers must be the same, except that single numbers may be floats or whole."""
    kinds = {yours.dtype, truth.dtype}
    if torch.bool in kinds or any(kind.is_complex for kind in kinds):
        return yours.dtype == truth.dtype
    if yours.ndim == 0:
        return truth.is_floating_point() or yours.item() % 1 == 0
    return yours.is_floating_point() == truth.is_floating_point()


def shape(value: Tensor) -> str:
    """(5, 3), (5,) or () as a learner writes it."""
    return str(tuple(value.shape))


def describe(value: Any) -> str:
    """A value in a few plain words: "a tensor of shape (5, 3)", "the number 3"."""
    if value is None:
        return "None (is a `return` missing, or is it a `.grad` that nothing has filled?)"
    if isinstance(value, int) and value.bit_length() > 1000:  # more than a float holds
        return "a number with hundreds of digits"
    if is_scalar(value) and not isinstance(value, bool):
        return f"the number {float(value):.4g}"
    if isinstance(value, Tensor):
        return f"a tensor of shape {shape(value)}"
    if type(value).__module__ == "torch.return_types":
        return several(type(value).__name__, type(value).__match_args__)
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)} things"
    if isinstance(value, dict):
        return f"a dict with the keys {', '.join(map(repr, value)) or '(none)'}"
    if type(value).__module__ == "numpy":
        return f"a NumPy array of shape {getattr(value, 'shape', ())}"
    if isinstance(value, nn.Module):
        return f"a layer or network, `{type(value).__name__}`; call it: `layer(x)`"
    if callable(value):
        return "a function (are its brackets missing, `()`?)"
    article = "an" if type(value).__name__[0] in "aeiou" else "a"
    return f"{article} {type(value).__name__}"


def several(function: str, names: Sequence[str]) -> str:
    """What `sort`, `max(1)`, `topk`, `svd` and others return, and how to take one of it."""
    count = {2: "two things", 3: "three things"}.get(len(names), f"{len(names)} things")
    listed = ", ".join(f"`.{name}`" for name in names)
    return f"{count}, as `{function.removeprefix('linalg_')}` returns them ({listed}): take one"
