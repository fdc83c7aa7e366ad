"""What `benchmarks.translation` measures without pairs on pictures, and how it trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_utils.data.faces import draw_faces
from course_utils.device import set_seed
from course_utils.models.translation import PatchDiscriminator, UNet
from course_utils.training import adam, fit
from coursework.exercises.gan_losses import discriminator_loss
from coursework.exercises.nb15.cyclegan import cyclegan_generator_loss

TEST = 200
SETTINGS = [(kind, weight) for kind in ("plain", "residual") for weight in (10.0, 0.0)]
Rows = list[Mapping[str, object]]


def half(x: Tensor) -> Tensor:
    """Pictures of half the side."""
    return F.avg_pool2d(x, 2)


def descend(loss: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


def train_unpaired(
    nets: list[Any], a: Tensor, b: Tensor, seed: int, weight: float = 10.0, **how: Any
) -> None:
    """As in the notebook; how: epochs, batch_size, judge_lr."""
    g, f, d_a, d_b = nets
    judge_lr = how.pop("judge_lr", 2e-3)
    opt_g = adam([*g.parameters(), *f.parameters()], 2e-3, betas=(0.5, 0.99))
    opt_d = adam([*d_a.parameters(), *d_b.parameters()], judge_lr, betas=(0.5, 0.99))

    def step(a: Tensor, b: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            fake_b, fake_a = g(a), f(b)
        d_loss = discriminator_loss(d_a(a), d_a(fake_a)) + discriminator_loss(d_b(b), d_b(fake_b))
        descend(d_loss, opt_d)
        return {"g_loss": descend(cyclegan_generator_loss(g, f, d_a, d_b, a, b, weight), opt_g)}

    fit(step, (a, b), seed=seed, progress=False, **how)


def to_gray(x: Tensor) -> Tensor:
    return x.mean(1, keepdim=True).expand(-1, 3, -1, -1).contiguous()


def measure_faces(seed: int) -> Rows:
    """Color to gray, a plain U-Net and a residual one."""
    a = half(draw_faces(1200, "train", 2 * seed).float())
    b = to_gray(half(draw_faces(1200, "train", 2 * seed + 1).float()))
    face = half(draw_faces(TEST, "test", seed).float())
    truth, rows = to_gray(face), list[Mapping[str, object]]()
    for network in ("plain", "residual"):
        set_seed(seed)
        nets: list[nn.Module] = [UNet(residual=network == "residual") for _ in range(2)]
        nets += [PatchDiscriminator(3) for _ in range(2)]
        train_unpaired(nets, a, b, seed, epochs=2, batch_size=16, judge_lr=1e-3)
        with torch.no_grad():
            there = nets[0](face)
            back = nets[1](there)
        middle = torch.stack([x[:, :, 6:10, 6:10].mean((1, 2, 3)) for x in (there, truth)])
        head: dict[str, object] = {"network": network, "seed": seed}
        numbers = {
            "error": f"{(there - truth).abs().mean():.3f}",
            "shuffled": f"{(truth.roll(1, 0) - truth).abs().mean():.3f}",
            "cycle": f"{(back - face).abs().mean():.3f}",
            "skin": f"{torch.corrcoef(middle)[0, 1]:+.2f}",
        }
        rows.append(head | numbers)
    return rows
