"""Divergences on a grid against adaptive quadrature, scipy and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm, wasserstein_distance

from course_utils.divergences import (
    density_ratio,
    effective_sample_size,
    gan_value,
    jensen_shannon,
    optimal_discriminator,
    wasserstein_1d,
)

X = torch.linspace(-14, 14, 2001, dtype=torch.float64)
DX = 28 / 2000
PAIRS = [((0.0, 1.0), (1.5, 1.2)), ((-1.0, 0.7), (0.5, 0.6)), ((0.3, 2.0), (0.3, 1.0))]


def density(mean: float, sd: float) -> torch.Tensor:
    return torch.from_numpy(norm(mean, sd).pdf(X.numpy()))


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_jensen_shannon_agrees_with_quadrature(a, b):
    def integrand(x: float) -> float:
        p, q = norm(*a).pdf(x), norm(*b).pdf(x)
        m = (p + q) / 2
        return 0.5 * sum(f * math.log(f / m) for f in (p, q) if f > 0)

    truth, _ = quad(integrand, -14, 14, points=[a[0], b[0]], limit=300, epsabs=1e-11)
    assert float(jensen_shannon(density(*a), density(*b), DX)) == pytest.approx(truth, abs=1e-9)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_value_agrees_with_quadrature(a, b):
    def integrand(x: float) -> float:
        d = 1 / (1 + math.exp(-math.sin(x)))
        return norm(*a).pdf(x) * math.log(d) + norm(*b).pdf(x) * math.log(1 - d)

    truth, _ = quad(integrand, -14, 14, points=[a[0], b[0]], limit=300, epsabs=1e-11)
    d = torch.sigmoid(X.sin())
    assert float(gan_value(d, density(*a), density(*b), DX)) == pytest.approx(truth, abs=1e-9)


def test_value_of_the_best_judge_is_jensen_shannon_and_no_other_earns_more():
    p, q = density(0.0, 1.5), density(1.0, 1.3)
    best = optimal_discriminator(p, q)
    value = float(gan_value(best, p, q, DX))
    assert value == pytest.approx(-math.log(4) + 2 * float(jensen_shannon(p, q, DX)), abs=1e-12)
    for other in (best**1.1, 0.9 * best + 0.05, torch.full_like(best, 0.5)):
        assert float(gan_value(other, p, q, DX)) < value


def test_ends_of_the_scale():
    p = torch.tensor([0.0, 1.0, 0.0, 0.5], dtype=torch.float64)
    q = torch.tensor([0.0, 0.0, 2.0, 0.5], dtype=torch.float64)
    assert optimal_discriminator(p, q).tolist() == [0.5, 1.0, 0.0, 0.5]
    assert float(gan_value(torch.tensor([0.5, 1.0, 0.0, 0.5]), p, q, 1.0)) == pytest.approx(
        -math.log(2)
    )
    assert float(gan_value(torch.zeros(4), p, q, 1.0)) == -math.inf
    assert float(jensen_shannon(p[1:3], q[1:3] / 2, 1.0)) == pytest.approx(math.log(2))
    assert density_ratio(torch.tensor([0.0, 0.5, 1.0])).tolist() == [0.0, 1.0, math.inf]


def test_density_ratio_undoes_the_best_judge():
    p, q = density(0.0, 1.0)[900:1100], density(0.4, 1.1)[900:1100]
    torch.testing.assert_close(density_ratio(optimal_discriminator(p, q)), p / q)


def test_wasserstein_agrees_with_scipy_and_with_closed_forms():
    generator = np.random.default_rng(0)
    x, y = generator.normal(0, 1, 500), generator.normal(1, 2, 500)
    ours = wasserstein_1d(torch.from_numpy(x), torch.from_numpy(y))
    assert ours == pytest.approx(wasserstein_distance(x, y))
    u = torch.linspace(0.0005, 0.9995, 1000, dtype=torch.float64)
    z = torch.special.ndtri(u)
    assert wasserstein_1d(z, z.flip(0) + 3) == pytest.approx(3)
    assert wasserstein_1d(z, 2 * z) == pytest.approx(math.sqrt(2 / math.pi), rel=1e-2)
    with pytest.raises(ValueError, match="two samples"):
        wasserstein_1d(z, z[:10])


def test_effective_sample_size_counts_equal_weights():
    assert effective_sample_size(torch.ones(7)) == pytest.approx(7)
    assert effective_sample_size(torch.tensor([1.0, 1.0, 1.0, 5.0])) == pytest.approx(64 / 28)
    assert effective_sample_size(torch.tensor([0.0, 3.0])) == pytest.approx(1)
