"""The bound and its estimates, against closed forms, quadrature and torch.distributions."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from course_utils import distributions as d
from course_utils.data.measured import measured, write_measured
from course_utils.metrics import active_units
from course_utils.models.vae import VAE

SOURCE = Path(__file__).resolve().parents[2] / "notebooks" / "source" / "03_vae_elbo.py"
X = 1.5  # z ~ N(0, 1), x | z ~ N(z, 1): everything is known


def test_bound_and_gap_make_the_evidence_for_any_q() -> None:
    g = torch.Generator().manual_seed(0)
    mean = 3 * torch.randn(500, 1, generator=g, dtype=torch.float64)
    std = 0.02 + 3 * torch.rand(500, 1, generator=g, dtype=torch.float64)
    explained = -0.5 * ((X - mean) ** 2 + std**2 + math.log(2 * math.pi))[:, 0]
    bound = d.elbo(explained, d.gaussian_kl(mean, 2 * std.log()))
    gap = kl_divergence(Normal(mean, std), Normal(X / 2, 0.5**0.5))[:, 0]
    evidence = Normal(0.0, 2**0.5).log_prob(torch.tensor(X))
    torch.testing.assert_close(bound + gap, evidence.double().expand(500), rtol=0, atol=1e-5)


def test_importance_weights_come_to_the_evidence() -> None:
    z = torch.randn(200_000, 1, generator=torch.Generator().manual_seed(0)).double()
    log_w = Normal(z, 1.0).log_prob(torch.tensor(X).double())  # q is the prior
    truth = Normal(0.0, 2**0.5).log_prob(torch.tensor(X)).item()
    assert d.importance_log_likelihood(log_w).item() == pytest.approx(truth, abs=0.01)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("level", [-1000.0, 0.0, 1000.0])
def test_importance_weights_stay_in_logs(dtype: torch.dtype, level: float) -> None:
    log_w = level + torch.tensor([[0.0, math.log(3)], [math.log(2), 0.0]], dtype=dtype)
    expected = level + torch.tensor([math.log(1.5), math.log(2)], dtype=dtype)
    torch.testing.assert_close(d.importance_log_likelihood(log_w), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_loss_and_its_gradients_are_finite_at_the_ends(dtype: torch.dtype) -> None:
    x = torch.tensor([[0.0, 1.0, 0.5]], dtype=dtype).expand(4, 3)
    logits = torch.tensor([-100.0, 100.0, -20.0, 20.0], dtype=dtype)[:, None].repeat(1, 3)
    logvar = torch.tensor([-30.0, 30.0, 0.0, -5.0], dtype=dtype)[:, None].repeat(1, 2)
    leaves = [part.requires_grad_() for part in (logits, torch.zeros_like(logvar), logvar)]
    loss = d.vae_loss(x, *leaves)
    loss.backward()
    assert loss.isfinite() and all(leaf.grad.isfinite().all() for leaf in leaves)


def test_loss_equals_torchs_distributions() -> None:
    x = (torch.rand(6, 1, 4, 4) > 0.5).double()
    logits, mu, logvar = 3 * torch.randn(6, 1, 4, 4).double(), *torch.randn(2, 6, 3).double()
    theirs = -Bernoulli(logits=logits).log_prob(x).flatten(1).sum(1)
    kl = kl_divergence(Normal(mu, (0.5 * logvar).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(d.vae_loss(x, logits, mu, logvar, 2.5), (theirs + 2.5 * kl).mean())


def test_active_units_are_those_that_vary() -> None:
    mu = torch.zeros(50, 4)
    mu[:, 1] = torch.linspace(-1, 1, 50)
    mu[:, 2] = 7 + 0.01 * torch.linspace(-1, 1, 50)
    assert active_units(mu) == 1 and active_units(mu, 1e-6) == 2


@pytest.mark.parametrize("layers", [1, 2])
def test_vae_has_as_many_hidden_layers_as_asked(layers: int) -> None:
    model = VAE(latent_dim=3, hidden=8, layers=layers)
    hidden = [part for part in model.encoder if isinstance(part, torch.nn.ReLU)]
    logits, mu, logvar = model(torch.rand(5, 1, 28, 28))
    assert len(hidden) == layers and logits.shape == (5, 1, 28, 28)
    assert mu.shape == logvar.shape == (5, 3)


def test_package_vae_is_the_one_that_the_notebook_writes() -> None:
    body = ast.parse(SOURCE.read_text(encoding="utf-8")).body
    (taught,) = [node for node in body if getattr(node, "name", "") == "vae_forward"]
    names = {"nn": torch.nn, "Tensor": torch.Tensor, "torch": torch}
    exec(compile(ast.Module([taught], []), str(SOURCE), "exec"), names)
    ours, x, eps = VAE(5, hidden=9), torch.rand(3, 1, 28, 28), torch.randn(3, 5)
    for theirs, mine in zip(
        names["vae_forward"](ours.encoder, ours.decoder, x, eps), ours(x, eps), strict=True
    ):
        torch.testing.assert_close(theirs, mine)


def test_measured_curve_is_there_for_both_sources_and_reads_back(tmp_path, monkeypatch) -> None:
    for source in ("mnist", "drawn"):
        curves = [measured("vae_elbo", source=source, seed=seed) for seed in (0, 1, 2)]
        assert all(float(curve[-1]["loss"]) < float(curve[0]["loss"]) for curve in curves)
    monkeypatch.setattr("course_utils.data.measured.FOLDER", tmp_path)
    write_measured("t", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])
    assert measured("t", a=2) == [{"a": "2", "b": "y"}]
