"""Exercises `group_accuracy` and `accuracy_gap`: right answers in each group, and how far the groups are apart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Mistake, Property
from coursework.exercises.rules import named

GAPS = "groups of which some are empty"


def group_accuracy(y: Tensor, y_hat: Tensor, group: Tensor) -> dict[int, float]:
    """{group: share of its examples with y_hat = y}, for labels y, y_hat (N,) and group numbers (N,). Groups of nobody are left out."""
    right = (y == y_hat).float()
    return {g: float(right[group == g].mean()) for g in group.unique().tolist()}


def accuracy_gap(acc: dict[int, float]) -> float:
    """Largest minus smallest accuracy of any group, from 0 to 1. As reported by Buolamwini and Gebru, 2018."""
    return max(acc.values()) - min(acc.values())


def _answers(generator: Generator, sizes: dict[int, tuple[int, int, int, int]]) -> tuple[Tensor, ...]:  # fmt: skip
    """y, y_hat and group; sizes: true positives, false negatives, false positives, true negatives of each."""
    y, y_hat, group = [], [], []
    for g, counts in sizes.items():
        n = torch.tensor(counts)
        y.append(torch.tensor([1.0, 1, 0, 0]).repeat_interleave(n))
        y_hat.append(torch.tensor([1.0, 0, 1, 0]).repeat_interleave(n))
        group.append(torch.full((int(n.sum()),), g))
    order = torch.randperm(sum(len(part) for part in y), generator=generator)
    return tuple(torch.cat(parts)[order] for parts in (y, y_hat, group))


def _cases(generator: Generator) -> Iterator[Case]:
    k = int(torch.randint(0, 4, (), generator=generator))
    full = {0: (21 + k, 2, 3, 17), 1: (5, 4, 2, 6 + k), 2: (2, 3 + k, 1, 4)}
    yield Case(_answers(generator, full), "three groups of different sizes")
    holes = {1: (9, 1, 4 + k, 12), 4: (3 + k, 2, 1, 8), 6: (4, 1, 5, 2)}
    yield Case(_answers(generator, holes), GAPS)
    yield Case(_answers(generator, {3: (6 + k, 3, 2, 5)}), "a single group")


Share = Callable[[Tensor, Tensor, Tensor], Tensor | float]


def _by_group(share: Share, numbers: Callable[[Tensor], Any] | None = None) -> Callable[..., Any]:
    """A share of (y, y_hat, mask of the group) for each group."""

    def accuracy(y: Tensor, y_hat: Tensor, group: Tensor) -> dict[int, float]:
        numbered = numbers(group) if numbers else group.unique().tolist()
        return {g: float(share(y, y_hat, group == g)) for g in numbered}

    return accuracy


def _hits(y: Tensor, y_hat: Tensor, inside: Tensor) -> Tensor:
    return (y == y_hat)[inside].float()


def _among(label: float) -> Share:
    return lambda y, y_hat, inside: _hits(y, y_hat, inside & (y == label)).mean()


def _up_to(group: Tensor) -> range:
    return range(int(group.max()) + 1)


def _or(value: float) -> Share:
    return lambda y, y_hat, inside: _hits(y, y_hat, inside).mean() if inside.any() else value


def _keys(value: Any, kind: type) -> bool:
    return isinstance(value, dict) and any(isinstance(key, kind) for key in value)


def _typed(turn: Callable[[Any], Any]) -> Callable[..., dict[Any, float]]:
    return lambda y, y_hat, group: {turn(g): a for g, a in group_accuracy(y, y_hat, group).items()}


def _names_dont_matter(fn: Any, generator: Generator) -> str | None:
    y, y_hat, group = _answers(generator, {0: (5, 1, 2, 6), 1: (2, 3, 1, 1)})
    first, second = fn(y, y_hat, group), fn(y, y_hat, 100 + 7 * group)
    if set(second) == {100, 107} and all(abs(float(second[100 + 7 * g]) - float(first[g])) < 1e-6 for g in (0, 1)):  # fmt: skip
        return None
    return f"Call the groups 0 and 1 by the numbers 100 and 107, and nothing but the keys may change; yours become {sorted(second)}."


_EMPTY = (
    "Groups that nobody is in come along, as NaN or as 0. Leave them out: "
    "`group.unique()` are the groups that somebody is in. One NaN makes every later `max` and "
    "`min` a matter of chance."
)
_OF_THE_TOTAL = "You divided by the size of the whole set (or by all right answers), so a small group comes out as bad. Divide by the size of the *group*."

GROUP_MISTAKES = [
    *named({
        "share_of_the_total": (_OF_THE_TOTAL,
            _by_group(lambda y, y_hat, inside: _hits(y, y_hat, inside).sum() / len(y)),
            _by_group(lambda y, y_hat, inside: _hits(y, y_hat, inside).sum() / (y == y_hat).sum())),
        "empty_groups": (_EMPTY, _by_group(_or(math.nan), _up_to), _by_group(_or(0.0), _up_to),
            _by_group(_or(1.0), _up_to)),
        "recall": ("You looked at the faces only (y = 1): that is recall. A detector that says yes "
            "to everything has a recall of 1. Count all of the group.",
            _by_group(_among(1))),
        "negatives_only": ("You looked at the negatives only (y = 0). Count all of the group.",
            _by_group(_among(0))),
        "precision": ("You divided by the yeses: that is precision. Count all of the group.",
            _by_group(lambda y, y_hat, inside: _hits(y, y_hat, inside & (y_hat == 1)).mean())),
        "balanced": ("That is the mean of the two shares, among faces and among negatives "
            "(balanced accuracy). Asked for is the share of right answers in the whole group.",
            _by_group(lambda y, y_hat, inside: (_among(1)(y, y_hat, inside) + _among(0)(y, y_hat, inside)) / 2)),
        "only_the_faces_found": ("You count only the faces that are found, y · y_hat. A negative "
            "that is told as one is a right answer, too: `y == y_hat`.",
            _by_group(lambda y, y_hat, inside: (y * y_hat)[inside].mean())),
        "error_rate": ("You return the share of *wrong* answers.",
            _by_group(lambda y, y_hat, inside: 1 - _hits(y, y_hat, inside).mean())),
        "yes_rate": ("That is how often the detector says yes in each group. Compare with y.",
            _by_group(lambda y, y_hat, inside: y_hat[inside].mean())),
        "face_rate": ("That is the share of faces in each group. Compare y_hat with y.",
            _by_group(lambda y, y_hat, inside: y[inside].mean())),
        "same_for_all": ("Every group gets the accuracy of the whole set. Take the group's "
            "examples first: `right[group == g]`.",
            _by_group(lambda y, y_hat, inside: (y == y_hat).float().mean())),
        "counts": ("You return how many are right. Divide by the size of the group.",
            _by_group(lambda y, y_hat, inside: _hits(y, y_hat, inside).sum())),
        "percent": ("You return percent. Accuracies run from 0 to 1.",
            _by_group(lambda y, y_hat, inside: 100 * _hits(y, y_hat, inside).mean())),
    }),
    Mistake("keys_are_tensors", "The keys of your dict are tensors, and no lookup finds them "
        "again: `acc[3]` raises KeyError. Loop over `group.unique().tolist()`.",
        _typed(torch.tensor), lambda seen, case: _keys(seen.value, Tensor)),
    Mistake("keys_are_text", "The keys of your dict are text. They are the numbers that stand in "
        "`group`.",
        _typed(str), lambda seen, case: _keys(seen.value, str)),
    *named({
        "no_dict": ("You return the accuracies without saying whose they are. A dict is asked for, "
            "`{group: accuracy}`.",
            lambda y, y_hat, group: list(group_accuracy(y, y_hat, group).values()),
            lambda y, y_hat, group: torch.tensor(list(group_accuracy(y, y_hat, group).values()))),
        "one_number": ("You return one number for all. A dict is asked for, `{group: accuracy}`.",
            lambda y, y_hat, group: float((y == y_hat).float().mean())),
    }),
]  # fmt: skip

GROUP_ACCURACY = Exercise(
    name="group_accuracy",
    notebook="09",
    title="the share of right answers in each group",
    reference=group_accuracy,
    cases=_cases,
    mistakes=GROUP_MISTAKES,
    properties=[Property("names_dont_matter", _names_dont_matter)],
    hints=[
        "One group first: which examples are in it, and in which share of *them* is y_hat equal to "
        "y?",
        "`right = (y == y_hat).float()` is 1 for a right answer. "
        "`right[group == g]` are the group's. `group.unique().tolist()` are the groups that "
        "somebody is in.",
        "`{g: float(right[group == g].mean()) for g in group.unique().tolist()}`",
    ],
)  # fmt: skip


def _gap_cases(generator: Generator) -> Iterator[Case]:
    def drawn(n: int) -> list[float]:  # apart by 0.03 at least, the best below 0.97
        steps = 0.03 + 0.1 * torch.rand(n, generator=generator)
        return (0.3 + steps.cumsum(0)).clamp(max=0.97).tolist()

    a, b, c, d = drawn(4)
    yield Case(({5: c, 2: b, 11: a, 7: d},), "four groups")
    a, b, c = drawn(3)
    yield Case(({9: b, 0: a, 3: c},), "three groups")
    a, b = drawn(2)
    yield Case(({4: b, 1: a},), "two groups, the first one better")
    yield Case(({6: a},), "a single group")


def _of(turn: Callable[[list[float]], Any]) -> Callable[..., Any]:
    return lambda acc: turn(list(acc.values()))


def _mean(v: list[float]) -> float:
    return sum(v) / len(v)


def _pairs(v: list[float]) -> float:
    gaps = [abs(a - b) for i, a in enumerate(v) for b in v[i + 1 :]]
    return _mean(gaps) if gaps else 0.0


GAP_MISTAKES = named({
    "standard_deviation": ("That is the standard deviation (or variance), in which one group far "
        "below the others hardly shows. The gap is largest minus smallest.",
        _of(statistics.pstdev), _of(lambda v: statistics.stdev(v) if len(v) > 1 else 0.0),
        _of(lambda v: statistics.stdev(v) if len(v) > 1 else math.nan), _of(statistics.pvariance),
        _of(lambda v: statistics.variance(v) if len(v) > 1 else math.nan)),
    "negative": ("The sign is wrong: largest minus smallest, so the gap is never below 0.",
        _of(lambda v: min(v) - max(v))),
    "first_and_last": ("You took the groups in the order of the dict. Take the best and the worst "
        "one: `max(acc.values())` and `min(acc.values())`.",
        _of(lambda v: v[0] - v[-1]), _of(lambda v: v[-1] - v[0]), _of(lambda v: abs(v[0] - v[-1]))),
    "from_the_mean": ("You compared with the mean of the groups. Compare the best one with the "
        "worst.",
        _of(lambda v: max(v) - _mean(v)), _of(lambda v: _mean(v) - min(v)),
        _of(lambda v: max(abs(a - _mean(v)) for a in v))),
    "best_only": ("That is the best group's accuracy. Subtract the worst one's.", _of(max)),
    "worst_only": ("That is the worst group's accuracy. Subtract it from the best one's.",
        _of(min)),
    "from_one": ("You compared the worst group with perfection. Compare it with the best group.",
        _of(lambda v: 1 - min(v))),
    "mean_of_pairs": ("That is the mean difference of two groups. The gap is the largest one.",
        _of(_pairs)),
    "ratio": ("You divided. The gap is a difference.", _of(lambda v: max(v) / min(v)),
        _of(lambda v: min(v) / max(v)), _of(lambda v: 1 - min(v) / max(v)),
        _of(lambda v: (max(v) - min(v)) / max(v))),
    "percent": ("You return percent. Accuracies run from 0 to 1, and so does their gap.",
        _of(lambda v: 100 * (max(v) - min(v)))),
    "numbers_of_the_groups": ("You compared the groups' *numbers*: `max(acc)` and `sorted(acc)` "
        "look at the keys of a dict. Its values are `acc.values()`.",
        lambda acc: float(max(acc) - min(acc)), lambda acc: acc[max(acc)] - acc[min(acc)],
        lambda acc: acc[min(acc)] - acc[max(acc)]),
    "both_ends": ("You return two numbers. Subtract: one number is asked for.",
        _of(lambda v: (max(v), min(v))), _of(lambda v: (min(v), max(v)))),
})  # fmt: skip

ACCURACY_GAP = Exercise(
    name="accuracy_gap",
    notebook="09",
    title="how far the best and the worst group are apart",
    reference=accuracy_gap,
    cases=_gap_cases,
    mistakes=GAP_MISTAKES,
    hints=[
        "Two numbers of the dict count: the best group's and the worst group's.",
        "`acc.values()` are the accuracies.",
        "`max(acc.values()) - min(acc.values())`",
    ],
)  # fmt: skip
