"""Numbers that judge a set of samples: quality, coverage, novelty. Notebook 12 teaches each.

Searches for neighbors go through `metrics.nearest_neighbors`, in blocks: no table of all distances
between two large sets is held.
"""

from __future__ import annotations

import torch
from torch import Tensor

from course_utils.device import double_on_cpu
from course_utils.metrics import nearest_neighbors, roc_auc

BLOCK = 500  # rows whose distances to a whole set are held at once


def inception_score(probs: Tensor) -> float:
    """exp of the mean KL(p(y|x) || p(y)), class probabilities (N, C), p(y) their mean over x.

    From 1, where all images get the same probabilities, to C. Salimans et al., 2016, section 4.
    """
    p = double_on_cpu(probs)
    kl = torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))
    return float(kl.sum(1).mean().exp())


def kid(a: Tensor, b: Tensor) -> float:
    """Unbiased squared MMD between features (N, D), (M, D), with the kernel (x·y/D + 1)³.

    0 on average for two draws of one distribution, so it may be negative; lower is better.
    Bińkowski et al., "Demystifying MMD GANs", 2018, section 4.
    """
    a, b = double_on_cpu(a), double_on_cpu(b)
    return _mean_kernel(a) + _mean_kernel(b) - 2 * float(_kernel(a, b).mean())


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    return (a @ b.T / a.shape[1] + 1) ** 3


def _mean_kernel(a: Tensor) -> float:
    """The kernel's mean over all pairs of two different rows."""
    own = ((a.square().sum(1) / a.shape[1] + 1) ** 3).sum()
    return float((_kernel(a, a).sum() - own) / (len(a) * (len(a) - 1)))


def precision_recall(real: Tensor, fake: Tensor, k: int) -> tuple[float, float]:
    """Share of fakes (M, D) that lie among the reals (N, D), and of reals among the fakes.

    To lie among them is to be within the radius of at least one, the distance to its k-th nearest
    other point of its own set. Kynkäänniemi et al., 2019, eqs. 1 and 2.
    """
    return _share_among(fake, real, k), _share_among(real, fake, k)


def coverage(real: Tensor, fake: Tensor, k: int) -> float:
    """Share of reals (N, D) with at least one fake (M, D) within their radius, as above.

    Naeem et al., "Reliable fidelity and diversity metrics", 2020, eq. 9.
    """
    return float((nearest_distances(real, fake) <= radii(real, k)).double().mean())


def radii(points: Tensor, k: int) -> Tensor:
    """Distance of each point (N, D) to its k-th nearest other: (N,). ValueError if k >= N."""
    rows = double_on_cpu(points.flatten(1))
    if not 0 < k < len(rows):
        raise ValueError(f"k = {k}: {len(rows)} points have from 1 to {len(rows) - 1} neighbors")
    near = nearest_neighbors(rows, rows, k + 1)  # each point itself is one of them, at distance 0
    blocks = zip(rows.split(BLOCK), near.split(BLOCK), strict=True)
    far = [(part[:, None] - rows[index]).norm(dim=2) for part, index in blocks]
    return torch.cat(far).sort(1).values[:, k]


def nearest_distances(query: Tensor, database: Tensor) -> Tensor:
    """Distance from each row of `query` (N, ...) to the closest of `database` (M, ...): (N,)."""
    rows = query.flatten(1)
    near = nearest_neighbors(rows, database)[:, 0].to(database.device)
    return (double_on_cpu(rows) - double_on_cpu(database.flatten(1)[near])).norm(dim=1)


def _share_among(points: Tensor, own: Tensor, k: int) -> float:
    """Share of `points` within the radius of at least one point of `own`."""
    reach, target = radii(own, k), double_on_cpu(own.flatten(1))
    found = [
        (_distances(part, target) <= reach).any(1)
        for part in double_on_cpu(points.flatten(1)).split(BLOCK)
    ]
    return float(torch.cat(found).double().mean())


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances (N, M), by subtraction: exactly 0 between equal rows."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def memorization_auc(samples: Tensor, train: Tensor, test: Tensor) -> float:
    """Probability that a sample is closer to its nearest training point than a test point is.

    Ties half; all (N, ...), distances Euclidean. Copies of training points: 1; fresh data: about
    ½. The test of Meehan et al., "A non-parametric test to detect data-copying", 2020.
    """
    return roc_auc(-nearest_distances(test, train), -nearest_distances(samples, train))
