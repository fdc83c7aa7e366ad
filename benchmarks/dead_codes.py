"""Notebook 03's decoder that sees earlier pixels: what became of its code after 30 epochs?

`python -m benchmarks.dead_codes` measures (about a minute), writes the table that notebook 03
prints, and replaces this benchmark's section in README.md. The notebook stops after ten epochs;
here the same four are trained for longer, on three seeds, which draw the digits too, and the bound
is measured on training images and on test images.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.sections import replace_section
from course_utils.data import load
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl, reparameterize
from course_utils.metrics import active_units
from course_utils.training import adam

TITLE = "## The dead codes of notebook 03 after 30 epochs, three seeds"
SEEDS, EPOCHS, LOOKS, BATCH = range(3), 30, (10, 20, 30), 128
Look = Mapping[str, object]


class StrongVAE(nn.Module):
    """Notebook 03's VAE for 14 x 14 images; if strong, a logit also sees the pixels before it."""

    def __init__(self, strong: bool) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(196, 128), nn.ReLU(), nn.Linear(128, 16)
        )
        self.decoder = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 196))
        self.before = nn.Parameter(torch.zeros(196, 196))
        self.strong = strong

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (N, 1, 14, 14), mu and logvar (N, 8) of images x (N, 1, 14, 14)."""
        mu, logvar = self.encoder(x).chunk(2, 1)
        logits = self.decoder(reparameterize(mu, logvar, torch.randn_like(mu)))
        if self.strong:
            logits = logits + x.flatten(1) @ self.before.tril(-1).T
        return logits.view_as(x), mu, logvar


@dataclass(frozen=True)
class Run:
    """Whether the decoder is strong, beta rises over six epochs, and the nats free in each unit."""

    strong: bool = True
    annealed: bool = False
    free: float = 0.0


RUNS = {
    "plain": Run(strong=False),
    "strong": Run(),
    "strong, annealed": Run(annealed=True),
    "strong, free bits": Run(free=0.25),
}


def unit_kls(mu: Tensor, logvar: Tensor) -> Tensor:
    """The KL of each unit, mean over images: (8,)."""
    return gaussian_kl(mu[..., None], logvar[..., None]).mean(0)


@torch.no_grad()
def bound(net: StrongVAE, x: Tensor) -> tuple[float, float, int]:
    """Negative ELBO, its KL and the active units of images x, ten draws of each code."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        looks = [net(x) for _ in range(10)]
    _, mu, logvar = looks[0]
    kl = float(unit_kls(mu, logvar).sum())
    nll = [-bernoulli_log_likelihood(x, logits).mean() for logits, _, _ in looks]
    return float(torch.stack(nll).mean()) + kl, kl, active_units(mu)


def trained(run: Run, seed: int, x: Tensor, x_test: Tensor) -> list[Look]:
    """A look after 10, 20 and 30 epochs of one run; its batches and rate are notebook 03's."""
    chance = set_seed(seed)
    net, steps = StrongVAE(run.strong), math.ceil(len(x) / BATCH)
    optimizer, count, rows = adam(net.parameters(), 1e-2), 0, []
    for epoch in range(1, EPOCHS + 1):
        for batch in torch.randperm(len(x), generator=chance).split(BATCH):
            count += 1
            logits, mu, logvar = net(x[batch])
            beta = min(1.0, count / (6 * steps)) if run.annealed else 1.0
            kl = unit_kls(mu, logvar).clamp(min=run.free).sum()
            loss = beta * kl - bernoulli_log_likelihood(x[batch], logits).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch in LOOKS:
            train, (test, kl_test, active) = bound(net, x)[0], bound(net, x_test)
            values = {"train": f"{train:.2f}", "test": f"{test:.2f}", "kl": f"{kl_test:.2f}"}
            rows.append({"seed": seed, "epoch": epoch} | values | {"active": active})
    return rows


def measure() -> list[Look]:
    """One row for each run, seed and look."""
    torch.set_num_threads(1)
    rows: list[Look] = []
    for seed in SEEDS:
        x, x_test = (
            F.avg_pool2d(load("digits", split, n=n, seed=seed).float("cpu"), 2)
            for split, n in (("train", 4000), ("test", 2000))
        )
        for name, run in RUNS.items():
            rows += [{"run": name} | look for look in trained(run, seed, x, x_test)]
            print(*rows[-1].values(), flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for name in RUNS:
        for epoch in LOOKS:
            mine = [r for r in rows if (r["run"], r["epoch"]) == (name, str(epoch))]
            keys = ("train", "test", "kl", "active")
            cells = [", ".join(row[key] for row in mine) for key in keys]
            lines.append(f"| {name} | {epoch} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Negative ELBO on 4,000 training and 2,000 test digits of 14 × 14 pixels, nats per image, ten draws
of each code; KL and active units (of 8) on test digits; each seed. `python -m
benchmarks.dead_codes` measures it anew and writes the table that notebook 03 prints.

| run | epochs | training images | test images | KL | active |
|---|---|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("dead_codes"))


def main() -> None:
    write_measured("dead_codes", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
