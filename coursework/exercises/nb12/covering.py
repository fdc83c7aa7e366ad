"""Exercise `coverage`: of how many real points is a fake near?"""

from __future__ import annotations

import torch

from course_utils.sample_metrics import coverage, precision_recall
from coursework.checking.exercise import Exercise
from coursework.exercises.nb12.neighbors import (
    EXTREMES,
    GLOBAL,
    LENGTH,
    MEAN_RADIUS,
    MORE,
    SELF,
    SQUARED,
    STRICT,
    Share,
    cases,
    covered,
    density,
    for_all,
    kth,
    manhattan,
    manhattan_radii,
    mean_of_k,
    next_radii,
    squared,
    squared_radii,
    widest,
    widest_radii,
)
from coursework.exercises.rules import must_be, named, then


def covering(**pieces: object) -> Share:
    return lambda real, fake, k: covered(real, fake, k, **pieces)  # type: ignore[arg-type]


COVERAGE = Exercise(
    name="coverage",
    notebook="12",
    title="share of reals with a fake within their radius",
    reference=coverage,
    cases=cases,
    mistakes=named({
        "self_counted": (SELF, covering(reach=kth)),
        "one_neighbor_more": (MORE, covering(reach=next_radii)),
        "recall": ("That is the recall: you used the radii of the *fakes*. For coverage each "
            "*real* has a radius, and one asks whether a fake is inside. A single stray fake can't "
            "reach far then.", lambda real, fake, k: precision_recall(real, fake, k)[1]),
        "precision": ("That is the precision, a share of the fakes. Coverage is a share of the "
            "reals: take `any` along the fakes.",
            lambda real, fake, k: precision_recall(real, fake, k)[0]),
        "roles_swapped": ("`real` and `fake` changed places: that is the share of fakes with a "
            "real within the fake's radius.", lambda real, fake, k: covered(fake, real, k)),
        "density": ("That is density, from the same paper: in how many of the reals' radii a fake "
            "lies, over k. Coverage asks of each real whether at least one fake is inside.",
            density, lambda real, fake, k: k * density(real, fake, k)),
        "fakes_counted": ("You counted the fakes within each radius. One is enough: `.any`.",
            covering(reduce=lambda hit: hit.double().sum(1))),
        "k_fakes": ("You ask for k fakes within the radius. One is enough.",
            lambda real, fake, k: covered(real, fake, k, reduce=lambda hit: hit.sum(1) >= k)),
        "global_radius": (GLOBAL, *(covering(reach=for_all(f)) for f in EXTREMES)),
        "squared_and_plain": (SQUARED, covering(between=squared),
            covering(reach=squared_radii)),
        "mean_over_pairs": ("You averaged over all pairs of a real and a fake. Ask of each real "
            "whether *any* fake is inside, then take the mean over the reals.",
            covering(reduce=lambda hit: hit.double())),
        "all_for_any": ("You ask that *all* fakes lie within the radius. One is enough: `.any`.",
            covering(reduce=lambda hit: hit.all(1))),
        "mean_of_neighbors": (MEAN_RADIUS, covering(reach=mean_of_k)),
        "always_one": ("Every real counts as covered: your radii reach too far. Either you took "
            "the distance to the k-th *farthest* point (`topk` gives the largest unless "
            "`largest=False`), or the distance to the k-th *fake*, which always has a fake inside. "
            "The radius is the distance to the k-th nearest other real.",
            lambda real, fake, k: torch.ones(())),
        "strict": (STRICT, covering(strict=True)),
        "not_euclidean": (LENGTH, covering(between=manhattan, reach=manhattan_radii),
            covering(between=widest, reach=widest_radii)),
        "both": ("You return two numbers. Coverage is one: the share of reals with a fake within "
            "their radius.", precision_recall),
        "outside": ("You counted the reals that have *no* fake within their radius.",
            then(coverage, lambda share: 1 - share)),
        "count": ("You return a count. A share is asked for: divide by the number of reals.",
            lambda real, fake, k: coverage(real, fake, k) * len(real)),
        "divided_by_the_fakes": ("You divided by the number of fakes. It is a share of the reals.",
            lambda real, fake, k: coverage(real, fake, k) * len(real) / len(fake)),
        "percent": ("You return percent. A share runs from 0 to 1.",
            then(coverage, lambda share: 100 * share)),
    }),
    properties=[
        must_be(
            "same_set",
            1,
            lambda fn, g: fn(*([torch.randn(12, 3, generator=g)] * 2), 2),
            "For a set and itself it must be 1; yours is {:.4g}.",
        ),
    ],
    hints=[
        "The reals have the radii, as for precision. Only the question is turned: not of each fake "
        "whether it lies in a radius, but of each radius whether it holds a fake.",
        "`torch.cdist(real, fake) <= radii[:, None]` is a table (N, M), a row for each real.",
        "`.any(1).float().mean().item()` of that table, with radii = the distance to the k-th "
        "nearest other real",
    ],
    points=2,
    hides=["nearest_distances", "radii"],
)  # fmt: skip
