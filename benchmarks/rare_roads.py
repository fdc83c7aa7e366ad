"""Rare roads of notebook 09: which score finds them, and does a controller gain from that?

`python -m benchmarks.rare_roads` measures (about five minutes of one core), writes the table that
notebook 09 reads, and replaces this benchmark's section in README.md.

A small VAE learns from scenes of which 5 % are rare, without labels. Two scores: its negative ELBO,
and its squared error as a share of what the scene itself varies. Two more need no network: low
contrast, which is that share's denominator with a minus sign, and the unexplained share of a
principal component analysis with as many numbers as the VAE's code. Then 400 of the scenes are
labeled with their curvature and a controller learns from them: 400 at random, or 200 at random and
200 chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
OF_VAE = ("highest negative ELBO", "largest unexplained share")
OF_NONE = ("lowest contrast", "PCA's largest unexplained share")  # no network
WAYS = ("at random", *OF_VAE, *OF_NONE, "truly rare")
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


def own_variation(x: Tensor) -> Tensor:
    """Squared deviation of scenes (N, 3, 32, 32) from their mean color, (N,)."""
    return (x - x.mean((2, 3), keepdim=True)).square().sum((1, 2, 3))


def scores(vae: RoadVAE, x: Tensor) -> dict[str, Tensor]:
    """For scenes x (N, 3, 32, 32) two scores (N,), higher is stranger; the code is the mean mu."""

    def both(x: Tensor) -> Tensor:
        mu, logvar = vae.encoder(x).chunk(2, 1)
        logits = vae.decoder(mu)
        left = (x - logits.sigmoid()).square().sum((1, 2, 3))
        nats = gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)
        return torch.stack([nats, left / own_variation(x)], 1)

    return dict(zip(OF_VAE, batched(both, x).T, strict=True))


def principal_directions(x: Tensor, count: int = 16) -> tuple[Tensor, Tensor]:
    """The mean (D,) of scenes (N, 3, 32, 32), flattened, and their first directions (D, count)."""
    set_seed(0)
    flat = x.flatten(1)
    mean = flat.mean(0)
    return mean, torch.pca_lowrank(flat - mean, q=count + 8, center=False, niter=8)[2][:, :count]


def scores_without_network(pca: tuple[Tensor, Tensor], x: Tensor) -> dict[str, Tensor]:
    """For scenes x (N, 3, 32, 32) two scores (N,), higher is stranger."""
    mean, directions = pca

    def both(x: Tensor) -> Tensor:
        centered = x.flatten(1) - mean
        left = (centered - centered @ directions @ directions.T).square().sum(1)
        return torch.stack([-own_variation(x), left / own_variation(x)], 1)

    return dict(zip(OF_NONE, batched(both, x).T, strict=True))


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


def tried(
    way: str, seed: int, pool: Dataset, test: Dataset, found: Mapping[str, tuple[Tensor, Tensor]]
) -> list[dict[str, object]]:
    """A row for each kind of scene; `found` has the scores of the pool's scenes and the test's."""
    of_pool = {name: score for name, (score, _) in found.items()}
    chosen = choose(way, of_pool, pool.labels == 1, torch.Generator().manual_seed(seed))
    net = controller(pool.images[chosen], pool.factors["curvature"][chosen], seed)
    wrong = (batched(net, test.float()) - test.factors["curvature"]).square()
    common, rows = test.labels == 0, []
    for name, mask in ({"common": common} | kinds(test)).items():
        auc = float("nan")
        if way in found:
            score = found[way][1]
            auc = roc_auc(score[common], score[mask])
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
    print(*(f"{key} {value}" for key, value in rows[1].items()), flush=True)
    return rows


def measure() -> list[dict[str, object]]:
    """One row for each seed, way and kind of scene: AUC of the score, error of the controller."""
    torch.set_num_threads(1)
    test, rows = draw_roads(TESTED, "test"), []
    for seed in SEEDS:
        pool = draw_roads(POOL, seed=seed)
        vae, pca = train_vae(pool.images, seed), principal_directions(pool.float())
        mine, theirs = (
            scores(vae, x) | scores_without_network(pca, x) for x in (pool.float(), test.float())
        )
        found = {way: (mine[way], theirs[way]) for way in mine}
        for way in WAYS:
            rows += tried(way, seed, pool, test, found)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""

    def told(column: str, way: str, scenes: str) -> str:
        values = [
            float(row[column]) for row in rows if (row["way"], row["scenes"]) == (way, scenes)
        ]
        return f"{mean(values):.3f} ± {stdev(values):.3f}"

    aucs = "\n".join(
        f"| {kind} | {' | '.join(told('auc', way, kind) for way in (*OF_VAE, *OF_NONE))} |"
        for kind in KINDS
    )
    errors = "\n".join(
        f"| {way} | {mean(int(row['rare_chosen']) for row in rows if row['way'] == way):.0f} |"
        f" {' | '.join(told('error', way, scenes) for scenes in ('rare', 'night', 'common'))} |"
        for way in WAYS
    )
    return f"""{TITLE}

A VAE learns from {POOL:,} scenes without labels, 5 % of them rare. Two more scores need no network:
low contrast, and the unexplained share of a principal component analysis with 16 numbers. Area
under the ROC curve against common scenes ({TESTED:,} test scenes; mean ± standard deviation over
seeds):

| scenes | negative ELBO | unexplained share | low contrast | PCA's unexplained share |
|---|---|---|---|---|
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
