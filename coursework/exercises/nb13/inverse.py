"""Exercise `invert_coupling`: the way back, with the same two networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.nb13.nets import Net, Parts, coupling_case, coupling_cases
from coursework.exercises.rules import named


def invert_coupling(y: Tensor, mask: Tensor, scale: Net, shift: Net) -> Tensor:
    """x (N, D) of y (N, D): the coupling undone. Dinh et al., 2017, eq. 8."""
    kept, free = y * mask, 1 - mask
    return kept + free * (y - shift(kept)) * (-scale(kept)).exp()


def _cases(generator: Generator) -> Iterator[Case]:
    for case in coupling_cases(generator):
        yield Case(case.args, case.label)  # nothing here overflows


def _seeing(p: Parts, s: Tensor, t: Tensor) -> Tensor:
    return p.join((p.x - t) * (-s).exp())


def _right(p: Parts) -> Tensor:
    return _seeing(p, p.s, p.t)


MISTAKES = named({
    "forward": ("That is the way forward, y · e^s + t. Backward: first subtract t, then multiply "
        "by e^(−s).", lambda p: p.join(p.x * p.s.exp() + p.t),
        lambda p: (p.join(p.x * p.s.exp() + p.t), p.summed(p.s))),
    "order_not_reversed": ("You undid the steps in the order in which they were done: y · e^(−s) − "
        "t. The shift came last, so it is undone first: (y − t) · e^(−s).",
        lambda p: p.join(p.x * (-p.s).exp() - p.t)),
    "brackets": ("Only t is divided by e^s. Put brackets around the difference: (y − t) · e^(−s).",
        lambda p: p.join(p.x - p.t * (-p.s).exp())),
    "kept_half_undone": ("You undid the half that passed through. It is the *other* half of y that "
        "was scaled and shifted.", lambda p: p.join((p.kept - p.t) * (-p.s).exp())),
    "turned_difference": ("You took t − y. Undoing the shift is y − t.",
        lambda p: p.join((p.t - p.x) * (-p.s).exp())),
    "e_to_plus_s": ("You subtracted t and multiplied by e^s. Undoing it takes e^(−s).",
        lambda p: p.join((p.x - p.t) * p.s.exp())),
    "shift_added": ("You added t once more. Backward it is subtracted.",
        lambda p: p.join((p.x + p.t) * (-p.s).exp()),
        lambda p: p.join(p.x * (-p.s).exp() + p.t)),
    "network_sees_the_other_half": ("The networks saw the changed half, `y * (1 - mask)`. Forward "
        "they saw the kept half, which is the same in x and y: `y * mask`.",
        lambda p: _seeing(p, p.scale(p.x * p.free), p.shift(p.x * p.free)),
        lambda p: _seeing(p, p.scale(p.x * p.free), p.t),
        lambda p: _seeing(p, p.s, p.shift(p.x * p.free))),
    "network_sees_everything": ("The networks saw all of y. Forward they saw `x * mask`, and that "
        "is `y * mask`.", lambda p: _seeing(p, p.scale(p.x), p.shift(p.x)),
        lambda p: _seeing(p, p.scale(p.x), p.t), lambda p: _seeing(p, p.s, p.shift(p.x))),
    "mask_inverted": ("The mask is used the other way round. Where it is 1, y is x already.",
        lambda p: _right(p.turned)),
    "mask_on_the_output": ("You changed the entries where the mask is 1. Those passed through "
        "unchanged; it is the others that have to be undone.",
        lambda p: p.x * p.free + p.mask * (p.x - p.t) * (-p.s).exp()),
    "kept_half_moved": ("The half where the mask is 1 has changed as well. It passed through "
        "unchanged, so it has to stay as it is.", lambda p: (p.x - p.t) * (-p.s).exp(),
        lambda p: (p.x - p.t) * (-p.s * p.free).exp(),
        lambda p: (p.x - p.t * p.free) * (-p.s).exp(),
        lambda p: p.kept + (p.x - p.t) * (-p.s).exp()),
    "kept_half_lost": ("Where the mask is 1, your x is 0. Add `y * mask`.",
        lambda p: p.free * _right(p)),
    "kept_half_twice": ("You added all of y. Add `y * mask`: the other half is in already.",
        lambda p: p.x + p.free * _right(p)),
    "divided_by_s": ("You divided by s. Forward it was e^s that multiplied, so divide by e^s.",
        lambda p: p.join((p.x - p.t) / p.s)),
    "times_minus_s": ("You multiplied by −s. Forward it was e^s that multiplied: e^(−s) undoes it.",
        lambda p: p.join((p.x - p.t) * -p.s)),
    "no_shift": ("The shift is not undone: subtract t first.",
        lambda p: p.join(p.x * (-p.s).exp())),
    "no_scale": ("The scale is not undone: multiply by e^(−s).", lambda p: p.join(p.x - p.t)),
    "networks_swapped": ("The two networks are exchanged: s comes from `scale`, t from `shift`.",
        lambda p: _seeing(p, p.t, p.s)),
    "one_network": ("s and t come from the same network. s = scale(y · mask), "
        "t = shift(y · mask).", lambda p: _seeing(p, p.s, p.s), lambda p: _seeing(p, p.t, p.t)),
    "half_s": ("s is read as a log-variance, or doubled. The factor is e^(−s).",
        lambda p: _seeing(p, p.s / 2, p.t), lambda p: _seeing(p, 2 * p.s, p.t)),
    "pair_returned": ("You return log_det as well. Sampling needs x alone.",
        lambda p: (_right(p), -p.summed(p.s)), lambda p: (_right(p), p.summed(p.s))),
    "unchanged": ("You return y as it came.", lambda p: p.x),
}, read=lambda *args: Parts(*args))  # fmt: skip


def _undoes(fn: Callable[..., Any], generator: Generator) -> str | None:
    """Forward and back again."""
    x, mask, scale, shift = coupling_case(generator, 5, 6, 2, "").args
    s, t = scale(x * mask) * (1 - mask), shift(x * mask) * (1 - mask)
    gap = float((fn(x * s.exp() + t, mask, scale, shift) - x).abs().max())
    if gap < 1e-3:
        return None
    return f"Forward and back must give x again; yours is up to {gap:.3g} off."


INVERT_COUPLING = Exercise(
    name="invert_coupling",
    notebook="13",
    title="x of a coupling's y",
    reference=invert_coupling,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("undoes_the_coupling", _undoes)],
    hints=[
        "Where the mask is 1, y equals x. So the networks can be asked the same question again.",
        "`kept = y * mask` is the `x * mask` of the way forward. Elsewhere y = x · e^s + t: solve "
        "for x.",
        "`kept + (1 - mask) * (y - shift(kept)) * (-scale(kept)).exp()`",
    ],
    points=2,
    differentiable=(0,),
)
