"""Do the models of notebook 10 draw what they are asked for? Three seeds of each setting.

`python -m benchmarks.conditional` measures (ten minutes), writes the three tables that notebook
10 reads, and replaces this benchmark's section in README.md. `vae`, `fill`, `gan`: only that part.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.conditional_dcgan import dcgan_pair
from benchmarks.sections import replace_section
from course_utils.data import load
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.distributions import gaussian_kl
from course_utils.metrics import class_spread, nearest_neighbors
from course_utils.models.classifier import Classifier, train_classifier
from course_utils.models.conditional import (
    ConcatDiscriminator,
    ConditionalGenerator,
    ConditionalVAE,
    ProjectionDiscriminator,
)
from course_utils.training import adam, fit
from coursework.exercises.gan_losses import discriminator_loss
from coursework.exercises.nb10.fidelity import class_fidelity
from coursework.exercises.nb10.loss import conditional_vae_loss
from coursework.exercises.nb10.wrong_steps import Game

TITLE = "## The conditional models of notebook 10, three seeds"
SEEDS, EPOCHS, STEPS, BATCH, ASKED = range(3), 8, 400, 128, 2000
Scores = dict[str, object]
CODES = [(2, 1.0), (4, 1.0), (8, 1.0), (16, 1.0), (32, 1.0), (16, 4.0)]  # K and beta


class ToldOneSide(ConditionalVAE):
    """A conditional VAE one of whose networks hears no label."""

    def __init__(self, latent_dim: int, told: str) -> None:
        super().__init__(latent_dim)
        self.told = told

    def encode(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return super().encode(x, y if self.told == "encoder" else x.new_zeros(len(x), self.size))

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        return super().decode(z, y if self.told == "decoder" else z.new_zeros(len(z), self.size))


class World:
    """Digits to learn from, digits to measure on, and a judge that no generator ever meets."""

    def __init__(self) -> None:
        self.train, test = load("digits", n=10_000), load("digits", split="test", n=ASKED)
        self.x, self.y = self.train.float(), self.train.labels
        self.x_test, self.y_test = test.float(), test.labels
        self.judge: Classifier = train_classifier(self.train, seed=1, progress=False)[0]
        self.asked = torch.arange(ASKED) % 10
        with torch.no_grad():
            self.features = self.judge.features(self.x_test)

    @torch.no_grad()
    def scores(self, images: Tensor) -> dict[str, object]:
        """Fidelity of images (ASKED, 1, 28, 28), and their spread within a class."""
        spread = class_spread(self.judge.features(images), self.asked)
        real = class_spread(self.features, self.y_test)
        fidelity = class_fidelity(self.judge(images), self.asked)
        return {"fidelity": f"{fidelity:.3f}", "spread": f"{spread / real:.3f}"}


def train_vae(world: World, latent_dim: int, beta: float, told: str, seed: int) -> Scores:
    """Fidelity and spread of samples, and the share of classes read from the code."""
    set_seed(seed)
    model = ConditionalVAE(latent_dim) if told == "both" else ToldOneSide(latent_dim, told)

    def step(x: Tensor, y: Tensor) -> Tensor:
        loss = conditional_vae_loss(model, x, y, torch.randn(len(x), latent_dim))
        return loss + (beta - 1) * gaussian_kl(*model.encode(x, y)).mean() if beta != 1 else loss

    fit(step, world.train, model=model, epochs=EPOCHS, seed=seed, progress=False)
    with torch.no_grad():
        images = model.decode(torch.randn(ASKED, latent_dim), world.asked).sigmoid()
        codes, queries = (
            model.encode(x, y)[0] for x, y in ((world.x, world.y), (world.x_test, world.y_test))
        )
    near = world.y[nearest_neighbors(queries, codes, 10)]  # (ASKED, 10)
    read = (near.mode(1).values == world.y_test).float().mean()
    return {
        **world.scores(images),
        "class_in_code": f"{read:.3f}",
        **swap_labels(world, model, queries),
    }


@torch.no_grad()
def swap_labels(world: World, model: ConditionalVAE, codes: Tensor) -> dict[str, object]:
    """Test digits decoded with another label: shares that follow it, that keep the old digit."""
    other = torch.randint(1, 10, (ASKED,), generator=torch.Generator().manual_seed(0))
    new = (world.y_test + other) % 10
    named = world.judge(model.decode(codes, new).sigmoid()).argmax(1)
    follows, keeps = (named == new).float().mean(), (named == world.y_test).float().mean()
    return {"follows": f"{follows:.3f}", "keeps": f"{keeps:.3f}"}


def measure_vae(world: World) -> list[Mapping[str, object]]:
    settings = [(k, beta, "both") for k, beta in CODES]
    settings += [(16, 1.0, "encoder"), (16, 1.0, "decoder")]
    rows: list[Mapping[str, object]] = []
    for k, beta, told in settings:
        for seed in SEEDS:
            head: dict[str, object] = {"K": k, "beta": f"{beta:g}", "told": told, "seed": seed}
            rows.append({**head, **train_vae(world, k, beta, told, seed)})
            print(*rows[-1].values(), flush=True)
    return rows


def fill_halves(world: World, seed: int) -> dict[str, object]:
    """As section 7 does: in how many ways are ten completions of a half read, and their errors."""
    set_seed(seed)
    model, upper = ConditionalVAE(16, size=14 * 28), world.x_test[:, :, :14]

    def step(x: Tensor) -> Tensor:
        return conditional_vae_loss(model, x, x[:, :, :14], torch.randn(len(x), 16))

    fit(step, world.x, model=model, epochs=5, lr=3e-3, seed=seed, progress=False)
    with torch.no_grad():
        lower = [
            model.decode(torch.randn(ASKED, 16), upper).sigmoid()[:, :, 14:] for _ in range(10)
        ]
        draws = torch.stack([torch.cat([upper, part], 2) for part in lower])
        named = torch.stack([world.judge(draw).argmax(1) for draw in draws])
    names = torch.tensor([float(len(set(column.tolist()))) for column in named.T])
    near = world.y[nearest_neighbors(upper, world.x[:, :, :14], 10)]
    open_to = torch.tensor([len(set(row.tolist())) for row in near])
    one, mean = ((x - world.x_test).square().sum() / ASKED for x in (draws[0], draws.mean(0)))
    return {
        "agree": f"{names[open_to == 1].mean():.2f}",
        "three or more": f"{names[open_to >= 3].mean():.2f}",
        "error of one": f"{one:.1f}",
        "error of mean": f"{mean:.1f}",
    }


def measure_fill(world: World) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = [{"seed": s, **fill_halves(world, s)} for s in SEEDS]
    print(*(list(row.values()) for row in rows), sep="\n", flush=True)
    return rows


def right(game: Game) -> dict[str, float]:
    return game.step()


def blind_d(game: Game) -> dict[str, float]:
    return game.step(real=0 * game.y_real, fake_d=0 * game.y_fake, fake_g=0 * game.y_fake)


def drawn_anew(game: Game) -> dict[str, float]:
    return game.step(fake_d=game.y_fake.roll(1), fake_g=game.y_fake.roll(2))


def auxiliary_classifier(game: Game) -> dict[str, float]:
    """AC-GAN: D never hears the label and names it instead. Odena et al., 2017."""
    d: Any = game.d
    x_fake = game.g(game.z, game.y_fake)

    def judged(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        h = d.features(x)
        return d.output(h).squeeze(1), F.cross_entropy(h @ d.embedding.weight.T, y)

    real, known = judged(game.x_real, game.y_real)
    d_fake, d_known = judged(x_fake.detach(), game.y_fake)
    game.opt_d.zero_grad()
    (discriminator_loss(real, d_fake) + known + d_known).backward()
    game.opt_d.step()
    fake, guessed = judged(x_fake, game.y_fake)
    game.opt_g.zero_grad()
    (F.softplus(-fake).mean() + guessed).backward()
    game.opt_g.step()
    return {}


Step = Callable[[Game], object]
Pair = Callable[[], tuple[nn.Module, nn.Module]]


def mlp_pair() -> tuple[nn.Module, nn.Module]:
    return ConditionalGenerator(), ProjectionDiscriminator()


Arms = Mapping[str, tuple[Pair, Step]]
ARMS: Arms = {
    "projection": (mlp_pair, right),
    "one-hot beside the pixels": (lambda: (ConditionalGenerator(), ConcatDiscriminator()), right),
    "the same, ten times as loud": (
        lambda: (ConditionalGenerator(), ConcatDiscriminator(scale=10.0)),
        right,
    ),
    "only G is told": (mlp_pair, blind_d),
    "only D is told": (mlp_pair, lambda t: t.step(g=0 * t.y_fake)),
    "fakes judged with the real labels": (mlp_pair, lambda t: t.step(fake_d=t.y_real)),
    "labels of fakes drawn anew": (mlp_pair, drawn_anew),
    "labels of reals shuffled": (mlp_pair, lambda t: t.step(real=t.y_real.roll(1))),
    "auxiliary classifier": (mlp_pair, auxiliary_classifier),
    "DCGAN, label planes": (lambda: dcgan_pair("planes"), right),
    "DCGAN, projection": (lambda: dcgan_pair("projection"), right),
}


def train_gan(world: World, arm: str, seed: int, arms: Arms = ARMS) -> Scores:
    """Fidelity and spread of samples after STEPS steps of an arm."""
    chance, (pair, step) = set_seed(seed), arms[arm]
    g, d = pair()
    rate, batch = (2e-3, 64) if arm.startswith("DCGAN") else (1e-3, BATCH)
    opt_g, opt_d = (adam(net.parameters(), rate, betas=(0.5, 0.99)) for net in (g, d))
    for _ in range(STEPS):
        index = torch.randint(len(world.x), (batch,), generator=chance)
        z = torch.randn(batch, 32, generator=chance)
        y_fake = torch.randint(10, (batch,), generator=chance)
        step(Game(g, d, opt_g, opt_d, world.x[index], world.y[index], z, y_fake))
    g.eval()
    with torch.no_grad():
        asked = 0 * world.asked if arm == "only D is told" else world.asked
        return world.scores(g(torch.randn(ASKED, 32, generator=chance), asked))


def measure_gan(world: World) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for arm in ARMS:
        for seed in SEEDS:
            rows.append({"arm": arm, "seed": seed} | train_gan(world, arm, seed))
            print(*rows[-1].values(), flush=True)
    return rows


def each(rows: Sequence[Row], key: str) -> str:
    return " / ".join(f"{float(row[key]):.2f}" for row in rows)


def section(vae: Sequence[Row], gan: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    names = list(dict.fromkeys((row["K"], row["beta"], row["told"]) for row in vae))
    lines = []
    for k, beta, told in names:
        rows = [row for row in vae if (row["K"], row["beta"], row["told"]) == (k, beta, told)]
        cells = (each(rows, key) for key in ("fidelity", "class_in_code", "follows", "spread"))
        lines.append(f"| {k} | {beta} | {told} | {' | '.join(cells)} |")
    arms = []
    for arm in dict.fromkeys(row["arm"] for row in gan):
        rows = [row for row in gan if row["arm"] == arm]
        arms.append(f"| {arm} | {each(rows, 'fidelity')} | {each(rows, 'spread')} |")
    codes, networks = "\n".join(lines), "\n".join(arms)
    return f"""{TITLE}

Drawn digits, seeds 0 to {len(SEEDS) - 1}. Fidelity: share of {ASKED:,} samples that a classifier
calls what was asked for (0.97 for real digits). Spread: variance of the classifier's features
within a class, over that of real digits. `python -m benchmarks.conditional` measures it anew and
writes the tables that notebook 10 reads.

VAEs, {EPOCHS} epochs. Class in the code: share of test digits whose class the ten nearest codes of
training digits name.

| K | β | told | fidelity | class in the code | follows a swapped label | spread |
|---|---|---|---|---|---|---|
{codes}

GANs, {STEPS} steps of batch {BATCH} (of 64 for DCGANs).

| arm | fidelity | spread |
|---|---|---|
{networks}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("conditional_vae"), measured("conditional_gan"))


def main() -> None:
    torch.set_num_threads(1)
    parts, world = sys.argv[1:] or ["vae", "fill", "gan"], World()
    if "vae" in parts:
        write_measured("conditional_vae", measure_vae(world))
    if "fill" in parts:
        write_measured("conditional_fill", measure_fill(world))
    if "gan" in parts:
        write_measured("conditional_gan", measure_gan(world))
    replace_section(recorded())


if __name__ == "__main__":
    main()
