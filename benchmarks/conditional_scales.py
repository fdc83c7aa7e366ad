"""How loud must a label be? Scales of both ways to tell D, in notebook 10's first network.

`python -m benchmarks.conditional_scales` measures (about two minutes), writes the table that
notebook 10 prints, and replaces this benchmark's section in README.md. Three seeds, trained as in
`benchmarks/conditional.py`, whose table has projection with scale 1, and the one-hot label beside
the pixels with scales 1 and 10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import torch
from torch import nn

from benchmarks.conditional import SEEDS, STEPS, Arms, World, each, right, train_gan
from benchmarks.sections import replace_section
from course_utils.data.measured import Row, measured, write_measured
from course_utils.models.conditional import (
    ConcatDiscriminator,
    ConditionalGenerator,
    ProjectionDiscriminator,
)

TITLE = "## How loud a label is told to D, notebook 10, three seeds"
SCALES = {"projection": (0.0625, 4, 16), "one-hot beside the pixels": (3, 30)}


def pair(way: str, scale: float) -> tuple[nn.Module, nn.Module]:
    """A generator, and a discriminator whose embedding begins, or whose label is, this large."""
    if way != "projection":
        return ConditionalGenerator(), ConcatDiscriminator(scale=scale)
    g, d = ConditionalGenerator(), ProjectionDiscriminator()
    with torch.no_grad():
        d.embedding.weight *= scale
    return g, d


def measure(world: World) -> list[Mapping[str, object]]:
    """One row for each way, scale and seed."""
    rows: list[Mapping[str, object]] = []
    for way, scales in SCALES.items():
        for scale in scales:
            arms: Arms = {"": (partial(pair, way, scale), right)}
            for seed in SEEDS:
                head: dict[str, object] = {"way": way, "scale": f"{scale:g}", "seed": seed}
                rows.append(head | train_gan(world, "", seed, arms))
                print(*rows[-1].values(), flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for way, scale in dict.fromkeys((row["way"], row["scale"]) for row in rows):
        mine = [row for row in rows if (row["way"], row["scale"]) == (way, scale)]
        lines.append(f"| {way} | {scale} | {each(mine, 'fidelity')} | {each(mine, 'spread')} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Fidelity and spread as above, {STEPS} steps, seeds 0 to {len(SEEDS) - 1}. Scale: of the embedding
at the start of training, a factor on its standard normal numbers; or the height of the label's 1
beside the pixels. `python -m benchmarks.conditional_scales` measures it anew and writes the table
that notebook 10 prints.

| way | scale | fidelity | spread |
|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("conditional_scales"))


def main() -> None:
    torch.set_num_threads(1)
    write_measured("conditional_scales", measure(World()))
    replace_section(recorded())


if __name__ == "__main__":
    main()
