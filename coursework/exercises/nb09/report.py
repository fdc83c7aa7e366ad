"""Exercise `detector_report`: the evaluation that an always-yes detector doesn't pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.nb09.draws import answers
from coursework.exercises.rules import named, wrong_only_at

Report = Callable[[Tensor, Tensor], dict[str, float]]
NO_NEGATIVES = "an evaluation on faces only"
NEVER = "a detector that never says yes"
NAMES = ("recall", "precision", "false positive rate")


def detector_report(y: Tensor, y_hat: Tensor) -> dict[str, float]:
    """{"recall", "precision", "false positive rate"} of y and y_hat (N,), 1 for a face.

    A share of nothing, such as the precision of a detector that never says yes, is NaN.
    ValueError without negatives.
    """
    face, yes = y == 1, y_hat == 1
    if bool(face.all()):
        raise ValueError("without negatives a detector that always says yes looks perfect")
    hits = (face & yes).sum()
    return {
        "recall": float(hits / face.sum()),
        "precision": float(hits / yes.sum()),
        "false positive rate": float((yes & ~face).sum() / (~face).sum()),
    }


def _cases(generator: Generator) -> Iterator[Case]:
    k = int(torch.randint(0, 5, (), generator=generator))
    for counts, label, extreme in (
        ((17 + k, 5, 9, 30), "more negatives than faces", False),
        ((40, 7 + k, 8, 3), "more faces than negatives", False),
        ((11, 0, 6 + k, 0), "a detector that always says yes", True),
        ((14, 3 + k, 0, 0), NO_NEGATIVES, True),
        ((6 + k, 0, 0, 0), NO_NEGATIVES, True),
        ((0, 8, 0, 13 + k), NEVER, True),
    ):
        yield Case(answers(generator, {0: counts})[:2], label, extreme)


def _observe(fn: Report, y: Tensor, y_hat: Tensor) -> dict[str, float] | str:
    """What comes back; without negatives the name of what is raised."""
    if not bool((y == 1).all()):
        return fn(y, y_hat)
    try:
        return fn(y, y_hat)
    except Exception as error:
        return f"a {type(error).__name__}"


def _always_yes_is_caught(fn: Report, generator: Generator) -> str | None:
    rate = float(fn(torch.tensor([1.0, 1, 1, 0, 0]), torch.ones(5))["false positive rate"])
    if abs(rate - 1) < 1e-6:
        return None
    return (
        "A detector that says yes to everything calls every negative a face, so its "
        f"false-positive rate is 1; yours is {rate:.4g}."
    )


@dataclass
class Counts:
    """The arguments, and how many of each kind of answer there are."""

    y: Tensor
    y_hat: Tensor

    def __post_init__(self) -> None:
        face, yes = self.y == 1, self.y_hat == 1
        self.tp, self.fn = (face & yes).sum(), (face & ~yes).sum()
        self.fp, self.tn = (~face & yes).sum(), (~face & ~yes).sum()
        self.right, self.wrong, self.n = self.tp + self.tn, self.fp + self.fn, len(self.y)

    def report(self, nothing: float = math.nan, **replaced: Tensor) -> dict[str, float]:
        """Without a refusal. nothing: a share of nothing; replaced: shares, by name."""
        shares = {
            "recall": self.tp / (self.tp + self.fn),
            "precision": self.tp / (self.tp + self.fp),
            "alarms": self.fp / (self.fp + self.tn),
        } | replaced
        values = (float(torch.as_tensor(share).nan_to_num(nothing)) for share in shares.values())
        return dict(zip(NAMES, values, strict=True))


def counted(y: Tensor, y_hat: Tensor) -> Counts:
    if bool((y == 1).all()):
        raise ValueError("no negatives")
    return Counts(y, y_hat)


def _raising(error: type[Exception]) -> Report:
    """Right, and another error without negatives."""

    def report(y: Tensor, y_hat: Tensor) -> dict[str, float]:
        if bool((y == 1).all()):
            raise error("no negatives")
        return detector_report(y, y_hat)

    return report


def _refuses_yes_men(y: Tensor, y_hat: Tensor) -> dict[str, float]:
    if bool((y_hat == 1).all()):
        raise ValueError("it always says yes")
    return Counts(y, y_hat).report()


def _in_whole_numbers(t: Counts) -> dict[str, float]:
    """Python's numbers, so that a share of nothing is a ZeroDivisionError."""
    tp, fn, fp, tn = (int(count) for count in (t.tp, t.fn, t.fp, t.tn))
    shares = tp / (tp + fn), tp / (tp + fp), fp / (fp + tn)
    return dict(zip(NAMES, shares, strict=True))


def _right_with_negatives(seen: Observed, case: Case) -> bool:
    """Right (or a share of nothing), and some value where a ValueError is asked for."""
    if case.label == NO_NEGATIVES:
        return not isinstance(seen.value, str)
    return case.label == NEVER or close(seen.value, detector_report(*case.args))


_NEGATIVES = (
    "The numbers are right, and an evaluation without a negative goes through. A detector that "
    "says yes to everything looks perfect there: raise a ValueError where all of y is 1, so that "
    "nobody is fooled."
)
_NOTHING = (
    "All is right but for a detector that never says yes. Its precision is a share of nothing, "
    'neither 0 nor 1 nor an error: NaN, `float("nan")`, says so. (A division of tensors gives it '
    "by itself.)"
)

MISTAKES = [
    *named({
        "no_negatives": (_NEGATIVES, lambda y, y_hat: Counts(y, y_hat).report(),
            _raising(ZeroDivisionError), lambda y, y_hat: _in_whole_numbers(Counts(y, y_hat))),
        "another_error": ("Without negatives you raise another error than a ValueError, or return "
            "something. A ValueError is asked for: the value handed over makes no evaluation.",
            *map(_raising, (AssertionError, RuntimeError, TypeError, Exception))),
        "raises_where_all_is_called_a_face": ("You raise where the *detector* says yes to "
            "everything. That is the one to be reported, with a false-positive rate of 1. Raise "
            "where *y* has no negatives.",
            _refuses_yes_men),
    }),
    *named({
        "precision_of_nothing": (_NOTHING, _in_whole_numbers),
        "precision_and_recall_swapped": ("Recall and precision changed places. Recall is the share "
            "of the *faces* that are found, precision the share of the *yeses* that are faces.",
            lambda t: t.report(recall=t.tp / (t.tp + t.fp), precision=t.tp / (t.tp + t.fn))),
        "arguments_swapped": ("You read y_hat as the truth and y as the answer. y comes first and "
            "is the truth.",
            lambda t: Counts(t.y_hat, t.y).report()),
        "false_discovery_rate": ("Your false-positive rate divides by the yeses, so it is 1 − "
            "precision. It is the share of the *negatives* that are called faces: FP / (FP + TN).",
            lambda t: t.report(alarms=t.fp / (t.tp + t.fp))),
        "miss_rate": ("Your false-positive rate is 1 − recall, the share of faces that are missed. "
            "It is about the *negatives*: FP / (FP + TN).",
            lambda t: t.report(alarms=t.fn / (t.tp + t.fn))),
        "specificity": ("Your false-positive rate is the share of negatives that are recognized as "
            "such. Asked for are the others: FP / (FP + TN).",
            lambda t: t.report(alarms=t.tn / (t.fp + t.tn))),
        "share_of_all": ("You divided by all N. Each of the three has its own whole: the faces for "
            "recall, the yeses for precision, the negatives for the false-positive rate.",
            lambda t: t.report(alarms=t.fp / t.n),
            lambda t: t.report(recall=t.tp / t.n, precision=t.tp / t.n, alarms=t.fp / t.n),
            lambda t: t.report(recall=t.tp / t.n), lambda t: t.report(precision=t.tp / t.n)),
        "accuracy": ("One of the three is the accuracy, the share of right answers. It hides what "
            "happens to the smaller class.",
            lambda t: t.report(precision=t.right / t.n), lambda t: t.report(recall=t.right / t.n),
            lambda t: t.report(recall=t.right / t.n, precision=t.right / t.n)),
        "right_answers_as_hits": ("`(y == y_hat).sum()` counts all right answers, negatives that "
            "are called none among them, and `(y != y_hat).sum()` all wrong ones. A true positive "
            "is a face that is called a face, `((y == 1) & (y_hat == 1)).sum()`; a false positive "
            "is anything else that is called a face.",
            lambda t: t.report(recall=t.right / (t.tp + t.fn)),
            lambda t: t.report(precision=t.right / (t.tp + t.fp)),
            lambda t: t.report(recall=t.right / (t.tp + t.fn), precision=t.right / (t.tp + t.fp)),
            lambda t: t.report(
                recall=t.right / (t.right + t.fn), precision=t.right / (t.right + t.fp)),
            lambda t: t.report(recall=t.right / (t.tp + t.fn), alarms=t.wrong / (t.fp + t.tn),
                precision=t.right / (t.tp + t.fp)),
            lambda t: t.report(alarms=t.wrong / (t.fp + t.tn))),
        "classes_swapped": ("You treat 0 as the face. y is 1 for a face.",
            lambda t: t.report(recall=t.tn / (t.tn + t.fp), precision=t.tn / (t.tn + t.fn),
                alarms=t.fn / (t.tp + t.fn))),
        "counts": ("You return counts. Shares are asked for: divide by the faces, by the yeses, "
            "and by the negatives.",
            lambda t: t.report(recall=t.tp, precision=t.tp, alarms=t.fp)),
        "odds": ("You divided the right ones by the wrong ones, TP/FN or FP/TN. A share has the "
            "whole below the line: TP + FN, TP + FP, FP + TN.",
            lambda t: t.report(recall=t.tp / t.fn, precision=t.tp / t.fp, alarms=t.fp / t.tn),
            lambda t: t.report(alarms=t.fp / t.tn)),
        "percent": ("You return percent. Shares run from 0 to 1.",
            lambda t: {name: 100 * share for name, share in t.report().items()}),
    }, read=counted),
    *named({
        "precision_of_nothing": (_NOTHING, lambda t: t.report(nothing=0.0),
            lambda t: t.report(nothing=1.0)),
    }, read=counted, when=wrong_only_at(partial(_observe, detector_report), NEVER)),
    *named({
        "no_negatives": (_NEGATIVES, lambda y, y_hat: Counts(y, y_hat).report(nothing=0.0)),
    }, when=_right_with_negatives),
]  # fmt: skip

DETECTOR_REPORT = Exercise(
    name="detector_report",
    notebook="09",
    title="recall, precision and false alarms, and no evaluation without negatives",
    reference=detector_report,
    cases=_cases,
    mistakes=MISTAKES,
    observe=_observe,
    properties=[Property("always_yes_is_caught", _always_yes_is_caught)],
    hints=[
        "Each is a share of something else: recall of the faces, precision of the yeses, the "
        "false-positive rate of the pictures that are no faces.",
        "`face, yes = y == 1, y_hat == 1` are two tables of True and False. `(face & yes).sum()` "
        "are the faces found, `~face` are the negatives. Where `face.all()`, raise a ValueError.",
        "`(face & yes).sum() / face.sum()`, the same over `yes.sum()`, and `(yes & ~face).sum() / "
        "(~face).sum()`, each as a `float(…)`. A share of nothing comes out as NaN by itself.",
    ],
    points=2,
)
