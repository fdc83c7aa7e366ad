"""Drawing what autograd recorded."""

from __future__ import annotations

import torch
from torch.distributions import Normal

from course_utils.plots.graph import autograd_graph, reached


def tensors():
    mu, logvar, w = (torch.tensor(v, requires_grad=True) for v in (0.5, -1.0, 1.5))
    return mu, logvar, w


def texts(fig):
    return [text.get_text() for text in fig.axes[0].texts if text.get_text()]


def test_a_sample_ends_the_record():
    mu, logvar, w = tensors()
    z = Normal(mu, torch.exp(0.5 * logvar)).sample()
    loss = (2 - w * z) ** 2
    names = {"mu": mu, "logvar": logvar, "w": w, "z": z}
    assert reached(loss, names) == ["w"]
    fig = autograd_graph(loss, names, made_from={"z": ["mu", "logvar"]}, title="broken")
    assert sorted(texts(fig)) == sorted(["loss", "( )²", "−", "×", "w", "z", "mu", "logvar"])


def test_a_reparameterized_draw_reaches_both():
    mu, logvar, w = tensors()
    eps = torch.tensor(0.3)
    z = mu + torch.exp(0.5 * logvar) * eps
    loss = (2 - w * z) ** 2
    names = {"mu": mu, "logvar": logvar, "w": w, "z": z, "eps": eps}
    assert reached(loss, names) == ["mu", "logvar", "w"]
    assert {"exp", "+", "eps", "z"} <= set(texts(autograd_graph(loss, names)))


def test_a_tensor_used_twice_is_drawn_once():
    mu, _, _ = tensors()
    loss = mu * torch.sin(mu)
    fig = autograd_graph(loss, {"mu": mu})
    assert texts(fig).count("mu") == 1 and reached(loss, {"mu": mu}) == ["mu"]


def test_a_loss_without_a_record_reaches_nothing():
    assert reached(torch.tensor(1.0), {"a": torch.tensor(2.0, requires_grad=True)}) == []
