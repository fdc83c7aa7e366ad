"""Rare roads of notebook 09: does a density find them, and does a controller gain from that?

`python -m benchmarks.rare_roads` measures (about four minutes of one core), writes the table that
notebook 09 reads, and replaces this benchmark's section in README.md.

A small VAE learns from scenes of which 5 % are rare, without labels. Two scores: its negative ELBO,
and its squared error as a share of what the scene itself varies. Then 400 of the scenes are labeled
with their curvature and a controller learns from them: 400 at random, or 200 at random and 200
chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev

import torch
from torch import Tensor, nn

from benchmarks.sections import replace_section
from course_utils.data import Dataset
from course_utils.data.measured import Row, measured, write_measured
from course_utils.data.roads import draw_roads
from course_utils.device import set_seed
from course_utils.distributions import (
    bernoulli_log_likelihood,
    gaussian_kl,
    reparameterize,
    vae_loss,
)
from course_utils.metrics import batched, roc_auc
from course_utils.training import fit

TITLE = "## The rare roads of notebook 09, five seeds"
SEEDS, POOL, TESTED, BUDGET = range(5), 4_000, 6_000, 400
WAYS = ("at random", "highest negative ELBO", "largest unexplained share", "truly rare")
KINDS = ("rare", "night", "snow", "fog", "town", "dirt road", "bend", "obstacle")


class RoadVAE(nn.Module):
    """3072-256-16-256-3072; decode gives logits."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(3072, 256), nn.ReLU(), nn.Linear(256, 32)
        )
        self.decoder = nn.Sequential(
            nn.Linear(16, 256), nn.ReLU(), nn.Linear(256, 3072), nn.Unflatten(1, (3, 32, 32))
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encoder(x).chunk(2, 1)
        return self.decoder(reparameterize(mu, logvar, torch.randn_like(mu))), mu, logvar


def train_vae(x: Tensor, seed: int) -> RoadVAE:
    set_seed(seed)
    vae = RoadVAE()
    fit(
        lambda x: vae_loss(x, *vae(x)),
        x,
        model=vae,
        epochs=20,
        batch_size=64,
        lr=1e-3,
        seed=seed,
        progress=False,
    )
    return vae


def scores(vae: RoadVAE, x: Tensor) -> dict[str, Tensor]:
    """For scenes x (N, 3, 32, 32) two scores (N,), higher is stranger; the code is the mean mu."""

    def both(x: Tensor) -> Tensor:
        mu, logvar = vae.encoder(x).chunk(2, 1)
        logits = vae.decoder(mu)
        left = (x - logits.sigmoid()).square().sum((1, 2, 3))
        own = (x - x.mean((2, 3), keepdim=True)).square().sum((1, 2, 3))
        return torch.stack(
            [gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits), left / own], 1
        )

    return dict(zip(WAYS[1:3], batched(both, x).T, strict=True))


def kinds(roads: Dataset) -> dict[str, Tensor]:
    """Which scenes are rare, and which of them in what way, masks (N,)."""
    f, rare = roads.factors, roads.labels == 1
    ways = (
        rare,
        f["daylight"] < 0.4,
        f["weather"] == 2,
        f["weather"] == 3,
        f["road_type"] == 1,
        f["road_type"] == 2,
        f["curvature"].abs() > 0.1,
        f["obstacles"] > 0,
    )
    return {name: rare & way for name, way in zip(KINDS, ways, strict=True)}


def controller(x: Tensor, curvature: Tensor, seed: int) -> nn.Module:
    """A small network (N, 3, 32, 32) -> (N,), taught with squared errors of the curvature."""
    set_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 5, 2, 2),
        nn.ReLU(),
        nn.Conv2d(8, 16, 5, 2, 2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(1024, 32),
        nn.ReLU(),
        nn.Linear(32, 1),
        nn.Flatten(0),
    )
    fit(
        lambda x, y: (net(x) - y).square().mean(),
        (x, curvature),
        model=net,
        epochs=40,
        batch_size=32,
        lr=2e-3,
        seed=seed,
        progress=False,
    )
    return net


def choose(way: str, found: dict[str, Tensor], rare: Tensor, chance: torch.Generator) -> Tensor:
    """BUDGET of the scenes: half of them at random, half by `way`."""
    order, half = torch.randperm(len(rare), generator=chance), BUDGET // 2
    if way == "at random":
        return order[:BUDGET]
    score = rare.float() if way == "truly rare" else found[way]
    score = score.index_fill(0, order[:half], -1e9)  # not twice
    return torch.cat([order[:half], score.topk(half).indices])


def measure() -> list[dict[str, object]]:
    """One row for each seed, way and kind of scene: AUC of the score, error of the controller."""
    torch.set_num_threads(1)
    test, rows = draw_roads(TESTED, "test"), []
    x_test, masks = test.float(), kinds(test)
    masks = {"common": test.labels == 0} | masks
    for seed in SEEDS:
        pool = draw_roads(POOL, seed=seed)
        vae = train_vae(pool.images, seed)
        found, found_test = scores(vae, pool.float()), scores(vae, x_test)
        for way in WAYS:
            chosen = choose(way, found, pool.labels == 1, torch.Generator().manual_seed(seed))
            net = controller(pool.images[chosen], pool.factors["curvature"][chosen], seed)
            wrong = (batched(net, x_test) - test.factors["curvature"]).square()
            for name, mask in masks.items():
                score = found_test.get(way)
                auc = (
                    roc_auc(score[masks["common"]], score[mask])
                    if score is not None
                    else float("nan")
                )
                rows.append(
                    {
                        "seed": seed,
                        "way": way,
                        "scenes": name,
                        "number": int(mask.sum()),
                        "auc": f"{auc:.4f}",
                        "error": f"{wrong[mask].mean().sqrt():.4f}",
                        "rare_chosen": int(pool.labels[chosen].sum()),
                    }
                )
            print(*(f"{key} {value}" for key, value in rows[-len(masks) + 1].items()), flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""

    def told(column: str, way: str, scenes: str) -> str:
        values = [
            float(row[column]) for row in rows if (row["way"], row["scenes"]) == (way, scenes)
        ]
        return f"{mean(values):.3f} ± {stdev(values):.3f}"

    aucs = "\n".join(
        f"| {kind} | {told('auc', WAYS[1], kind)} | {told('auc', WAYS[2], kind)} |"
        for kind in KINDS
    )
    errors = "\n".join(
        f"| {way} | {mean(int(row['rare_chosen']) for row in rows if row['way'] == way):.0f} |"
        f" {told('error', way, 'rare')} | {told('error', way, 'night')} | {told('error', way, 'common')} |"
        for way in WAYS
    )
    return f"""{TITLE}

A VAE learns from {POOL:,} scenes without labels, 5 % of them rare. Area under the ROC curve against
common scenes ({TESTED:,} test scenes; mean ± standard deviation over seeds):

| scenes | negative ELBO | unexplained share |
|---|---|---|
{aucs}

A controller learns the curvature from {BUDGET} labeled scenes, all of them taken at random, or half
of them at random and half chosen; root mean square error of the curvature, which goes from −1 to 1.
`python -m benchmarks.rare_roads` measures it anew.

| second half | rare among the {BUDGET} | error on rare | at night | on common |
|---|---|---|---|---|
{errors}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("rare_roads"))


def main() -> None:
    write_measured("rare_roads", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
