"""Does what D says follow the quality of samples? Penalty and steps taken apart, eight seeds.

`python -m benchmarks.gan_tracking` measures (half a minute), writes the table that notebook 11
draws, and this benchmark's section in README.md. Four seeds are trained at once, as one stacked
network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.gan_remedies import (
    Loss,
    descend,
    logistic,
    non_saturating,
    penalized,
    raise_score,
    with_r1,
)
from benchmarks.sections import replace_section
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.models.stacked import StackedMLP
from course_utils.patients import BETAS, PATIENTS
from course_utils.training import adam

TITLE = "## What D says of quality in notebook 11, eight seeds"
STEPS, EVERY = 400, 20  # of G, and between two looks


def estimate(real: Tensor, fake: Tensor) -> Tensor:
    """The critic's estimate for each seed, of logits (4, N)."""
    return real.mean(1) - fake.mean(1)


def value(real: Tensor, fake: Tensor) -> Tensor:
    """Minus D's logistic loss for each seed."""
    return -F.softplus(-real).mean(1) - F.softplus(fake).mean(1)


@dataclass(frozen=True)
class Arm:
    """D's loss and its steps for each of G, G's loss, and what D says."""

    d_loss: Loss
    d_steps: int
    g_loss: Loss = non_saturating
    says: Callable[[Tensor, Tensor], Tensor] = value


ARMS = {
    "−log D": Arm(logistic, 1),
    "−log D, 5 steps": Arm(logistic, 5),
    "−log D with R1": Arm(with_r1, 1),
    "−log D with R1, 5 steps": Arm(with_r1, 5),
    "WGAN-GP, λ = 1": Arm(penalized(1), 1, raise_score, estimate),
    "WGAN-GP, λ = 1, 5 steps": Arm(penalized(1), 5, raise_score, estimate),
}


def energy(x: Tensor, y: Tensor) -> Tensor:
    """Energy distance for each seed, of points (S, N, 2) and (S, N, 2): (S,)."""
    far, near_x, near_y = (torch.cdist(a, b).mean((1, 2)) for a, b in ((x, y), (x, x), (y, y)))
    return 2 * far - near_x - near_y


def tracked(arm: Arm, seeds: Sequence[int]) -> tuple[Tensor, Tensor]:
    """What D says, the mean of 20 steps, and the energy distance at their end: (looks, 4) each."""
    patient, chance, said, distance = PATIENTS["healthy"], set_seed(seeds[0]), [], []
    g, d = StackedMLP(seeds, 2, 2), StackedMLP(seeds, 2, 1)
    opt_g, opt_d = (adam(net.parameters(), 1e-3, betas=BETAS) for net in (g, d))
    for step in range(STEPS):
        for _ in range(arm.d_steps):
            real, fake = patient.batch(g, chance)
            descend(len(seeds) * arm.d_loss(d, real, fake.detach()), opt_d)
        real, fake = patient.batch(g, chance)
        descend(len(seeds) * arm.g_loss(d, real, fake), opt_g)
        with torch.no_grad():
            said.append(arm.says(*(d(x).reshape(len(seeds), -1) for x in (real, fake))))
            if step % EVERY == EVERY - 1:
                points = (x.unflatten(0, (len(seeds), -1)) for x in (real, fake))
                distance.append(energy(*points))
    return torch.stack(said).unflatten(0, (-1, EVERY)).mean(1), torch.stack(distance)


def rank_correlation(x: Tensor, y: Tensor) -> float:
    ranks = [v.argsort().argsort().double() for v in (x, y)]
    return torch.corrcoef(torch.stack(ranks))[0, 1].item()


def measure_all() -> list[Mapping[str, object]]:
    """One row for each arm and seed: rank correlations of the whole run and its second half."""
    torch.set_num_threads(1)
    rows: list[Mapping[str, object]] = []
    for name, arm in ARMS.items():
        for seeds in ((0, 1, 2, 3), (4, 5, 6, 7)):
            said, distance = tracked(arm, seeds)
            for s, seed in enumerate(seeds):
                pairs = [(said[start:, s], distance[start:, s]) for start in (0, len(said) // 2)]
                whole, late = (f"{rank_correlation(*pair):.2f}" for pair in pairs)
                rows.append({"run": name, "seed": seed, "whole": whole, "late": late})
                print(*rows[-1].values(), flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for name in ARMS:
        mine = [row for row in rows if row["run"] == name]
        cells = [" ".join(row[key] for row in mine) for key in ("whole", "late")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Rank correlation between what D says (minus its loss, or the critic's estimate) and the energy
distance of samples from the data: {STEPS} steps on the healthy ring, a look every {EVERY}, seeds
0 to 7. `python -m benchmarks.gan_tracking` measures it anew and writes the table that notebook 11
draws.

| run | whole run | second half |
|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("gan_tracking"))


if __name__ == "__main__":
    write_measured("gan_tracking", measure_all())
    replace_section(recorded())
