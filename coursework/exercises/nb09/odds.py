"""Exercise `equalized_odds_gap`: the larger of two gaps, in recall and in false positive rate."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.nb09.draws import answers
from coursework.exercises.rules import Wrong, named


@dataclass
class Counts:
    """Answers of one group, counted."""

    found: int
    missed: int
    alarms: int
    quiet: int

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed)

    @property
    def alarm_rate(self) -> float:
        return self.alarms / (self.alarms + self.quiet)

    @property
    def yes_rate(self) -> float:
        return (self.found + self.alarms) / self.size

    @property
    def accuracy(self) -> float:
        return (self.found + self.quiet) / self.size

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.alarms, 1)

    @property
    def size(self) -> int:
        return self.found + self.missed + self.alarms + self.quiet


Groups = list[Counts]


def count(y: Tensor, y_hat: Tensor, group: Tensor) -> Groups:
    """The counts of each group that somebody is in."""
    rows = []
    for g in group.unique().tolist():
        mine = group == g
        cells = [int((mine & (y == a) & (y_hat == b)).sum()) for a, b in
                 ((1, 1), (1, 0), (0, 1), (0, 0))]  # fmt: skip
        rows.append(Counts(*cells))
    return rows


def gap(values: list[float]) -> float:
    return max(values) - min(values)


def _both(groups: Groups) -> tuple[float, float]:
    faces = [g.recall for g in groups if g.found + g.missed]
    others = [g.alarm_rate for g in groups if g.alarms + g.quiet]
    return gap(faces), gap(others)


def equalized_odds_gap(y: Tensor, y_hat: Tensor, group: Tensor) -> float:
    """The larger of the gaps in recall and in false positive rate between groups, 0 to 1.

    y, y_hat (N,), 1 for a face; group (N,). After Hardt, Price and Srebro, 2016.
    """
    return max(_both(count(y, y_hat, group)))


def _cases(generator: Generator) -> Iterator[Case]:
    k = int(torch.randint(0, 3, (), generator=generator))
    recall = {0: (18 + k, 2, 3, 17), 1: (6, 7, 4, 13 + k), 3: (11, 4, 1, 19)}
    yield Case(answers(generator, recall), "the larger gap is that in recall")
    alarms = {2: (16, 4, 2, 20 + k), 5: (13 + k, 4, 11, 9), 7: (17, 5, 5, 11)}
    yield Case(answers(generator, alarms), "the larger gap is that in false positives")
    two = {4: (9, 3, 2, 5 + k), 1: (4, 5, 6 + k, 7)}
    yield Case(answers(generator, two), "two groups")


def _of(value: Callable[[Groups], float]) -> Wrong:
    return lambda y, y_hat, group: value(count(y, y_hat, group))


def _yes_man(fn: Wrong, generator: Generator) -> str | None:
    y, y_hat, group = answers(generator, {0: (5, 1, 2, 6), 1: (2, 3, 1, 4)})
    worst = abs(float(fn(y, y_hat * 0 + 1, group)))
    if worst < 1e-6:
        return None
    return (
        "A detector that says yes to everything has recall 1 and false positive rate 1 in every "
        f"group, so the gap is 0; yours is {worst:.3g}."
    )


def _spread(of: Callable[[list[float]], float]) -> Callable[[Groups], float]:
    return lambda groups: max(of([g.recall for g in groups]), of([g.alarm_rate for g in groups]))


MISTAKES = named({
    "recall_only": ("That is the gap in recall alone (\"equal opportunity\"). A group may be found "
        "as often as the others and be falsely accused far more often: take the gap in false "
        "positive rates too, and the larger of the two.",
        _of(lambda t: gap([g.recall for g in t]))),
    "alarms_only": ("That is the gap in false positive rates alone. Take the gap in recall too, "
        "and "
        "the larger of the two.", _of(lambda t: gap([g.alarm_rate for g in t]))),
    "smaller": ("You took the smaller of the two gaps. One of them being small is not enough.",
        _of(lambda t: min(_both(t)))),
    "added": ("You added the two gaps. Asked for is the larger one.", _of(lambda t: sum(_both(t)))),
    "averaged": ("You averaged the two gaps (or the two rates). Asked for is the larger gap.",
        _of(lambda t: sum(_both(t)) / 2)),
    "parity": ("That is the gap in how often each group gets a *yes* (\"demographic parity\"). It "
        "doesn't ask who is a face: compare yeses among the faces, and yeses among the others.",
        _of(lambda t: gap([g.yes_rate for g in t]))),
    "accuracy": ("That is the gap in accuracy, in which misses and false alarms are mixed. Take "
        "them apart: recall, and false positive rate.",
        _of(lambda t: gap([g.accuracy for g in t]))),
    "precision": ("You divided by the yeses, which is precision. Recall divides by the faces, the "
        "false positive rate by the pictures without one.",
        _of(lambda t: gap([g.precision for g in t])),
        _of(lambda t: max(gap([g.precision for g in t]), gap([g.alarm_rate for g in t]))),
        _of(lambda t: max(gap([g.precision for g in t]), gap([g.recall for g in t])))),
    "share_of_the_group": ("You divided by the size of the whole group. Recall is a share of its "
        "*faces*, the false positive rate a share of its pictures *without* one.",
        _of(lambda t: gap([g.found / g.size for g in t])),
        _of(lambda t: gap([g.alarms / g.size for g in t])),
        _of(lambda t: max(gap([g.found / g.size for g in t]), gap([g.alarms / g.size for g in t]))),
        _of(lambda t: max(gap([g.missed / g.size for g in t]),
            gap([g.alarms / g.size for g in t])))),
    "all_rates_together": ("You took largest minus smallest over both kinds of rates together. "
        "Compare recalls with recalls and false positive rates with false positive rates.",
        _of(lambda t: gap([v for g in t for v in (g.recall, g.alarm_rate)]))),
    "within_a_group": ("You subtracted the false positive rate from the recall of each group. The "
        "gap is between groups.", _of(lambda t: max(g.recall - g.alarm_rate for g in t)),
        _of(lambda t: gap([g.recall - g.alarm_rate for g in t]))),
    "standard_deviation": ("You took a standard deviation. The gap is largest minus smallest.",
        _of(_spread(statistics.pstdev)), _of(_spread(statistics.stdev))),
    "from_the_mean": ("You compared with the mean of the groups. Compare the largest with the "
        "smallest.", _of(_spread(lambda v: max(v) - statistics.mean(v))),
        _of(_spread(lambda v: statistics.mean(v) - min(v)))),
    "negative": ("The sign is wrong: largest minus smallest.", _of(lambda t: -max(_both(t)))),
    "percent": ("You return percent. Rates run from 0 to 1.", _of(lambda t: 100 * max(_both(t)))),
    "two_numbers": ("You return both gaps. Asked for is the larger of them.", _of(_both),
        _of(lambda t: dict(zip(("recall", "false positive rate"), _both(t), strict=True)))),
})  # fmt: skip

EQUALIZED_ODDS_GAP = Exercise(
    name="equalized_odds_gap", notebook="09", title="the larger gap, in recall or in false alarms",
    reference=equalized_odds_gap, cases=_cases, mistakes=MISTAKES, points=2,
    properties=[Property("yes_man", _yes_man)],
    hints=["Two dicts, {group: share}: recall among faces, and yeses among pictures without a "
        "face. "
           "Then `accuracy_gap` of each, and the larger one.",
           "On faces alone the share of right answers is the recall, and on the others the share "
           "of "
           "*wrong* ones is the false positive rate. A gap of `group_accuracy` is the same for "
           "right and for wrong ones.",
           "With `face = y == 1`: `accuracy_gap(group_accuracy(y[face], y_hat[face], "
           "group[face]))`, "
           "the same with `~face`, and `max` of both."],
)  # fmt: skip
