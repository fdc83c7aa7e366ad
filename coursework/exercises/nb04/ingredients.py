"""What the exercises on distributions over a few outcomes are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Observed, Property

ORDINARY = "random distributions"
ZEROS = "distributions with zeros"
SINGLE = "a single distribution"


def rows(generator: Generator, *shape: int) -> Tensor:
    """Distributions over the last axis, none of them near uniform."""
    return torch.softmax(1.5 * torch.randn(shape, generator=generator), -1)


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


def pair_cases(generator: Generator) -> Iterator[Case]:
    """Inputs of a function of p and q; with zeros in p, in q and in both at once."""
    for label, shape, extreme in shapes(generator):
        yield Case((rows(generator, *shape), rows(generator, *shape)), label, extreme)
    p, q = rows(generator, 4, 6), rows(generator, 4, 6)
    p[:3], q[:3] = with_zeros(p[:3], [1, 3]), with_zeros(q[:3], [3])  # 0 log 0, and 0 log 0/0
    yield Case((p, q), ZEROS, True)
    hole = with_zeros(rows(generator, 3, 6), [2])
    yield Case((rows(generator, 3, 6), hole), "a q that is 0 where p is not", True)


def with_zeros(p: Tensor, outcomes: list[int]) -> Tensor:
    """p (N, C) with some outcomes impossible, normalized again."""
    kept = p.clone()
    kept[:, outcomes] = 0
    return kept / kept.sum(-1, keepdim=True)


def is_nan_at_zeros(truth: Callable[..., Tensor]) -> Callable[[Observed, Case], bool]:
    """Recognizes what is right wherever it is a number, and NaN in some of the cases with zeros."""

    def when(seen: Observed, case: Case) -> bool:
        right = truth(*case.args)
        if not isinstance(seen.value, Tensor) or seen.value.shape != right.shape:
            return False
        wrong = seen.value.isnan()
        known = not wrong.any() or (case.args[0] == 0).any() or (case.args[-1] == 0).any()
        return bool(known) and close(seen.value[~wrong], right[~wrong])

    return when


def is_finite_in_holes(truth: Callable[..., Tensor]) -> Callable[[Observed, Case], bool]:
    """Recognizes what is right wherever the answer is finite, and finite where it should be inf."""

    def when(seen: Observed, case: Case) -> bool:
        right = truth(*case.args)
        if not isinstance(seen.value, Tensor) or seen.value.shape != right.shape:
            return False
        whole = right.isfinite()
        return bool(seen.value.isfinite().all()) and close(
            seen.value[whole], right[whole], 1e-2, 1e-2
        )

    return when


def leaves_alone(*names: str) -> Property:
    """The arguments, called `names`, are still the same after a call, also where they hold zeros."""

    def broken(fn: Callable[..., Any], generator: Generator) -> str | None:
        kept = [with_zeros(rows(generator, 4, 6), [1, 3]) for _ in names]
        given = [p.clone() for p in kept]
        fn(*given)
        for name, before, now in zip(names, kept, given, strict=True):
            if not torch.equal(before, now):
                return (
                    f"your function changes its argument `{name}` in place where that holds zeros, "
                    f"so the caller's data are "
                    f"changed too. Work on something new: no method that ends in `_`, and no "
                    f"`{name}[…] = …`"
                )
        return None

    return Property("leaves_alone", broken)
