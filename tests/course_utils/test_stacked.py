"""Stacked networks are what they would be alone; patients are as they are described."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_utils.device import set_seed
from course_utils.models.stacked import StackedMLP
from course_utils.patients import BATCH, PATIENTS, SEEDS, zigzag_places
from coursework.exercises.nb11.minibatch import minibatch_std
from coursework.exercises.nb11.spectral import spectral_sigma


def alone(seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)
    )


def test_each_network_is_the_one_that_its_seed_makes():
    stack, x = StackedMLP([3, 5], 2, 1), torch.randn(14, 2)
    apart = torch.cat([alone(3)(x[:7]), alone(5)(x[7:])])
    torch.testing.assert_close(stack(x), apart)


def test_a_mean_times_s_gives_each_network_its_own_gradient():
    stack, x, net = StackedMLP([3, 5], 2, 1), torch.randn(14, 2), alone(5)
    (2 * F.softplus(stack(x)).mean()).backward()
    F.softplus(net(x[7:])).mean().backward()
    for number, layer in enumerate((net[0], net[2], net[4])):
        torch.testing.assert_close(stack.weights[number].grad[1], layer.weight.grad)
        torch.testing.assert_close(stack.biases[number].grad[1], layer.bias.grad)


def test_spectral_normalization_is_that_of_the_exercise():
    stack = StackedMLP([0, 1], 2, 1, spectral=True)
    sigma, u = spectral_sigma(stack.weights[1][1], torch.ones(64) / 8, 1)
    torch.testing.assert_close(stack._sigma(1)[1], sigma)
    torch.testing.assert_close(stack.u1[1], u)
    stack.eval()
    before = stack.u1.clone()
    stack(torch.randn(4, 2))
    assert torch.equal(stack.u1, before)


def test_a_function_beside_the_last_layer_sees_the_features():
    stack = StackedMLP([0, 1], 2, 1, beside=lambda h: minibatch_std(h, 4))
    h = stack.features(torch.randn(16, 2))
    assert h.shape == (16, 65) and stack.weights[2].shape == (2, 1, 65)
    assert h[:4, -1].unique().numel() == 1


def test_places_of_the_zigzag_are_half_apart_and_alternate():
    real, fake = zigzag_places()
    assert len(real) == len(fake) == 8
    assert (torch.cdist(fake[:, None], real[:, None]).amin(1) == 0.5).all()


@pytest.mark.parametrize("name", PATIENTS)
def test_patients_begin_as_described(name):
    patient, chance = PATIENTS[name], set_seed(0)
    (g, opt_g), (d, opt_d) = patient.generator(chance), patient.judge(rate=3.0)
    real, fake = patient.batch(g, chance)
    assert real.shape == fake.shape == (len(SEEDS) * BATCH, 1 if patient.zigzag else 2)
    assert d(real).shape == (len(real), 1)
    assert opt_d.param_groups[0]["lr"] == pytest.approx(3 * patient.lr_d)
    assert opt_g.param_groups[0]["lr"] == patient.lr_g
    start = patient.measure(g, chance)
    assert start.shape == (4,)
    if patient.zigzag:
        torch.testing.assert_close(start, torch.ones(4), atol=0.05, rtol=0)
    elif patient.sgd:
        assert (start > 4).all()
    else:
        assert (start == 0).all()
