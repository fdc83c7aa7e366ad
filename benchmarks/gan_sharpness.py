"""Why are the GAN's digits of notebook 06 sharper than the VAE's: the judge, or the convolutions?

`python -m benchmarks.gan_sharpness` measures (about three minutes), writes the table that notebook
06 prints, and replaces this benchmark's section in README.md. Two losses and two generators are
crossed: notebook 06's DCGAN generator and the decoder of its VAE, each trained as a GAN's generator
and as a VAE's decoder. Judge and encoder stay notebook 06's. Digits are drawn by the course.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.gan_digits import LATENT, discriminator, generator, logistic, play
from benchmarks.sections import replace_section
from course_utils.data import load
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.distributions import vae_loss
from course_utils.metrics import batched, frechet_distance
from course_utils.models.classifier import train_classifier
from course_utils.models.vae import VAE
from course_utils.training import fit

TITLE = "## Sharp digits of notebook 06: loss and generator crossed, three seeds"
SEEDS, STEPS = range(3), 700
GENERATORS = ("convolutions", "fully connected")
EPOCHS = {"convolutions": 12, "fully connected": 6}  # of the VAEs
NAMES = [(loss, kind) for loss in ("GAN", "VAE") for kind in GENERATORS]


def small_weights(layer: nn.Module) -> None:
    """DCGAN's start, as in notebook 06."""
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(layer.weight, 0.0, 0.02)


def logits_from(kind: str) -> nn.Sequential:
    """Codes (N, 32) to logits (N, 1, 28, 28): the GAN's generator without sigmoid, or a decoder."""
    return generator()[:-1] if kind == "convolutions" else VAE(LATENT).decoder


def train_gan(kind: str, seed: int, x: Tensor) -> nn.Module:
    """A generator of logits after 700 steps against notebook 06's judge."""
    chance = set_seed(seed)
    net, judge = logits_from(kind), discriminator(norm=True, spectral=False)
    if kind == "convolutions":
        net.apply(small_weights)
    judge.apply(small_weights)
    losses = logistic, lambda a: F.softplus(-a)
    play(nn.Sequential(net, nn.Sigmoid()), judge, losses, x, chance, lambda step: step / STEPS)
    return net.eval()


def train_vae(kind: str, seed: int, x: Tensor) -> nn.Module:
    """The decoder of a VAE whose encoder and training are notebook 06's."""
    set_seed(seed)
    vae = VAE(LATENT)
    vae.decoder = logits_from(kind)
    fit(
        lambda x: vae_loss(x, *vae(x)),
        x,
        model=vae,
        epochs=EPOCHS[kind],
        seed=seed,
        progress=False,
    )
    return vae.decoder


def gray_share(images: Tensor) -> float:
    """Share of gray pixels among those with ink, as in notebook 06."""
    return float(((images > 0.2) & (images < 0.8)).sum() / (images > 0.2).sum())


def measure() -> list[Mapping[str, object]]:
    """One row for each loss, generator and seed, and one for real digits."""
    torch.set_num_threads(1)
    data = load("digits", n=10_000)
    x, x_test = data.float("cpu"), load("digits", "test", n=2000).float("cpu")
    classifier, _ = train_classifier(data, epochs=2, progress=False)
    real = batched(classifier.features, x_test)

    def row(loss: str, kind: str, seed: int | str, images: Tensor, seconds: float) -> Row:
        distance = frechet_distance(batched(classifier.features, images), real)
        values = f"{gray_share(images):.3f}", f"{distance:.1f}", f"{seconds:.0f}"
        names = ("loss", "generator", "seed", "gray", "frechet", "seconds")
        print(loss, kind, seed, *values, flush=True)
        return dict(zip(names, (loss, kind, str(seed), *values), strict=True))

    rows = [row("real", "", "", x_test, 0)]
    for loss, kind in NAMES:
        for seed in SEEDS:
            start = time.process_time()
            net = (train_gan if loss == "GAN" else train_vae)(kind, seed, x)
            seconds = time.process_time() - start
            z = torch.randn(2000, LATENT, generator=torch.Generator().manual_seed(seed))
            rows.append(row(loss, kind, seed, batched(net, z).sigmoid(), seconds))
    return list(rows)


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for loss, kind in NAMES:
        mine = [row for row in rows if (row["loss"], row["generator"]) == (loss, kind)]
        cells = [", ".join(row[key] for row in mine) for key in ("gray", "frechet", "seconds")]
        lines.append(f"| {loss} | {kind} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Share of gray pixels among those with ink (real digits: {rows[0]["gray"]}), and Fréchet distance of
2,000 samples to 2,000 test digits, for seeds 0 to {len(SEEDS) - 1}. GANs: {STEPS} steps at batch
64. VAEs: {EPOCHS["convolutions"]} epochs at batch 128 with convolutions,
{EPOCHS["fully connected"]} without. Processor seconds of one run. `python -m
benchmarks.gan_sharpness` measures it anew and writes the table that notebook 06 prints.

| loss | generator | gray share | Fréchet distance | seconds |
|---|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("gan_sharpness"))


def main() -> None:
    write_measured("gan_sharpness", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
