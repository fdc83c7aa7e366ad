"""Numbers that say how good a model is; each one is defined in its first line."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from course_utils.device import double_on_cpu


def frechet_distance(features_a: Tensor, features_b: Tensor) -> float:
    """Squared Fréchet distance between Gaussians fitted to two sets of features (N, D), (M, D).

    |mu_a - mu_b|^2 + tr(A + B - 2 (A B)^(1/2)), A and B the covariances. With the features of a
    classifier this is the FID of Heusel et al. (2017, eq. 6): 0 for equal sets, lower is better.
    Computed in float64. Raises ValueError for fewer than two examples or two different D.
    """
    a, b = double_on_cpu(features_a), double_on_cpu(features_b)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        shapes = f"{tuple(a.shape)} and {tuple(b.shape)}"
        raise ValueError(f"need features (N, D) and (M, D), got {shapes}")
    cov_a, cov_b = torch.atleast_2d(a.T.cov()), torch.atleast_2d(b.T.cov())
    root_a = _matrix_root(cov_a)
    cross = _matrix_root(root_a @ cov_b @ root_a).trace()  # = tr (A B)^(1/2)
    shift = (a.mean(0) - b.mean(0)).square().sum()
    return max(float(shift + cov_a.trace() + cov_b.trace() - 2 * cross), 0.0)


def _matrix_root(matrix: Tensor) -> Tensor:
    """Square root of a symmetric positive semidefinite matrix (D, D)."""
    values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


def subspace_angles(basis_a: Tensor, basis_b: Tensor) -> Tensor:
    """Principal angles between the column spaces of (D, K) and (D, K): (K,) radians, largest first.

    All 0 for the same space. Sine and cosine are both used, since the cosine of an angle below 1e-8
    is 1. Björck and Golub, 1973, eqs. 13 and 15.
    """
    a, _ = torch.linalg.qr(double_on_cpu(basis_a))
    b, _ = torch.linalg.qr(double_on_cpu(basis_b))
    overlap = a.T @ b
    cosine = torch.linalg.svdvals(overlap).flip(0)  # rising, so angles fall
    sine = torch.linalg.svdvals(b - a @ overlap)[: len(cosine)]  # falling
    return torch.atan2(sine, cosine)


def roc_curve(score_normal: Tensor, score_anomaly: Tensor) -> tuple[Tensor, Tensor]:
    """False and true alarm rates as the threshold falls, each (P,), float64, rising from 0 to 1.

    Scores (N,) of normal and (M,) of anomalous examples; a higher score means a stranger example.
    There is one point for each distinct score, and (0, 0). Fawcett, 2006, algorithm 1.
    """
    normal, anomaly = double_on_cpu(score_normal), double_on_cpu(score_anomaly)
    thresholds = torch.cat([normal, anomaly]).unique()
    false = _share_at_least(normal, thresholds)
    true = _share_at_least(anomaly, thresholds)
    zero = torch.zeros(1, dtype=torch.float64)
    return torch.cat([zero, false.flip(0)]), torch.cat([zero, true.flip(0)])


def _share_at_least(scores: Tensor, thresholds: Tensor) -> Tensor:
    """For each threshold (P,), the share of scores (N,) that reach it."""
    below = torch.searchsorted(scores.sort().values, thresholds)
    return 1 - below.double() / len(scores)


def roc_auc(score_normal: Tensor, score_anomaly: Tensor) -> float:
    """Probability that an anomaly scores higher than a normal example, ties counting half.

    Scores (N,) and (M,), as in `roc_curve`; the area under that curve. Hanley and McNeil, 1982.
    """
    normal = double_on_cpu(score_normal).sort().values
    anomaly = double_on_cpu(score_anomaly)
    lower = torch.searchsorted(normal, anomaly)  # normal examples that score lower
    not_higher = torch.searchsorted(normal, anomaly, right=True)
    return float((lower + not_higher).double().mean() / (2 * len(normal)))


def nearest_neighbors(query: Tensor, database: Tensor, k: int = 1) -> Tensor:
    """Rows of `database` (M, ...) closest to each row of `query` (N, ...): indices (N, k).

    Euclidean distance, nearest first, worked out on the device of `database`.
    """
    rows = database.flatten(1).float()
    norms = rows.square().sum(1)  # |q - r|² = |q|² - 2 q·r + |r|², and |q|² is the same for all r
    parts = query.flatten(1).to(rows).split(500)  # so that no table of all N x M distances is held
    return torch.cat([(norms - 2 * q @ rows.T).topk(k, largest=False).indices for q in parts])


def accuracy(model: torch.nn.Module, x: Tensor, y: Tensor, batch_size: int = 1000) -> float:
    """Share, 0 to 1, of images x (N, C, H, W) whose largest logit is that of their class y (N,)."""
    return float((batched(model, x, batch_size).argmax(1).cpu() == y.cpu()).float().mean())


def class_spread(features: Tensor, y: Tensor) -> float:
    """Variance of features (N, D) within a class, summed over D, mean over the classes in y (N,).

    0 where a model makes one picture for each class, however well it is told them.
    """
    return float(torch.stack([features[y == c].var(0).sum() for c in y.unique()]).mean())


def active_units(mu: Tensor, threshold: float = 0.01) -> int:
    """How many of the K code means mu (N, K) have a variance over examples above `threshold`.

    Burda et al., "Importance weighted autoencoders", 2016, section 5.1.
    """
    return int((mu.var(0) > threshold).sum())


@torch.no_grad()
def batched(function: Callable[[Tensor], Tensor], x: Tensor, batch_size: int = 1000) -> Tensor:
    """function(x) (N, ...) for x (N, ...), without gradients, in batches that fit in memory."""
    return torch.cat([function(part) for part in x.split(batch_size)])
