"""How good are the digits of notebook 14, and what does guidance do to them? Three seeds.

`python -m benchmarks.diffusion` measures (about four minutes on one core), and writes the two
tables that notebook 14 reads, and this benchmark's section in README.md. `digits`, `guidance`: only
that table. The digits are those that the course draws; 1,000 samples against 1,000 test images, in
the features of a classifier of the same seed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.diffusion_checkpoint import NAME
from benchmarks.sections import replace_section
from course_utils.data import load
from course_utils.data.checkpoint import read_checkpoint
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import half_precision, set_seed
from course_utils.metrics import class_spread, frechet_distance
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.models.diffusion import TimeMLP, UNet, euler
from course_utils.training import fit
from coursework.exercises.nb14.flow import flow_pair, guide

TITLE = "## The digits of notebook 14, three seeds"
SEEDS, ASKED, STEPS = range(3), 1000, 10
WEIGHTS = (0.0, 0.1, 0.25, 0.5, 1.0, 3.0, 8.0)
LATENT, LATENT_STEPS = 16, 1500
Velocity = Callable[[Tensor, Tensor], Tensor]


class World:
    """Digits to learn from, digits to measure on, a judge of one seed."""

    def __init__(self, seed: int) -> None:
        self.train = load("digits", n=10_000, source="drawn")
        test = load("digits", "test", n=2 * ASKED, source="drawn")
        self.x_test, self.y_test = test.float()[:ASKED], test.labels[:ASKED]
        self.fresh, self.fresh_labels = test.float()[ASKED:], test.labels[ASKED:]
        self.judge = train_classifier(self.train, seed=seed, progress=False)[0]
        self.asked = torch.arange(ASKED) % 10
        with torch.no_grad():
            self.features = self.judge.features(self.x_test)
        self.real_spread = class_spread(self.features, self.y_test)

    @torch.no_grad()
    def scores(self, images: Tensor, y: Tensor) -> dict[str, object]:
        """Fidelity, spread within a class (of real digits: 1), Fréchet distance."""
        features = self.judge.features(images)
        fidelity = (self.judge(images).argmax(1) == y).float().mean()
        return {
            "fidelity": f"{fidelity:.3f}",
            "spread": f"{class_spread(features, y) / self.real_spread:.3f}",
            "frechet": f"{frechet_distance(features, self.features):.2f}",
        }


@torch.no_grad()
def draw(net: UNet, y: Tensor, w: float, seed: int) -> Tensor:
    """Images (N, 1, 28, 28) in [0, 1] of labels y (N,), by ten Euler steps."""
    chance, parts = torch.Generator().manual_seed(seed), []
    for labels in y.split(500):

        def velocity(x: Tensor, t: Tensor, labels: Tensor = labels) -> Tensor:
            with half_precision(x.device):
                told = net(x, t, labels).float()
                return told if w == 0 else guide(told, net(x, t).float(), w)

        noise = torch.randn(len(labels), 1, 28, 28, generator=chance)
        parts.append(euler(velocity, noise, torch.linspace(1, 0, STEPS + 1).tolist()))
    return ((torch.cat(parts) + 1) / 2).clamp(0, 1)


def shipped() -> UNet:
    net = UNet()
    net.load_state_dict(read_checkpoint(NAME))
    return net.eval()


def latents(world: World, seed: int) -> dict[str, Tensor]:
    """Samples that an autoencoder decodes from three priors of its codes, ASKED images each."""
    set_seed(seed)
    autoencoder = Autoencoder(LATENT)

    def reconstruction(x: Tensor) -> Tensor:
        error = F.binary_cross_entropy_with_logits(autoencoder(x), x, reduction="none")
        return error.flatten(1).sum(1).mean()

    fit(reconstruction, world.train.images, model=autoencoder, epochs=6, seed=seed, progress=False)
    with torch.no_grad():
        codes = autoencoder.encode(world.train.float())
    center, scale = codes.mean(0), codes.std(0)
    net = train_latent((codes - center) / scale, seed)
    chance = set_seed(seed)
    noise = torch.randn(ASKED, LATENT, generator=chance)
    root = torch.linalg.cholesky(codes.T.cov())
    with torch.no_grad():
        diffused = euler(net, noise, torch.linspace(1, 0, 51).tolist()) * scale + center
        drawn = {"N(0, I)": noise, "Gaussian": center + noise @ root.T, "latent": diffused}
        return {name: autoencoder.decode(z).sigmoid() for name, z in drawn.items()}


def train_latent(codes: Tensor, seed: int) -> nn.Module:
    """Flow matching on standardized codes (N, LATENT)."""
    chance, net = set_seed(seed), TimeMLP(LATENT, hidden=256)
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, LATENT_STEPS)
    for _ in range(LATENT_STEPS):
        x0 = codes[torch.randint(len(codes), (256,), generator=chance)]
        eps, t = torch.randn(x0.shape, generator=chance), torch.rand(256, generator=chance)
        x_t, velocity = flow_pair(x0, eps, t)
        loss = (net(x_t, t) - velocity).square().sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net


def measure_digits() -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for seed in SEEDS:
        world = World(seed)
        made = {"real": (world.fresh, world.fresh_labels)}
        for name, images in latents(world, seed).items():
            made[name] = (images, world.judge(images).argmax(1))
        for name, (images, y) in made.items():
            rows.append({"model": name, "seed": seed, **world.scores(images, y)})
            print(*rows[-1].values(), flush=True)
    return rows


def measure_guidance() -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for seed in SEEDS:
        world, net = World(seed), shipped()
        for w in WEIGHTS:
            scores = world.scores(draw(net, world.asked, w, seed), world.asked)
            rows.append({"w": f"{w:g}", "seed": seed, **scores})
            print(*rows[-1].values(), flush=True)
    return rows


def lines(rows: Sequence[Row], key: str) -> str:
    """A line of a table for each value of `key`: fidelity, spread and Fréchet distance."""
    found = []
    for value in dict.fromkeys(row[key] for row in rows):
        mine = [row for row in rows if row[key] == value]
        cells = [
            " / ".join(row[name] for row in mine) for name in ("fidelity", "spread", "frechet")
        ]
        found.append(f"| {value} | {' | '.join(cells)} |")
    return "\n".join(found)


def recorded() -> str:
    """The section of README.md for what was measured last."""
    return f"""{TITLE}

Drawn digits, {ASKED:,} samples, {STEPS} Euler steps, seeds 0 to {len(SEEDS) - 1}. Fidelity: share
that a classifier calls what was asked for (nothing is asked of the three priors of codes, so there
it says nothing). Spread: variance of its features within a class, over that of real digits.
`python -m benchmarks.diffusion` measures it anew and writes the tables that notebook 14 reads;
`python -m benchmarks.diffusion_checkpoint` trains the five minutes.

| model | fidelity | spread | Fréchet distance |
|---|---|---|---|
{lines(measured("diffusion_digits"), "model")}

Guidance ε_c + w (ε_c − ε_u), five minutes of training:

| w | fidelity | spread | Fréchet distance |
|---|---|---|---|
{lines(measured("diffusion_guidance"), "w")}
"""


if __name__ == "__main__":
    torch.set_num_threads(1)
    parts = {"guidance": measure_guidance, "digits": measure_digits}
    for name in sys.argv[1:] or parts:
        write_measured(f"diffusion_{name}", parts[name]())
    replace_section(recorded())
