"""Against torch.distributions, scipy, and draws."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Bernoulli, MultivariateNormal, Normal, kl_divergence

from course_utils import distributions as d


def gaussian(dim: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    root = torch.randn(dim, dim, generator=g, dtype=torch.float64)
    return torch.randn(dim, generator=g, dtype=torch.float64), root @ root.T + 0.1 * torch.eye(dim)


@pytest.mark.parametrize("dim", [1, 2, 7])
def test_log_gaussian_equals_torchs(dim: int) -> None:
    mu, cov = gaussian(dim, seed=dim)
    x = 3 * torch.randn(50, dim, dtype=torch.float64)
    theirs = MultivariateNormal(mu, cov).log_prob(x)
    torch.testing.assert_close(d.log_gaussian(x, mu, cov), theirs)


def test_log_gaussian_refuses_what_is_no_covariance() -> None:
    with pytest.raises(torch.linalg.LinAlgError):
        d.log_gaussian(torch.zeros(1, 2), torch.zeros(2), -torch.eye(2))


def test_diagonal_gaussian_equals_torchs() -> None:
    x, mu, logvar = torch.randn(3, 40, 6).double()
    theirs = Normal(mu, torch.exp(0.5 * logvar)).log_prob(x).sum(1)
    torch.testing.assert_close(d.log_gaussian_diagonal(x, mu, logvar), theirs)
    standard = d.log_gaussian_diagonal(x, torch.zeros(6), torch.zeros(6))
    torch.testing.assert_close(standard, Normal(0.0, 1.0).log_prob(x).sum(1))


def test_gaussian_kl_equals_torchs_and_is_zero_at_the_prior() -> None:
    mu, logvar = torch.randn(2, 40, 6).double()
    theirs = kl_divergence(Normal(mu, torch.exp(0.5 * logvar)), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(d.gaussian_kl(mu, logvar), theirs)
    assert d.gaussian_kl(torch.zeros(2, 3), torch.zeros(2, 3)).tolist() == [0, 0]


def test_bernoulli_equals_torchs_on_black_and_white() -> None:
    x = (torch.rand(9, 1, 4, 4) > 0.5).double()
    logits = 5 * torch.randn(9, 1, 4, 4).double()
    theirs = Bernoulli(logits=logits).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(d.bernoulli_log_likelihood(x, logits), theirs)


def test_bernoulli_is_finite_where_sigmoid_saturates_and_has_a_gradient_there() -> None:
    logits = torch.tensor([[-200.0], [-20.0], [100.0]], requires_grad=True)
    value = d.bernoulli_log_likelihood(torch.tensor([[1.0], [0.0], [0.25]]), logits)
    assert value.tolist() == pytest.approx([-200, 0, -75])
    value.sum().backward()
    assert logits.grad.ravel().tolist() == pytest.approx([1, 0, -0.75], abs=1e-7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_reparameterize_has_the_moments_and_the_gradients_of_its_gaussian(
    dtype: torch.dtype,
) -> None:
    mu = torch.tensor([[1.0, -30.0, 0.5]], dtype=dtype, requires_grad=True)
    logvar = torch.tensor([[-2.0, 30.0, -30.0]], dtype=dtype, requires_grad=True)
    eps = torch.randn(100_000, 3, generator=torch.Generator().manual_seed(0), dtype=dtype)
    z = d.reparameterize(mu, logvar, eps)
    sigma = torch.exp(0.5 * logvar)
    away = (z.mean(0) - mu) / (sigma / len(eps) ** 0.5)
    assert away.abs().max() < 5
    torch.testing.assert_close(z.std(0), sigma[0], rtol=0.02, atol=2e-7)
    z.sum().backward()
    torch.testing.assert_close(mu.grad, torch.full_like(mu, len(eps)))
    torch.testing.assert_close(logvar.grad, 0.5 * sigma * eps.sum(0), rtol=1e-3, atol=1e-3)


def test_gumbel_softmax_hardens_into_draws_from_the_softmax() -> None:
    logits = torch.tensor([[1.0, -100.0, 0.0, 2.0]])
    u = torch.rand(40_000, 4, generator=torch.Generator().manual_seed(0)).clamp(min=1e-30)
    y = d.gumbel_softmax(logits, 0.1, u)
    torch.testing.assert_close(y.sum(1), torch.ones(len(u)))
    shares = torch.bincount(y.argmax(1), minlength=4) / len(u)
    torch.testing.assert_close(shares, logits.softmax(1)[0], rtol=0, atol=0.012)
    for dtype in (torch.float32, torch.float64):
        steep = torch.tensor([[100.0, -100.0, 99.0]], dtype=dtype)
        assert d.gumbel_softmax(steep, 0.01, torch.full((1, 3), 0.5, dtype=dtype)).isfinite().all()
