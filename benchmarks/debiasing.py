"""Does resampling by latents close the gap of a face detector? Notebook 09, five seeds, controls.

`python -m benchmarks.debiasing` measures (about 13 minutes of one core), writes the table that
notebook 09 reads, and replaces this benchmark's section in README.md.

The skew, the number of pictures, the network and the number of epochs were chosen with the plain
detector alone, so that it has a gap for every seed. A first look at one seed, with more pictures,
added two things because equal arms differed by luck more than others by design: a learning rate
that falls to 0, and the setting in which nothing but the rare properties varies.

Every arm sees as many pictures, and draws its faces with replacement; they differ in the weights:

plain    a classifier, equal weights
vae      the semi-supervised VAE of Amini et al. (2019), equal weights: the alpha "none"
latents  the same, weights from its own latents, computed anew before each epoch
random   the same, these weights dealt out at random anew each epoch: the same spread, no aim
fixed    the same, dealt out in one way for the whole run, so that the inequality persists, too
groups   the same, weights that make the true groups equally frequent
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.sections import replace_section
from course_utils.data import Dataset
from course_utils.data.face_lookalikes import draw_non_faces
from course_utils.data.faces import GROUPS, draw_faces, face_groups
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.distributions import reparameterize
from course_utils.training import adam
from coursework.exercises.nb09.loss import debiasing_loss
from coursework.exercises.nb09.resampling import resampling_probabilities

TITLE = "## The face detector of notebook 09, five seeds"
SKEW = {"dark skin": 0.05, "turned head": 0.1, "dim light": 0.1}
COUNT, TESTED, EPOCHS, BATCH, RATE = 1_500, 2_400, 12, 64, 1e-3
LATENTS, VAE_WEIGHT, SEEDS = 8, 0.001, range(5)
ALPHAS = (0.001, 0.01, 0.1)
ALL, THREE = "everything varies", "only skin, pose and light vary"
VARY = {ALL: None, THREE: ("skin_tone", "azimuth", "light_strength")}
FEW = [
    ("plain", "none"),
    ("vae", "none"),
    ("latents", "0.001"),
    ("random", "0.001"),
    ("groups", "none"),
]
FIXED = ("fixed", "0.001")
ARMS = {ALL: FEW, THREE: [*FEW, FIXED, *(("latents", f"{alpha:g}") for alpha in ALPHAS[1:])]}


class Detector(nn.Module):
    """One logit, and mu and logvar of a code; a decoder that draws the face again."""

    def __init__(self, latents: int = LATENTS) -> None:
        super().__init__()
        self.latents = latents
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 16, 4, 2, 1),
            nn.ReLU(),  # (N, 16, 16, 16)
            nn.Conv2d(16, 32, 4, 2, 1),
            nn.ReLU(),  # (N, 32, 8, 8)
            nn.Conv2d(32, 32, 4, 2, 1),
            nn.ReLU(),  # (N, 32, 4, 4)
            nn.Flatten(),
            nn.Linear(512, 64),
            nn.ReLU(),
            nn.Linear(64, 1 + 2 * latents),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latents, 256),
            nn.ReLU(),
            nn.Linear(256, 3072),
            nn.Unflatten(1, (3, 32, 32)),
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (N, 3, 32, 32) to y_logit (N,), mu and logvar (N, latents)."""
        y_logit, mu, logvar = self.encoder(x).split([1, self.latents, self.latents], 1)
        return y_logit[:, 0], mu, logvar


@dataclass
class Arm:
    """How faces are weighed: which weights, from latents with which alpha ("none": equal ones)."""

    name: str
    alpha: str
    order: Tensor | None = None  # of "fixed": who gets whose weight, drawn once

    def weights(self, net: Detector, faces: Tensor, groups: Tensor) -> Tensor:
        """The probability of each of the N faces to be drawn next, (N,)."""
        if self.name in ("plain", "vae"):
            return torch.full((len(faces),), 1 / len(faces))
        if self.name == "groups":
            weight = 1 / torch.bincount(groups, minlength=len(GROUPS))[groups]
            return weight / weight.sum()
        with torch.no_grad():
            mu = torch.cat([net.encode(part)[1] for part in faces.split(1000)])
        weight = resampling_probabilities(mu, bins=10, alpha=float(self.alpha))
        if self.name == "fixed":
            self.order = torch.randperm(len(weight)) if self.order is None else self.order
            return weight[self.order]
        return weight[torch.randperm(len(weight))] if self.name == "random" else weight


def train(
    arm: Arm, faces: Dataset, others: Dataset, seed: int, latents: int = LATENTS
) -> tuple[Detector, Tensor]:
    """The trained detector, and the weights (N,) of its last epoch."""
    set_seed(seed)
    net, groups = Detector(latents), face_groups(faces.factors)
    x, weight = torch.cat([faces.float(), others.float()]), torch.empty(0)
    optimizer = adam(net.parameters(), RATE)
    for epoch in range(EPOCHS):
        optimizer.param_groups[0]["lr"] = RATE * (1 - epoch / EPOCHS)
        weight = arm.weights(net, x[: len(faces)], groups)
        drawn = torch.multinomial(weight, len(faces), replacement=True)
        chosen = torch.cat([drawn, torch.arange(len(faces), len(x))])
        for index in chosen[torch.randperm(len(chosen))].split(BATCH):
            y = (index < len(faces)).float()
            loss = step_loss(net, x[index], y, "" if arm.name == "plain" else "vae")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net, weight


def step_loss(net: Detector, x: Tensor, y: Tensor, kind: str) -> Tensor:
    """Classification alone, or with the VAE's loss of the faces: a scalar, nats."""
    y_logit, mu, logvar = net.encode(x)
    if not kind:
        return F.binary_cross_entropy_with_logits(y_logit, y)
    logits = net.decoder(reparameterize(mu, logvar, torch.randn_like(mu)))
    return debiasing_loss(x, logits, mu, logvar, y, y_logit, VAE_WEIGHT)


@torch.no_grad()
def report(
    net: Detector, weight: Tensor, groups: Tensor, faces: Dataset, others: Dataset
) -> list[dict[str, object]]:
    """Counts by group on test pictures, at logit 0 and where 5 % of all look-alikes pass."""
    on_faces, on_others = (
        torch.cat([net.encode(part)[0] for part in data.float().split(1000)])
        for data in (faces, others)
    )
    strict = on_others.quantile(0.95)
    mine, theirs = face_groups(faces.factors), face_groups(others.factors)
    return [
        {
            "group": name,
            "faces": int((mine == number).sum()),
            "found": int((on_faces[mine == number] > 0).sum()),
            "others": int((theirs == number).sum()),
            "alarms": int((on_others[theirs == number] > 0).sum()),
            "found_at_5": int((on_faces[mine == number] > strict).sum()),
            "drawn": f"{weight[groups == number].sum():.4f}",
            "spread": f"{weight.max() / weight.min():.1f}",
        }
        for number, name in enumerate(GROUPS)
    ]


def measure() -> list[dict[str, object]]:
    """One row for each setting, arm, alpha, seed and group; written as they come."""
    torch.set_num_threads(1)
    rows: list[dict[str, object]] = []
    others_test = draw_non_faces(TESTED, "test")
    tests = {setting: draw_faces(TESTED, "test", vary=vary) for setting, vary in VARY.items()}
    for seed in SEEDS:
        others = draw_non_faces(COUNT, seed=seed)
        for setting, vary in VARY.items():
            faces = draw_faces(COUNT, seed=seed, shares=SKEW, vary=vary)
            for name, alpha in ARMS[setting]:
                start = time.process_time()
                net, weight = train(Arm(name, alpha), faces, others, seed)
                found = report(net, weight, face_groups(faces.factors), tests[setting], others_test)
                shared = {"setting": setting, "arm": name, "alpha": alpha, "seed": seed}
                rows += [shared | row for row in found]
                recalls = " ".join(f"{row['found'] / row['faces']:.2f}" for row in found)
                print(
                    seed,
                    setting,
                    name,
                    alpha,
                    recalls,
                    f"{time.process_time() - start:.0f} s",
                    flush=True,
                )
                write_measured("debiasing", rows)
    return rows


def rates(rows: Sequence[Row], count: str = "found", of: str = "faces") -> dict[int, list[float]]:
    """For each seed the eight rates count / of, in the order of GROUPS."""
    seeds = sorted({int(row["seed"]) for row in rows})
    return {
        seed: [int(row[count]) / int(row[of]) for row in rows if row["seed"] == str(seed)]
        for seed in seeds
    }


def line(rows: Sequence[Row], name: str, alpha: str) -> str:
    """The row of a table for one arm, from the rows of one setting."""
    mine = [row for row in rows if (row["arm"], row["alpha"]) == (name, alpha)]
    recall = rates(mine)
    alarms = mean(mean(each) for each in rates(mine, "alarms", "others").values())
    strict = mean(mean(each) for each in rates(mine, "found_at_5").values())
    gaps = [max(each) - min(each) for each in recall.values()]
    return (
        f"| {name} | {alpha} | {mean(mean(each) for each in recall.values()):.3f} |"
        f" {mean(each[0] for each in recall.values()):.3f} |"
        f" {mean(gaps):.3f} ({min(gaps):.3f} to {max(gaps):.3f}) |"
        f" {alarms:.3f} | {strict:.3f} |"
    )


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    tables = []
    for setting in VARY:
        there = [row for row in rows if row["setting"] == setting]
        lines = [line(there, name, alpha) for name, alpha in ARMS[setting]]
        tables.append(
            f"**{setting.capitalize()}**\n\n"
            "| arm | α | recall | majority | gap (seeds) | false alarms | recall at 5 % |\n"
            "|---|---|---|---|---|---|---|\n" + "\n".join(lines)
        )
    skew = ", ".join(f"{name} {share:.0%}" for name, share in SKEW.items())
    both = "\n\n".join(tables)
    equal = [row for row in rows if (row["setting"], row["arm"]) == (THREE, "plain")]
    rarest = ", ".join(
        f"{COUNT * float(row['drawn']):.0f}" for row in equal if row["group"] == GROUPS[-1]
    )
    return f"""{TITLE}

{COUNT:,} faces ({skew}) and {COUNT:,} look-alikes, {EPOCHS} epochs; {TESTED:,} faces and
{TESTED:,} look-alikes to test on, all eight groups equally large; means over {len(SEEDS)} seeds,
which draw the training set too. Recall: mean over groups; majority: light skin, frontal, bright
light; gap: largest minus smallest recall of a group; the last column sets the threshold where 5 %
of all look-alikes pass. In the rarest group ({GROUPS[-1]}) are {rarest} faces of the five training
sets; `groups` shares the draws among the groups that hold somebody.
`python -m benchmarks.debiasing` measures it anew and writes the table that notebook 09 reads.

{both}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("debiasing"))


def main() -> None:
    write_measured("debiasing", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
