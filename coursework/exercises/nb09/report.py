"""Exercise `detector_report`: the evaluation that an always-yes detector doesn't pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.exercises.rules import named

NO_NEGATIVES = "an evaluation on faces only"
NEVER = "a detector that never says yes"


def detector_report(y: Tensor, y_hat: Tensor) -> dict[str, float]:
    """Shares of y and y_hat (N,), 1 for a face: {"recall", "precision", "false positive rate"}. ValueError without negatives.

    A share of nothing, such as the precision of a detector that never says yes, is NaN.
    """
    face, yes = y == 1, y_hat == 1
    if bool(face.all()):
        raise ValueError("an evaluation without negatives can't catch a detector that always says "
            "yes")  # fmt: skip
    hits = (face & yes).sum()
    return {
        "recall": float(hits / face.sum()),
        "precision": float(hits / yes.sum()),
        "false positive rate": float((yes & ~face).sum() / (~face).sum()),
    }


def _answers(generator: Generator, tp: int, fn: int, fp: int, tn: int) -> tuple[Tensor, Tensor]:
    """y and y_hat of so many true positives, false negatives, false positives and true negatives, in any order."""
    counts = torch.tensor([tp, fn, fp, tn])
    order = torch.randperm(int(counts.sum()), generator=generator)
    y = torch.tensor([1.0, 1, 0, 0]).repeat_interleave(counts)
    y_hat = torch.tensor([1.0, 0, 1, 0]).repeat_interleave(counts)
    return y[order], y_hat[order]


def _cases(generator: Generator) -> Iterator[Case]:
    k = int(torch.randint(0, 5, (), generator=generator))
    yield Case(_answers(generator, 17 + k, 5, 9, 30), "more negatives than faces")
    yield Case(_answers(generator, 40, 7 + k, 8, 3), "more faces than negatives")
    yield Case(
        _answers(generator, 11, 0, 6 + k, 0), "a detector that always says yes", extreme=True
    )
    yield Case(_answers(generator, 14, 3 + k, 0, 0), NO_NEGATIVES, extreme=True)
    yield Case(_answers(generator, 6 + k, 0, 0, 0), NO_NEGATIVES, extreme=True)
    yield Case(_answers(generator, 0, 8, 0, 13 + k), NEVER, extreme=True)


def _observe(fn: Callable[..., Any], y: Tensor, y_hat: Tensor) -> Any:
    """What comes back; without negatives the name of what is raised."""
    if not bool((y == 1).all()):
        return fn(y, y_hat)
    try:
        return fn(y, y_hat)
    except Exception as error:
        return f"a {type(error).__name__}"


def _shares(y: Tensor, y_hat: Tensor) -> tuple[float, float, float, float]:
    face, yes = y == 1, y_hat == 1
    pairs = [(face, yes), (face, ~yes), (~face, yes), (~face, ~yes)]
    return tuple(float((a & b).sum()) for a, b in pairs)  # type: ignore[return-value]


def _over(a: float, b: float) -> float:
    return a / b if b else math.nan


def _recall(tp: float, fn: float, fp: float, tn: float) -> float:
    return _over(tp, tp + fn)


def _precision(tp: float, fn: float, fp: float, tn: float) -> float:
    return _over(tp, tp + fp)


def _alarms(tp: float, fn: float, fp: float, tn: float) -> float:
    return _over(fp, fp + tn)


Share = Callable[[float, float, float, float], float]


def _built(
    recall: Share = _recall,
    precision: Share = _precision,
    alarms: Share = _alarms,
    needs: Callable[[Tensor, Tensor], bool] = lambda y, y_hat: not bool((y == 1).all()),
    error: type[BaseException] = ValueError,
    nothing: float = math.nan,
) -> Callable[..., dict[str, float]]:
    """A report with a part replaced. needs: what must hold lest `error` is raised; nothing: a share of nothing."""

    def report(y: Tensor, y_hat: Tensor) -> dict[str, float]:
        if not needs(y, y_hat):
            raise error("no negatives")
        counts = _shares(y, y_hat)
        values = [share(*counts) for share in (recall, precision, alarms)]
        values = [nothing if math.isnan(v) else v for v in values]
        return dict(zip(("recall", "precision", "false positive rate"), values, strict=True))

    return report


def _anything(y: Tensor, y_hat: Tensor) -> bool:
    return True


def _only_without_negatives(seen: Observed, case: Case) -> bool:
    """Right everywhere else, and some value where a ValueError is asked for."""
    if case.label == NO_NEGATIVES:
        return not isinstance(seen.value, str)
    return case.label == NEVER or close(seen.value, detector_report(*case.args))


def _only_for_never(seen: Observed, case: Case) -> bool:
    return (case.label == NEVER) != close(seen.value, _observe(detector_report, *case.args))


def _divides_by_zero(y: Tensor, y_hat: Tensor) -> dict[str, float]:
    if not bool((y_hat == 1).any()):
        raise ZeroDivisionError("division by zero")
    return detector_report(y, y_hat)


def _whole_numbers(y: Tensor, y_hat: Tensor) -> dict[str, float]:
    tp, fn, fp, tn = _shares(y, y_hat)
    return {
        "recall": tp / (tp + fn),
            "precision": tp / (tp + fp), "false positive rate": fp / (fp + tn)}  # fmt: skip


def _always_yes_is_caught(fn: Any, generator: Generator) -> str | None:
    y = torch.tensor([1.0, 1, 1, 0, 0])
    rate = float(fn(y, torch.ones(5))["false positive rate"])
    if abs(rate - 1) < 1e-6:
        return None
    return f"A detector that says yes to everything calls every negative a face, so its false-positive rate is 1; yours is {rate:.4g}."


_NEGATIVES = (
    "The numbers are right, and an evaluation without a negative goes through. "
    "A detector that says yes to everything looks perfect there: raise a ValueError where "
    "all of y is 1, so that nobody is fooled."
)
_NOTHING = (
    "All is right but for a detector that never says yes. "
    "Its precision is a share of nothing, neither 0 nor 1 nor an error: "
    'NaN, `float("nan")`, says so. '
    "(A division of tensors gives it by itself.)"
)

MISTAKES = [
    *named({
        "no_negatives": (_NEGATIVES, _built(needs=_anything), _built(error=ZeroDivisionError),
            _whole_numbers),
        "another_error": ("Without negatives you raise another error than a ValueError, or return "
            "something. A ValueError is asked for: the value handed over makes no evaluation.",
            *(_built(error=e) for e in (AssertionError, RuntimeError, TypeError, Exception))),
        "raises_where_all_is_called_a_face": ("You raise where the *detector* says yes to "
            "everything. That is the one to be reported, with a false-positive rate of 1. Raise "
            "where *y* has no negatives.",
            _built(needs=lambda y, y_hat: not bool((y_hat == 1).all()))),
        "precision_and_recall_swapped": ("Recall and precision changed places. Recall is the share "
            "of the *faces* that are found, precision the share of the *yeses* that are faces.",
            _built(_precision, _recall),
            lambda y, y_hat: detector_report(y, y_hat) | {
                "recall": detector_report(y, y_hat)[
                    "precision"], "precision": detector_report(y, y_hat)["recall"]}),
        "arguments_swapped": ("You read y_hat as the truth and y as the answer. y comes first and "
            "is the truth.",
            lambda y, y_hat: _built(needs=lambda a, b: not bool((b == 1).all()))(y_hat, y)),
        "false_discovery_rate": ("Your false-positive rate divides by the yeses, so it is 1 − "
            "precision. It is the share of the *negatives* that are called faces: FP / (FP + TN).",
            _built(alarms=lambda tp, fn, fp, tn: _over(fp, tp + fp))),
        "miss_rate": ("Your false-positive rate is 1 − recall, the share of faces that are missed. "
            "It is about the *negatives*: FP / (FP + TN).",
            _built(alarms=lambda tp, fn, fp, tn: _over(fn, tp + fn))),
        "specificity": ("Your false-positive rate is the share of negatives that are told as such. "
            "Asked for are the others: FP / (FP + TN).",
            _built(alarms=lambda tp, fn, fp, tn: _over(tn, fp + tn))),
        "share_of_all": ("You divided by all N. Each of the three has its own whole: the faces for "
            "recall, the yeses for precision, the negatives for the false-positive rate.",
            _built(alarms=lambda tp, fn, fp, tn: fp / (tp + fn + fp + tn)),
            _built(*(lambda tp, fn, fp, tn: tp / (tp + fn + fp + tn),) * 2, lambda tp, fn, fp, tn: fp / (tp + fn + fp + tn)),
            _built(recall=lambda tp, fn, fp, tn: tp / (tp + fn + fp + tn)),
            _built(precision=lambda tp, fn, fp, tn: tp / (tp + fn + fp + tn))),
        "accuracy": ("One of the three is the accuracy, the share of right answers. It hides what "
            "happens to the smaller class.",
            _built(precision=lambda tp, fn, fp, tn: (tp + tn) / (tp + fn + fp + tn)),
            _built(recall=lambda tp, fn, fp, tn: (tp + tn) / (tp + fn + fp + tn)),
            _built(*(lambda tp, fn, fp, tn: (tp + tn) / (tp + fn + fp + tn),) * 2)),
        "classes_swapped": ("You treat 0 as the face. y is 1 for a face.",
            _built(lambda tp, fn, fp, tn: _over(tn, tn + fp), lambda tp, fn, fp, tn: _over(tn, tn + fn), lambda tp, fn, fp, tn: _over(fn, tp + fn))),
        "counts": ("You return counts. Shares are asked for: divide by the faces, by the yeses, "
            "and by the negatives.",
            _built(lambda tp, fn, fp, tn: tp, lambda tp, fn, fp, tn: tp, lambda tp, fn, fp, tn: fp)),
        "odds": ("You divided the right ones by the wrong ones, TP/FN or FP/TN. A share has the "
            "whole below the line: TP + FN, TP + FP, FP + TN.",
            _built(lambda tp, fn, fp, tn: _over(tp, fn), lambda tp, fn, fp, tn: _over(tp, fp), lambda tp, fn, fp, tn: _over(fp, tn)),
            _built(alarms=lambda tp, fn, fp, tn: _over(fp, tn))),
        "percent": ("You return percent. Shares run from 0 to 1.",
            lambda y, y_hat: {k: 100 * v for k, v in detector_report(y, y_hat).items()}),
        "precision_of_nothing": (_NOTHING, _divides_by_zero),
    }),
    Mistake("precision_of_nothing", _NOTHING, _built(nothing=0.0), _only_for_never),
    Mistake("precision_of_nothing", _NOTHING, _built(nothing=1.0), _only_for_never),
    Mistake("no_negatives", _NEGATIVES, _built(needs=_anything, nothing=0.0),
        _only_without_negatives),
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
        "`face, yes = y == 1, y_hat == 1` are two tables of True and False. "
        "`(face & yes).sum()` are the faces found, `~face` are the negatives. "
        "Where `face.all()`, raise a ValueError.",
        "`(face & yes).sum() / face.sum()`, the same over `yes.sum()`, and `(yes & ~face).sum() / "
        "(~face).sum()`, each as a `float(…)`. A share of nothing comes out as NaN by itself.",
    ],
    points=2,
)  # fmt: skip
