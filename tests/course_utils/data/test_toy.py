"""Densities in the plane: they integrate to one, and samples follow them."""

from __future__ import annotations

import math

import pytest
import torch

from course_utils.data.toy import TOY, Mixture, toy_density

BOXES = {"banana": (6, -3, 36), "classes": (8, -8, 8)}  # x within ±first, y between the others
STEP = 0.04  # half the smallest standard deviation: sums of Gaussians are integrals to 1e-8


@pytest.mark.parametrize("name", TOY)
def test_integrates_to_one(name: str) -> None:
    wide, low, high = BOXES.get(name, (4.5, -4.5, 4.5))
    x, y = (torch.arange(a, b, STEP, dtype=torch.float64) for a, b in ((-wide, wide), (low, high)))
    total = toy_density(name).log_prob(torch.cartesian_prod(x, y)).exp().sum().item() * STEP**2
    assert total == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", TOY)
def test_samples_follow_the_density(name: str) -> None:
    """Counts of 50,000 samples in boxes of 0.5 agree with the integral of the density: χ² test."""
    n, density = 50_000, toy_density(name)
    x = density.sample(n, torch.Generator().manual_seed(1))
    assert x.shape == (n, 2) and x.dtype == torch.float32
    fine = (torch.arange(240, dtype=torch.float64) + 0.5) / 24 - 5  # 12 cells a box side
    mass = density.log_prob(torch.cartesian_prod(fine, fine)).exp().view(20, 12, 20, 12) / 24**2
    expected = n * mass.sum((1, 3)).flatten()
    box = ((x + 5) / 0.5).floor().long()
    inside = ((box >= 0) & (box < 20)).all(1)
    seen = (box[inside, 0] * 20 + box[inside, 1]).bincount(minlength=400)
    full = expected > 10
    chi2 = ((seen - expected).square() / expected)[full].sum().item()
    free = int(full.sum())
    assert free > 5 and chi2 < free + 6 * math.sqrt(2 * free)


@pytest.mark.parametrize("name", TOY)
def test_same_generator_same_points(name: str) -> None:
    draws = [toy_density(name).sample(5, torch.Generator().manual_seed(3)) for _ in range(2)]
    assert torch.equal(*draws)


def test_mixture_against_torch_distributions() -> None:
    from torch import distributions as D

    ours = toy_density("classes")
    theirs = D.MixtureSameFamily(
        D.Categorical(ours.weights), D.MultivariateNormal(ours.means, ours.covariances)
    )
    x = 3 * torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours.log_prob(x), theirs.log_prob(x))
    posterior = ours.log_joint(x) - ours.log_prob(x)[:, None]
    torch.testing.assert_close(posterior.exp().sum(1), torch.ones(200))


def test_labels_name_the_gaussian() -> None:
    ours = toy_density("ring")
    assert isinstance(ours, Mixture)
    x, y = ours.sample_labeled(1_000, torch.Generator().manual_seed(0))
    assert (x - ours.means[y]).norm(dim=1).max() < 0.6 and y.unique().tolist() == list(range(8))


def test_far_away_stays_finite_and_differentiable() -> None:
    x = torch.tensor([[80.0, -90.0]], requires_grad=True)
    for name in TOY:
        value = toy_density(name).log_prob(x)
        (slope,) = torch.autograd.grad(value.sum(), x)
        assert value.isfinite().all() and slope.isfinite().all()


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(ValueError, match="banana, classes, grid, ring"):
        toy_density("donut")
