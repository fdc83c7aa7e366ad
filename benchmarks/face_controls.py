"""Controls and thresholds of notebook 09's small world of faces, three seeds.

`python -m benchmarks.face_controls` measures (about two minutes), writes the table that notebook 09
prints, and replaces this benchmark's section in README.md. Each seed draws a training set and
trains the notebook's detector; the notebook's runs have seed 0. `benchmarks/debiasing.py` has more.

plain     a classifier, equal chances
latents   the method: chances from the detector's own latents
shuffled  the same chances, dealt out at random
dark      chances that grow with the darkness of the picture, (1 - mean brightness)^8
common    the method's chances turned over: what is drawn least is drawn most
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from benchmarks.debiasing import SKEW, THREE, VARY, Arm, Detector, train
from benchmarks.sections import replace_section
from course_utils.data import Dataset
from course_utils.data.face_lookalikes import draw_non_faces
from course_utils.data.faces import GROUPS, draw_faces, face_groups
from course_utils.data.measured import Row, measured, write_measured

TITLE = "## Controls and thresholds of notebook 09, three seeds"
COUNT, TESTED, SEEDS = 1_500, 1_600, range(3)
ARMS = ("plain", "latents", "shuffled", "dark", "common")


class Control(Arm):
    """Chances of one of the arms above."""

    def weights(self, net: Detector, faces: Tensor, groups: Tensor) -> Tensor:
        if self.name == "dark":
            weight = (1 - faces.mean((1, 2, 3))) ** 8
            return weight / weight.sum()
        name = {"shuffled": "random", "common": "latents"}.get(self.name, self.name)
        weight = Arm(name, self.alpha).weights(net, faces, groups)
        if self.name == "common":
            weight = 1 / weight
        return weight / weight.sum()


@torch.no_grad()
def logits(net: Detector, data: Dataset) -> Tensor:
    return torch.cat([net.encode(part)[0] for part in data.float().split(1000)])


def gap(found: Tensor, group: Tensor) -> float:
    """Largest minus smallest recall of a group."""
    recall = [found[group == g].float().mean().item() for g in range(len(GROUPS))]
    return max(recall) - min(recall)


def measure() -> list[dict[str, object]]:
    """One row for each seed and arm: look-alikes that pass at logit 0, and gaps in recall."""
    torch.set_num_threads(1)
    vary = VARY[THREE]
    faces_test = draw_faces(TESTED, "test", vary=vary)
    others_test, group = draw_non_faces(TESTED, "test"), face_groups(faces_test.factors)
    rows: list[dict[str, object]] = []
    for seed in SEEDS:
        faces = draw_faces(COUNT, seed=seed, shares=SKEW, vary=vary)
        others = draw_non_faces(COUNT, seed=seed)
        nets = {arm: train(Control(arm, "0.001"), faces, others, seed)[0] for arm in ARMS}
        on = {arm: (logits(net, faces_test), logits(net, others_test)) for arm, net in nets.items()}
        method = float((on["latents"][1] > 0).float().mean())  # the method's false positive rate
        for arm, (yes, no) in on.items():
            row: dict[str, object] = {"seed": seed, "arm": arm}
            row["pass"] = f"{(no > 0).float().mean():.4f}"
            row["gap"] = f"{gap(yes > 0, group):.3f}"
            for name, rate in (("gap_as_latents", method), ("gap_at_2", 0.02)):
                row[name] = f"{gap(yes > no.quantile(1 - rate), group):.3f}"
            rows.append(row)
            print(*(f"{key} {value}" for key, value in row.items()), flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for arm in ARMS:
        mine = [row for row in rows if row["arm"] == arm]
        shown = ("gap", "gap_as_latents", "gap_at_2", "pass")
        each = (", ".join(f"{float(row[key]):.2f}" for row in mine) for key in shown[:3])
        passed = ", ".join(f"{float(row['pass']):.1%}" for row in mine)
        lines.append(f"| {arm} | {' | '.join(each)} | {passed} |")
    table = "\n".join(lines)
    return f"""{TITLE}

The small world of notebook 09, seeds 0 to {len(SEEDS) - 1}, which draw the training set too: gap
in recall at logit 0, where as many look-alikes pass as with chances from the latents at logit 0,
and where 2 % pass; the last column says how many pass at logit 0. `python -m
benchmarks.face_controls` measures it anew and writes the table that notebook 09 prints.

| chances | gap | at the latents' rate | where 2 % pass | look-alikes that pass |
|---|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("face_controls"))


def main() -> None:
    write_measured("face_controls", measure())
    replace_section(recorded())


if __name__ == "__main__":
    main()
