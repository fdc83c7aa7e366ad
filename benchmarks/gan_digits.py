"""Which GAN draws the better digits, and whose loss says so? Studies of notebook 11, three seeds.

`python -m benchmarks.gan_digits` measures (about five minutes), writes the table and the pictures
that notebook 11 shows, and replaces this benchmark's section in README.md. Digits are drawn by the
course.
"""

from __future__ import annotations

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
Loss = Callable[[nn.Module, Tensor, Tensor], Tensor]


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
    "WGAN, clip 0.01, 2 critic steps": (score, lambda a: -a, False, False, 2, 0.01),
}


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
) -> int:
    """Train G and D on x (N, ...) while share(steps of G) is below 1: how many those were.

    Rates fall to 0 over the second half.
    """
    (d_loss, g_loss), step = losses, 0
    opt_g, opt_d = (adam(net.parameters(), lr, betas=(0.5, 0.99)) for net in (g, d))
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


def train(recipe: Recipe, seed: int, x: Tensor) -> Tensor:
    """2,000 samples (2000, 1, 28, 28) of a recipe after 500 steps of G."""
    d_loss, g_loss, norm, spectral, d_steps, clip = recipe
    chance = set_seed(seed)
    g, d = generator(), discriminator(norm, spectral)
    play(g, d, (d_loss, g_loss), x, chance, lambda step: step / STEPS, d_steps, clip)
    return batched(g, torch.randn(2000, LATENT, generator=chance))


def measure() -> list[Mapping[str, object]]:
    """One row for each recipe, the Fréchet distance of each seed."""
    torch.set_num_threads(1)
    data = load("digits", n=10_000)
    x, x_test = data.float("cpu"), load("digits", split="test", n=2000).float("cpu")
    classifier, _ = train_classifier(data, epochs=2, progress=False)
    real = batched(classifier.features, x_test)
    rows: list[Mapping[str, object]] = []
    sheet: list[Tensor] = []  # ten samples of each recipe's first seed
    for name, recipe in RECIPES.items():
        started = time.process_time()
        made = [train(recipe, seed, x) for seed in SEEDS]
        found = [frechet_distance(batched(classifier.features, images), real) for images in made]
        seconds = (time.process_time() - started) / len(SEEDS)
        seeds = {f"seed {seed}": f"{value:.1f}" for seed, value in zip(SEEDS, found, strict=True)}
        rows.append({"recipe": name, **seeds, "seconds": f"{seconds:.0f}"})
        sheet.append(torch.cat([image[0] for image in made[0][:10]], 1))  # (28, 280)
        print(rows[-1], flush=True)
    pixels = (255 * torch.cat(sheet)).round().to(torch.uint8)
    Image.fromarray(pixels.numpy()).save(FOLDER / "gan_digits.png")
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = "\n".join(
        f"| {row['recipe']} | {', '.join(row[f'seed {seed}'] for seed in SEEDS)} | "
        f"{row['seconds']} |"
        for row in rows
    )
    return f"""{TITLE}

Fréchet distance of 2,000 samples to 2,000 test digits, on the features of the course's classifier,
after {STEPS} steps of G at batch {BATCH}, for seeds 0 to {len(SEEDS) - 1}; lower is better, other
real digits have 2 to 3. Rates fall from 0.002 over the second half. Processor seconds of one run.
`python -m benchmarks.gan_digits` measures it anew and writes the table that notebook 11 shows.

| recipe | each seed | seconds |
|---|---|---|
{lines}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("gan_digits"))


def main() -> None:
    write_measured("gan_digits", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
