"""Trains the U-Net that notebook 14 loads beside its own: five minutes on one core.

`python -m benchmarks.diffusion_checkpoint` draws the digits, trains, and writes the weights in half
precision to `course_utils/data/checkpoints/diffusion_digits.safetensors`, and their sha256 beside
them. `python -m benchmarks.diffusion_checkpoint FOLDER` writes to another folder.
"""

from __future__ import annotations

import math
import sys
import time

import torch
from torch import Tensor

from course_utils.data import load
from course_utils.data.checkpoint import FOLDER, write_checkpoint
from course_utils.device import half_precision, pick_device, set_seed
from course_utils.models.diffusion import UNet

NAME, SECONDS, BATCH, LR, UNLABELED = "diffusion_digits", 300.0, 64, 2e-3, 0.1


def digit_loss(model: UNet, x: Tensor, y: Tensor) -> Tensor:
    """The flow matching loss of images x (N, 1, 28, 28) in [-1, 1] with labels y (N,).

    One label in ten is replaced by "no label", so that the model can be guided.
    """
    t, eps = torch.rand(len(x), device=x.device), torch.randn_like(x)
    hidden = torch.rand(len(x), device=x.device) < UNLABELED
    with half_precision(x.device):
        s = t[:, None, None, None]
        velocity = model((1 - s) * x + s * eps, t, y.masked_fill(hidden, model.classes))
        return (velocity.float() - (eps - x)).square().mean()


def train(seconds: float, seed: int = 0) -> UNet:
    """A U-Net trained on 10,000 drawn digits for so many seconds of processor time."""
    device, data = pick_device(), load("digits", n=10_000, seed=0, source="drawn")
    return learn((2 * data.float() - 1).to(device), data.labels.to(device), seconds, seed)[0]


def learn(x: Tensor, y: Tensor, seconds: float, seed: int) -> tuple[UNet, int]:
    """A U-Net trained on images x (N, 1, 28, 28) in [-1, 1] with labels y (N,), and its steps.

    The learning rate falls along a cosine to 0.
    """
    set_seed(seed)
    model = UNet().to(x.device)
    optimizer = torch.optim.Adam(model.parameters(), LR)
    start, steps, tenth, spent = time.process_time(), 0, 1, 0.0
    while spent < seconds:
        for group in optimizer.param_groups:
            warm = min(1.0, (steps + 1) / 50)
            group["lr"] = LR * warm * (1 + math.cos(math.pi * spent / seconds)) / 2
        rows = torch.randint(len(x), (BATCH,), device=x.device)
        loss = digit_loss(model, x[rows], y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps, spent = steps + 1, time.process_time() - start
        if spent > tenth * seconds / 10:
            print(f"{spent:4.0f} s, {steps} steps, loss {loss.item():.4f}", flush=True)
            tenth += 1
    return model.eval(), steps


if __name__ == "__main__":
    folder = type(FOLDER)(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    print(write_checkpoint(train(SECONDS), NAME, folder))
