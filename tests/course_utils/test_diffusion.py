"""The networks of notebook 14, the ODE that they describe, and half precision."""

from __future__ import annotations

import pytest
import torch

from course_utils import device
from course_utils.device import half_precision
from course_utils.models.diffusion import TimeMLP, UNet, euler

CPU = torch.device("cpu")


def test_euler_follows_the_exact_solution():
    """dx/dt = −x from t = 1 to 0 grows x by e; the error falls with the length of a step."""
    x, errors = torch.tensor([[1.0], [-2.0]]), []
    for steps in (10, 100):
        end = euler(lambda x, t: -x, x, torch.linspace(1, 0, steps + 1).tolist())
        errors.append((end - x * torch.e).abs().max().item())
    assert errors[1] < errors[0] / 8 and errors[1] < 0.03


def test_euler_tells_the_time_at_which_a_step_begins():
    seen = []
    euler(lambda x, t: seen.append(t.tolist()) or 0 * x, torch.zeros(2, 3), [1.0, 0.4, 0.0])
    torch.testing.assert_close(torch.tensor(seen), torch.tensor([[1.0, 1.0], [0.4, 0.4]]))


@pytest.fixture
def unet():
    torch.manual_seed(0)
    return UNet(channels=8).eval()


def test_unet_heeds_image_time_and_label(unet):
    x, t, y = torch.randn(4, 1, 28, 28), torch.rand(4), torch.tensor([0, 3, 9, 10])
    out = unet(x, t, y)
    assert out.shape == x.shape
    for other in (unet(x.flip(0), t, y), unet(x, t / 2, y), unet(x, t, (y + 1) % 10)):
        assert ((other - out).flatten(1).abs().amax(1) > 1e-5).all()


def test_no_label_is_the_last_one(unet):
    x, t = torch.randn(3, 1, 28, 28), torch.rand(3)
    torch.testing.assert_close(unet(x, t), unet(x, t, torch.full((3,), 10)))


def test_unet_treats_each_image_by_itself(unet):
    x, t, y = torch.randn(3, 1, 28, 28), torch.rand(3), torch.tensor([1, 2, 3])
    alone = torch.cat([unet(x[i : i + 1], t[i : i + 1], y[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(unet(x, t, y), alone, rtol=1e-4, atol=1e-5)


def test_unet_has_a_path_around_the_middle(unet):
    """One pixel moves its own neighborhood more than the far corner, whatever the middle does."""
    x, t = torch.zeros(1, 1, 28, 28), torch.full((1,), 0.5)
    touched = x.clone()
    touched[0, 0, 5, 5] = 1
    moved = (unet(touched, t) - unet(x, t)).abs()[0, 0]
    assert moved[3:8, 3:8].mean() > 3 * moved[20:, 20:].mean()


def test_mlp_heeds_time_and_label():
    torch.manual_seed(0)
    net = TimeMLP(5, hidden=16, classes=3)
    x, t, y = torch.randn(4, 5), torch.rand(4), torch.tensor([0, 1, 2, 3])
    assert net(x, t, y).shape == (4, 5)
    assert ((net(x, t, y) - net(x, t / 2, y)).abs().amax(1) > 1e-5).all()
    torch.testing.assert_close(net(x, t, y)[3], net(x, t)[3])  # class 3 of 3 means no label
    assert ((net(x, t, y) - net(x, t)).abs().amax(1) > 1e-5).tolist() == [True] * 3 + [False]


@pytest.mark.parametrize("has", [True, False])
def test_half_precision_where_the_device_has_it(monkeypatch, has):
    monkeypatch.setattr(device, "_has_bfloat16", lambda _: has)
    layer, x = torch.nn.Linear(4, 4), torch.randn(2, 4)
    with half_precision(CPU):
        out = layer(x)
    assert out.dtype == (torch.bfloat16 if has else torch.float32)
    assert layer.weight.dtype == torch.float32


@pytest.mark.parametrize(
    ("found", "has"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx2": True}, False)],
)
def test_what_a_processor_says_of_bfloat16(monkeypatch, found, has):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    assert device._has_bfloat16.__wrapped__(CPU) is has
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert device._has_bfloat16.__wrapped__(CPU) is False  # an older torch doesn't say
