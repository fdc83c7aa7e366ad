"""Exercises `group_accuracy` and `accuracy_gap`: accuracy by group, and how far it is apart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.nb09.draws import answers
from coursework.exercises.rules import each, named, recognized, then

GroupAccuracy = Callable[[Tensor, Tensor, Tensor], dict[int, float]]


def group_accuracy(y: Tensor, y_hat: Tensor, group: Tensor) -> dict[int, float]:
    """{group: share of its examples with y_hat = y}, for y, y_hat and numbers of groups (N,).

    Groups of nobody are left out.
    """
    right = (y == y_hat).float()
    return {g: float(right[group == g].mean()) for g in group.unique().tolist()}


def accuracy_gap(acc: dict[int, float]) -> float:
    """Largest minus smallest accuracy of any group, 0 to 1. After Buolamwini and Gebru, 2018."""
    return max(acc.values()) - min(acc.values())


def _cases(generator: Generator) -> Iterator[Case]:
    k = int(torch.randint(0, 4, (), generator=generator))
    full = {0: (21 + k, 2, 3, 17), 1: (5, 4, 2, 6 + k), 2: (2, 3 + k, 1, 4)}
    yield Case(answers(generator, full), "three groups of different sizes")
    holes = {1: (9, 1, 4 + k, 12), 4: (3 + k, 2, 1, 8), 6: (4, 1, 5, 2)}
    yield Case(answers(generator, holes), "groups of which some are empty")
    yield Case(answers(generator, {3: (6 + k, 3, 2, 5)}), "a single group")


@dataclass
class Group:
    """What a wrong share is made of: the labels and answers of one group, and of all."""

    all_y: Tensor
    all_y_hat: Tensor
    inside: Tensor

    def __post_init__(self) -> None:
        self.y, self.y_hat = self.all_y[self.inside], self.all_y_hat[self.inside]
        self.right = (self.y == self.y_hat).float()
        self.all_right = (self.all_y == self.all_y_hat).float()


def _by_group(
    share: Callable[[Group], Tensor],
    numbers: Callable[[Tensor], Iterable[int]] = lambda group: group.unique().tolist(),
) -> GroupAccuracy:
    """A share of each group. numbers: which groups there are."""
    return lambda y, y_hat, group: {
        g: float(share(Group(y, y_hat, group == g))) for g in numbers(group)
    }


def _up_to_the_largest(share: Callable[[Group], Tensor]) -> GroupAccuracy:
    return _by_group(share, lambda group: range(int(group.max()) + 1))


def _with_keys(kind: Callable[[int], Any]) -> Callable[..., dict[Any, float]]:
    return then(group_accuracy, lambda acc: {kind(g): share for g, share in acc.items()})


def _has_keys(kind: type) -> Callable[[Observed, Case], bool]:
    return lambda seen, case: (
        isinstance(seen.value, dict) and any(isinstance(key, kind) for key in seen.value)
    )


def _names_dont_matter(fn: GroupAccuracy, generator: Generator) -> str | None:
    y, y_hat, group = answers(generator, {0: (5, 1, 2, 6), 1: (2, 3, 1, 1)})
    first, second = fn(y, y_hat, group), fn(y, y_hat, 100 + 7 * group)
    wanted = {100 + 7 * g: float(share) for g, share in first.items()}
    if close({g: float(share) for g, share in second.items()}, wanted):
        return None
    return (
        "Call the groups 0 and 1 by the numbers 100 and 107, and nothing but the keys may change; "
        f"yours become {sorted(second)}."
    )


GROUP_MISTAKES = [
    *named(each(_by_group, {
        "share_of_the_total": ("You divided by the size of the whole set (or by all right "
            "answers), so a small group comes out as bad. Divide by the size of the *group*.",
            lambda g: g.right.sum() / len(g.all_y), lambda g: g.right.sum() / g.all_right.sum()),
        "recall": ("You looked at the faces only (y = 1): that is recall. A detector that says yes "
            "to everything has a recall of 1. Count all of the group.",
            lambda g: g.right[g.y == 1].mean()),
        "negatives_only": ("You looked at the negatives only (y = 0). Count all of the group.",
            lambda g: g.right[g.y == 0].mean()),
        "precision": ("You divided by the yeses: that is precision. Count all of the group.",
            lambda g: g.right[g.y_hat == 1].mean()),
        "balanced": ("That is the mean of the two shares, among faces and among negatives "
            "(balanced accuracy). Asked for is the share of right answers in the whole group.",
            lambda g: (g.right[g.y == 1].mean() + g.right[g.y == 0].mean()) / 2),
        "only_the_faces_found": ("You count only the faces that are found, y · y_hat. A negative "
            "that is recognized as one is a right answer, too: `y == y_hat`.",
            lambda g: (g.y * g.y_hat).mean()),
        "error_rate": ("You return the share of *wrong* answers.", lambda g: 1 - g.right.mean()),
        "yes_rate": ("That is how often the detector says yes in each group. Compare with y.",
            lambda g: g.y_hat.mean()),
        "face_rate": ("That is the share of faces in each group. Compare y_hat with y.",
            lambda g: g.y.mean()),
        "same_for_all": ("Every group gets the accuracy of the whole set. Take the group's "
            "examples first: `right[group == g]`.",
            lambda g: g.all_right.mean()),
        "counts": ("You return how many are right. Divide by the size of the group.",
            lambda g: g.right.sum()),
        "percent": ("You return percent. Accuracies run from 0 to 1.",
            lambda g: 100 * g.right.mean()),
    })),
    *named(each(_up_to_the_largest, {
        "empty_groups": ("Groups that nobody is in come along, as NaN or as 0. Leave them out: "
            "`group.unique()` are the groups that somebody is in. One NaN makes every later `max` "
            "and `min` a matter of chance.",
            lambda g: g.right.mean(), lambda g: g.right.mean().nan_to_num(0.0),
            lambda g: g.right.mean().nan_to_num(1.0)),
    })),
    *named({
        "no_dict": ("You return the accuracies without saying whose they are. A dict is asked for, "
            "`{group: accuracy}`.",
            then(group_accuracy, lambda acc: list(acc.values())),
            then(group_accuracy, lambda acc: torch.tensor(list(acc.values())))),
        "one_number": ("You return one number for all. A dict is asked for, `{group: accuracy}`.",
            lambda y, y_hat, group: float((y == y_hat).float().mean())),
    }),
    *recognized({
        "keys_are_tensors": ("The keys of your dict are tensors, and no lookup finds them again: "
            "`acc[3]` raises KeyError. Loop over `group.unique().tolist()`.",
            _has_keys(Tensor), _with_keys(torch.tensor)),
        "keys_are_text": ("The keys of your dict are text. They are the numbers that stand in "
            "`group`.",
            _has_keys(str), _with_keys(str)),
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
        "`right = (y == y_hat).float()` is 1 for a right answer. `right[group == g]` are the "
        "group's. `group.unique().tolist()` are the groups that somebody is in.",
        "`{g: float(right[group == g].mean()) for g in group.unique().tolist()}`",
    ],
)


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


def _from_the_mean(v: list[float]) -> list[float]:
    return [a - statistics.mean(v) for a in v]


def _pairs(v: list[float]) -> float:
    gaps = [abs(a - b) for i, a in enumerate(v) for b in v[i + 1 :]]
    return statistics.mean(gaps) if gaps else 0.0


GAP_MISTAKES = [
    *named({
        "standard_deviation": ("That is the standard deviation (or variance), in which one group "
            "far below the others hardly shows. The gap is largest minus smallest.",
            statistics.pstdev, lambda v: statistics.stdev(v) if len(v) > 1 else 0.0,
            lambda v: statistics.stdev(v) if len(v) > 1 else math.nan, statistics.pvariance,
            lambda v: statistics.variance(v) if len(v) > 1 else math.nan),
        "negative": ("The sign is wrong: largest minus smallest, so the gap is never below 0.",
            lambda v: min(v) - max(v)),
        "first_and_last": ("You took the groups in the order of the dict. Take the best and the "
            "worst one: `max(acc.values())` and `min(acc.values())`.",
            lambda v: v[0] - v[-1], lambda v: v[-1] - v[0], lambda v: abs(v[0] - v[-1])),
        "from_the_mean": ("You compared with the mean of the groups. Compare the best one with the "
            "worst.",
            lambda v: max(_from_the_mean(v)), lambda v: -min(_from_the_mean(v)),
            lambda v: max(map(abs, _from_the_mean(v)))),
        "best_only": ("That is the best group's accuracy. Subtract the worst one's.", max),
        "worst_only": ("That is the worst group's accuracy. Subtract it from the best one's.", min),
        "from_one": ("You compared the worst group with perfection. Compare it with the best "
            "group.",
            lambda v: 1 - min(v)),
        "mean_of_pairs": ("That is the mean difference of two groups. The gap is the largest one.",
            _pairs),
        "ratio": ("You divided. The gap is a difference.", lambda v: max(v) / min(v),
            lambda v: min(v) / max(v), lambda v: 1 - min(v) / max(v),
            lambda v: (max(v) - min(v)) / max(v)),
        "percent": ("You return percent. Accuracies run from 0 to 1, and so does their gap.",
            lambda v: 100 * (max(v) - min(v))),
        "both_ends": ("You return two numbers. Subtract: one number is asked for.",
            lambda v: (max(v), min(v)), lambda v: (min(v), max(v))),
    }, read=lambda acc: list(acc.values())),
    *named({
        "numbers_of_the_groups": ("You compared the groups' *numbers*: `max(acc)` and "
            "`sorted(acc)` look at the keys of a dict. Its values are `acc.values()`.",
            lambda acc: float(max(acc) - min(acc)), lambda acc: acc[max(acc)] - acc[min(acc)],
            lambda acc: acc[min(acc)] - acc[max(acc)]),
    }),
]  # fmt: skip

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
)
