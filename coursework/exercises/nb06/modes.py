"""Exercise `modes_covered`: how many bumps of the data the generator reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import Wrong, must_be, named, then


def modes_covered(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
    """How many centers (K, D) have at least min_count of the samples (N, D) within radius.

    As in Metz et al., 2017.
    """
    near = torch.cdist(samples, centers) < radius  # (N, K)
    return int((near.sum(0) >= min_count).sum())


# Where the samples of a mode lie: an offset from its center, both coordinates in units of the
# radius, and how many more than min_count there are.
KINDS = {
    "solid": ((0.3, -0.4), 3),
    "exact": ((-0.5, 0.2), 0),
    "diagonal": ((0.64, 0.64), 2),  # inside the circle, outside of |x| + |y| < radius
    "corner": ((0.85, -0.85), 2),  # outside the circle, inside the square
    "beside": ((1.3, 0.0), 2),  # outside both; inside if squared distances are compared
    "apart": ((-1.05, -1.05), 2),  # outside by 1.48; inside if squares are compared, not averaged
    "twice": ((0.0, -1.9), 2),  # outside all of these; inside twice the radius
    "far": ((0.0, 2.4), 2),  # nearest to this center, and far from it
    "empty": ((0.0, 0.0), None),
}


def _cloud(
    generator: Generator, counts: tuple[int, ...], min_count: int, strays: int
) -> tuple[Tensor, Tensor, float]:
    """Samples around centers on a wide circle. counts: how many centers of each kind; strays: how
    many that have one sample too few."""
    kinds = [kind for kind, count in zip(KINDS, counts, strict=True) for _ in range(count)]
    kinds += ["stray"] * strays
    k = len(kinds)
    angle = torch.arange(k) * (2 * torch.pi / k) + torch.rand((), generator=generator)
    centers = 0.5 * k * torch.stack([angle.cos(), angle.sin()], 1)
    centers += torch.randn(2, generator=generator)
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


def _cases(generator: Generator) -> Iterator[Case]:
    extra = int(torch.randint(0, 3, (), generator=generator))
    for label, counts, *least, strays in (
        ("min_count left at its default", (2 + extra, 1, 2, 1, 1, 1, 1, 2, 3), 0),
        ("three samples asked for", (3, 2 + extra, 1, 2, 1, 2, 1, 1, 1), 3, 1),
        ("five samples asked for", (1, 1, 1, 1, 2, 1, 2, 1, 2 + extra), 5, 3),
        ("samples that miss every mode", (0, 0, 0, 0, 0, 0, 0, 3, 2), 2, 0),
    ):
        yield Case((*_cloud(generator, counts, *least or [1], strays), *least), label)


def _around_one_center(fn: Wrong, generator: Generator) -> object:
    spot = torch.randn(1, 3, generator=generator)
    return fn(spot.expand(4, 3) + 0.01, spot, 0.5, 4)


def counting(
    distance: Callable[[Tensor, Tensor], Tensor] = torch.cdist,
    enough: Callable[[Tensor, int], Tensor] = torch.ge,
    least: int | None = None,
) -> Callable[..., int]:
    """A count with another distance (N, K), or another idea of what is enough."""

    def count(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
        hits = (distance(samples, centers) < radius).sum(0)
        return int(enough(hits, min_count if least is None else least).sum())

    return count


def _nearest(samples: Tensor, centers: Tensor, radius: float, min_count: int = 1) -> int:
    owners = torch.cdist(samples, centers).argmin(1)
    return int((torch.bincount(owners, minlength=len(centers)) >= min_count).sum())


def _same_count(yours: object, other: object) -> bool:
    """Equal, and whole numbers both or neither."""
    if type(yours).__module__ == "numpy":
        yours = torch.as_tensor(yours)
    return _whole(yours) == _whole(other) and close(yours, other)


def _whole(value: object) -> bool:
    return not (torch.as_tensor(value).is_floating_point() if is_scalar(value) else False)


MODES_COVERED = Exercise(
    name="modes_covered", notebook="06", title="how many modes have enough samples",
    reference=modes_covered, cases=_cases, same=_same_count, points=2,
    mistakes=named({
        "counts_samples": ("You counted samples that land on a mode. Asked for is how many *modes* "
            "have samples: add up over the samples first, one count for each center.",
            lambda s, c, r, m=1: int((torch.cdist(s, c) < r).sum()),
            lambda s, c, r, m=1: int((torch.cdist(s, c) < r).any(1).sum()),
            lambda s, c, r, m=1: int(((torch.cdist(s, c) < r).sum(1) >= m).sum())),
        "min_count_ignored": ("A mode with one stray sample counts as covered, though `min_count` "
            "asks for more. Count the samples of each mode and compare with `min_count`.",
            counting(least=1)),
        "more_than_min_count": ("You ask for *more* than `min_count` samples. Exactly `min_count` "
            "is enough: `>=`.", counting(enough=torch.gt)),
        "exactly_min_count": ("You ask for exactly `min_count` samples. At least that many: `>=`.",
            counting(enough=torch.eq)),
        "squared_distance": ("You compared squared distances with the radius. Take the root, or "
            "square the radius.", counting(lambda s, c: torch.cdist(s, c).square())),
        "twice_the_radius": ("You compared with twice the radius. Within the radius means less "
            "than `radius` away from the center.", counting(lambda s, c: torch.cdist(s, c) / 2)),
        "square_not_circle": ("You compared each coordinate with the radius, which draws a square "
            "around the center. Within the radius is a circle: the Euclidean distance.",
            counting(lambda s, c: torch.cdist(s, c, p=float("inf")))),
        "sum_of_coordinates": ("You added up the coordinates' distances. Within the radius is a "
            "circle: the root of the sum of squares.",
            counting(lambda s, c: torch.cdist(s, c, p=1))),
        "mean_over_coordinates": ("You averaged over the coordinates. A Euclidean distance is the "
            "root of the *sum* of squares.",
            counting(lambda s, c: torch.cdist(s, c) / s.shape[1] ** 0.5)),
        "radius_ignored": ("You gave each sample to its nearest center, however far away that is. "
            "A sample between the modes is on none: compare the distance with `radius`.",
            _nearest, lambda s, c, r, m=1: len(torch.cdist(s, c).argmin(1).unique())),
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
        "which_not_how_many": ("You return a value for each center. Count the covered: `.sum()`.",
            lambda s, c, r, m=1: (torch.cdist(s, c) < r).sum(0),
            lambda s, c, r, m=1: (torch.cdist(s, c) < r).sum(0) >= m),
        "fraction": ("That is the share of modes that are covered; asked for is their number.",
            lambda s, c, r, m=1: modes_covered(s, c, r, m) / len(c)),
        "a_float": ("The count is right, and it is a float. A count is a whole number: `int(…)`.",
            then(modes_covered, float)),
        "yes_or_no": ("You say whether any mode is covered. How many are?",
            then(modes_covered, lambda count: count > 0)),
    }),
    properties=[
        must_be("one_center", 1, _around_one_center, "Four samples on a single center in three "
            "dimensions cover 1 mode; yours says {:g}."),
    ],
    hints=["First a table of distances, (N, K). Then, for each center, how many samples are near.",
           "`torch.cdist(samples, centers)` is the table. Compare with `radius`, add up over "
           "dimension 0, compare with `min_count`.",
           "`int(((torch.cdist(samples, centers) < radius).sum(0) >= min_count).sum())`"],
)  # fmt: skip
