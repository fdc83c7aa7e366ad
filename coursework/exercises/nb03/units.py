"""Exercise `active_units`: how many numbers of the code are in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from course_utils.metrics import active_units
from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import named

IMAGES = 60


def _codes(generator: Generator, threshold: float, wide: int, still: int) -> Tensor:
    """Codes (60, K): `wide` active units, two more around 0; four narrow, `still` tiny, one fixed.

    Half of the narrow and all but two of the wide have a mean far from 0. The standard deviation of
    the narrow ones is above threshold, so that variance and standard deviation tell apart.
    """

    def unit(variance: float, center: float) -> Tensor:
        noise = torch.randn(IMAGES, generator=generator)
        noise = (noise - noise.mean()) / noise.std(correction=0)
        return center + variance**0.5 * noise

    def between(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    units = [unit(threshold * between(3, 8), between(1, 2)) for _ in range(wide)]
    units += [unit(threshold * between(3, 8), 0.0) for _ in range(2 if wide else 0)]
    units += [
        unit(threshold * between(0.25, 0.5), between(-2, -1)) for _ in range(2 if wide else 0)
    ]
    units += [unit(threshold * between(0.25, 0.5), 0.0) for _ in range(2 if wide else 4)]
    units += [unit(1e-3 * threshold, 0.0) for _ in range(still)]
    units += [torch.full((IMAGES,), 1.5)] if wide else []
    mu = torch.stack(units, 1)
    return mu[:, torch.randperm(mu.shape[1], generator=generator)]


def _cases(generator: Generator) -> Iterator[Case]:
    given = 0.04 + 0.06 * float(torch.rand((), generator=generator))
    yield Case((_codes(generator, given, 3, 2), given), "a threshold that is given")
    yield Case((_codes(generator, 0.15, 5, 1), 0.15), "a larger threshold")
    yield Case((_codes(generator, 0.01, 2, 4),), "the threshold left at its default")
    yield Case((_codes(generator, 0.01, 0, 0),), "a code that is dead all over")


@dataclass(frozen=True)
class Codes:
    """The arguments: code means mu (N, K) and the variance from which a unit counts."""

    mu: Tensor
    threshold: float = 0.01


def _same_count(yours: object, other: object) -> bool:
    """Equal, and whole numbers both or neither: 3 and 3.0 are told apart, NumPy's 3 is 3."""
    if type(yours).__module__ == "numpy":
        yours = torch.as_tensor(yours)
    return _whole(yours) == _whole(other) and close(yours, other)


def _whole(value: object) -> bool:
    return not (torch.as_tensor(value).is_floating_point() if is_scalar(value) else False)


MISTAKES = named({
    "variance_over_dimensions": ("You took the variance within each image, over its code "
        "(dimension 1). A unit in use varies from image to image: dimension 0.",
        lambda t: (t.mu.var(1) > t.threshold).sum(),
        lambda t: (t.mu.var(1, correction=0) > t.threshold).sum()),
    "counts_the_inactive": ("You counted the units *below* the threshold. Active are those above.",
        lambda t: (t.mu.var(0) <= t.threshold).sum()),
    "standard_deviation": ("You compared the standard deviation with the threshold. The threshold "
        "is for the variance, its square.", lambda t: (t.mu.std(0) > t.threshold).sum()),
    "not_centered": ("You averaged mu² without taking the mean away, so a unit that says the same "
        "1.3 about every image counts as active. Use the variance.",
        lambda t: (t.mu.square().mean(0) > t.threshold).sum()),
    "mean_not_variance": ("You looked at the size of mu, not at how it varies. A unit that is the "
        "same for all images says nothing.", lambda t: (t.mu.abs().mean(0) > t.threshold).sum(),
        lambda t: (t.mu.mean(0).abs() > t.threshold).sum(),
        lambda t: (t.mu.abs().max(0).values > t.threshold).sum()),
    "threshold_ignored": ("The argument `threshold` is not used: 0.01 is only its default.",
        lambda t: (t.mu.var(0) > 0.01).sum()),
    "over_zero": ("You count every unit that varies at all. In a trained network all do, a little; "
        "compare with `threshold`.", lambda t: (t.mu.var(0) > 0).sum(),
        lambda t: (t.mu.var(0) > 1e-8).sum()),
    "all_of_them": ("You return the number of units, active or not.", lambda t: t.mu.shape[1]),
    "number_of_images": ("You return the number of images, dimension 0. Units are dimension 1.",
        lambda t: t.mu.shape[0]),
    "fraction": ("That is the share of active units; asked for is their number.",
        lambda t: float((t.mu.var(0) > t.threshold).float().mean())),
    "a_float": ("The count is right, and it is a float (3.0). A count is a whole number: `int(…)`.",
        lambda t: float(active_units(t.mu, t.threshold)),
        lambda t: (t.mu.var(0) > t.threshold).float().sum()),
    "which_not_how_many": ("You say *which* units are active. Count them: `.sum()`.",
        lambda t: t.mu.var(0) > t.threshold),
    "entries_counted": ("You counted entries of mu. Take one variance for each unit, then count.",
        lambda t: (t.mu.abs() > t.threshold).sum(), lambda t: (t.mu > t.threshold).sum(),
        lambda t: ((t.mu - t.mu.mean(0)).square() > t.threshold).sum()),
    "one_variance": ("You took one variance of all entries. Each unit has its own: `mu.var(0)`.",
        lambda t: (t.mu.var() > t.threshold).sum()),
}, read=Codes)  # fmt: skip

ACTIVE_UNITS = Exercise(
    name="active_units",
    notebook="03",
    title="count the units that vary from image to image",
    reference=active_units,
    cases=_cases,
    mistakes=MISTAKES,
    same=_same_count,
    hints=[
        "A unit that is in use is different for different images. What measures that?",
        "The variance over the images, one number for each unit: `mu.var(0)`, shape (K,).",
        "`int((mu.var(0) > threshold).sum())`",
    ],
    points=1,
)
