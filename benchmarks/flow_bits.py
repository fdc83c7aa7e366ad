"""Bits per dimension of a Gaussian on logit pixels, one fault at a time: a study of notebook 13.

`python -m benchmarks.flow_bits` measures (15 seconds) and writes the table that notebook 13 shows.
Digits are drawn by the course; three seeds.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from course_utils.data import load
from course_utils.data.measured import write_measured
from coursework.exercises.nb13.bits import bits_per_dim
from coursework.exercises.nb13.logits import logit_transform
from coursework.exercises.nb13.noise import dequantize

SEEDS, PIXELS, ALPHA = range(3), 784, 0.05


class Gaussian:
    """A Gaussian with full covariance, and a ridge on its diagonal, fitted to y (N, 784)."""

    def __init__(self, y: Tensor, ridge: float = 1e-4) -> None:
        self.mean = y.mean(0)
        self.root = torch.linalg.cholesky(y.T.cov() + ridge * torch.eye(PIXELS).to(y))

    def log_prob(self, y: Tensor) -> Tensor:
        white = torch.linalg.solve_triangular(self.root, (y - self.mean).T, upper=False)
        constant = self.root.diagonal().log().sum() + 0.5 * PIXELS * math.log(2 * math.pi)
        return -0.5 * white.square().sum(0) - constant


def bits(model: Gaussian, x: Tensor) -> Tensor:
    """Bits per dimension (N,) of pixels x (N, 784) in [0, 1]."""
    y, log_det = logit_transform(x, ALPHA)
    return bits_per_dim(model.log_prob(y) + log_det, PIXELS)


def faults(model: Gaussian, x: Tensor) -> dict[str, float]:
    """The mean over images x (N, 784) with each fault."""
    y, log_det = logit_transform(x, ALPHA)
    log_p = model.log_prob(y)
    right = bits_per_dim(log_p + log_det, PIXELS).mean().item()
    return {
        "right": right,
        "no Jacobian": bits_per_dim(log_p, PIXELS).mean().item(),
        "Jacobian subtracted": bits_per_dim(log_p - log_det, PIXELS).mean().item(),
        "log2 levels missing": right - 8,
        "nats": (math.log(256) - (log_p + log_det) / PIXELS).mean().item(),
    }


def study(seed: int) -> dict[str, float]:
    """Everything for one seed."""
    chance = Generator().manual_seed(seed)
    train = load("digits", n=10_000, seed=seed).images.flatten(1)
    test = load("digits", "test", n=2000, seed=seed).images.flatten(1)

    def noisy(x: Tensor) -> Tensor:
        return dequantize(x, torch.rand(x.shape, generator=chance)).double()

    model = Gaussian(logit_transform(noisy(train), ALPHA)[0])
    found = faults(model, noisy(test))
    for name, x in (("blank page", torch.zeros_like(test[:20])), ("half the ink", test // 2)):
        found[name] = bits(model, noisy(x)).mean().item()
    found["likeliest test digit"] = bits(model, noisy(test)).min().item()
    for ridge in (1e-3, 1e-6, 1e-9):
        raw = Gaussian(logit_transform(train.double() / 256, ALPHA)[0], ridge)
        found[f"no noise, ridge {ridge:g}"] = bits(raw, test.double() / 256).mean().item()
        found[f"train, ridge {ridge:g}"] = bits(raw, train[:2000].double() / 256).mean().item()
    sizes = [len(zlib.compress(bytes(x.tolist()), 9)) for x in test[:500]]
    found["zlib"] = 8 * sum(sizes) / len(sizes) / PIXELS
    return found


def main() -> None:
    torch.set_num_threads(1)
    rows: list[Mapping[str, object]] = []
    for seed in SEEDS:
        rows += [{"seed": seed, "what": k, "bits": f"{v:.2f}"} for k, v in study(seed).items()]
    write_measured("flow_bits", rows)


if __name__ == "__main__":
    main()
