"""Which features of its batch keep a judge from letting G collapse? Exercise 6.10 of notebook 06.

`python -m benchmarks.gan_batch_features` measures (two minutes), writes the table that notebook 06
prints, and replaces this benchmark's section in README.md. G learns twenty times as fast as D, as
in the notebook, and D sees each point beside some numbers that say how its batch is spread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from benchmarks.gan_ring import BATCH, mlp
from benchmarks.sections import replace_section
from course_utils.data.measured import Row, measured, write_measured
from course_utils.data.toy import toy_density
from course_utils.device import set_seed
from course_utils.training import adam
from coursework.exercises.nb06.modes import modes_covered
from coursework.exercises.nb06.step import gan_step

TITLE = "## What the judge of notebook 06 may see of its batch, four seeds"
SEEDS, STEPS, EVERY, FROM = range(4), 1000, 50, 300
RATE_G, RATE_D = 2e-2, 1e-3


def variance(x: Tensor) -> Tensor:
    """Of each coordinate over the batch, beside each point: (N, 2)."""
    return (x - x.mean(0)).square().mean(0).expand(len(x), -1)


def root_of_variance(x: Tensor) -> Tensor:
    return variance(x).add(1e-6).sqrt()


def _apart(x: Tensor) -> Tensor:
    """Distances of all pairs, (N, N), with a slope at 0 as well."""
    return (x[:, None] - x[None]).square().sum(2).add(1e-6).sqrt()


def mean_distance(x: Tensor) -> Tensor:
    return _apart(x).mean(1, keepdim=True)


def crowdedness(x: Tensor) -> Tensor:
    return torch.exp(-_apart(x)).mean(1, keepdim=True)


FEATURES: dict[str, Callable[[Tensor], Tensor] | None] = {
    "none": None,
    "root of the variance": root_of_variance,
    "variance": variance,
    "mean distance": mean_distance,
    "crowdedness": crowdedness,
}


class BatchJudge(nn.Module):
    """A discriminator that gets each point and, unless there is none, a feature of its batch."""

    def __init__(self, feature: Callable[[Tensor], Tensor] | None) -> None:
        super().__init__()
        self.feature = feature
        self.net = mlp(2 if feature is None else 2 + feature(torch.randn(4, 2)).shape[1], 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x if self.feature is None else torch.cat([x, self.feature(x)], 1))


def train(feature: Callable[[Tensor], Tensor] | None, seed: int) -> list[int]:
    """Modes covered by 2,000 samples, every 50 steps."""
    chance, ring = set_seed(seed), toy_density("ring")
    g, d = mlp(2, 2), BatchJudge(feature)
    opt_g, opt_d = (
        adam(net.parameters(), lr, betas=(0.5, 0.99)) for net, lr in ((g, RATE_G), (d, RATE_D))
    )
    z, modes = torch.randn(2000, 2, generator=chance), []
    for step in range(1, STEPS + 1):
        noise = torch.randn(BATCH, 2, generator=chance)
        gan_step(g, d, opt_g, opt_d, ring.sample(BATCH, chance), noise)
        if step % EVERY == 0:
            modes.append(int(modes_covered(g(z).detach(), ring.means, 0.3, 20)))
    return modes


def measure() -> list[dict[str, object]]:
    """One row for each feature and seed: modes at the end, and the fewest from step 300 on."""
    torch.set_num_threads(1)
    rows: list[dict[str, object]] = []
    for name, feature in FEATURES.items():
        for seed in SEEDS:
            modes = train(feature, seed)
            fewest = min(modes[FROM // EVERY - 1 :])
            rows.append({"feature": name, "seed": seed, "modes": modes[-1], "fewest": fewest})
        print(name, [(row["modes"], row["fewest"]) for row in rows[-len(SEEDS) :]], flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for name in FEATURES:
        mine = [row for row in rows if row["feature"] == name]
        each = (", ".join(row[key] for row in mine) for key in ("modes", "fewest"))
        lines.append(f"| {name} | {' | '.join(each)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

G learns twenty times as fast as D; D sees each point and a feature of its batch. Modes covered (at
least 20 of 2,000 samples within 0.3) after {STEPS:,} steps, for seeds 0 to {len(SEEDS) - 1}, and
the fewest at any count from step {FROM} on (one every {EVERY} steps). `python -m
benchmarks.gan_batch_features` measures it anew and writes the table that notebook 06 prints.

| feature | modes of each seed | fewest |
|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("gan_batch_features"))


def main() -> None:
    write_measured("gan_batch_features", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
