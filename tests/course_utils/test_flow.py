"""RealNVP: invertible, its log-determinant that of autograd, its density a density."""

import math

import pytest
import torch

from course_utils.data.toy import toy_density
from course_utils.models.flow import Coupling, RealNVP, train_flow


@pytest.fixture
def flow():
    torch.manual_seed(0)
    flow = RealNVP(5, couplings=4, hidden=16)
    flow.mean.copy_(torch.randn(5))
    flow.sd.copy_(0.5 + torch.rand(5))
    return flow.double()


def test_there_and_back(flow):
    x = 3 * torch.randn(200, 5, dtype=torch.float64)
    torch.testing.assert_close(flow.inverse(flow(x)[0]), x, rtol=1e-9, atol=1e-9)


def test_log_det_is_that_of_the_jacobian(flow):
    x = torch.randn(1, 5, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda x: flow(x)[0], x)[0, :, 0]
    truth = torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(flow(x)[1][0], truth, rtol=1e-10, atol=1e-10)


def test_every_entry_is_changed_by_some_coupling(flow):
    kept = torch.stack([coupling.mask for coupling in flow.couplings])
    assert (kept.amin(0) == 0).all() and (kept.amax(0) == 1).all()
    x = torch.randn(50, 5, dtype=torch.float64)
    assert ((flow(x)[0] - (x - flow.mean) / flow.sd).abs().amax(0) > 1e-3).all()


def test_a_coupling_leaves_what_it_keeps():
    torch.manual_seed(0)
    coupling = Coupling(torch.tensor([1, 0, 1]), 8)
    x = torch.randn(20, 3)
    y, log_det = coupling(x)
    assert torch.equal(y[:, [0, 2]], x[:, [0, 2]]) and not torch.allclose(y[:, 1], x[:, 1])
    assert log_det.shape == (20,) and coupling.scale(1e6 * x).abs().max() <= 4


def test_the_density_of_a_flow_integrates_to_one():
    torch.manual_seed(0)
    flow = RealNVP(2, couplings=4, hidden=16)
    flow.sd.fill_(0.7)
    side = torch.linspace(-9, 9, 600)
    with torch.no_grad():
        mass = flow.log_prob(torch.cartesian_prod(side, side)).exp().sum() * (18 / 599) ** 2
    assert abs(mass - 1) < 0.01


def test_training_finds_the_banana_and_is_the_same_twice():
    banana, chance = toy_density("banana"), torch.Generator().manual_seed(0)
    x, fresh = banana.sample(2000, chance), banana.sample(4000, chance)
    options = {"couplings": 2, "hidden": 16, "epochs": 8, "lr": 1e-2, "progress": False}
    before = torch.random.get_rng_state()
    flow, history = train_flow(x, **options)
    assert torch.equal(torch.random.get_rng_state(), before)
    with torch.no_grad():
        kl = (banana.log_prob(fresh) - flow.log_prob(fresh)).mean()
    assert -0.02 < kl < 0.1  # one Gaussian: 1.1
    again, _ = train_flow(x, **options)
    assert torch.equal(flow.sample(3, torch.Generator().manual_seed(1)),
                       again.sample(3, torch.Generator().manual_seed(1)))  # fmt: skip
    assert history.steps == 6 * 16


def test_samples_follow_the_density():
    torch.manual_seed(0)
    flow = RealNVP(2, couplings=2, hidden=8)
    x = flow.sample(4000, torch.Generator().manual_seed(0))
    z, _ = flow(x)
    assert z.mean(0).abs().max() < 0.1 and (z.std(0) - 1).abs().max() < 0.1
    entropy = -flow.log_prob(x).detach().mean()
    assert math.isfinite(float(entropy))
