"""Three GANs that fail and one that doesn't, four seeds at once, to try remedies on.

"G 20 × too fast" collapses, "D far ahead" stands still, "zigzag" needs a critic that turns often,
"healthy" is there to be harmed. A training loop asks a patient for its networks and batches, and
for the number that says how it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Generator, Tensor, nn

from course_utils.data.toy import Mixture, toy_density
from course_utils.models.stacked import StackedMLP
from course_utils.training import adam

SEEDS = (0, 1, 2, 3)
BATCH = 128  # for each seed
BETAS = (0.5, 0.99)
RING = cast(Mixture, toy_density("ring"))


class Particles(nn.Module):
    """A generator without a network: its samples themselves are learned, whatever the noise."""

    def __init__(self, points: Tensor) -> None:
        super().__init__()
        self.points = nn.Parameter(points)

    def forward(self, z: Tensor) -> Tensor:
        return self.points


@dataclass(frozen=True)
class Patient:
    """A run with four seeds; batches hold 128 rows for the first seed, 128 for the second, …

    lr_g, lr_d: learning rates · alone: updates of D before G moves, `steps` with both follow ·
    offset: where G's samples start · sgd: G learns by plain gradient descent on log(1 − D).
    """

    lr_g: float = 1e-3
    lr_d: float = 1e-3
    alone: int = 0
    steps: int = 600
    offset: float = 0.0
    sgd: bool = False
    zigzag: bool = False

    def generator(self, chance: Generator) -> tuple[nn.Module, torch.optim.Optimizer]:
        """G with its optimizer."""
        if self.zigzag:
            start = zigzag_places()[1].repeat(len(SEEDS) * BATCH // 8)[:, None]
            g: nn.Module = Particles(start + 0.05 * torch.randn(start.shape, generator=chance))
        else:
            g = StackedMLP(SEEDS, 2, 2)
            with torch.no_grad():
                g.biases[2] += self.offset
        if self.sgd:
            return g, torch.optim.SGD(g.parameters(), self.lr_g)
        return g, adam(g.parameters(), self.lr_g, betas=BETAS)

    def judge(
        self, rate: float = 1.0, **options: object
    ) -> tuple[StackedMLP, torch.optim.Optimizer]:
        """D with its optimizer. rate: factor on its learning rate · options: of `StackedMLP`."""
        d = StackedMLP(SEEDS, 1 if self.zigzag else 2, 1, **options)  # type: ignore[arg-type]
        return d, adam(d.parameters(), rate * self.lr_d, betas=BETAS)

    def batch(self, g: nn.Module, chance: Generator) -> tuple[Tensor, Tensor]:
        """Real points and fakes, (S·N, 2) each, or (S·N, 1)."""
        n = len(SEEDS) * BATCH
        if self.zigzag:
            places = zigzag_places()[0]
            pick = places[torch.randint(0, len(places), (n,), generator=chance)][:, None]
            real = pick + 0.05 * torch.randn(n, 1, generator=chance)
        else:
            real = RING.sample(n, chance)
        return real, g(torch.randn(n, 2, generator=chance))

    def measure(self, g: nn.Module, chance: Generator) -> Tensor:
        """How each seed is, (S,): modes of 8, distance from (0, 0), or share of W1 left."""
        z = torch.randn(2000, 2, generator=chance).repeat(len(SEEDS), 1)
        made = g(z).detach().unflatten(0, (len(SEEDS), -1))
        if self.zigzag:
            goal = zigzag_places()[0].repeat(BATCH // 8).sort().values
            return (made[..., 0].sort(1).values - goal).abs().mean(1) / 0.5  # 1 at the start
        if self.sgd:
            return made.norm(dim=2).mean(1)
        near = torch.cdist(made, RING.means.expand(len(SEEDS), 8, 2)) < 0.3  # 3 sd of a mode
        return (near.sum(1) >= 20).sum(1).float()  # at least 1 % of the samples


def zigzag_places() -> tuple[Tensor, Tensor]:
    """Where real points lie and where fakes begin: (8,) each, in the order R F F R R F F R …

    They are 0.5 apart, so every fake begins 0.5 from a place of real points.
    """
    places = 0.5 * (torch.arange(16) - 7.5)
    is_real = (torch.arange(16) % 4 == 0) | (torch.arange(16) % 4 == 3)
    return places[is_real], places[~is_real]


PATIENTS = {
    "G 20 × too fast": Patient(lr_g=2e-2),
    "D far ahead": Patient(lr_g=0.05, lr_d=2e-3, alone=300, steps=300, offset=4.0, sgd=True),
    "zigzag": Patient(lr_g=2e-3, zigzag=True),
    "healthy": Patient(),
}
