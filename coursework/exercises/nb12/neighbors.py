"""Exercise `precision_recall`: who lies among whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.sample_metrics import precision_recall
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb12.clouds import Distance, distances, draw_grid, draw_pair, radii
from coursework.exercises.rules import must_be, named, then

Radii = Callable[[Tensor, int], Tensor]
Share = Callable[[Tensor, Tensor, int], float | Tensor]  # of points (first) that lie among others
TIES = "whole numbers, many of them exactly at a radius"


def _draw_telling(generator: Generator, n: int, m: int) -> tuple[Tensor, Tensor]:
    """Points of which another distance, or one radius for all, covers another share."""
    while True:
        real, fake = draw_pair(generator, n, m, 2, 3, 0.7, 2.6)
        share = covered(real, fake, 3)
        others = (
            covered(real, fake, 3, manhattan_radii, manhattan),
            covered(real, fake, 3, widest_radii, widest),
            covered(real, fake, 3, for_all(torch.amax)),
        )
        if share not in others and others[-1] < 1:
            return real, fake


def cases(generator: Generator) -> Iterator[Case]:
    n, m = (int(torch.randint(34, 44, (), generator=generator)) for _ in range(2))
    yield Case((*_draw_telling(generator, n, m - 12), 3), "points in the plane")
    yield Case((*draw_pair(generator, m - 14, n + 9, 4, 2, 1.3, 0.5), 2), "more fakes than reals")
    yield Case((*draw_pair(generator, n + 8, m, 3, 5, 0.8, 30.0), 5), "five neighbors")
    yield Case((*draw_pair(generator, m, n, 2, 1, 0.9, 1.4), 1), "the nearest neighbor alone")
    yield Case((*draw_grid(generator, n, m - 8, 2), 2), TIES)


def kth(points: Tensor, k: int) -> Tensor:
    """The k-th smallest distance of each point, itself counted: k = 1 is 0."""
    return distances(points, points).sort(1).values[:, k - 1]


def mean_of_k(points: Tensor, k: int) -> Tensor:
    return distances(points, points).sort(1).values[:, 1 : k + 1].mean(1)


def farthest(points: Tensor, k: int) -> Tensor:
    return distances(points, points).sort(1, descending=True).values[:, k - 1]


def for_all(change: Callable[[Tensor], Tensor]) -> Radii:
    """One radius for all points."""
    return lambda points, k: change(radii(points, k)).expand(len(points))


def among(
    points: Tensor,
    own: Tensor,
    k: int,
    reach: Radii = radii,
    between: Distance = distances,
    strict: bool = False,
    reduce: Callable[[Tensor], Tensor] = lambda hit: hit.any(1),
) -> Tensor:
    """Share of points (N, D) within the radius of one of `own` (M, D), with pieces replaced."""
    d, r = between(points, own), reach(own, k)
    hit = d < r if strict else d <= r
    return reduce(hit).double().mean()


def manhattan(a: Tensor, b: Tensor) -> Tensor:
    return torch.cdist(a.double(), b.double(), p=1)


def manhattan_radii(points: Tensor, k: int) -> Tensor:
    return manhattan(points, points).sort(1).values[:, k]


def widest(a: Tensor, b: Tensor) -> Tensor:
    return torch.cdist(a.double(), b.double(), p=torch.inf)


def widest_radii(points: Tensor, k: int) -> Tensor:
    return widest(points, points).sort(1).values[:, k]


def squared(a: Tensor, b: Tensor) -> Tensor:
    return distances(a, b).square()


def _nearest_only(points: Tensor, own: Tensor, k: int) -> Tensor:
    """Only the nearest of `own` is asked whether the point is within its radius."""
    near, who = distances(points, own).min(1)
    return (near <= radii(own, k)[who]).double().mean()


def _radii_of_points(points: Tensor, own: Tensor, k: int) -> Tensor:
    """The radii of the points that are judged, in the place of those of `own`."""
    return (distances(points, own) <= radii(points, k)[:, None]).any(1).double().mean()


def _radii_across(points: Tensor, own: Tensor, k: int) -> Tensor:
    """A point's radius is the distance to its k-th nearest of the other set."""
    d = distances(points, own)
    return (d <= d.sort(0).values[k - 1]).any(1).double().mean()


def _beyond(points: Tensor, own: Tensor, k: int) -> Tensor:
    return (distances(points, own) >= radii(own, k)).any(1).double().mean()


def _fixed(k: int) -> Share:
    return lambda points, own, _: among(points, own, k)


def _turned(points: Tensor, own: Tensor, k: int) -> Tensor:
    """The share of `own` that hold a point, in the place of the share of points that are held."""
    return among(points, own, k, reduce=lambda hit: hit.any(0))


def _with(**pieces: object) -> Share:
    return lambda points, own, k: among(points, own, k, **pieces)  # type: ignore[arg-type]


def _both(share: Share) -> Callable[[Tensor, Tensor, int], tuple[object, object]]:
    return lambda real, fake, k: (share(fake, real, k), share(real, fake, k))


def covered(
    real: Tensor,
    fake: Tensor,
    k: int,
    reach: Radii = radii,
    between: Distance = distances,
    strict: bool = False,
    reduce: Callable[[Tensor], Tensor] = lambda hit: hit.any(1),
) -> Tensor:
    """Share of reals with a fake within their own radius, with pieces replaced."""
    d, r = between(real, fake), reach(real, k)[:, None]
    return reduce(d < r if strict else d <= r).double().mean()


def density(real: Tensor, fake: Tensor, k: int) -> Tensor:
    return (distances(fake, real) <= radii(real, k)).double().sum(1).mean() / k


SELF = (
    "Each point counts as its own neighbor: at distance 0 it is the nearest, so your k-th is the "
    "(k − 1)-th other point. Sort the distances of a set to itself and take number k, counted "
    "from 0; `kthvalue(k + 1)`."
)
MORE = "The radius reaches one point too far, to number k + 1. The k-th *other* point sets it."
SQUARED = (
    "Squared distances are compared with plain radii, or plain ones with squared radii. Square "
    "both or neither."
)
GLOBAL = (
    "You use one radius for all points, a mean, median or extreme of the radii. Each point has its "
    "own: small where the set is dense, large where it is sparse."
)
STRICT = (
    "You compare with `<`, which leaves out a point exactly at the radius. It is `<=`: a copy of "
    "the k-th neighbor counts."
)
MEAN_RADIUS = (
    "Your radius is the mean distance to the first k neighbors. It is the distance to the k-th."
)
FARTHEST = (
    "Your radii reach too far. Either you took the k-th *farthest* point (`topk` gives the largest "
    "unless `largest=False`), or *row* k of the sorted distances, `values[k]`, or you compare with "
    "`>=`. The radius is `sort(1).values[:, k]`, and a point is inside if it is no farther (`<=`)."
)
LENGTH = (
    "That is another distance, the sum of the absolute differences or the largest of them. "
    "Euclidean is asked for, the root of the sum of squares: `torch.cdist(a, b)`."
)


def squared_radii(points: Tensor, k: int) -> Tensor:
    return radii(points, k).square()


def next_radii(points: Tensor, k: int) -> Tensor:
    return radii(points, k + 1)


EXTREMES = (torch.mean, torch.median, torch.amax, torch.amin)

MISTAKES = named({
    "swapped": ("Precision and recall changed places. Precision is the share of *fakes* that lie "
        "among the reals; recall the share of reals that lie among the fakes. Return "
        "(precision, recall).", then(precision_recall, lambda both: both[::-1])),
    "self_counted": (SELF, _both(_with(reach=kth)),
        lambda real, fake, k: (among(fake, real, k, kth), among(real, fake, k)),
        lambda real, fake, k: (among(fake, real, k), among(real, fake, k, kth))),
    "one_neighbor_more": (MORE, _both(_with(reach=next_radii))),
    "other_radii": ("The radii are those of the wrong set. A fake lies among the reals if it is "
        "within the radius of a *real*; for recall, the radii are those of the fakes.",
        _both(_radii_of_points)),
    "radii_of_reals_only": ("You used the reals' radii for recall as well: then it is the share of "
        "reals that have a fake within their radius, which is called coverage. For recall, each "
        "*fake* has a radius, and a real has to lie within one of them.",
        lambda real, fake, k: (among(fake, real, k), covered(real, fake, k))),
    "radii_of_fakes_only": ("You used the fakes' radii for precision as well. For precision, each "
        "*real* has a radius, and a fake has to lie within one of them.",
        lambda real, fake, k: (_radii_of_points(fake, real, k), among(real, fake, k))),
    "radii_across": ("Your radii are distances to the other set. A point's radius is the distance "
        "to its k-th nearest other point of its *own* set.", _both(_radii_across)),
    "wrong_axis": ("You asked for each center whether anything lies in its radius: `any` runs "
        "along the wrong axis. Ask for each judged point whether it lies in any radius.",
        _both(_with(reduce=lambda hit: hit.any(0))),
        lambda real, fake, k: (_turned(fake, real, k), among(real, fake, k)),
        lambda real, fake, k: (among(fake, real, k), _turned(real, fake, k))),
    "k_balls": ("You ask for points within k radii. One is enough: `.any(…)`.",
        _both(lambda points, own, k: among(points, own, k, reduce=lambda hit: hit.sum(1) >= k))),
    "global_radius": (GLOBAL, *(_both(_with(reach=for_all(f))) for f in EXTREMES)),
    "squared_and_plain": (SQUARED, _both(_with(between=squared)),
        _both(_with(reach=squared_radii))),
    "mean_over_pairs": ("You averaged over all pairs. A point lies among the others as soon as it "
        "is within the radius of *one* of them: `.any(…)` first, then the mean over the points.",
        _both(_with(reduce=lambda hit: hit.double()))),
    "all_for_any": ("You ask for points within the radius of *all* others. One is enough: `.any`.",
        _both(_with(reduce=lambda hit: hit.all(1)))),
    "density": ("You counted in how many radii a point lies. That is called density (Naeem et al.) "
        "and may be above 1. For precision a point counts once: `.any(…)`.",
        _both(lambda p, own, k: density(own, p, k)),
        _both(_with(reduce=lambda hit: hit.double().sum(1))),
        lambda real, fake, k: (density(real, fake, k), among(real, fake, k)),
        lambda real, fake, k: (density(real, fake, k), covered(real, fake, k))),
    "nearest_center_only": ("You asked only the nearest center whether the point is within its "
        "radius. A center farther off, in a sparser place, may have a radius that reaches it.",
        _both(_nearest_only)),
    "mean_of_neighbors": (MEAN_RADIUS, _both(_with(reach=mean_of_k))),
    "farthest": (FARTHEST, _both(_with(reach=farthest)),
        _both(_with(reach=lambda points, k: farthest(points, k + 1))), _both(_beyond),
        _both(_with(reach=lambda points, k: distances(points, points).sort(1).values[k]))),
    "k_ignored": ("You use the same neighbor, whatever k is. The radius is the distance to number "
        "`k`.", *(_both(_fixed(k)) for k in (1, 3, 5))),
    "strict": (STRICT, _both(_with(strict=True))),
    "not_euclidean": (LENGTH, _both(_with(between=manhattan, reach=manhattan_radii)),
        _both(_with(between=widest, reach=widest_radii))),
    "precision_twice": ("Both numbers are the precision.",
        then(precision_recall, lambda both: (both[0], both[0]))),
    "recall_twice": ("Both numbers are the recall.",
        then(precision_recall, lambda both: (both[1], both[1]))),
    "outside": ("You counted the points that lie *outside* of all radii.",
        then(precision_recall, lambda both: (1 - both[0], 1 - both[1]))),
    "counts": ("You return counts. Shares are asked for: divide by the number of points judged.",
        lambda real, fake, k: (among(fake, real, k) * len(fake), among(real, fake, k) * len(real))),
    "divided_by_the_other_set": ("You divided by the length of the wrong set. Precision is a share "
        "of the fakes, recall a share of the reals.",
        lambda real, fake, k: (among(fake, real, k) * len(fake) / len(real),
            among(real, fake, k) * len(real) / len(fake))),
    "percent": ("You return percent. Shares run from 0 to 1.",
        then(precision_recall, lambda both: (100 * both[0], 100 * both[1]))),
})  # fmt: skip

PRECISION_RECALL = Exercise(
    name="precision_recall",
    notebook="12",
    title="share of fakes among the reals, and of reals among the fakes",
    reference=precision_recall,
    cases=cases,
    mistakes=MISTAKES,
    properties=[
        must_be(
            "same_set",
            2,
            lambda fn, g: sum(fn(*([torch.randn(12, 3, generator=g)] * 2), 2)),
            "For a set and itself both must be 1; yours add up to {:.4g}.",
        ),
    ],
    hints=[
        "Write one function for both: the share of `points` that lie within the radius of at "
        "least one of `centers`. Precision is that of the fakes among the reals, recall the other "
        "way round.",
        "Radii: `torch.cdist(centers, centers).sort(1).values[:, k]`. Column 0 is the point "
        "itself, at distance 0, so column k is the k-th other point.",
        "`(torch.cdist(points, centers) <= radii).any(1).float().mean()`: the radii (M,) spread "
        "along the columns, one for each center.",
    ],
    points=4,
    hides=["_share_among", "radii"],
)
