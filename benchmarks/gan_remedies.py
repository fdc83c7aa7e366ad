"""Which remedy helps a GAN against which failure? Every remedy on every patient of notebook 11.

`python -m benchmarks.gan_remedies` measures (about six minutes), writes the table that notebook 11
draws, and replaces this benchmark's section in README.md. Four seeds are trained at once, as one
stacked network.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.sections import replace_section
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.models.stacked import StackedMLP
from course_utils.patients import BATCH, PATIENTS, SEEDS, Patient
from coursework.exercises.nb11.minibatch import minibatch_std
from coursework.exercises.nb11.mixing import gradient_penalty
from coursework.exercises.nb11.r1 import r1_penalty

TITLE = "## The remedies of notebook 11, four seeds"
S = len(SEEDS)
Loss = Callable[[StackedMLP, Tensor, Tensor], Tensor]  # D, real points, fakes: a scalar


def logistic(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """D's loss of notebook 06."""
    return F.softplus(-d(real)).mean() + F.softplus(d(fake)).mean()


def non_saturating(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-d(fake)).mean()


def saturating(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return -F.softplus(d(fake)).mean()


def score(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """The critic's loss without its penalty: mean of fakes minus mean of real points."""
    return d(fake).mean() - d(real).mean()


def raise_score(d: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return -d(fake).mean()


def penalized(weight: float, one_sided: bool = False) -> Loss:
    def loss(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
        penalty = gradient_penalty(d, real, fake, torch.rand(len(real)), one_sided)
        return score(d, real, fake) + weight * penalty.mean()

    return loss


def with_r1(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    return logistic(d, real, fake) + 0.5 * r1_penalty(d, real).mean()


def least_squares(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    return (d(real) - 1).square().mean() + d(fake).square().mean()


def least_squares_g(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    return (d(fake) - 1).square().mean()


def hinge(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    return F.relu(1 - d(real)).mean() + F.relu(1 + d(fake)).mean()


def relativistic(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-(d(real) - d(fake))).mean()


def relativistic_g(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-(d(fake) - d(real))).mean()


def smoothed(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    """Real points are labeled 0.9, fakes 0."""
    logits = d(real)
    real_half = 0.9 * F.softplus(-logits) + 0.1 * F.softplus(logits)
    return real_half.mean() + F.softplus(d(fake)).mean()


def noisy_labels(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    """Every label is turned with probability 0.1."""

    def half(logits: Tensor, label: float) -> Tensor:
        turned = torch.rand(logits.shape) < 0.1
        return F.binary_cross_entropy_with_logits(logits, turned.float().sub(label).abs())

    return half(d(real), 1.0) + half(d(fake), 0.0)


def blurred(loss: Loss, sd: float) -> Loss:
    """Instance noise: D sees every point, real or fake, with fresh Gaussian noise on it."""
    return lambda d, real, fake: loss(d, real + sd * noise(real), fake + sd * noise(fake))


def noise(x: Tensor) -> Tensor:
    return torch.randn(x.shape)


def match_features(d: StackedMLP, real: Tensor, fake: Tensor) -> Tensor:
    """G matches the mean of D's last hidden layer, in each seed's network for itself."""
    gaps = [d.features(x).unflatten(0, (S, -1)).mean(1) for x in (real, fake)]
    return (gaps[0] - gaps[1]).square().sum(1).mean()


@dataclass(frozen=True)
class Remedy:
    """d_loss, g_loss: None for the patient's own. d_rate: factor on D's learning rate.

    d_steps: updates of D for each of G · clip: bound on D's weights · net: options of `StackedMLP`.
    noise: sd of instance noise.
    """

    d_loss: Loss | None = None
    g_loss: Loss | None = None
    d_rate: float = 1.0
    d_steps: int = 1
    clip: float = 0.0
    noise: float = 0.0
    net: dict[str, Any] = field(default_factory=dict)


def groups_of_8(h: Tensor) -> Tensor:
    return minibatch_std(h, 8)


REMEDIES = {
    "nothing": Remedy(),
    "non-saturating loss": Remedy(g_loss=non_saturating),
    "WGAN, clip 0.01, 5 critic steps": Remedy(score, raise_score, d_steps=5, clip=0.01),
    "WGAN, clip 0.1": Remedy(score, raise_score, clip=0.1),
    "WGAN-GP, λ = 10, 5 critic steps": Remedy(penalized(10), raise_score, d_steps=5),
    "WGAN-GP, λ = 1, 5 critic steps": Remedy(penalized(1), raise_score, d_steps=5),
    "WGAN-GP, λ = 1": Remedy(penalized(1), raise_score),
    "one-sided penalty, λ = 10": Remedy(penalized(10, True), raise_score),
    "LSGAN": Remedy(least_squares, least_squares_g),
    "hinge": Remedy(hinge, raise_score),
    "relativistic": Remedy(relativistic, relativistic_g),
    "R1, γ = 1": Remedy(with_r1),
    "spectral normalization": Remedy(net={"spectral": True}),
    "one-sided label smoothing": Remedy(smoothed),
    "noisy labels, 10 %": Remedy(noisy_labels),
    "instance noise, σ = 1": Remedy(noise=1.0),
    "feature matching": Remedy(g_loss=match_features),
    "minibatch sd": Remedy(net={"beside": groups_of_8}),
    "D 10 × faster": Remedy(d_rate=10.0),
    "5 D steps": Remedy(d_steps=5),
    "minibatch sd, D 4 × faster": Remedy(d_rate=4.0, net={"beside": groups_of_8}),
}


def treat(patient: Patient, remedy: Remedy) -> list[float]:
    """Train the patient with a remedy: its number at the end, for each seed."""
    chance = set_seed(0)
    g, opt_g = patient.generator(chance)
    d, opt_d = patient.judge(remedy.d_rate, **remedy.net)
    own = saturating if patient.sgd else non_saturating
    d_loss, g_loss = remedy.d_loss or logistic, remedy.g_loss or own
    if remedy.noise:
        d_loss, g_loss = blurred(d_loss, remedy.noise), blurred(g_loss, remedy.noise)
    for step in range(patient.alone + patient.steps):
        for _ in range(remedy.d_steps):
            real, fake = patient.batch(g, chance)
            descend(S * d_loss(d, real, fake.detach()), opt_d)
            if remedy.clip:
                with torch.no_grad():
                    for weight in d.parameters():
                        weight.clamp_(-remedy.clip, remedy.clip)
        if step >= patient.alone:
            real, fake = patient.batch(g, chance)
            descend(S * g_loss(d, real, fake), opt_g)
    return patient.measure(g, chance).tolist()


def descend(loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def measure_all() -> list[Mapping[str, object]]:
    """One row for each patient and remedy, a column for each seed."""
    torch.set_num_threads(1)
    rows: list[Mapping[str, object]] = []
    for name, patient in PATIENTS.items():
        for remedy, how in REMEDIES.items():
            started = time.process_time()
            values = treat(patient, how)
            seeds = {
                f"seed {seed}": f"{value:.3g}" for seed, value in zip(SEEDS, values, strict=True)
            }
            rows.append({"patient": name, "remedy": remedy, **seeds})
            took = time.process_time() - started
            print(name, "|", remedy, list(seeds.values()), f"{took:.1f} s", flush=True)
    return rows


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for remedy in REMEDIES:
        cells = [
            " ".join(row[f"seed {seed}"] for seed in SEEDS)
            for name in PATIENTS
            for row in rows
            if (row["patient"], row["remedy"]) == (name, remedy)
        ]
        lines.append(f"| {remedy} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""{TITLE}

Four runs of each cell, seeds 0 to 3. "G 20 × too fast" and "healthy": modes of the ring covered by
2,000 samples after 600 steps of batch {BATCH}. "D far ahead" (saturating loss, plain gradient
descent for G): mean distance of the samples from the center, 5.6 at the start, the ring has 2.
"Zigzag": what is left of the Wasserstein distance, 1 at the start, 0.1 is as good as it gets.
`python -m benchmarks.gan_remedies` measures it anew and writes the table that notebook 11 draws.

| remedy | {" | ".join(PATIENTS)} |
|---|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("gan_remedies"))


def main() -> None:
    write_measured("gan_remedies", measure_all())
    replace_section(recorded())


if __name__ == "__main__":
    main()
