"""Exercise `smile_vector`: the mean code of smiling faces minus that of serious ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import Wrong, named, scaled, then

LOW, HIGH = 0.3, 0.7


def smile_vector(z: Tensor, smile: Tensor) -> Tensor:
    """Mean of the codes z (N, K) with smile above 0.7 minus mean of those below 0.3: (K,)."""
    return z[smile > HIGH].mean(0) - z[smile < LOW].mean(0)


def _cases(generator: Generator) -> Iterator[Case]:
    for smiling, between, serious, k, label in (
        (9, 6, 5, 4, "more smiling faces than serious ones"),
        (4, 9, 12, 7, "more serious faces than smiling ones"),
        (2, 1, 3, 2, "six faces"),
    ):
        low, middle, high = (
            start + 0.2 * torch.rand(n, generator=generator)
            for n, start in ((serious, 0.05), (between, 0.4), (smiling, 0.75))
        )
        smile = torch.cat([low, middle, high])
        way = torch.randn(k, generator=generator)
        z = 0.5 + torch.randn(len(smile), k, generator=generator) + smile[:, None] ** 3 * 2 * way
        order = torch.randperm(len(smile), generator=generator)
        yield Case((z[order], smile[order]), label)


@dataclass
class Sorted:
    """The codes of all, of smiling, of serious faces, and of those in between; and the smiles."""

    z: Tensor
    smile: Tensor

    def __post_init__(self) -> None:
        self.happy, self.serious = self.z[self.smile > HIGH], self.z[self.smile < LOW]
        self.between = self.z[(self.smile >= LOW) & (self.smile <= HIGH)]


def _means(happy: Callable[[Sorted], Tensor], serious: Callable[[Sorted], Tensor]) -> Wrong:
    return lambda z, smile: happy(Sorted(z, smile)).mean(0) - serious(Sorted(z, smile)).mean(0)


def _slope(z: Tensor, smile: Tensor) -> Tensor:
    centered = smile - smile.mean()
    return (centered[:, None] * (z - z.mean(0))).sum(0) / centered.square().sum()


def _follows_a_shift(fn: Wrong, generator: Generator) -> str | None:
    z, smile = next(iter(_cases(generator))).args
    gap = float((fn(z + 3.0, smile) - fn(z, smile)).abs().max())
    if gap < 1e-3:
        return None
    return (
        "Shift all codes by the same vector, and the difference of two means stays; yours changes "
        f"by {gap:.3g}."
    )


MISTAKES = named({
    "reversed": ("That is the way to a *serious* face: serious minus smiling. Turn it round.",
        scaled(smile_vector, -1)),
    "split_at_half": ("You split at a smile of 0.5 (or at the middle). Faces in between belong to "
        "neither side: above 0.7, and below 0.3.",
        lambda z, s: z[s > 0.5].mean(0) - z[s < 0.5].mean(0),
        lambda z, s: z[s > s.median()].mean(0) - z[s <= s.median()].mean(0)),
    "bounds_swapped": ("The bounds changed places: above 0.3 is everybody who isn't serious. "
        "Smiling is a smile above 0.7, serious one below 0.3.",
        lambda z, s: z[s > LOW].mean(0) - z[s < HIGH].mean(0)),
    "minus_the_rest": ("You subtract the mean of all that don't smile, those in between included. "
        "Serious is a smile below 0.3.",
        lambda z, s: z[s > HIGH].mean(0) - z[s <= HIGH].mean(0)),
    "rest_minus_serious": ("Your smiling faces are all that aren't serious. Smiling is a smile "
        "above 0.7.", lambda z, s: z[s >= LOW].mean(0) - z[s < LOW].mean(0)),
    "minus_the_mean_face": ("You subtract the mean of *all* codes, so a part of the smile cancels. "
        "Subtract the mean of the serious ones.", _means(lambda t: t.happy, lambda t: t.z)),
    "mean_minus_serious": ("You take the mean of *all* codes minus that of the serious ones. Take "
        "the smiling ones.", _means(lambda t: t.z, lambda t: t.serious)),
    "smiling_only": ("That is the mean code of the smiling faces. It holds all that faces have in "
        "common; subtract the mean code of the serious ones.", lambda z, s: z[s > HIGH].mean(0)),
    "serious_only": ("That is the mean code of the serious faces. It is subtracted from that of "
        "the smiling ones.", lambda z, s: z[s < LOW].mean(0)),
    "sums": ("You subtracted sums. There are not equally many faces on both sides, so the larger "
        "side wins: take means.", lambda z, s: z[s > HIGH].sum(0) - z[s < LOW].sum(0)),
    "divided_by_all": ("You divided both sums by the number of all faces. Divide each by the "
        "number "
        "of its own faces: `z[smile > 0.7].mean(0)`.",
        lambda z, s: (z[s > HIGH].sum(0) - z[s < LOW].sum(0)) / len(z)),
    "added": ("You added the two means. The difference is what is left of them.",
        lambda z, s: z[s > HIGH].mean(0) + z[s < LOW].mean(0)),
    "halved": ("That is half of the difference. One whole vector should lead from the serious "
        "faces "
        "to the smiling ones.", scaled(smile_vector, 0.5)),
    "unit_length": ("You gave the vector length 1, so how far the smile is away is lost. Leave the "
        "difference as it is.", then(smile_vector, lambda v: v / v.norm())),
    "absolute": ("You took absolute values. The sign says which way each latent goes.",
        then(smile_vector, torch.abs)),
    "one_number": ("You averaged over the latents, too: one number. `mean(0)` averages over faces "
        "alone.", lambda z, s: z[s > HIGH].mean() - z[s < LOW].mean(),
        then(smile_vector, lambda v: v.sum()), then(smile_vector, lambda v: v.norm())),
    "one_latent": ("You kept the largest entry alone. The direction need not lie along an axis: "
        "keep all entries.",
        then(smile_vector, lambda v: torch.where(v.abs() == v.abs().max(), v, 0.0))),
    "weighted_by_smile": ("You weighted each code by its smile. Asked for is the difference of two "
        "plain means.",
        lambda z, s: (z * s[:, None]).mean(0), lambda z, s: (z * s[:, None]).sum(0) / s.sum()),
    "slope": ("That is the slope of a regression, another good direction. Asked for is the "
        "difference of two means.", _slope),
    "extremes": ("You took the face that smiles most and the one that smiles least. All that these "
        "two differ in is in your vector; means over many faces cancel it.",
        lambda z, s: z[s.argmax()] - z[s.argmin()]),
    "medians": ("You took medians. Asked for are means.",
        lambda z, s: z[s > HIGH].median(0).values - z[s < LOW].median(0).values),
})  # fmt: skip

SMILE_VECTOR = Exercise(
    name="smile_vector", notebook="08", title="the direction from serious codes to smiling ones",
    reference=smile_vector, cases=_cases, mistakes=MISTAKES, points=1,
    properties=[Property("follows_a_shift", _follows_a_shift)],
    hints=["Which rows of `z` belong to smiling faces? A comparison gives a mask.",
           "`z[smile > 0.7]` are the codes of the smiling ones; their mean over faces is "
           "`.mean(0)`, (K,).",
           "`z[smile > 0.7].mean(0) - z[smile < 0.3].mean(0)`"],
)  # fmt: skip
