"""Exercise `kid`: the kernel distance, whose mean does not depend on the number of samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.sample_metrics import kid
from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named, scaled, then

Kernel = Callable[[Tensor, Tensor], Tensor]


def _pair(generator: Generator, n: int, m: int, dims: int, shift: float) -> tuple[Tensor, Tensor]:
    """Features (n, dims) and (m, dims) of two distributions; KID is above 0."""
    while True:
        a = torch.randn(n, dims, generator=generator) + 0.3
        b = 1.4 * torch.randn(m, dims, generator=generator) + 0.3 + shift
        if kid(a, b) > 0.2:
            return a, b


def _negative(generator: Generator) -> tuple[Tensor, Tensor]:
    """Two draws of one distribution whose KID comes out below 0."""
    while True:
        a, b = torch.randn(2, 9, 4, generator=generator)
        if kid(a, b[:7]) < -0.05:
            return a, b[:7]


def _cases(generator: Generator) -> Iterator[Case]:
    n, dims = (int(torch.randint(5, 10, (), generator=generator)) for _ in range(2))
    yield Case(_pair(generator, 12 + n, n, dims, 0.8), "more rows in a than in b")
    yield Case(_pair(generator, n, 30, 3, -0.5), "more rows in b than in a")
    yield Case(_pair(generator, n + 2, n + 2, dims + 3, 0.5), "equally many rows")
    label = "two draws of one distribution, where it comes out negative"
    yield Case(_negative(generator), label, extreme=True)


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    return (a @ b.T / a.shape[1] + 1) ** 3


def _off_diagonal(k: Tensor) -> Tensor:
    return k.sum() - k.diag().sum()


def _unbiased(k: Tensor) -> Tensor:
    """The mean over pairs of two different rows."""
    return _off_diagonal(k) / (len(k) * (len(k) - 1))


def _mmd(
    kernel: Kernel = _kernel,
    own_a: Callable[[Tensor], Tensor] = _unbiased,
    own_b: Callable[[Tensor], Tensor] | None = None,
    cross: Callable[[Tensor], Tensor] = torch.mean,
    times: float = 2,
) -> Callable[[Tensor, Tensor], Tensor]:
    """The squared MMD with one of its pieces replaced."""
    return lambda a, b: (
        own_a(kernel(a, a)) + (own_b or own_a)(kernel(b, b)) - times * cross(kernel(a, b))
    )


def _over_n_squared(k: Tensor) -> Tensor:
    return _off_diagonal(k) / len(k) ** 2


def _cross_without_diagonal(k: Tensor) -> Tensor:
    return _unbiased(k) if k.shape[0] == k.shape[1] else k.mean()


def _gauss(a: Tensor, b: Tensor) -> Tensor:
    return (-torch.cdist(a, b).square() / 2).exp()


def _unit(kernel: Kernel) -> Kernel:
    return lambda a, b: kernel(
        torch.nn.functional.normalize(a, dim=1), torch.nn.functional.normalize(b, dim=1)
    )


def _counted(
    own_b: Callable[[int, int], int] = lambda n, m: m * (m - 1),
    cross: Callable[[int, int], int] = lambda n, m: n * m,
) -> Callable[[Tensor, Tensor], Tensor]:
    """The squared MMD, its last two tables divided by other numbers of pairs."""

    def wrong(a: Tensor, b: Tensor) -> Tensor:
        n, m = len(a), len(b)
        within_b = _off_diagonal(_kernel(b, b)) / own_b(n, m)
        return _unbiased(_kernel(a, a)) + within_b - 2 * _kernel(a, b).sum() / cross(n, m)

    return wrong


_WRONG_COUNTS = (
    _counted(own_b=lambda n, m: n * (n - 1)),
    _counted(own_b=lambda n, m: n * m),
    _counted(cross=lambda n, m: n * (m - 1)),
    _counted(cross=lambda n, m: n * (n - 1)),
    _counted(cross=lambda n, m: m * (m - 1)),
    _counted(cross=lambda n, m: n * n),
)

MISTAKES = named({
    "diagonal_kept": ("The diagonals are still in: k(x, x) compares each row with itself, and is "
        "the largest entry. That is the biased estimate, above 0 for two draws of one "
        "distribution, and the more so the fewer rows. Take the diagonals of both tables out.",
        _mmd(own_a=torch.mean), _mmd(own_a=lambda k: k.sum() / (len(k) * (len(k) - 1))),
        _mmd(own_a=lambda k: 2 * k.triu().sum() / (len(k) * (len(k) - 1)))),
    "diagonal_from_each_row": ("`k - torch.diag(k)` subtracts the diagonal from *every* row, since "
        "`torch.diag` of a table is a vector. Take it out of the sum: `k.sum() - k.diag().sum()`.",
        _mmd(own_a=lambda k: (k - k.diag()).sum() / (len(k) * (len(k) - 1)))),
    "minus_one": ("You took 1 off each diagonal entry. k(x, x) isn't 1 with this kernel: take the "
        "whole diagonal out, `k.sum() - k.diag().sum()`.",
        _mmd(own_a=lambda k: (k.sum() - len(k)) / (len(k) * (len(k) - 1)))),
    "one_diagonal_kept": ("One of the two tables still has its diagonal, k(x, x). Take it out of "
        "both, and divide each by its own n(n − 1).",
        _mmd(own_a=torch.mean, own_b=_unbiased), _mmd(own_b=torch.mean)),
    "n_squared": ("The diagonal is out, and you still divide by n². There are n(n − 1) pairs of "
        "two different rows.", _mmd(own_a=_over_n_squared)),
    "n_or_n_minus_1_squared": ("The diagonal is out, and the table is divided by n or by "
        "(n − 1)². There are n(n − 1) pairs of two different rows.",
        _mmd(own_a=lambda k: _off_diagonal(k) / len(k)),
        _mmd(own_a=lambda k: _off_diagonal(k) / (len(k) - 1)),
        _mmd(own_a=lambda k: _off_diagonal(k) / (len(k) - 1) ** 2)),
    "wrong_counts": ("A table is divided by the wrong number of pairs. With n rows in a and m in "
        "b they are n(n − 1), m(m − 1), and n·m for the cross table.", *_WRONG_COUNTS),
    "d_missing": ("The number of features is missing: the kernel is (x·y/D + 1)³, with D columns. "
        "Without it the value grows with the width of the network.",
        _mmd(lambda a, b: (a @ b.T + 1) ** 3)),
    "d_is_rows": ("You divided by the number of rows. D is the number of features, the columns.",
        _mmd(lambda a, b: (a @ b.T / a.shape[0] + 1) ** 3),
        _mmd(lambda a, b: (a @ b.T / b.shape[0] + 1) ** 3)),
    "half_of_d": ("You divided by 2·D. The kernel has x·y/D.",
        _mmd(lambda a, b: (a @ b.T / (2 * a.shape[1]) + 1) ** 3)),
    "root_of_d": ("You divided by √D, as attention does. This kernel has x·y/D.",
        _mmd(lambda a, b: (a @ b.T / a.shape[1] ** 0.5 + 1) ** 3)),
    "cross_once": ("The cross term counts twice: it comes from (a − b)² = a² + b² − 2ab.",
        _mmd(times=1)),
    "cross_without_diagonal": ("You took the diagonal out of the cross table, too. Row i of `a` "
        "and row i of `b` have nothing to do with each other: its mean is over all entries.",
        _mmd(cross=_cross_without_diagonal)),
    "cross_added": ("The cross term is added. It is subtracted: the more alike the sets, the "
        "smaller the distance.", _mmd(times=-2)),
    "cross_missing": ("The cross term is missing, so you never compared `a` with `b`.",
        _mmd(times=0)),
    "root": ("You took the root. KID is the *squared* MMD, and may come out negative, where a root "
        "is NaN.", then(kid, lambda v: v**0.5 if v >= 0 else float("nan")),
        then(kid, math.sqrt), then(kid, lambda v: max(v, 0) ** 0.5),
        then(kid, lambda v: abs(v) ** 0.5)),
    "never_negative": ("You cut it off at 0, or took its size. An unbiased estimate of 0 has to "
        "come out negative about half the time: return it as it is.",
        then(kid, lambda v: max(v, 0)), then(kid, abs)),
    "times_1000": ("That is KID × 1,000, as tables often print it. Return it as it is.",
        scaled(kid, 1000)),
    "one_missing": ("The + 1 inside the power is missing. Without it the kernel knows the third "
        "moments alone, and not the mean and the covariance.",
        _mmd(lambda a, b: (a @ b.T / a.shape[1]) ** 3)),
    "one_below": ("The 1 was added to D. It is added to the quotient: (x·y/D + 1)³.",
        _mmd(lambda a, b: (a @ b.T / (a.shape[1] + 1)) ** 3)),
    "times_three": ("You multiply by 3. It is the third power, `** 3`.",
        _mmd(lambda a, b: (a @ b.T / a.shape[1] + 1) * 3)),
    "distance_in_the_kernel": ("The kernel is made of the *distance* of two rows. It is made of "
        "their product, `x @ y.T`.", _mmd(lambda a, b: (torch.cdist(a, b) / a.shape[1] + 1) ** 3),
        _mmd(lambda a, b: (torch.cdist(a, b).square() / a.shape[1] + 1) ** 3)),
    "centered": ("You subtracted a mean from the features first. KID takes them as they are: a "
        "difference of the means counts.",
        _mmd(lambda a, b: _kernel(a - a.mean(0), b - b.mean(0)))),
    "one_outside": ("The + 1 stands outside of the power, where it cancels. It is (x·y/D + 1)³.",
        _mmd(lambda a, b: (a @ b.T) ** 3 / a.shape[1] + 1)),
    "brackets": ("Brackets: only x·y is divided by D, and the 1 is added after that.",
        _mmd(lambda a, b: ((a @ b.T + 1) / a.shape[1]) ** 3)),
    "other_power": ("The power is 3, and it is taken of the whole bracket: `**` binds before `+`. "
        "With another power the kernel compares other moments.",
        _mmd(lambda a, b: (a @ b.T / a.shape[1] + 1) ** 2),
        _mmd(lambda a, b: a @ b.T / a.shape[1] + 1),
        _mmd(lambda a, b: (a @ b.T / a.shape[1] + 1) ** 4)),
    "other_kernel": ("That is another kernel, a Gaussian of the distance. KID has the polynomial "
        "(x·y/D + 1)³ of the product.", _mmd(_gauss),
        _mmd(lambda a, b: (-torch.cdist(a, b).square() / (2 * a.shape[1])).exp())),
    "normalized": ("You scaled the rows to length 1. KID takes the features as they are.",
        _mmd(_unit(_kernel))),
    "means_only": ("That compares the means alone, |mean a − mean b|². KID compares all products "
        "of two rows through the kernel.",
        lambda a, b: (a.mean(0) - b.mean(0)).square().sum(),
        lambda a, b: (a.mean(0) - b.mean(0)).square().sum() / a.shape[1]),
    "half_of_the_pairs": ("You added up one triangle of the table, n(n − 1)/2 pairs, and divided "
        "by n(n − 1) or n².", _mmd(own_a=lambda k: _unbiased(k) / 2),
        _mmd(own_a=lambda k: k.triu(1).mean())),
    "summed": ("You added up the tables. Each is averaged: over n(n − 1) pairs within a set, over "
        "all pairs between the sets.", _mmd(own_a=_off_diagonal, cross=torch.sum),
        _mmd(own_a=torch.sum, cross=torch.sum)),
    "similarity": ("The signs are all turned: equal sets have to come out lowest.",
        scaled(kid, -1)),
})  # fmt: skip


def _order_of_rows(fn: Callable[[Tensor, Tensor], float], generator: Generator) -> str | None:
    a, b = _pair(generator, 8, 11, 4, 0.5)
    gap = float(fn(a, b.flip(0))) - float(fn(a, b))
    if abs(gap) < 1e-3:
        return None
    return (
        f"The order of the rows must not matter; with `b` in reversed order yours moves {gap:.3g}."
    )


KID = Exercise(
    name="kid",
    notebook="12",
    title="unbiased squared MMD with the kernel (x·y/D + 1)³",
    reference=kid,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("order_of_rows", _order_of_rows)],
    hints=[
        "Three tables of kernel values: a with a, b with b, a with b. KID is the mean of the "
        "first two minus twice the mean of the third. In the first two, a row is never paired "
        "with itself.",
        "`def kernel(x, y): return (x @ y.T / x.shape[1] + 1) ** 3`. For the table of n rows with "
        "themselves: `(k.sum() - k.diag().sum()) / (n * (n - 1))`.",
        "`own(a) + own(b) - 2 * kernel(a, b).mean()`, with own as in the second hint, and the "
        "result as a float",
    ],
    points=3,
    rtol=3e-4,
    atol=1e-4,
    hides=["_kernel", "_mean_kernel"],
)
