"""Against scipy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import sklearn.metrics
import torch
from torch import nn

from course_utils import metrics as m


@pytest.mark.parametrize(("n", "dim"), [(500, 8), (40, 64), (2, 3)])
def test_frechet_equals_scipys_matrix_root(n: int, dim: int) -> None:
    g = torch.Generator().manual_seed(n)
    mix = torch.randn(dim, dim, generator=g)
    a = torch.randn(n, dim, generator=g)
    b = torch.randn(2 * n, dim, generator=g) @ mix + 0.5
    cov_a, cov_b = (np.cov(part.double().numpy(), rowvar=False) for part in (a, b))
    root = scipy.linalg.sqrtm(cov_a @ cov_b).real
    shift = ((a.double().mean(0) - b.double().mean(0)) ** 2).sum().item()
    theirs = shift + np.trace(cov_a + cov_b - 2 * root)
    assert m.frechet_distance(a, b) == pytest.approx(theirs, rel=1e-5)


def test_frechet_has_the_closed_form_in_one_dimension_and_is_zero_for_equal_sets() -> None:
    a, b = torch.randn(300, 1), 3 * torch.randn(200, 1) + 1
    expected = (a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2
    assert m.frechet_distance(a, b) == pytest.approx(expected.item(), rel=1e-5)
    assert m.frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_refuses_what_it_cant_compare() -> None:
    with pytest.raises(ValueError, match=r"\(5, 3\) and \(5, 4\)"):
        m.frechet_distance(torch.zeros(5, 3), torch.zeros(5, 4))
    with pytest.raises(ValueError):
        m.frechet_distance(torch.zeros(1, 3), torch.zeros(5, 3))


def test_subspace_angles_equal_scipys() -> None:
    g = torch.Generator().manual_seed(1)
    a, b = torch.randn(2, 30, 5, generator=g)
    theirs = scipy.linalg.subspace_angles(a.double().numpy(), b.double().numpy())
    np.testing.assert_allclose(m.subspace_angles(a, b), theirs, atol=1e-10)


def test_subspace_angles_see_small_angles_and_ignore_the_basis() -> None:
    g = torch.Generator().manual_seed(2)
    a = torch.randn(30, 4, generator=g, dtype=torch.float64)
    turned = a @ torch.randn(4, 4, generator=g, dtype=torch.float64)
    assert m.subspace_angles(a, turned).max() < 1e-12
    tilted = torch.tensor([[1.0], [1e-10]], dtype=torch.float64)
    angle = m.subspace_angles(torch.tensor([[1.0], [0.0]], dtype=torch.float64), tilted)
    assert angle.item() == pytest.approx(1e-10, rel=1e-3)


def scores(seed: int, ties: bool) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    normal, anomaly = torch.randn(301, generator=g), torch.randn(57, generator=g) + 0.7
    return (normal.round(), anomaly.round()) if ties else (normal, anomaly)


@pytest.mark.parametrize("ties", [False, True])
def test_roc_equals_sklearns(ties: bool) -> None:
    normal, anomaly = scores(3, ties)
    truth = [0] * len(normal) + [1] * len(anomaly)
    both = torch.cat([normal, anomaly])
    assert m.roc_auc(normal, anomaly) == pytest.approx(sklearn.metrics.roc_auc_score(truth, both))
    fpr, tpr, _ = sklearn.metrics.roc_curve(truth, both, drop_intermediate=False)
    ours = m.roc_curve(normal, anomaly)
    np.testing.assert_allclose(ours[0], fpr)
    np.testing.assert_allclose(ours[1], tpr)
    assert torch.trapezoid(ours[1], ours[0]).item() == pytest.approx(m.roc_auc(normal, anomaly))


def test_nearest_neighbors_of_members_are_themselves() -> None:
    images = torch.rand(20, 1, 4, 4)
    assert m.nearest_neighbors(images[:5], images)[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert m.nearest_neighbors(images[:5], images, k=3).shape == (5, 3)


def test_accuracy_and_batches() -> None:
    x = torch.randn(2500, 3)
    y = x.argmax(1)
    y[:500] = (y[:500] + 1) % 3
    assert m.accuracy(nn.Identity(), x, y) == pytest.approx(0.8)
    torch.testing.assert_close(m.batched(lambda part: 2 * part, x, 700), 2 * x)
