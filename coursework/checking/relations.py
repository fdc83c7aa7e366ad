"""Relations that hold for any exercise: the right answer, but twice as large, negated, in bits, …

A relation is known by its numbers, on all ordinary inputs at once. It says what is related to what;
why, only the learner can find out, since nothing is known of the exercise here.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from coursework.checking.compare import close, is_number, parts, place
from coursework.checking.exercise import Case, Exercise

Formula = Callable[[Tensor, Tensor, Case], Tensor | None]  # what the related answer would be
Column = list[tuple[Tensor, Tensor, Case]]  # one thing returned, case by case: right, yours, inputs
Factor = float | Callable[[Case], float]

SPREAD = 1e-3  # relative; numbers that differ by less tell nothing, since a constant fits them too
ENOUGH = 3  # numbers that must be off by the same before that is called a constant
MANY = 5  # whole numbers that must be near the right ones before that is called rounding


@dataclass(frozen=True)
class Relation:
    """name: short and stable. says: what the answer is; {x} stands for the batch's name.

    formulas: `formula(right, yours, case)`; one of them must give yours in every case.
    """

    name: str
    says: str
    formulas: Sequence[Formula]


def find(exercise: Exercise, answers: Iterable[tuple[Any, Any, Case]]) -> tuple[str, str] | None:
    """Name and sentence of the first relation that holds for all (yours, right, case)."""
    columns = _columns(answers)
    wrong = [column for column in columns if not _is_right(exercise, column)]
    if not wrong:
        return None
    if len(columns) > 1 and all(map(_is_right, [exercise] * len(columns), _swapped(columns))):
        return "relation_swapped", "You return the right things in the wrong order."
    for relation in (*RELATIONS, _offset(wrong)):
        if any(_holds(exercise, formula, wrong) for formula in relation.formulas):
            things = [
                place(i, "thing you return")
                for i, c in enumerate(columns)
                if any(c is w for w in wrong)
            ]
            subject = "What you return" if len(columns) == 1 else " and ".join(things).capitalize()
            says = relation.says.replace("{x}", _name_of_batch(exercise, wrong[0][0][2]))
            return f"relation_{relation.name}", f"{subject} is {says}."
    return None


def _columns(answers: Iterable[tuple[Any, Any, Case]]) -> list[Column]:
    """The things returned, each with its numbers in all cases; [] if they are no real numbers."""
    rows = []
    for yours, right, case in answers:
        row = [(t, y) for y, t, _ in parts(yours, right)]
        if not all(is_number(value) for pair in row for value in pair):
            return []
        tensors = [[torch.as_tensor(v).detach() for v in pair] for pair in row]
        if not all(
            t.is_floating_point() and (y.is_floating_point() or not y.ndim) for t, y in tensors
        ):
            return []  # counts are too few to tell
        rows.append([(t.double(), y.double(), case) for t, y in tensors])
    return [list(column) for column in zip(*rows, strict=False)]


def _is_right(exercise: Exercise, column: Column) -> bool:
    return all(close(y, t, exercise.rtol, exercise.atol) for t, y, _ in column)


def _swapped(columns: list[Column]) -> list[Column]:
    """Each thing beside the one that was returned in the opposite place."""
    pairs = zip(columns, reversed(columns), strict=True)
    return [[(t, y, c) for (t, *_), (_, y, c) in zip(*pair, strict=True)] for pair in pairs]


def _holds(exercise: Exercise, formula: Formula, columns: list[Column]) -> bool:
    """Does it give all your numbers, and are they numbers that no constant would give?"""
    numbers = []
    for t, y, case in (entry for column in columns for entry in column):
        related = formula(t, y, case)
        if related is None or not close(y, related, exercise.rtol, exercise.atol):
            return False
        numbers.append(related.flatten())
    flat = torch.cat(numbers)
    size = float(flat.abs().max())
    return bool(flat.max() - flat.min() > SPREAD * size) and 100 * exercise.atol < size < math.inf


def _batch(case: Case) -> int | None:
    """Which argument is the batch: the first tensor that has dimensions."""
    return next((i for i, a in enumerate(case.args) if isinstance(a, Tensor) and a.ndim), None)


def _name_of_batch(exercise: Exercise, case: Case) -> str:
    return list(inspect.signature(exercise.reference).parameters)[_batch(case) or 0]


def _rows(case: Case) -> float:
    return math.nan if (i := _batch(case)) is None else float(len(case.args[i]))


def _entries(case: Case) -> float:
    return math.nan if (i := _batch(case)) is None else case.args[i].numel() / _rows(case)


def _times(k: Factor, sign: int = 1) -> Formula:
    return lambda t, y, case: sign * t * (k(case) if callable(k) else k)


def _of_it(f: Callable[[Tensor], Tensor]) -> Formula:
    """A function of the right answer."""
    return lambda t, y, case: f(t)


def _turned(f: Callable[[Tensor], Tensor], dims: int) -> Formula:
    """The right answer in another order, where it has `dims` dimensions or more."""
    return lambda t, y, case: f(t) if t.ndim >= dims else None


def _over_batch(f: Callable[[Tensor], Tensor]) -> Formula:
    """A function of answers that hold one number, or one row, for each row of the batch."""
    return lambda t, y, case: f(t) if t.ndim and len(t) == _rows(case) else None


def _reduced(f: Callable[[Tensor], Tensor]) -> Formula:
    """An answer that is right once its last dimensions are reduced by `f`."""

    def formula(t: Tensor, y: Tensor, case: Case) -> Tensor | None:
        more = y.numel() > t.numel() and y.shape[: t.ndim] == t.shape
        return y if more and close(f(y.flatten(t.ndim)), t) else None

    return formula


def _rounded(digits: int) -> Formula:
    """A few whole numbers may be near the right ones by chance, so those must be many."""

    def formula(t: Tensor, y: Tensor, case: Case) -> Tensor | None:
        is_round = torch.allclose(y, y.round(decimals=digits), rtol=1e-6, atol=1e-7)
        return t.round(decimals=digits) if is_round and (digits or t.numel() >= MANY) else None

    return formula


def _offset(columns: list[Column]) -> Relation:
    """Off by a constant, which is told by the first number."""
    entries = [entry for column in columns for entry in column]
    alike = all(t.shape == y.shape for t, y, _ in entries)
    if not alike or sum(t.numel() for t, *_ in entries) < ENOUGH:
        return Relation("offset", "", [])
    off = torch.cat([(y - t).flatten() for t, y, _ in entries])[0]
    words = f"off by the same everywhere: {off.abs():.4g} too {'large' if off > 0 else 'small'}"
    return Relation("offset", words, [_of_it(lambda t: t + off)])


SUM = "a sum stands where a mean belongs"
MEAN = "a mean stands where a sum belongs"
NATS = "Logarithms here are natural ones, `torch.log`"
FACTORS: list[tuple[str, str, Factor]] = [
    ("twice", "exactly twice the right answer", 2),
    ("half", "exactly half the right answer", 0.5),
    ("four_times", "exactly four times the right answer", 4),
    ("quarter", "exactly a quarter of the right answer", 0.25),
    ("times_rows", f"the right answer times the length of `{{x}}`: {SUM}", _rows),
    ("over_rows", f"the right answer over the length of `{{x}}`: {MEAN}", lambda c: 1 / _rows(c)),
    ("times_entries", f"the right answer times the entries of a row of `{{x}}`: {SUM}", _entries),
    (
        "over_entries",
        f"the right answer over the number of entries in a row of `{{x}}`: {MEAN}",
        lambda c: 1 / _entries(c),
    ),
    (
        "over_all_entries",
        f"the right answer over the number of all entries of `{{x}}`: {MEAN}",
        lambda c: 1 / (_rows(c) * _entries(c)),
    ),
    (
        "in_bits",
        f"the right answer in bits, 1/log 2 = 1.443 times as large. {NATS}",
        1 / math.log(2),
    ),
    ("times_log_2", "log 2 = 0.693 times the right answer, which is in nats already", math.log(2)),
    ("base_10", f"the right answer over log 10 = 2.303. {NATS}", 1 / math.log(10)),
]
RELATIONS = [
    Relation("minus", "the right answer with the wrong sign", [_times(-1)]),
    *(Relation(name, says, [_times(k)]) for name, says, k in FACTORS),
    *(Relation(f"minus_{name}", f"minus {says}", [_times(k, -1)]) for name, says, k in FACTORS),
    Relation(
        "reversed",
        "the right answer in reversed order",
        [_turned(lambda t: t.flip(0), 1), _turned(lambda t: t.flip(-1), 2)],
    ),
    Relation("transposed", "the right answer, transposed", [_turned(lambda t: t.mT, 2)]),
    Relation(
        "summed_over_batch",
        "the sum over all rows of `{x}`, and one answer for each row is asked for",
        [_over_batch(lambda t: t.sum(0)), _over_batch(lambda t: t.sum(0).expand_as(t))],
    ),
    Relation(
        "averaged_over_batch",
        "the mean over all rows of `{x}`, and one answer for each row is asked for",
        [_over_batch(lambda t: t.mean(0)), _over_batch(lambda t: t.mean(0).expand_as(t))],
    ),
    Relation(
        "one_row_for_all",
        "the answer for a single row of `{x}`, given for all of them",
        [_over_batch(lambda t: t[0].expand_as(t)), _over_batch(lambda t: t[-1].expand_as(t))],
    ),
    Relation(
        "not_summed",
        "the right answer once it is added up over its last dimensions, as in `.flatten(1).sum(1)`",
        [_reduced(lambda y: y.sum(-1))],
    ),
    Relation(
        "not_averaged",
        "the right answer once the mean is taken over its last dimensions",
        [_reduced(lambda y: y.mean(-1))],
    ),
    Relation(
        "exp", "e to the power of the right answer: its log is asked for", [_of_it(torch.exp)]
    ),
    Relation("log", "the log of the right answer: an `exp` is missing", [_of_it(torch.log)]),
    Relation("inverse", "one over the right answer", [_of_it(torch.reciprocal)]),
    Relation("square", "the square of the right answer: a root is missing", [_of_it(torch.square)]),
    Relation("root", "the root of the right answer", [_of_it(torch.sqrt)]),
    Relation("complement", "one minus the right answer", [_of_it(lambda t: 1 - t)]),
    Relation(
        "rounded",
        "the right answer, rounded too coarsely. Round only where you print",
        [_rounded(digits) for digits in range(4)],
    ),
]
