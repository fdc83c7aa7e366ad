"""The style generator that notebook 16 loads, the judge of its faces, and the study beside them.

`python -m benchmarks.style_faces judge` trains the judge (12 s of processor time),
`… checkpoint` the generator (5,271 steps, which were 400 s), and both write their weights to
`course_utils/data/checkpoints/`. `… again` trains the generator once more and says how far weights
are from the shipped ones; `… control` trains it without mixing for as many steps. `… study` trains
shorter runs of three seeds (ten minutes; it goes on where it was stopped). The last three write
rows of the tables that notebook 16 shows, and `study` replaces this benchmark's section in
README.md.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from benchmarks.sections import replace_section
from benchmarks.style_measures import codes, everything
from benchmarks.style_training import (
    GrowingGenerator,
    Place,
    at_full_size,
    growing,
    train,
)
from course_utils.data import load
from course_utils.data.checkpoint import FOLDER as CHECKPOINTS
from course_utils.data.checkpoint import read_checkpoint, write_checkpoint
from course_utils.data.measured import FOLDER, measured, write_measured
from course_utils.device import set_seed
from course_utils.metrics import batched, frechet_distance
from course_utils.models.face_judge import FaceJudge, scaled_factors
from course_utils.models.style import StyleGenerator
from course_utils.training import adam, fit

TITLE = "## Style generators of notebook 16"
SEEDS, SECONDS, SHORT = range(3), 400.0, 60.0
STEPS, EARLY = 5271, 833  # of the checkpoint: how far it came in SECONDS, and in SHORT
ARMS = {  # options of `train`, and every how many seconds its curve has a point
    "no mixing": ({"mixing": 0.0, "schedule": at_full_size}, 5.0),
    "growing": ({"mixing": 0.0, "schedule": growing}, 2.5),
    "mixing": ({"mixing": 0.9, "schedule": at_full_size}, 5.0),
}


def train_judge(epochs: int = 12) -> FaceJudge:
    """A network that reads the factors of 10,000 drawn faces."""
    data = load("faces", n=10_000)
    set_seed(0)
    judge, targets = FaceJudge(), scaled_factors(data.factors)
    optimizer, step = adam(judge.parameters(), 2e-3), [0]
    total = epochs * -(-len(data) // 64)

    def loss(x: Tensor, y: Tensor) -> Tensor:
        optimizer.param_groups[0]["lr"] = 2e-3 * (1 - step[0] / total)
        step[0] += 1
        return F.mse_loss(judge(x), y)

    fit(
        loss, (data.images, targets), model=judge, optimizer=optimizer, epochs=epochs, batch_size=64
    )
    test = load("faces", n=2000, split="test")
    right = scaled_factors(test.factors)
    left = (batched(judge, test.float("cpu")) - right).square().mean(0) / right.var(0)
    print({name: f"{1 - part:.2f}" for name, part in zip(test.factors, left, strict=True)})
    return judge


def read_judge() -> FaceJudge:
    judge = FaceJudge()
    judge.load_state_dict(read_checkpoint("face_judge"))
    return judge.eval()


def distance(images: Tensor, judge: FaceJudge, real: Tensor) -> float:
    return frechet_distance(batched(judge.features, images), real)


class Curve:
    """Fréchet distance of 400 samples every so many seconds, as `watch` of `train`."""

    def __init__(self, judge: FaceJudge, real: Tensor, every: float) -> None:
        self.judge, self.real, self.every = judge, real, every
        self.rows: list[dict[str, object]] = []

    @torch.no_grad()
    def __call__(self, spent: float, steps: int, place: Place, g: GrowingGenerator) -> None:
        if spent < self.every * (len(self.rows) + 1):
            return
        w = g.to_w(codes(400, 21))[:, None].expand(-1, 4, -1)
        images = g.grown(w, Generator().manual_seed(22), place)
        images = F.interpolate(images, size=32)
        found = distance(images, self.judge, self.real)
        side, alpha = 4 * 2 ** place[0], f"{place[1]:.2f}"
        row = {"second": f"{spent:.1f}", "steps": steps, "side": side, "alpha": alpha}
        self.rows.append(row | {"frechet": f"{found:.1f}"})


def plain(g: GrowingGenerator) -> StyleGenerator:
    """The generator at full size alone, as the package has it."""
    kept = StyleGenerator()
    kept.load_state_dict({k: v for k, v in g.state_dict().items() if not k.startswith("early")})
    return kept.eval()


@cache
def shown_faces() -> tuple[Tensor, Tensor]:
    """Training faces (uint8), and test faces in [0, 1]."""
    return load("faces", n=10_000).images, load("faces", n=1000, split="test").float("cpu")


def describe(arm: str, seed: int, seconds: float, steps: int, g: StyleGenerator) -> None:
    """Measure what came out of a run, and keep it as a row of the table."""
    (x, test), judge = shown_faces(), read_judge()
    real, faces = batched(judge.features, test), x[:4000].float().div(255)
    row = {"arm": arm, "seed": seed, "seconds": f"{seconds:.0f}", "steps": steps}
    found = {**row, **everything(g, judge, real, faces)}
    print(found, flush=True)
    keep("style_faces", arm, seed, [found])


def study(arms: Sequence[str]) -> None:
    """Train every arm with every seed that the table lacks, and write each run when it is done.

    The first seed of "mixing" is described by `again`, after its first minute.
    """
    (x, test), judge = shown_faces(), read_judge()
    real = batched(judge.features, test)
    for seed in SEEDS:
        for arm in arms:
            if measured("style_faces", arm=arm, seed=seed) or (arm, seed) == ("mixing", 0):
                continue
            options, every = ARMS[arm]
            curve = Curve(judge, real, every)
            g, steps = train(x, seed, SHORT, watch=curve, **options)  # type: ignore[arg-type]
            keep("style_growing", arm, seed, [{"arm": arm, "seed": seed, **r} for r in curve.rows])
            describe(arm, seed, SHORT, steps, plain(g))


def keep(table: str, arm: str, seed: int, rows: Sequence[Mapping[str, object]]) -> None:
    """Put rows in the place of those that a table has of this arm and seed."""
    there = measured(table) if (FOLDER / f"{table}.csv").is_file() else []
    others = [row for row in there if (row["arm"], row["seed"]) != (arm, str(seed))]
    write_measured(table, [*others, *rows])


def section() -> str:
    """The part of README.md that says what came out."""
    lines = "\n".join(
        f"| {r['arm']}, seed {r['seed']} | {r['seconds']} | {r['steps']} | {r['frechet 1.0']} | "
        f"{r['skin_tone coarse']} and {r['skin_tone fine']} | {r['azimuth coarse']} and "
        f"{r['azimuth fine']} | {r['mean in z']} and {r['mean in w']} | "
        f"{r['median in z']} and {r['median in w']} |"
        for r in measured("style_faces")
    )
    return f"""{TITLE}

Faces of 32 x 32, drawn by the course; batch 32, non-saturating loss, R1 every fourth step, averaged
weights, processor seconds on one core. Fréchet distance of 600 samples to 1,000 test faces, on
the features of the judge that reads their factors. Slopes: how far a factor of a mixed face follows
its coarse source (4 and 8 pixels), and its fine one (16 and 32). Paths: squared change of the
picture. `python -m benchmarks.style_faces study` makes the runs that this table lacks, of three
seeds each, and writes the table that notebook 16 shows. "checkpoint" was trained by an earlier
draft of the script and can't be made anew; "again" is what the script makes in as many steps.

| run | seconds | steps | Fréchet | skin, coarse and fine | azimuth | path mean, z and w | median |
|---|---|---|---|---|---|---|---|
{lines}
"""


def train_long(mixing: float = 0.9) -> tuple[StyleGenerator, StyleGenerator]:
    """The generator after as many steps as the one that is shipped, and after its first minute."""
    early: list[GrowingGenerator] = []

    def after_a_minute(spent: float, steps: int, place: Place, g: GrowingGenerator) -> None:
        if steps == EARLY:
            early.append(copy.deepcopy(g))
        if steps % 500 == 0:
            print(f"{steps} of {STEPS} steps, {spent:.0f} s", flush=True)

    g, _ = train(shown_faces()[0], 0, SECONDS, mixing, watch=after_a_minute, limit=STEPS)
    return plain(g), plain(early[0])


def checkpoint() -> None:
    """Train the generator anew, and ship it in the place of the old one."""
    g, _ = train_long()
    print(write_checkpoint(g, "style_faces"))
    describe("checkpoint", 0, SECONDS, STEPS, g)


def again() -> None:
    """Train as `checkpoint` does, say how far from what is shipped that is, keep the measures."""
    g, early = train_long()
    with TemporaryDirectory() as folder:
        print("now:    ", write_checkpoint(g, "style_faces", Path(folder)))
    shipped, new = read_checkpoint("style_faces"), g.state_dict()
    print("shipped:", (CHECKPOINTS / "style_faces.sha256").read_text(encoding="utf-8").split()[0])
    off = max(float((new[key] - weights).abs().max()) for key, weights in shipped.items())
    print(f"largest difference of a weight: {off:.2g}")
    describe("again", 0, SECONDS, STEPS, g)
    describe("mixing", 0, SHORT, EARLY, early)


def control() -> None:
    """As many steps as the checkpoint's, without mixing."""
    describe("no mixing, long", 0, SECONDS, STEPS, train_long(mixing=0.0)[0])


def main() -> None:
    torch.set_num_threads(1)
    what = sys.argv[1] if len(sys.argv) > 1 else "study"
    if what == "judge":
        print(write_checkpoint(train_judge(), "face_judge"))
    elif what == "checkpoint":
        checkpoint()
    elif what == "again":
        again()
    elif what == "control":
        control()
    else:
        study(sys.argv[2:] or list(ARMS))
        replace_section(section())


if __name__ == "__main__":
    main()
