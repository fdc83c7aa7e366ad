"""The translations of notebook 15, paired and unpaired, three seeds each.

`python -m benchmarks.translation --anew` measures all of it (minutes of one core), writes the
tables `translation_…` that notebook 15 reads, and replaces this benchmark's section in README.md.
`--only hair vowels` measures those parts. Rows are written seed by seed; a run that was stopped
goes on without `--anew`, which drops the old rows first.
Pictures without pairs stand in `translation_unpaired.py`, points and vowels in
`translation_points.py`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from benchmarks import translation_points as points
from benchmarks import translation_unpaired as unpaired
from benchmarks.sections import replace_section
from course_utils.data.faces import draw_faces, render_faces
from course_utils.data.measured import FOLDER, Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.models.translation import PatchDiscriminator, UNet
from course_utils.training import adam, fit
from coursework.exercises.nb15.between import share_between
from coursework.exercises.nb15.pairs import discriminator_pair_loss
from coursework.exercises.nb15.pix2pix import pix2pix_loss

TITLE = "## The translations of notebook 15, three seeds"
SEEDS, TRAIN, TEST = range(3), 600, 200
GOALS = ("L2", "L1", "L1 and D", "D alone")
HOW = (12, 4e-3)  # epochs, learning rate
Rows = list[Mapping[str, object]]
INTRODUCTION = f"""{TITLE}

Drawn faces of 16 × 16 pixels, points of the plane, and two computed voices.
`python -m benchmarks.translation --anew` measures all of it anew, with `--only PART` a part. Vowels
and sounds, measured twice on one machine, were the same to the last digit. Another machine rounds
otherwise, and training against judges enlarges that: compare what notebook 15 claims, not digits.
"""
SAYS = {
    "hair": """Hair, black or blond, hidden in gray. "between" is the share of test faces that are
painted in between; "way" says how far from black (0) to blond (1); "noise" is the sd over ten
noises. In the last row of each seed the input's gray is 0.7 times as bright.""",
    "relight": "Relight: the contrast is relative to the truth's.",
    "faces": """Color to gray without pairs; "skin" is the correlation of the middle's brightness
with the truth.""",
    "clouds": """Four clouds, eight networks at once. "right" counts those with more than 95 % of
the points at the right corner.""",
    "hidden": """A square pressed flat, eight networks at once, medians. "recovered" is the mean
error of the second coordinate after the way back, with noise of this sd added to g(a) before it.
Always guessing 0 has an error of 0.5.""",
    "vowels": """Vowels of voice A in voice B, six networks at once. "exchanged" counts those that
keep less than 90 % of the vowels; errors in dB.""",
    "sounds": """All test vowels, sung, and their formants measured on the samples by linear
prediction. "named right" is the share whose F1 and F2 are nearest to those of that vowel; "heard"
is what the most typical a, e, i, o, u are; F1 and F2 are mean errors against the formants that were
synthesized.""",
}


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
        unpaired.half(render_faces(32, **factors | {"hair_color": torch.tensor(color)}))
        for color in (0.0, 0.5, 1.0)
    )
    hair = ((blond - black).abs().amax(1, keepdim=True) > 0.02).float()
    gray = torch.where(hair > 0, between.mean(1, keepdim=True), black)
    return torch.cat([gray, hair], 1), black, blond, hair


def relit_faces(n: int, split: str, seed: int) -> tuple[Tensor, Tensor]:
    """Faces lit from the left, and the same lit from the right: (n, 3, 16, 16) each."""
    factors = factors_of(n, split, seed)
    left, right = (
        unpaired.half(render_faces(32, **factors | {"light_direction": torch.tensor(angle)}))
        for angle in (-60.0, 60.0)
    )
    return left, right


def with_noise(x: Tensor) -> Tensor:
    return torch.cat([x, torch.randn_like(x[:, :1])], 1)


def train_paired(
    x: Tensor,
    y: Tensor,
    goal: str,
    seed: int,
    how: tuple[int, float],
    weight: float = 10.0,
    judge_rate: float = 4e-3,
) -> UNet:
    """As in the notebook, or by D alone; how: epochs and rate, weight: of L1 beside D."""
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
        if goal in ("L1 and D", "D alone"):
            unpaired.descend(discriminator_pair_loss(d, x, y, y_fake), opt_d)
            of_l1 = 0.0 if goal == "D alone" else weight
            loss = pix2pix_loss(d(x, y_fake), y_fake, y, of_l1)
        else:
            loss = (y_fake - y).abs().mean() if goal == "L1" else (y_fake - y).square().mean()
        return {"g_loss": unpaired.descend(loss, opt_g)}

    fit(step, (x, y), epochs=epochs, batch_size=16, seed=seed, progress=False)
    return g


@torch.no_grad()
def hair_row(g: UNet, test: tuple[Tensor, ...]) -> dict[str, object]:
    gray, black, blond, hair = test
    y = g(with_noise(gray)).clamp(0, 1)
    at, start, end = ((t * hair).flatten(1).sum(1) for t in (y, black, blond))
    way = (at - start) / (end - start)  # 0 is black, 1 is blond
    draws = torch.stack([g(with_noise(gray[:50])) for _ in range(10)])
    return {
        "between": f"{share_between(y, black, blond, hair):.2f}",
        "nearer to blond": f"{(way > 0.5).float().mean():.2f}",
        "way": f"{way.mean():.2f}",
        "way, sd over faces": f"{way.std():.2f}",
        "noise": f"{draws.std(0).mean():.4f}",
    }


def measure_hair(seed: int) -> Rows:
    """70 % blond at random; and half of them, exactly."""
    gray, black, blond, hair = hair_faces(TRAIN, "train", seed)
    test = hair_faces(TEST, "test", seed)
    chance = torch.rand(TRAIN, generator=torch.Generator().manual_seed(seed))
    rows: Rows = []
    for share, is_blond in ((0.7, chance < 0.7), (0.5, chance <= chance.median())):
        answer = torch.where(is_blond[:, None, None, None], blond, black)
        for goal in GOALS:
            head: dict[str, object] = {"blond": share, "goal": goal, "seed": seed}
            g = train_paired(gray, answer, goal, seed, HOW, judge_rate=1e-3)
            rows.append(head | hair_row(g, test))
    darker = [torch.where(h > 0, 0.7 * x, x) for x, h in ((gray, hair), (test[0], test[3]))]
    for x in darker:
        x[:, 3:] = x[:, 3:].ceil()  # the mask stays
    g = train_paired(darker[0], answer, "L1", seed, HOW)
    head = {"blond": 0.5, "goal": "L1, darker gray", "seed": seed}
    rows.append(head | hair_row(g, (darker[1], *test[1:])))
    return rows


def contrast(images: Tensor) -> float:
    """Mean difference of neighboring pixels."""
    return float((images[..., 1:] - images[..., :-1]).abs().mean())


@torch.no_grad()
def relit_row(y: Tensor, truth: Tensor) -> dict[str, object]:
    return {
        "error": f"{(y - truth).abs().mean():.4f}",
        "contrast": f"{contrast(y) / contrast(truth):.2f}",
    }


def measure_relight(seed: int) -> Rows:
    left, right = relit_faces(TRAIN, "train", seed)
    test_left, test_right = relit_faces(TEST, "test", seed)
    head: dict[str, object] = {"goal": "", "seed": seed}
    rows: Rows = [head | {"goal": "input"} | relit_row(test_left, test_right)]
    for goal, weight in (("L1", 1.0), ("L1 and D", 10.0), ("L1 and D", 3.0), ("D alone", 0.0)):
        g = train_paired(left, right, goal, seed, HOW, weight)
        with torch.no_grad():
            y = g(with_noise(test_left)).clamp(0, 1)
        name = f"{weight:g} L1 and D" if goal == "L1 and D" else goal
        rows.append(head | {"goal": name} | relit_row(y, test_right))
    return rows


PARTS: dict[str, Callable[[int], Rows]] = {
    "vowels": points.measure_vowels,
    "sounds": points.measure_sounds,
    "hidden": points.measure_hidden,
    "clouds": points.measure_clouds,
    "hair": measure_hair,
    "faces": unpaired.measure_faces,
    "relight": measure_relight,
}


def measure(part: str) -> None:
    """Measure what the table of a part lacks, and write the rows of each seed."""
    for seed in SEEDS:
        if seed in {int(row["seed"]) for row in there(part)}:
            continue
        started = time.process_time()
        rows = PARTS[part](seed)
        for row in rows:
            print(*row.values())
        print(
            f"{part}, seed {seed}: {time.process_time() - started:.0f} s of processor", flush=True
        )
        write_measured(f"translation_{part}", [*there(part), *rows])


def there(part: str) -> list[Row]:
    """The rows of a part that have been measured."""
    table = FOLDER / f"translation_{part}.csv"
    return measured(table.stem) if table.is_file() else []


def recorded() -> str:
    """The section of README.md for what was measured last."""

    def lines(part: str) -> str:
        rows = measured(f"translation_{part}")
        head = list(rows[0])
        cells = [head, ["---"] * len(head), *([row[key] for key in head] for row in rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in cells)

    return "\n".join([INTRODUCTION, *(f"{SAYS[part]}\n\n{lines(part)}\n" for part in PARTS)])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.translation")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    parser.add_argument("--anew", action="store_true", help="drop the rows that there are, first")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.anew:
        for part in chosen.only:
            (FOLDER / f"translation_{part}.csv").unlink(missing_ok=True)
    for part in chosen.only:
        measure(part)
    lacking = [part for part in PARTS if len({row["seed"] for row in there(part)}) < len(SEEDS)]
    if lacking:
        print(f"README.md stays as it is: {', '.join(lacking)} isn't measured yet.")
    else:
        replace_section(recorded())


if __name__ == "__main__":
    main()
