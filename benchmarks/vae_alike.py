"""Notebook 03's VAE and autoencoder, trained alike: whose draws are closer to real digits?

`python -m benchmarks.vae_alike` measures (about two minutes), writes the table that notebook 03
prints, and replaces this benchmark's section in README.md. Both have codes of 16 numbers, the same
Bernoulli loss of the pixels and 12 epochs; only the cloud and its KL differ. The autoencoder of the
notebook's own recipe, squared error for 8 epochs, is measured beside them. Three seeds, which draw
the digits too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Generator, Tensor, nn

from benchmarks.sections import replace_section
from course_utils.data import load
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.distributions import bernoulli_log_likelihood, reparameterize, vae_loss
from course_utils.metrics import batched, frechet_distance
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.models.vae import VAE
from course_utils.training import fit

TITLE = "## VAE and autoencoder of notebook 03, trained alike, three seeds"
SEEDS, EPOCHS, CODE = range(3), 12, 16
NAMES = (
    "VAE, prior",
    "VAE, fitted",
    "AE, N(0, I)",
    "AE, fitted",
    "AE of 03's recipe, fitted",
)


def trained(
    net: nn.Module, loss: Callable[[Tensor], Tensor], x: Tensor, epochs: int, seed: int
) -> None:
    """Batch 128 and rate 0.002, as in notebook 03."""
    fit(loss, x, model=net, epochs=epochs, lr=2e-3, seed=seed, progress=False)


def models(x: Tensor, seed: int) -> tuple[VAE, Autoencoder, Autoencoder]:
    """The VAE, an autoencoder trained alike, and one of notebook 03's recipe."""
    set_seed(seed)
    vae, alike, usual = VAE(CODE), Autoencoder(CODE), Autoencoder(CODE)
    trained(vae, lambda x: vae_loss(x, *vae(x)), x, EPOCHS, seed)
    trained(alike, lambda x: -bernoulli_log_likelihood(x, alike(x)).mean(), x, EPOCHS, seed)

    def squared(x: Tensor) -> Tensor:
        return (x - usual(x).sigmoid()).square().flatten(1).sum(1).mean()

    trained(usual, squared, x, 8, seed)
    return vae, alike, usual


def fitted_to(codes: Tensor, eps: Tensor) -> Tensor:
    """Draws (M, K) from a Gaussian fitted to codes (N, K), made from noise eps (M, K)."""
    return codes.mean(0) + eps @ torch.linalg.cholesky(codes.T.cov()).T


def drawn(x: Tensor, seed: int) -> Iterator[tuple[str, Tensor]]:
    """Each way and its 2,000 images (2000, 1, 28, 28), all from the same noise."""
    vae, alike, usual = models(x, seed)
    eps = torch.randn(2000, CODE, generator=Generator().manual_seed(seed))
    mu, logvar = (batched(lambda x, part=part: vae.encode(x)[part], x) for part in (0, 1))
    clouds = reparameterize(mu, logvar, torch.randn_like(mu))
    codes = {
        "VAE, prior": (vae, eps),
        "VAE, fitted": (vae, fitted_to(clouds, eps)),
        "AE, N(0, I)": (alike, eps),
        "AE, fitted": (alike, fitted_to(batched(alike.encode, x), eps)),
        "AE of 03's recipe, fitted": (usual, fitted_to(batched(usual.encode, x), eps)),
    }
    for name, (net, z) in codes.items():
        yield name, batched(net.decode, z).sigmoid()


def measure() -> list[Mapping[str, object]]:
    """One row for each seed and way: Fréchet distance, and with the ink of real digits."""
    torch.set_num_threads(1)
    rows: list[Mapping[str, object]] = []
    for seed in SEEDS:
        data = load("digits", n=10_000, seed=seed)
        x, x_test = data.float("cpu"), load("digits", "test", n=2000, seed=seed).float("cpu")
        classifier, _ = train_classifier(data, epochs=2, seed=seed, progress=False)
        features = classifier.features
        real = batched(features, x_test)
        for name, images in drawn(x, seed):
            inked = (images * x_test.mean() / images.mean()).clamp(0, 1)
            values = (frechet_distance(batched(features, part), real) for part in (images, inked))
            own, equal = (f"{value:.1f}" for value in values)
            rows.append({"seed": seed, "way": name, "frechet": own, "equal_ink": equal})
            print(*rows[-1].values(), flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for name in NAMES:
        mine = [row for row in rows if row["way"] == name]
        cells = [", ".join(row[key] for row in mine) for key in ("frechet", "equal_ink")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Codes of {CODE} numbers, Bernoulli loss of the pixels, {EPOCHS} epochs over 10,000 drawn digits; the
last row has notebook 03's own recipe, squared error and 8 epochs. Fréchet distance of 2,000 draws
to 2,000 test digits, as they are and with the mean ink of real digits; each seed. `python -m
benchmarks.vae_alike` measures it anew and writes the table that notebook 03 prints.

| way | Fréchet distance | with equal ink |
|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("vae_alike"))


def main() -> None:
    write_measured("vae_alike", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
