"""Exercise `batch_features`: what a judge may see of a batch as a whole. Which number, is free.

Any feature is right that says how the batch is spread, and through which a gradient gets back.
`inspect_features` returns the short name of the first fault it meets, "" where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import describe, shape
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.rules import Wrong, inspected


def batch_features(x: Tensor) -> Tensor:
    """For points x (N, D), beside each of them how its batch is spread: (N, D), or any (N, M)."""
    spread = (x - x.mean(0)).square().mean(0).add(1e-6).sqrt()  # (D,)
    return spread.expand(len(x), -1)


def _cases(generator: Generator) -> Iterator[Case]:
    for n, d in ((16, 2), (11, 3)):
        yield Case((2 * torch.randn(n, d, generator=generator),), f"{n} points of {d} numbers")


def inspect_features(fn: Wrong, x: Tensor) -> str:
    """Name of the first fault of the features that `fn` gives, "" for none."""
    made = _matrix(fn(x.clone()), x)
    if isinstance(made, str):
        return made
    if not made.isfinite().all():
        return "not_finite"
    if not torch.allclose(fn(x.clone()), made):
        return "random"
    return _meaning(fn, x, made) or _alone(fn, x) or _gradient(fn, x)


def _matrix(made: Any, x: Tensor) -> Tensor | str:
    if not isinstance(made, Tensor):
        raise InterfaceError(f"You should return a tensor; yours is {describe(made)}")
    n, d = x.shape
    if made.shape == () or made.shape == (1,):
        return "one_number"
    if made.shape == (n,):
        return "no_column"
    if made.shape in ((d,), (1, d)):
        return "one_row"
    if made.ndim != 2 or len(made) != n:
        raise InterfaceError(
            f"A row for each of the {n} points is asked for; yours is {shape(made)}"
        )
    return made


def _meaning(fn: Wrong, x: Tensor, made: Tensor) -> str:
    """Does it see the batch, and in the batch its spread?"""
    near, far = x.clone(), x.clone()
    near[1:], far[1:] = x[:1] + 0.1 * x[1:], 3 * x[1:].flip(1).roll(1, 0) + 1
    if all(torch.allclose(fn(b)[0], made[0], rtol=1e-4, atol=1e-5) for b in (near, far)):
        return "each_point_alone"
    turned = torch.arange(len(x) - 1, -1, -1)
    if not torch.allclose(fn(x[turned]), made[turned], rtol=1e-3, atol=1e-4):
        return "follows_the_order"
    narrow = x.mean(0) + 0.05 * (x - x.mean(0))  # collapsed, its mean as before
    if torch.allclose(fn(narrow), made, rtol=1e-3, atol=1e-4):
        return "blind_to_spread"
    both = fn(narrow), made
    only_points = all(torch.allclose(a - a.mean(0), p - p.mean(0), rtol=1e-2, atol=1e-3)
                      for a, p in zip(both, (narrow, x), strict=True)
                      if a.shape == p.shape)  # fmt: skip
    return "the_points_again" if made.shape == x.shape and only_points else ""


def _alone(fn: Wrong, x: Tensor) -> str:
    """A batch of one, and a batch in which all are the same."""
    for name, points in (("nan_when_collapsed", x[:1].repeat(4, 1)), ("nan_for_one_point", x[:1])):
        try:
            made = fn(points.clone())
        except Exception:
            return name
        if not made.isfinite().all():
            return name
    return ""


def _gradient(fn: Wrong, x: Tensor) -> str:
    """Does a slope of the features come back, also in a collapsed batch?"""

    for name, points in (("spread", x), ("collapsed", x[:1].repeat(8, 1))):
        points = points.clone().requires_grad_()
        made = fn(points)
        if not made.requires_grad:
            return "no_gradient"
        weights = torch.linspace(0.5, 1.5, len(points))[:, None]
        slope = torch.autograd.grad((made * weights).sum(), points, allow_unused=True)[0]
        if slope is None or (name == "spread" and not slope.any()):
            return "no_gradient"
        if not slope.isfinite().all():
            return "nan_gradient"
    return ""


def _rows(value: Callable[[Tensor], Tensor]) -> Wrong:
    """One row of numbers for the batch, beside each point."""
    return lambda x: value(x).expand(len(x), -1)


def _root(x: Tensor) -> Tensor:
    """A root with nothing below it: its slope at 0 is infinite."""
    return (x - x.mean(0)).square().mean(0).sqrt()


FAULTS = {
    "one_number": ("You return one number for the whole batch. D looks at points one at a time, so "
        "each needs a row: `.expand(len(x), 1)`.",
        lambda x: (x - x.mean(0)).square().mean()),
    "one_row": ("You return one row for the whole batch. Each of the N points needs it beside its "
        "own numbers: `.expand(len(x), -1)`.", lambda x: (x - x.mean(0)).square().mean(0),
        lambda x: (x - x.mean(0)).square().mean(0, keepdim=True)),
    "no_column": ("You return (N,), and that can't stand beside (N, D). Make a column of it: "
        "`[:, None]`, (N, 1).", lambda x: torch.cdist(x, x).mean(1)),
    "not_finite": ("Some of your features are NaN or infinite on an ordinary batch.",
        _rows(lambda x: (x - 10).log().mean(0)), lambda x: 1 / torch.cdist(x, x)),
    "random": ("The same batch gives other features each time. D should see the batch, not a draw.",
        lambda x: x[torch.randperm(len(x))]),
    "each_point_alone": ("What you put beside a point depends on this point alone. D knows it "
        "already. Say something about the *other* points. (In `torch.cdist(x, x)` the nearest is "
        "the point itself, at distance 0: leave it out.)",
        lambda x: x.norm(dim=1, keepdim=True), lambda x: x.square(), lambda x: x.clone()),
    "follows_the_order": ("In another order the same points get other features: you compare with "
        "the next or the first row, or have a column for each point. Use all of the batch, "
        "whatever its order.",
        lambda x: x - x.roll(1, 0), lambda x: (x - x.roll(1, 0)).norm(dim=1, keepdim=True)),
    "blind_to_spread": ("A batch that has collapsed to its mean gives the same features: yours say "
        "where the batch is, not how it is spread. Take a standard deviation, or a mean distance.",
        _rows(lambda x: x.mean(0)), _rows(lambda x: x.mean().reshape(1, 1))),
    "the_points_again": ("That is each point, moved by the mean of the batch. D has the points "
        "already; how the *others* lie around is missing.", lambda x: x - x.mean(0)),
    "nan_for_one_point": ("With a single point in the batch you get NaN, infinity or an error. "
        "`std` and `var` divide by N − 1; `correction=0` divides by N. And a lone point has no "
        "*others*: a mean over them is 0/0, and none is nearest.", _rows(lambda x: x.var(0))),
    "nan_when_collapsed": ("Where all points are the same, and that is collapse, you get NaN: a "
        "division by a spread of 0.",
        _rows(lambda x: 1 / (x - x.mean(0)).square().mean(0))),
    "no_gradient": ("No gradient comes back through your features: they are detached, or a count, "
        "which has slope 0. D would see the collapse and G would never hear of it.",
        _rows(lambda x: (x - x.mean(0)).square().mean(0).detach()),
        lambda x: (torch.cdist(x, x) < 3.0).float().mean(1, keepdim=True)),
    "nan_gradient": ("In a collapsed batch the gradient is NaN, and one NaN spoils all of G's "
        "weights. The slope of a root is infinite at 0. Leave out the root, or add 1e-6 below it.",
        _rows(_root)),
}  # fmt: skip

BATCH_FEATURES = Exercise(
    name="batch_features", notebook="06", title="what D may see of the batch, your choice",
    reference=batch_features, cases=_cases, observe=inspect_features, points=3,
    same=lambda yours, reference: yours == reference == "",
    mistakes=inspected(FAULTS, lambda fault: {fault}),
    hints=["What is different about a batch that has collapsed? Each point looks real; all of them "
           "together don't. Which number says so?",
           "The variance of each coordinate, the same for all points: "
           "`(x - x.mean(0)).square().mean(0)`, (D,). Or for each point how near the others are: "
           "`torch.exp(-torch.cdist(x, x)).mean(1)`, (N,).",
           "`(x - x.mean(0)).square().mean(0).expand(len(x), -1)`, or "
           "`torch.exp(-torch.cdist(x, x)).mean(1, keepdim=True)`"],
)  # fmt: skip
