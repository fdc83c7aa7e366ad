"""Partial credit: which parts of an answer that is not right are right, and what they earn.

Nothing here changes a verdict. A part is counted only where every ordinary input shows it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from coursework.checking import compare
from coursework.checking.exercise import Exercise, Observed, Part, Verdict
from coursework.checking.running import Outcome, TookTooLong, Trial

Pairs = Sequence[tuple[Outcome, Any]]  # what a call gave, and what the reference gave


def item(key: Any) -> Callable[[Any, Any], bool]:
    """For `Part.right`: one of several things returned, by its place or its key, is right."""
    return lambda yours, truth: compare.close(yours[key], truth[key])


def parts_of(exercise: Exercise) -> Sequence[Part]:
    """The parts that an exercise declares.

    Else form, values and edges earn a quarter, a half and a quarter; where gradients are asked for,
    form, values, gradients and edges earn a quarter each.
    """
    if exercise.parts:
        return exercise.parts
    quarter = exercise.points / 4
    form, edges = Part("form", "the form", quarter), Part("edges", EDGES, quarter)
    if exercise.differentiable:
        value, gradient = Part("value", "the values", quarter), Part("gradient", GRADIENTS, quarter)
        return [form, value, gradient, edges]
    return [form, Part("value", "the values", 2 * quarter), edges]


GRADIENTS = "the gradients"
EDGES = "what else is asked (extreme inputs, properties, arguments left as they were)"


def with_credit(exercise: Exercise, verdict: Verdict, trial: Trial, truths: list[Any]) -> Verdict:
    """The verdict with what the parts earn that are right. A verdict that passed stays as it is."""
    if verdict.passed or verdict.kind in ("not attempted", "raised", "interface"):
        return verdict
    pairs = list(zip(trial.outcomes, truths, strict=True))
    try:
        return credited(exercise, verdict, right_parts(exercise, trial, pairs))
    except (TookTooLong, Exception):  # an odd answer can't be compared part by part
        return verdict


def credited(exercise: Exercise, verdict: Verdict, right: set[str]) -> Verdict:
    """A verdict that did not pass, with the points of the parts in `right`: never of all parts."""
    parts = parts_of(exercise)
    good = [p for p in parts if p.name in right]
    if len(good) == len(parts):
        good = [p for p in parts if p.name != "edges"]
    earned = sum(p.points for p in good)
    if not earned:
        return verdict
    points = int(earned) if earned == int(earned) else earned
    rest = "; ".join(p.words for p in parts if p not in good)
    told = f"Right: {'; '.join(p.words for p in good)}. Not yet: {rest}."
    credit = f"Partial credit, {points:g} of {exercise.points}. {told}"
    return replace(verdict, earned=points, credit=credit)


def all_but_edges(exercise: Exercise, verdict: Verdict) -> Verdict:
    """Credit for an answer whose values and gradients are right, and that does harm besides."""
    return credited(exercise, verdict, {p.name for p in parts_of(exercise)})


def right_parts(exercise: Exercise, trial: Trial, pairs: Pairs) -> set[str]:
    """Names of the parts that are right; none where the form is not, or nothing was computed."""
    ordinary = [(o, t) for o, t in pairs if not o.case.extreme] or list(pairs)
    if not pairs or not all(_form(o, t) for o, t in ordinary):
        return set()
    right = {"form"}
    if all(_value(exercise, o, t) for o, t in ordinary):
        right.add("value")
    elif _is_empty(ordinary):
        return set()
    if exercise.differentiable and all(_gradient(exercise, o, t) for o, t in ordinary):
        right.add("gradient")
    seen = [(o.seen.value, t.value) for o, t in ordinary if isinstance(t, Observed)]
    for part in exercise.parts:
        if part.right and seen and all(part.right(yours, truth) for yours, truth in seen):
            right.add(part.name)
    harm = trial.broken or trial.fault or trial.error or any(o.fault for o in trial.outcomes)
    others = [(o, t) for o, t in pairs if o.case.extreme]
    if "value" in right and not harm and all(_all_of(exercise, o, t) for o, t in others):
        right.add("edges")
    return right


def _form(outcome: Outcome, truth: Any) -> bool:
    """Whether a call gave what is asked for, and raised only what the reference raises."""
    if outcome.error or isinstance(truth, Exception):
        return type(outcome.error) is type(truth)
    return compare.misfit(outcome.seen.value, truth.value) is None


def _value(exercise: Exercise, outcome: Outcome, truth: Any) -> bool:
    if outcome.error or isinstance(truth, Exception):
        return type(outcome.error) is type(truth)
    yours, right = outcome.seen.value, truth.value
    if exercise.same:
        return exercise.same(yours, right)
    return compare.close(yours, right, exercise.rtol, exercise.atol)


def _gradient(exercise: Exercise, outcome: Outcome, truth: Any) -> bool:
    if outcome.error or isinstance(truth, Exception):
        return type(outcome.error) is type(truth)
    yours, right = outcome.seen.gradients, truth.gradients
    form = compare.misfit(yours, right)
    return form is None and compare.close(yours, right, exercise.rtol, exercise.atol)


def _all_of(exercise: Exercise, outcome: Outcome, truth: Any) -> bool:
    is_right = _form(outcome, truth) and _value(exercise, outcome, truth)
    return is_right and (not exercise.differentiable or _gradient(exercise, outcome, truth))


def _is_empty(pairs: Pairs) -> bool:
    """Whether nothing was computed: the same number whatever was asked, or an argument returned."""
    calls = [(o.seen.value, t.value, o.case.args) for o, t in pairs if isinstance(t, Observed)]
    if all(any(_same(yours, a) for a in args) for yours, _, args in calls):
        return True
    yours, truths = _range([c[0] for c in calls]), _range([c[1] for c in calls])
    return yours is not None and truths is not None and len(yours) < 2 <= len(truths)


def _same(value: Any, argument: Any) -> bool:
    both = isinstance(value, Tensor) and isinstance(argument, Tensor)
    return both and compare.close(value, argument, 0.0, 0.0)


def _range(value: Any) -> set[float] | None:
    """The finite ones among the smallest and largest numbers of what was returned, and of each
    thing in it; None where there are other things than numbers."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        parts = [_range(v) for v in value]
        return None if None in parts else set().union(*(p for p in parts if p))
    if not compare.is_number(value):
        return None
    flat = torch.as_tensor(value).detach().double().flatten()
    return (
        {n for n in (flat.min().item(), flat.max().item()) if math.isfinite(n)}
        if len(flat)
        else set()
    )
