"""How often does the GAN of notebook 06 cover the ring? Eight seeds, three pairs of learning rates.

`python -m benchmarks.gan_ring` measures (two minutes), writes the table that notebook 06 prints,
and replaces this benchmark's section in README.md. The networks are those of the notebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

import torch
from torch import nn

from benchmarks.sections import replace_section
from course_utils.data.measured import Row, measured, write_measured
from course_utils.data.toy import toy_density
from course_utils.device import set_seed
from course_utils.training import adam
from coursework.exercises.nb06.modes import modes_covered
from coursework.exercises.nb06.step import gan_step

TITLE = "## The ring of notebook 06, eight seeds"
SETTINGS = {
    "equal rates": (1e-3, 1e-3),
    "G 20 times as fast": (2e-2, 1e-3),
    "and D 10 times": (2e-2, 1e-2),
}
SEEDS, STEPS, BATCH, EVERY = range(8), 1200, 128, 300


def mlp(inputs: int, outputs: int, hidden: int = 64) -> nn.Sequential:
    """The network of the notebook for points in the plane: (N, inputs) to (N, outputs)."""
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, outputs),
    )


def train(lr_g: float, lr_d: float, seed: int) -> list[tuple[int, int, float]]:
    """Every 300 steps: the step, modes covered by 2,000 samples, share of them on a mode."""
    chance, ring = set_seed(seed), toy_density("ring")
    g, d = mlp(2, 2), mlp(2, 1)
    opt_g, opt_d = (
        adam(net.parameters(), lr, betas=(0.5, 0.99)) for net, lr in ((g, lr_g), (d, lr_d))
    )
    z, rows = torch.randn(2000, 2, generator=chance), []
    for step in range(1, STEPS + 1):
        gan_step(
            g, d, opt_g, opt_d, ring.sample(BATCH, chance), torch.randn(BATCH, 2, generator=chance)
        )
        if step % EVERY == 0:
            samples = g(z).detach()
            share = (torch.cdist(samples, ring.means) < 0.3).any(1).float().mean().item()
            rows.append((step, modes_covered(samples, ring.means, 0.3, 20), share))
    return rows


def measure() -> list[dict[str, object]]:
    """One row for each pair of rates, seed and look."""
    torch.set_num_threads(1)
    rows: list[dict[str, object]] = []
    for name, rates in SETTINGS.items():
        for seed in SEEDS:
            for step, modes, share in train(*rates, seed):
                rows.append(
                    {
                        "setting": name,
                        "seed": seed,
                        "step": step,
                        "modes": modes,
                        "share": f"{share:.3f}",
                    }
                )
        print(
            name,
            [row["modes"] for row in rows if row["setting"] == name and row["step"] == STEPS],
            flush=True,
        )
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for name, (lr_g, lr_d) in SETTINGS.items():
        last = [row for row in rows if row["setting"] == name and row["step"] == str(STEPS)]
        each = ", ".join(row["modes"] for row in last)
        share = mean(float(row["share"]) for row in last)
        lines.append(f"| {name} | {lr_g:g} | {lr_d:g} | {each} | {share:.2f} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Modes of the ring covered (at least 20 of 2,000 samples within 0.3) after {STEPS:,} steps of batch
{BATCH}, for seeds 0 to {len(SEEDS) - 1}, and the share of samples on a mode, mean over seeds.
`python -m benchmarks.gan_ring` measures it anew and writes the table that notebook 06 prints.

| rates | G | D | modes of each seed | share on a mode |
|---|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("gan_ring"))


def main() -> None:
    write_measured("gan_ring", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
