"""The moving picture of the landing page: what a VAE draws from the same codes while it learns.

COURSE_DATA=… python -m benchmarks.landing_loop     writes docs/images/training.png

The frames stand one below the other. Ink is opaque and paper transparent, so that the page gives
the color. It takes half a minute on one core; the digits are MNIST where they are at hand.
"""

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from course_utils.data import load
from course_utils.device import set_seed
from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from course_utils.models.vae import VAE
from course_utils.training import fit

ROWS, COLUMNS, FRAMES, LEVELS = 3, 8, 20, 16
STEPS = 1500
OUT = Path(__file__).parents[1] / "docs" / "images" / "training.png"


def moments() -> list[int]:
    """Steps at which a frame is taken: dense at first, when most is learned."""
    last = FRAMES - 1
    return [max(frame, round((frame / last) ** 3 * (STEPS - 1))) for frame in range(FRAMES)]


def train() -> list[Tensor]:
    """The decoded codes, (24, 28, 28) each, at every moment."""
    data = load("digits", n=10_000)
    set_seed(0)
    model = VAE(latent_dim=12, hidden=500, layers=2)
    codes = torch.randn(ROWS * COLUMNS, 12, generator=torch.Generator().manual_seed(8))
    frames: list[Tensor] = []
    wanted, count = moments(), 0

    def step(x: Tensor) -> Tensor:
        nonlocal count
        if count in wanted:
            with torch.no_grad():
                frames.append(model.decode(codes).sigmoid()[:, 0])
        count += 1
        logits, mu, logvar = model(x)
        return (gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()

    fit(step, data.float("cpu"), model=model, epochs=-(-STEPS * 128 // 10_000), lr=1e-3)
    return frames


def sprite(frames: list[Tensor]) -> Image.Image:
    """All frames as one picture, one below the other, whose ink is its opacity."""
    sheets = [
        frame.reshape(ROWS, COLUMNS, 28, 28).permute(0, 2, 1, 3).reshape(ROWS * 28, COLUMNS * 28)
        for frame in frames
    ]
    levels = (torch.cat(sheets) * (LEVELS - 1)).round().to(torch.uint8)
    picture = Image.fromarray(levels.numpy(), mode="P")
    picture.putpalette([0, 0, 0] * LEVELS)
    picture.info["transparency"] = bytes(255 * level // (LEVELS - 1) for level in range(LEVELS))
    return picture


if __name__ == "__main__":
    shown = train()
    print(f"{len(shown)} frames, at steps {moments()}")
    picture = sprite(shown)
    picture.save(OUT, optimize=True, bits=4, transparency=picture.info["transparency"])
    print(f"{OUT}: {OUT.stat().st_size / 1000:.0f} kB")
