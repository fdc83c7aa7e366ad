"""Paired and unpaired translation of drawn faces, three seeds each, for notebook 15.

`python -m benchmarks.translation` measures (two minutes of one core), writes the tables
`translation_paired` and `translation_faces`, and replaces this benchmark's section in README.md.
`hair`, `relight` or `faces` measures that part only, and keeps the other rows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.sections import replace_section
from course_utils.data.faces import draw_faces, render_faces
from course_utils.data.measured import FOLDER, Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.models.translation import PatchDiscriminator, UNet
from course_utils.training import adam, fit
from coursework.exercises.gan_losses import discriminator_loss
from coursework.exercises.nb15.between import share_between
from coursework.exercises.nb15.cyclegan import cyclegan_generator_loss
from coursework.exercises.nb15.pairs import discriminator_pair_loss
from coursework.exercises.nb15.pix2pix import pix2pix_loss

TITLE = "## The translations of notebook 15, three seeds"
SEEDS, TRAIN, TEST = range(3), 600, 200
GOALS = ("L2", "L1", "L1 and D")
HOW = (12, 4e-3)  # epochs, learning rate
Rows = list[Mapping[str, object]]


def half(x: Tensor) -> Tensor:
    """Pictures of half the side."""
    return F.avg_pool2d(x, 2)


def factors_of(n: int, split: str, seed: int) -> dict[str, Tensor]:
    """Factors of faces in a bright light, with some hair, and of shades 1 to 5."""
    factors = dict(draw_faces(n, split, seed=seed).factors)
    factors["skin_tone"] = (factors["skin_tone"] + 1) // 2
    factors["light_strength"] = 0.5 + factors["light_strength"] / 2
    factors["hair_length"] = 0.2 + 0.8 * factors["hair_length"]
    return factors


def hair_faces(n: int, split: str, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Faces with gray hair, and where it is (n, 4, 16, 16); with black, with blond; the mask."""
    factors = factors_of(n, split, seed)
    black, between, blond = (
        half(render_faces(32, **factors | {"hair_color": torch.tensor(color)}))
        for color in (0.0, 0.5, 1.0)
    )
    hair = ((blond - black).abs().amax(1, keepdim=True) > 0.02).float()
    gray = torch.where(hair > 0, between.mean(1, keepdim=True), black)
    return torch.cat([gray, hair], 1), black, blond, hair


def relit_faces(n: int, split: str, seed: int) -> tuple[Tensor, Tensor]:
    """Faces lit from the left, and the same lit from the right: (n, 3, 16, 16) each."""
    factors = factors_of(n, split, seed)
    left, right = (
        half(render_faces(32, **factors | {"light_direction": torch.tensor(angle)}))
        for angle in (-60.0, 60.0)
    )
    return left, right


def with_noise(x: Tensor) -> Tensor:
    return torch.cat([x, torch.randn_like(x[:, :1])], 1)


def descend(loss: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


def train_paired(
    x: Tensor,
    y: Tensor,
    goal: str,
    seed: int,
    how: tuple[int, float],
    weight: float = 10.0,
    judge_rate: float = 4e-3,
) -> UNet:
    """As in the notebook; how: epochs and learning rate, weight: of L1 beside D."""
    set_seed(seed)
    epochs, rate = how
    g = UNet(x.shape[1] + 1, 3, residual=True)
    d = PatchDiscriminator(x.shape[1] + 3)
    opt_g = adam(g.parameters(), rate, betas=(0.5, 0.99))
    opt_d = adam(d.parameters(), judge_rate, betas=(0.5, 0.99))
    steps = epochs * -(-len(x) // 16)
    falls = ((opt_g, rate / steps), (opt_d, judge_rate / steps))  # both rates fall to 0

    def step(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        for optimizer, fall in falls:
            optimizer.param_groups[0]["lr"] -= fall
        y_fake = g(with_noise(x))
        if goal == "L1 and D":
            descend(discriminator_pair_loss(d, x, y, y_fake), opt_d)
            loss = pix2pix_loss(d(x, y_fake), y_fake, y, weight)
        else:
            loss = (y_fake - y).abs().mean() if goal == "L1" else (y_fake - y).square().mean()
        return {"g_loss": descend(loss, opt_g)}

    fit(step, (x, y), epochs=epochs, batch_size=16, seed=seed, progress=False)
    return g


@torch.no_grad()
def hair_row(g: UNet, test: tuple[Tensor, ...]) -> dict[str, object]:
    gray, black, blond, hair = test
    y = g(with_noise(gray)).clamp(0, 1)
    at, start, end = ((t * hair).flatten(1).sum(1) for t in (y, black, blond))
    draws = torch.stack([g(with_noise(gray[:50])) for _ in range(10)])
    return {
        "between": f"{share_between(y, black, blond, hair):.2f}",
        "nearer to blond": f"{((at - start) / (end - start) > 0.5).float().mean():.2f}",
        "noise": f"{draws.std(0).mean():.4f}",
        "error": "",
        "contrast": "",
    }


def measure_hair(seed: int) -> Rows:
    gray, black, blond, _ = hair_faces(TRAIN, "train", seed)
    test = hair_faces(TEST, "test", seed)
    chance = torch.rand(TRAIN, generator=torch.Generator().manual_seed(seed))
    answer = torch.where((chance < 0.7)[:, None, None, None], blond, black)
    rows: Rows = []
    for goal in GOALS:
        head: dict[str, object] = {"task": "hair", "goal": goal, "seed": seed}
        g = train_paired(gray, answer, goal, seed, HOW, judge_rate=1e-3)
        rows.append(head | hair_row(g, test))
    return rows


def contrast(images: Tensor) -> float:
    """Mean difference of neighboring pixels."""
    return float((images[..., 1:] - images[..., :-1]).abs().mean())


@torch.no_grad()
def relit_row(y: Tensor, truth: Tensor) -> dict[str, object]:
    return {
        "between": "",
        "nearer to blond": "",
        "noise": "",
        "error": f"{(y - truth).abs().mean():.4f}",
        "contrast": f"{contrast(y) / contrast(truth):.2f}",
    }


def measure_relight(seed: int) -> Rows:
    left, right = relit_faces(TRAIN, "train", seed)
    test_left, test_right = relit_faces(TEST, "test", seed)
    head: dict[str, object] = {"task": "relight", "goal": "", "seed": seed}
    rows: Rows = [head | {"goal": "input"} | relit_row(test_left, test_right)]
    for goal, weight in (("L1", 1.0), ("L1 and D", 10.0), ("L1 and D", 3.0)):
        g = train_paired(left, right, goal, seed, HOW, weight)
        with torch.no_grad():
            y = g(with_noise(test_left)).clamp(0, 1)
        name = f"{weight:g} L1 and D" if goal == "L1 and D" else goal
        rows.append(head | {"goal": name} | relit_row(y, test_right))
    return rows


def to_gray(x: Tensor) -> Tensor:
    return x.mean(1, keepdim=True).expand(-1, 3, -1, -1).contiguous()


def measure_faces(seed: int) -> Rows:
    """Color to gray without pairs, a plain U-Net and a residual one."""
    a = half(draw_faces(1200, "train", 2 * seed).float())
    b = to_gray(half(draw_faces(1200, "train", 2 * seed + 1).float()))
    face = half(draw_faces(TEST, "test", seed).float())
    truth, rows = to_gray(face), list[Mapping[str, object]]()
    for network in ("plain", "residual"):
        set_seed(seed)
        g, f = (UNet(residual=network == "residual") for _ in range(2))
        train_unpaired(g, f, a, b, seed)
        with torch.no_grad():
            there = g(face)
            middle = [x[:, :, 6:10, 6:10].mean((1, 2, 3)) for x in (there, truth)]
            rows.append(
                {
                    "network": network,
                    "seed": seed,
                    "error": f"{(there - truth).abs().mean():.3f}",
                    "shuffled": f"{(truth.roll(1, 0) - truth).abs().mean():.3f}",
                    "cycle": f"{(f(there) - face).abs().mean():.3f}",
                    "skin": f"{torch.corrcoef(torch.stack(middle))[0, 1]:+.2f}",
                }
            )
    return rows


def train_unpaired(g: UNet, f: UNet, a: Tensor, b: Tensor, seed: int) -> None:
    d_a, d_b = PatchDiscriminator(3), PatchDiscriminator(3)
    opt_g = adam([*g.parameters(), *f.parameters()], 2e-3, betas=(0.5, 0.99))
    opt_d = adam([*d_a.parameters(), *d_b.parameters()], 1e-3, betas=(0.5, 0.99))

    def step(a: Tensor, b: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            fake_b, fake_a = g(a), f(b)
        d_loss = discriminator_loss(d_a(a), d_a(fake_a)) + discriminator_loss(d_b(b), d_b(fake_b))
        descend(d_loss, opt_d)
        return {"g_loss": descend(cyclegan_generator_loss(g, f, d_a, d_b, a, b, 10.0), opt_g)}

    fit(step, (a, b), epochs=2, batch_size=16, seed=seed, progress=False)


PARTS: dict[str, tuple[str, Callable[[int], Rows]]] = {
    "hair": ("translation_paired", measure_hair),
    "relight": ("translation_paired", measure_relight),
    "faces": ("translation_faces", measure_faces),
}


def known(table: str) -> list[Row]:
    return measured(table) if (FOLDER / f"{table}.csv").exists() else []


def measure(part: str, seeds: Sequence[int] = SEEDS) -> None:
    """Measure a part, and put its rows in the place of the old ones."""
    table, measure_seed = PARTS[part]
    new = [row for seed in seeds for row in measure_seed(seed)]
    for row in new:
        print(*row.values(), flush=True)
    old = [row for row in known(table) if row.get("task", "faces") != part]
    write_measured(table, [*old, *new])


def section() -> str:
    """The part of README.md that says what came out."""

    def lines(rows: Sequence[Row]) -> str:
        head = list(rows[0])
        cells = [head, ["---"] * len(head), *([row[key] for key in head] for row in rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in cells)

    return f"""{TITLE}

Drawn faces of 16 × 16 pixels. Hair: black or blond, hidden in gray; "between" is the share of test
faces that are painted in between. Relight: contrast is relative to the truth's. Faces: color to
gray without pairs; "skin" is the correlation of the middle's brightness with the truth.
`python -m benchmarks.translation` measures it anew.

{lines(known("translation_paired"))}

{lines(known("translation_faces"))}
"""


if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        measure(name)
    replace_section(section())
