"""Exercise `modes_covered`: how many bumps of the data the generator reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def modes_covered(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
    """How many of the centers (K, D) have at least min_count of the samples (N, D) within radius. As in Metz et al., 2017."""
    near = torch.cdist(samples, centers) < radius  # (N, K)
    return int((near.sum(0) >= min_count).sum())


KINDS = {  # offsets from the center, in units of the radius; both coordinates or one, and how many more than min_count
    "solid": ((0.3, -0.4), 3),
    "exact": ((-0.5, 0.2), 0),
    "diagonal": ((0.64, 0.64), 2),  # inside the circle, outside of |x| + |y| < radius
    "corner": ((0.85, -0.85), 2),  # outside the circle, inside the square
    "beside": ((1.3, 0.0), 2),  # outside both; inside if squared distances are compared
    "apart": (
        (-1.05, -1.05),
        2,
    ),  # outside by 1.48; inside if the squares are compared, not if they are averaged
    "twice": ((0.0, -1.9), 2),  # outside all of these; inside twice the radius
    "far": ((0.0, 2.4), 2),  # nearest to this center, and far from it
    "empty": ((0.0, 0.0), None),
}


def _cloud(
    generator: Generator, counts: dict[str, int], min_count: int, strays: int
) -> tuple[Tensor, Tensor, float]:
    """Samples around centers on a wide circle; strays: centers that have one sample too few."""
    kinds = [kind for kind, count in counts.items() for _ in range(count)] + ["stray"] * strays
    k = len(kinds)
    angle = torch.arange(k) * (2 * torch.pi / k) + torch.rand((), generator=generator)
    centers = 0.5 * k * torch.stack([angle.cos(), angle.sin()], 1) + torch.randn(
        2, generator=generator
    )
    radius = 0.3 + 0.12 * float(torch.rand((), generator=generator))
    samples = []
    for kind, center in zip(kinds, centers, strict=True):
        offset, more = KINDS.get(kind, KINDS["exact"])
        n = min_count - 1 if kind == "stray" else 0 if more is None else min_count + more
        jitter = 0.04 * torch.randn(n, 2, generator=generator).clamp(-1, 1)
        samples.append(center + radius * (torch.tensor(offset) + jitter))
    cloud = torch.cat(samples)
    cloud = cloud[torch.randperm(len(cloud), generator=generator)]
    return cloud, centers[torch.randperm(k, generator=generator)], radius


def _counts(*numbers: int) -> dict[str, int]:
    return dict(zip(KINDS, numbers, strict=True))


def _cases(generator: Generator) -> Iterator[Case]:
    extra = int(torch.randint(0, 3, (), generator=generator))
    yield Case(
        _cloud(generator, _counts(2 + extra, 1, 2, 1, 1, 1, 1, 2, 3), 1, 0),
        "min_count left at its default",
    )
    yield Case(
        (*_cloud(generator, _counts(3, 2 + extra, 1, 2, 1, 2, 1, 1, 1), 3, 1), 3),
        "three samples asked for",
    )
    yield Case(
        (*_cloud(generator, _counts(1, 1, 1, 1, 2, 1, 2, 1, 2 + extra), 5, 3), 5),
        "five samples asked for",
    )
    yield Case(
        (*_cloud(generator, _counts(0, 0, 0, 0, 0, 0, 0, 3, 2), 2, 0), 2),
        "samples that miss every mode",
    )


def _one_center(fn: Callable[..., object], generator: Generator) -> str | None:
    spot = torch.randn(1, 3, generator=generator)
    count = int(fn(spot.expand(4, 3) + 0.01, spot, 0.5, 4))
    return (
        None
        if count == 1
        else f"Four samples on a single center in three dimensions cover 1 mode; yours says "
        f"{count}."
    )


def _counting(
    distance: Callable[[Tensor, Tensor], Tensor] = torch.cdist,
    enough: Callable[[Tensor, int], Tensor] = lambda hits, least: hits >= least,
    default: int | None = None,
) -> Callable[..., object]:
    """A count with another distance (N, K), or another idea of what is enough."""

    def count(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
        near = distance(samples, centers) < radius
        return int(enough(near.sum(0), min_count if default is None else default).sum())

    return count


def _nearest(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
    owners = torch.cdist(samples, centers).argmin(1)
    return int((torch.bincount(owners, minlength=len(centers)) >= min_count).sum())


def _nearest_once(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
    return len(torch.cdist(samples, centers).argmin(1).unique())


def _same_count(yours: object, other: object) -> bool:
    """Equal, and whole numbers both or neither."""
    if type(yours).__module__ == "numpy":
        yours = torch.as_tensor(yours)
    return _whole(yours) == _whole(other) and close(yours, other)


def _whole(value: object) -> bool:
    return not (torch.as_tensor(value).is_floating_point() if is_scalar(value) else False)


MISTAKES = named({
    "counts_samples": ("You counted samples that land on a mode. Asked for is how many *modes* "
        "have samples: add up over the samples first, one count for each center.",
        lambda s, c, r, m=1: int((torch.cdist(s, c) < r).sum()),
        lambda s, c, r, m=1: int((torch.cdist(s, c) < r).any(1).sum()),
        lambda s, c, r, m=1: int(((torch.cdist(s, c) < r).sum(1) >= m).sum())),
    "min_count_ignored": ("A mode with one stray sample counts as covered, though `min_count` asks "
        "for more. Count the samples of each mode and compare with `min_count`.",
        _counting(default=1)),
    "more_than_min_count": ("You ask for *more* than `min_count` samples. Exactly `min_count` is "
        "enough: `>=`.",
        _counting(enough=lambda hits, least: hits > least)),
    "exactly_min_count": ("You ask for exactly `min_count` samples. At least that many: `>=`.",
        _counting(enough=lambda hits, least: hits == least)),
    "squared_distance": ("You compared squared distances with the radius. Take the root, or square "
        "the radius.",
        _counting(lambda s, c: torch.cdist(s, c).square())),
    "twice_the_radius": ("You compared with twice the radius. Within the radius means less than "
        "`radius` away from the center.",
        _counting(lambda s, c: torch.cdist(s, c) / 2)),
    "square_not_circle": ("You compared each coordinate with the radius, which draws a square "
        "around the center. Within the radius is a circle: the Euclidean distance.",
        _counting(lambda s, c: torch.cdist(s, c, p=float("inf")))),
    "sum_of_coordinates": ("You added up the coordinates' distances. Within the radius is a "
        "circle: the root of the sum of squares.",
        _counting(lambda s, c: torch.cdist(s, c, p=1))),
    "mean_over_coordinates": ("You averaged over the coordinates. A Euclidean distance is the root "
        "of the *sum* of squares.",
        _counting(lambda s, c: torch.cdist(s, c) / s.shape[1] ** 0.5)),
    "radius_ignored": ("You gave each sample to its nearest center, however far away that is. A "
        "sample between the modes is on none: compare the distance with `radius`.",
        _nearest, _nearest_once),
    "outside_counted": ("You get the number of all modes, covered or not. Do you count samples "
        "*farther* than the radius, or every center?",
        lambda s, c, r, m=1: int(((torch.cdist(s, c) > r).sum(0) >= m).sum()),
        lambda s, c, r, m=1: len(c)),
    "counts_the_missed": ("You counted the modes that are *not* covered.",
        lambda s, c, r, m=1: len(c) - modes_covered(s, c, r, m)),
    "all_samples": ("You get 0 every time. Do you ask for *all* samples to be near a center "
        "(`all`, or a mean), where `min_count` of them are enough? Or is one norm taken of "
        "everything at once? A distance is a norm over the last dimension.",
        lambda s, c, r, m=1: int((torch.cdist(s, c) < r).all(0).sum())),
    "which_not_how_many": ("You return one value for each center. Count the covered ones: "
        "`.sum()`.",
        lambda s, c, r, m=1: (torch.cdist(s, c) < r).sum(0),
        lambda s, c, r, m=1: (torch.cdist(s, c) < r).sum(0) >= m),
    "fraction": ("That is the share of modes that are covered; asked for is their number.",
        lambda s, c, r, m=1: modes_covered(s, c, r, m) / len(c)),
    "a_float": ("The count is right, and it is a float. A count is a whole number: `int(…)`.",
        lambda s, c, r, m=1: float(modes_covered(s, c, r, m))),
    "yes_or_no": ("You say whether any mode is covered. How many are?",
        lambda s, c, r, m=1: modes_covered(s, c, r, m) > 0),
})  # fmt: skip

MODES_COVERED = Exercise(
    name="modes_covered",
    notebook="06",
    title="how many modes have enough samples",
    reference=modes_covered,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("one_center", _one_center)],
    same=_same_count,
    hints=[
        "First a table of distances, (N, K). Then, for each center, how many samples are near.",
        "`torch.cdist(samples, centers)` is the table. Compare with `radius`, add up over "
        "dimension 0, compare with `min_count`.",
        "`int(((torch.cdist(samples, centers) < radius).sum(0) >= min_count).sum())`",
    ],
    points=2,
)  # fmt: skip
