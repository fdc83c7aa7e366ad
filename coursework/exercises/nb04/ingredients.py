"""What the exercises on distributions over a few outcomes are made from."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Mistake, Observed, Property
from coursework.exercises.rules import Wrong, named, scaled, then

LOG2 = math.log(2)
ORDINARY = "random distributions"
ZEROS = "distributions with zeros"
SINGLE = "a single distribution"
RARE = "500 outcomes that share one percent"

BITS = "Right in bits, and nats are asked for: use the natural log, `torch.log`, not `torch.log2`."
SIGN = "The sign is missing: log p is negative, and a surprise is −log p."
NAN = (
    "Right where every probability is positive, and NaN where one is 0: `0 * log(0)` is 0 · (−∞). "
    "What never happens contributes 0. `torch.xlogy(a, b)` is a · log b with 0 for a = 0."
)
CLAMPED = (
    "Right where every outcome is likely, and off where many are rare: a clamp, or a number added "
    "inside the log, changes what they contribute. `torch.xlogy(a, b)` needs neither."
)
HOLES = (
    "Right where q > 0. Where q is 0 and p is not, the answer is infinite, and yours is finite: a "
    "small number added inside the log, a clamp or a mask hides it. Only 0 · log 0 is 0."
)
ALL = (
    "You added up everything, batch included. Sum over the last axis alone, `.sum(-1)`, and keep "
    "the others. (A mask such as `p[p > 0]` flattens its tensor, so that a sum over it adds up "
    "everything; `torch.where` keeps the shape.)"
)


def reductions(each: Wrong, whose: str) -> list[Mistake]:
    """What goes wrong after the terms. each: one for every outcome; whose: what has a number."""
    return named({
        "not_summed": ("You return one number per outcome. A distribution has one number in all: "
            "`.sum(-1)`.",
            each, scaled(each, -1)),
        "summed_over_everything": (ALL, then(each, torch.sum)),
        "batch_mean": ("The sum over outcomes is right; then you averaged over the batch. Each "
            f"{whose} keeps its own number.", then(each, lambda terms: terms.sum(-1).mean())),
        "mean_over_outcomes": ("You averaged over the outcomes. The weights are in the formula "
            "already: `.sum(-1)`, not `.mean(-1)`.", then(each, lambda terms: terms.mean(-1))),
        "wrong_axis": ("You summed over the first axis. The outcomes lie along the last one: "
            "`.sum(-1)`.", then(each, lambda terms: terms.sum(0))),
        "axis_one": ("You summed over axis 1. The outcomes lie along the last axis, which is axis "
            "1 of a matrix alone: `.sum(-1)`.", then(each, lambda terms: terms.sum(1))),
    })  # fmt: skip


def rows(generator: Generator, *shape: int) -> Tensor:
    """Distributions over the last axis, none of them near uniform."""
    return torch.softmax(1.5 * torch.randn(shape, generator=generator), -1)


def with_zeros(p: Tensor, outcomes: list[int]) -> Tensor:
    """p (N, C) with some outcomes impossible, normalized again."""
    kept = p.clone()
    kept[:, outcomes] = 0
    return kept / kept.sum(-1, keepdim=True)


def with_rare(generator: Generator) -> Tensor:
    """Two distributions (2, 504) of four likely outcomes and many rare ones."""
    rare = 0.5 + torch.rand(2, 500, generator=generator)
    shares = 0.01 * rare / rare.sum(-1, keepdim=True)
    return torch.cat([0.99 * rows(generator, 2, 4), shares], -1)


def shapes(generator: Generator) -> list[tuple[str, tuple[int, ...], bool]]:
    """(label, shape, extreme): all axes of a shape have lengths of their own, so that axes show."""
    n = int(torch.randint(3, 5, (), generator=generator))
    c = int(torch.randint(6, 9, (), generator=generator))
    return [
        (ORDINARY, (n, c), False),
        ("a block of distributions", (2, n, c - 1), False),
        ("a batch of one", (1, c), False),
        (SINGLE, (c,), True),
    ]


def single_cases(generator: Generator) -> Iterator[Case]:
    """Inputs of a function of p."""
    for label, shape, extreme in shapes(generator):
        yield Case((rows(generator, *shape),), label, extreme)
    yield Case((with_zeros(rows(generator, 4, 6), [1, 3]),), ZEROS, True)
    yield Case((with_rare(generator),), RARE, True)


def pair_cases(generator: Generator) -> Iterator[Case]:
    """Inputs of a function of p and q; with zeros in p, in q and in both at once."""
    for label, shape, extreme in shapes(generator):
        yield Case((rows(generator, *shape), rows(generator, *shape)), label, extreme)
    p, q = rows(generator, 4, 6), rows(generator, 4, 6)
    p[:3], q[:3] = with_zeros(p[:3], [1, 3]), with_zeros(q[:3], [3])  # 0 log 0, and 0 log 0/0
    yield Case((p, q), ZEROS, True)
    hole = with_zeros(rows(generator, 3, 6), [2])
    yield Case((rows(generator, 3, 6), hole), "a q that is 0 where p is not", True)
    yield Case((with_rare(generator), with_rare(generator)), RARE, True)


def _fits(seen: Observed, right: Tensor) -> bool:
    return isinstance(seen.value, Tensor) and seen.value.shape == right.shape


def nan_at_zeros(right: Wrong, wrong: Wrong) -> list[Mistake]:
    """Right wherever it is a number, and NaN in some of the cases with zeros."""

    def when(seen: Observed, case: Case) -> bool:
        truth = right(*case.args)
        if not _fits(seen, truth):
            return False
        nan = seen.value.isnan()
        known = not nan.any() or (case.args[0] == 0).any() or (case.args[-1] == 0).any()
        return bool(known) and close(seen.value[~nan], truth[~nan])

    return named({"nan_at_zeros": (NAN, wrong)}, when=when)


def finite_in_holes(right: Wrong, *wrongs: Wrong) -> list[Mistake]:
    """Right wherever the answer is finite, and finite where it should be inf."""

    def when(seen: Observed, case: Case) -> bool:
        truth = right(*case.args)
        if not _fits(seen, truth) or not seen.value.isfinite().all():
            return False
        whole = truth.isfinite()
        return case.label == RARE or close(seen.value[whole], truth[whole], 0.01, 0.01)

    return named({"finite_in_holes": (HOLES, *wrongs)}, when=when)


def leaves_alone(*names: str) -> Property:
    """The arguments, called `names`, are the same after a call, also where they hold zeros."""

    def broken(fn: Wrong, generator: Generator) -> str | None:
        kept = [with_zeros(rows(generator, 4, 6), [1, 3]) for _ in names]
        given = [p.clone() for p in kept]
        fn(*given)
        for name, before, now in zip(names, kept, given, strict=True):
            if not torch.equal(before, now):
                return (
                    f"your function changes its argument `{name}` in place where that holds zeros, "
                    "so the caller's data are changed too. Work on something new: no method that "
                    f"ends in `_`, and no `{name}[…] = …`"
                )
        return None

    return Property("leaves_alone", broken)
