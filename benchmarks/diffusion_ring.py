"""DDPM or DDIM with a trained network, on the ring of notebook 14: three networks.

`python -m benchmarks.diffusion_ring` measures (about a minute), writes the table that notebook 14
prints, and replaces this benchmark's section in README.md. The network of seed 0 is the notebook's.
Both samplers take all 200 steps, or all but the first; once with the network's guess and once with
the exact noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor

from benchmarks.scoreboard_measures import energy_distance
from benchmarks.sections import replace_section
from course_utils.data.measured import Row, measured, write_measured
from course_utils.data.toy import Mixture, toy_density
from course_utils.device import set_seed
from course_utils.models.diffusion import TimeMLP
from course_utils.training import adam
from coursework.exercises.nb14.chain import products
from coursework.exercises.nb14.ddim import ddim_step
from coursework.exercises.nb14.ddpm import ddpm_step
from coursework.exercises.nb14.noising import noised

TITLE = "## The samplers of notebook 14 on the ring, three networks"
NETWORKS, DRAWS, POINTS, T, STEPS, BATCH = range(3), range(3), 5_000, 200, 1_000, 512
RING = cast(Mixture, toy_density("ring"))
LATER = " from t = 199"
SAMPLERS = ("DDPM", "DDIM", f"DDPM{LATER}", f"DDIM{LATER}")
Noise = Callable[[Tensor, int], Tensor]  # points (N, 2) and a time: the guessed noise (N, 2)


def chain() -> Tensor:
    """The betas (T,) of the notebook: the square root of alpha_bar falls like a cosine."""
    signal = [math.cos((t / T + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(T + 1)]
    return torch.tensor([min(1 - after / before, 0.999) for before, after in pairwise(signal)])


BETAS = chain()
ALPHA_BAR = products(BETAS)


def exact(x: Tensor, t: int) -> Tensor:
    """The mean of the noise in x (N, 2), from the score of the ring with noise."""
    a = float(ALPHA_BAR[t])
    wide = a * RING.covariances + (1 - a) * torch.eye(2)
    density = Mixture(RING.weights, a**0.5 * RING.means, wide)
    x = x.detach().requires_grad_()
    return -((1 - a) ** 0.5) * torch.autograd.grad(density.log_prob(x).sum(), x)[0]


def trained(seed: int) -> Noise:
    """The guess of a network trained as in section 3."""
    chance, net = set_seed(seed), TimeMLP(2)
    optimizer = adam(net.parameters(), 1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        x0, t = RING.sample(BATCH, chance), torch.randint(1, T + 1, (BATCH,), generator=chance)
        eps = torch.randn(x0.shape, generator=chance)
        loss = (net(noised(x0, ALPHA_BAR[t], eps), t / T) - eps).square().sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()

    @torch.no_grad()
    def guess(x: Tensor, t: int) -> Tensor:
        return net(x, torch.full((len(x),), t / T))

    return guess


def sample(noise_of: Noise, sampler: str, seed: int) -> Tensor:
    """Points (POINTS, 2) after all T steps of a sampler, or all but the first, if it says so."""
    chance = set_seed(seed)
    x = torch.randn(POINTS, 2, generator=chance)
    for t in range(T - sampler.endswith(LATER), 0, -1):
        eps = noise_of(x, t)
        if sampler.startswith("DDIM"):
            x = ddim_step(x, eps, ALPHA_BAR[t], ALPHA_BAR[t - 1])
        else:
            x = ddpm_step(x, eps, t, BETAS, torch.randn(x.shape, generator=chance))
    return x


def judged(x: Tensor, data: Tensor) -> dict[str, object]:
    """Energy distance to the data; share of points within three widths of a clump; their width."""
    away = x[:, None] - RING.means  # (N, 8, 2)
    nearest = away[range(len(x)), away.norm(dim=2).argmin(1)]  # (N, 2)
    near = nearest.norm(dim=1) < 0.3
    return {
        "energy": f"{energy_distance(x, data):.6f}",
        "share": f"{near.float().mean():.4f}",
        "width": f"{nearest[near].square().mean().sqrt():.4f}",
    }


def measure() -> list[Mapping[str, object]]:
    """One row for each network, draw and sampler; "data" is another draw of the ring."""
    torch.set_num_threads(1)
    data = RING.sample(POINTS, torch.Generator().manual_seed(1_000))
    guesses: dict[str, Noise] = {str(seed): trained(seed) for seed in NETWORKS}
    rows: list[Mapping[str, object]] = []
    for name, noise_of in (guesses | {"exact": exact}).items():
        for seed in DRAWS:
            points = {way: sample(noise_of, way, seed) for way in SAMPLERS}
            if name == "exact":
                points["data"] = RING.sample(POINTS, torch.Generator().manual_seed(2_000 + seed))
            for way, x in points.items():
                rows.append({"noise": name, "sampler": way, "draw": seed} | judged(x, data))
                print(*rows[-1].values(), flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for noise, way in dict.fromkeys((row["noise"], row["sampler"]) for row in rows):
        mine = [row for row in rows if (row["noise"], row["sampler"]) == (noise, way)]
        cells = (", ".join(row[key] for row in mine) for key in ("energy", "share", "width"))
        lines.append(f"| {noise} | {way} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

{POINTS:,} points, all {T} steps or all but the first, DDPM with the posterior's variance; networks
of three seeds, and the exact noise; three draws of noise each. Energy distance to {POINTS:,} points
of the ring ("data" is another draw of them), share of points within three widths of a clump, and
the width of those. `python -m benchmarks.diffusion_ring` measures it anew and writes the table that
notebook 14 prints.

| noise | sampler | energy distance | share | width |
|---|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("diffusion_ring"))


def main() -> None:
    write_measured("diffusion_ring", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
