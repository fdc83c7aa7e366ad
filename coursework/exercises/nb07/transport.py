"""Exercise `wasserstein_1d`: how far one sample must be carried to become the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.divergences import wasserstein_1d
from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named

Distance = Callable[[Tensor, Tensor], float]


def _sample(generator: Generator, n: int, mean: float, sd: float) -> Tensor:
    return mean + sd * torch.randn(n, generator=generator)


def _cases(generator: Generator) -> Iterator[Case]:
    n = 13 + int(torch.randint(0, 9, (), generator=generator))
    shift = 0.4 + float(torch.rand((), generator=generator))
    yield Case((_sample(generator, n, 0, 1), _sample(generator, n, shift, 2.5)), "two samples")
    pair = _sample(generator, n + 6, 1, 3), _sample(generator, n + 6, shift, 0.5)
    yield Case(pair, "a wide sample and a narrow one")
    x = _sample(generator, n + 1, 0, 1)
    y = (x + 2 + shift)[torch.randperm(n + 1, generator=generator)]
    yield Case((x, y), "a sample and the same, shifted and shuffled")
    pair = _sample(generator, 1, 0, 1), _sample(generator, 1, 3, 1)
    yield Case(pair, "one point each", extreme=True)


def _order(fn: Distance, generator: Generator) -> str | None:
    x, y = _sample(generator, 9, 0, 1), _sample(generator, 9, 1, 2)
    gap = abs(float(fn(x, y)) - float(fn(x.flip(0), y)))
    if gap < 1e-4:
        return None
    return (
        "The order in which points are listed must not matter; yours changes by "
        f"{gap:.3g} when x is read backwards."
    )


def _sorted(x: Tensor, y: Tensor) -> Tensor:
    return x.sort().values - y.sort().values


MISTAKES = named({
    "unsorted": ("You paired the points in the order in which they are listed, which is chance. "
        "The cheapest way to carry one sample onto the other pairs the smallest with the smallest, "
        "the second with the second: sort both.",
        lambda x, y: (x - y).abs().mean(), lambda x, y: (x.sort().values - y).abs().mean(),
        lambda x, y: (x - y.sort().values).abs().mean()),
    "opposite_order": ("You sorted one sample upwards and the other downwards: that pairs the "
        "smallest with the largest, the most expensive way there is.",
        lambda x, y: (x.sort().values - y.sort(descending=True).values).abs().mean()),
    "squared": ("You squared the gaps. W1 adds up plain distances, `.abs()`.",
        lambda x, y: _sorted(x, y).square().mean(), lambda x, y: (x - y).square().mean()),
    "root_mean_square": ("That is the root of the mean *squared* gap: W2, another member of the "
        "family. W1 is the mean of the plain gaps.",
        lambda x, y: _sorted(x, y).square().mean().sqrt()),
    "norm": ("That is the length of the vector of gaps (`norm`). W1 is the mean of their sizes.",
        lambda x, y: _sorted(x, y).norm(), lambda x, y: (x - y).norm()),
    "summed": ("You added the gaps up and didn't divide by their number: a larger sample would be "
        "further away. Take the mean.",
        lambda x, y: _sorted(x, y).abs().sum()),
    "difference_of_means": ("That is the difference of the means. Under a pure shift the two "
        "agree, but a wide sample and a narrow one with equal means are apart too. Take the size "
        "of each gap *before* the mean: `.abs()`, then `.mean()`.",
        lambda x, y: (x.mean() - y.mean()).abs(), lambda x, y: x.mean() - y.mean(),
        lambda x, y: y.mean() - x.mean()),
    "largest_gap": ("You took the largest gap. W1 is the mean of all of them.",
        lambda x, y: _sorted(x, y).abs().max()),
    "median_gap": ("You took the median gap. W1 is the mean of all of them.",
        lambda x, y: _sorted(x, y).abs().median()),
    "all_pairs": ("You averaged over all pairs. Each point is carried to *one* place: sort both "
        "samples and pair them off.",
        lambda x, y: (x[:, None] - y[None, :]).abs().mean()),
    "nearest_point": ("You carried each point to the nearest one of the other sample, and several "
        "may land on the same. Pair them off: sort both.",
        lambda x, y: (x[:, None] - y[None, :]).abs().min(1).values.mean(),
        lambda x, y: (x[:, None] - y[None, :]).abs().min(0).values.mean()),
    "not_averaged": ("You returned one gap for each pair. The mean is missing.",
        lambda x, y: _sorted(x, y).abs()),
})  # fmt: skip

WASSERSTEIN_1D = Exercise(
    name="wasserstein_1d",
    notebook="07",
    title="the mean distance that points must be carried",
    reference=wasserstein_1d,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("blind_to_order", _order)],
    hints=[
        "Think of the samples as two rows of heaps of sand on a line. "
        "On a line, two ways that cross are never shorter than two that don't.",
        "So the smallest point of x goes to the smallest of y, the second to the second, and so "
        "on: `x.sort().values` is sorted.",
        "`(x.sort().values - y.sort().values).abs().mean().item()`",
    ],
    points=1,
)
