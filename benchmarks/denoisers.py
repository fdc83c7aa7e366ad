"""Notebook 02's denoiser, trained longer and made larger, beside methods without a network.

`python -m benchmarks.denoisers` measures (about eight minutes), writes the table that notebooks 02
and 17 read, and replaces this benchmark's section in README.md. Two settings: that of 02, drawn
digits and noise of 0.5, cut off at 0 and 1; and that of 17 where 02's network lost, MNIST and noise
of 0.25. Every network is trained at the noise it is tested with. Three seeds, which choose the
digits too. MNIST has to be in `data/` or `$COURSE_DATA`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch
from scipy.signal import wiener
from torch import Tensor, nn

from benchmarks.sections import replace_section
from benchmarks.uses_models import project
from course_utils.data import load
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.models.autoencoder import Autoencoder
from course_utils.training import fit

TITLE = "## Notebook 02's denoiser, longer and larger, three seeds"
SEEDS = range(3)
SETTINGS = {"02": ("drawn", 0.5), "17": ("mnist", 0.25)}
NETWORKS = {
    "8 epochs": (400, 64, 8),
    "32 epochs": (400, 64, 32),
    "wide, 32 epochs": (1000, 256, 32),
}
COPIES = 32  # of each image with fresh noise: as many as the longest training sees
PLAIN = (
    "as it is",
    "Wiener, better of two sizes",
    "64 principal components",
    "least squares",
    f"least squares, {COPIES} copies",
)


def noisy(x: Tensor, setting: str, chance: torch.Generator) -> Tensor:
    """Images with the noise of a setting; notebook 02 cuts it off at 0 and 1."""
    y = x + SETTINGS[setting][1] * torch.randn(x.shape, generator=chance)
    return y.clamp(0, 1) if setting == "02" else y


def network(hidden: int, code: int) -> nn.Module:
    """784-hidden-code-hidden-784, logits; with 400 and 64, notebook 02's autoencoder."""
    net = Autoencoder(code)
    net.encoder[1], net.encoder[3] = nn.Linear(784, hidden), nn.Linear(hidden, code)
    net.decoder[0], net.decoder[2] = nn.Linear(code, hidden), nn.Linear(hidden, 784)
    return net


def trained(name: str, setting: str, x: Tensor, seed: int) -> nn.Module:
    """A denoiser by squared error; each batch gets fresh noise."""
    hidden, code, epochs = NETWORKS[name]
    chance = set_seed(seed)
    net = network(hidden, code)

    def loss(x: Tensor) -> Tensor:
        return error(x, net(noisy(x, setting, chance)).sigmoid())

    fit(loss, x, model=net, epochs=epochs, lr=2e-3, seed=seed, progress=False)
    return net


def error(x: Tensor, x_hat: Tensor) -> Tensor:
    """Squared error, summed over pixels, mean over images."""
    return (x - x_hat).square().flatten(1).sum(1).mean()


def with_one(images: Tensor) -> Tensor:
    """Images (N, 1, 28, 28) as rows with a 1 at the end: (N, 785)."""
    return nn.functional.pad(images.flatten(1), (0, 1), value=1.0)


def straight(x: Tensor, copies: Iterable[Tensor], y_test: Tensor) -> Tensor:
    """y_test by the best linear map from noisy copies of x, and a 1, to the clean images x."""
    left, right = torch.zeros(785, 785), torch.zeros(785, 784)
    for a in map(with_one, copies):
        left += a.T @ a
        right += a.T @ x.flatten(1)
    return (with_one(y_test) @ torch.linalg.solve(left, right)).reshape(y_test.shape)


def cleaned(setting: str, seed: int) -> Iterator[tuple[str, float]]:
    """Each method and its squared error on 1,000 test images, cut off at 0 and 1."""
    (source, sigma), chance = SETTINGS[setting], torch.Generator().manual_seed(seed)
    x, clean = (
        load("digits", split, n=n, seed=seed, source=source).float("cpu")
        for split, n in (("train", 10_000), ("test", 1000))
    )
    y = noisy(clean, setting, chance)

    def found(x_hat: Tensor) -> float:
        return float(error(clean, x_hat.clamp(0, 1)))

    def filtered(side: int) -> Tensor:
        pictures = [wiener(p.astype(np.float64), side, noise=sigma**2) for p in y[:, 0].numpy()]
        return torch.tensor(np.stack(pictures)).float()[:, None]

    plain = (
        project(x, y),
        straight(x, [noisy(x, setting, chance)], y),
        straight(x, (noisy(x, setting, chance) for _ in range(COPIES)), y),
    )
    errors = found(y), min(found(filtered(side)) for side in (3, 5)), *map(found, plain)
    yield from zip(PLAIN, errors, strict=True)
    for name in NETWORKS:
        net = trained(name, setting, x, seed)
        with torch.no_grad():
            yield name, found(net(y).sigmoid())


def measure() -> list[Mapping[str, object]]:
    """One row for each setting, seed and method."""
    torch.set_num_threads(1)
    rows: list[Mapping[str, object]] = []
    for setting in SETTINGS:
        for seed in SEEDS:
            for method, value in cleaned(setting, seed):
                row = {"setting": setting, "seed": seed, "method": method, "error": f"{value:.2f}"}
                rows.append(row)
                print(*row.values(), f"{time.process_time():.0f} s", flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for method in (*PLAIN, *NETWORKS):
        cells = (
            ", ".join(r["error"] for r in rows if (r["setting"], r["method"]) == (setting, method))
            for setting in SETTINGS
        )
        lines.append(f"| {method} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Squared error of 1,000 cleaned test images, summed over pixels, each seed. Networks: 784-400-64 and
back, wide ones 784-1000-256; trained on 10,000 images at the noise they are tested with. Least
squares sees one noisy copy of each, as in notebook 02, or {COPIES}. `python -m
benchmarks.denoisers` measures it anew and writes the table that notebooks 02 and 17 read.

| method | drawn digits, noise 0.5 | MNIST, noise 0.25 |
|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("denoisers"))


def main() -> None:
    write_measured("denoisers", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
