"""Which GAN draws the better digits, and whose loss says so? Studies of notebook 11, three seeds.

`python -m benchmarks.gan_digits` measures (about eight minutes), writes the tables and the pictures
that notebook 11 shows, and replaces this benchmark's section in README.md. `clipping`: only the
table of clipped weights with RMSProp, which the paper of clipping takes. Digits are drawn by the
course.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence

import torch
from PIL import Image
from torch import Generator, Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from benchmarks.gan_remedies import descend
from benchmarks.sections import replace_section
from course_utils.data import load
from course_utils.data.measured import FOLDER, Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.metrics import batched, frechet_distance
from course_utils.models.classifier import train_classifier
from course_utils.training import adam
from coursework.exercises.nb11.mixing import gradient_penalty
from coursework.exercises.nb11.r1 import r1_penalty

TITLE = "## Digits by the recipes of notebook 11, three seeds"
SEEDS, STEPS, BATCH, LATENT = range(3), 500, 64, 32
RMSPROP_RATES = (5e-5, 5e-4)  # the paper's, and ten times that
CLIPPED = "WGAN, clip 0.01, 2 critic steps"
Loss = Callable[[nn.Module, Tensor, Tensor], Tensor]
Optimize = Callable[[nn.Module, float], torch.optim.Optimizer]  # a network and a rate


def generator() -> nn.Sequential:
    """The DCGAN generator of notebook 06: noise (N, 32) to images (N, 1, 28, 28)."""
    return nn.Sequential(
        nn.Linear(LATENT, 48 * 7 * 7, bias=False),
        nn.Unflatten(1, (48, 7, 7)),
        nn.BatchNorm2d(48),
        nn.ReLU(),
        nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(24),
        nn.ReLU(),
        nn.ConvTranspose2d(24, 1, 4, stride=2, padding=1),
        nn.Sigmoid(),
    )


def discriminator(norm: bool, spectral: bool) -> nn.Sequential:
    """Its discriminator, with batch norm or without, or with spectral normalization."""
    bound = spectral_norm if spectral else (lambda layer: layer)
    return nn.Sequential(
        bound(nn.Conv2d(1, 24, 4, stride=2, padding=1)),
        nn.LeakyReLU(0.2),
        bound(nn.Conv2d(24, 48, 4, stride=2, padding=1, bias=not norm)),
        *([nn.BatchNorm2d(48)] if norm else []),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        bound(nn.Linear(48 * 7 * 7, 1)),
    )


def logistic(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-d(real)).mean() + F.softplus(d(fake)).mean()


def with_r1(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return logistic(d, real, fake) + 0.5 * r1_penalty(d, real).mean()


def least_squares(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return (d(real) - 1).square().mean() + d(fake).square().mean()


def hinge(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return F.relu(1 - d(real)).mean() + F.relu(1 + d(fake)).mean()


def penalized(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    penalty = gradient_penalty(d, real, fake, torch.rand(len(real)))
    return d(fake).mean() - d(real).mean() + 10 * penalty.mean()


def score(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return d(fake).mean() - d(real).mean()


# D's loss, G's loss of the fakes' logits, batch norm in D, spectral norm, D's steps, clip
Recipe = tuple[Loss, Callable[[Tensor], Tensor], bool, bool, int, float]
RECIPES: dict[str, Recipe] = {
    "DCGAN (notebook 06)": (logistic, lambda a: F.softplus(-a), True, False, 1, 0.0),
    "LSGAN, batch norm": (least_squares, lambda a: (a - 1).square(), True, False, 1, 0.0),
    "−log D and R1, γ = 1": (with_r1, lambda a: F.softplus(-a), False, False, 1, 0.0),
    "hinge, spectral norm": (hinge, lambda a: -a, False, True, 1, 0.0),
    "WGAN-GP, λ = 10, 2 critic steps": (penalized, lambda a: -a, False, False, 2, 0.0),
    CLIPPED: (score, lambda a: -a, False, False, 2, 0.01),
}


def by_adam(net: nn.Module, rate: float) -> torch.optim.Optimizer:
    return adam(net.parameters(), rate, betas=(0.5, 0.99))


def by_rmsprop(net: nn.Module, rate: float) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(net.parameters(), rate)


def play(
    g: nn.Module,
    d: nn.Module,
    losses: tuple[Loss, Callable[[Tensor], Tensor]],
    x: Tensor,
    chance: Generator,
    share: Callable[[int], float],
    d_steps: int = 1,
    clip: float = 0.0,
    lr: float = 2e-3,
    batch: int = BATCH,
    latent: int = LATENT,
    optimize: Optimize = by_adam,
) -> int:
    """Train G and D on x (N, ...) while share(steps of G) is below 1: how many those were.

    Rates fall to 0 over the second half.
    """
    (d_loss, g_loss), step = losses, 0
    opt_g, opt_d = optimize(g, lr), optimize(d, lr)
    while (over := share(step)) < 1:
        for opt in (opt_g, opt_d):
            opt.param_groups[0]["lr"] = lr * min(1.0, 2 * (1 - over))
        for _ in range(d_steps):
            real = x[torch.randint(0, len(x), (batch,), generator=chance)]
            fake = g(torch.randn(batch, latent, generator=chance))
            descend(d_loss(d, real, fake.detach()), opt_d)
            if clip:
                with torch.no_grad():
                    for weight in d.parameters():
                        weight.clamp_(-clip, clip)
        fake = g(torch.randn(batch, latent, generator=chance))
        descend(g_loss(d(fake)).mean(), opt_g)
        step += 1
    g.eval()
    return step


def train(
    recipe: Recipe, seed: int, x: Tensor, lr: float = 2e-3, optimize: Optimize = by_adam
) -> Tensor:
    """2,000 samples (2000, 1, 28, 28) of a recipe after 500 steps of G."""
    d_loss, g_loss, norm, spectral, d_steps, clip = recipe
    chance = set_seed(seed)
    g, d = generator(), discriminator(norm, spectral)

    def share(step: int) -> float:
        return step / STEPS

    play(g, d, (d_loss, g_loss), x, chance, share, d_steps, clip, lr, optimize=optimize)
    return batched(g, torch.randn(2000, LATENT, generator=chance))


class World:
    """Digits to learn from, and a distance to test digits."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        data = load("digits", n=10_000)
        self.x = data.float("cpu")
        x_test = load("digits", split="test", n=2000).float("cpu")
        self.classifier, _ = train_classifier(data, epochs=2, progress=False)
        self.real = batched(self.classifier.features, x_test)

    def row(self, made: Sequence[Tensor], started: float) -> dict[str, object]:
        """The Fréchet distance of each seed's images, and processor seconds of one run."""
        seconds = (time.process_time() - started) / len(SEEDS)
        found = [frechet_distance(batched(self.classifier.features, x), self.real) for x in made]
        seeds = {f"seed {seed}": f"{value:.1f}" for seed, value in zip(SEEDS, found, strict=True)}
        return {**seeds, "seconds": f"{seconds:.0f}"}


def measure(world: World) -> list[Mapping[str, object]]:
    """One row for each recipe, the Fréchet distance of each seed."""
    rows: list[Mapping[str, object]] = []
    sheet: list[Tensor] = []  # ten samples of each recipe's first seed
    for name, recipe in RECIPES.items():
        started = time.process_time()
        made = [train(recipe, seed, world.x) for seed in SEEDS]
        rows.append({"recipe": name, **world.row(made, started)})
        sheet.append(torch.cat([image[0] for image in made[0][:10]], 1))  # (28, 280)
        print(rows[-1], flush=True)
    pixels = (255 * torch.cat(sheet)).round().to(torch.uint8)
    Image.fromarray(pixels.numpy()).save(FOLDER / "gan_digits.png")
    return rows


def measure_clipping(world: World) -> list[Mapping[str, object]]:
    """Clipped weights with RMSProp, one row for each rate."""
    rows: list[Mapping[str, object]] = []
    for rate in RMSPROP_RATES:
        started = time.process_time()
        made = [train(RECIPES[CLIPPED], seed, world.x, rate, by_rmsprop) for seed in SEEDS]
        rows.append({"optimizer": "RMSProp", "rate": f"{rate:g}", **world.row(made, started)})
        print(rows[-1], flush=True)
    return rows


def section(rows: Sequence[Row], clipping: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""

    def cells(row: Row) -> str:
        return f"{', '.join(row[f'seed {seed}'] for seed in SEEDS)} | {row['seconds']} |"

    lines = "\n".join(f"| {row['recipe']} | {cells(row)}" for row in rows)
    others = "\n".join(f"| {row['optimizer']}, {row['rate']} | {cells(row)}" for row in clipping)
    return f"""{TITLE}

Fréchet distance of 2,000 samples to 2,000 test digits, on the features of the course's classifier,
after {STEPS} steps of G at batch {BATCH}, for seeds 0 to {len(SEEDS) - 1}; lower is better, other
real digits have 2 to 3. Rates fall from 0.002 over the second half. Processor seconds of one run.
`python -m benchmarks.gan_digits` measures it anew and writes the table that notebook 11 shows.

| recipe | each seed | seconds |
|---|---|---|
{lines}

All of these use Adam. The last recipe with the optimizer of its paper, from two rates; 5e-05
is the paper's. `python -m benchmarks.gan_digits clipping` measures only this.

| optimizer, rate | each seed | seconds |
|---|---|---|
{others}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("gan_digits"), measured("gan_clipping"))


def main() -> None:
    world = World()
    if sys.argv[1:] != ["clipping"]:
        write_measured("gan_digits", measure(world))
    write_measured("gan_clipping", measure_clipping(world))
    replace_section(recorded())


if __name__ == "__main__":
    main()
