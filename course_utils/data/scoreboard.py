"""The scoreboard: every generator of the course after the same training time, as measured.

`python -m benchmarks.scoreboard` writes the table. Notebooks 12 and 18 and a page of the site read
it, and all of them work with a part of its rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from course_utils.data.measured import Row, measured

BUDGETS = (10, 60, 300)  # processor seconds of training, on one thread
SETS = ("digits", "mixture")


class Model(NamedTuple):
    """A row of the scoreboard: its name in words, its notebook's number, and its family.

    Sets that are no model have no notebook.
    """

    name: str
    notebook: str
    family: str


MODELS = {
    "classifier": Model("Climbed classifier", "01", "classifier"),
    "autoencoder": Model("Autoencoder with N(0, I)", "02", "autoencoder"),
    "autoencoder_gaussian": Model("Autoencoder with a Gaussian", "02", "autoencoder"),
    "vae": Model("VAE", "03", "vae"),
    "conditional_vae": Model("Conditional VAE", "10", "vae"),
    "gan": Model("GAN of linear layers", "06", "gan"),
    "dcgan": Model("DCGAN", "06", "gan"),
    "lsgan": Model("LSGAN with batch norm", "11", "gan"),
    "flow": Model("Normalizing flow", "13", "flow"),
    "flow_prior": Model("Flow as a prior", "13", "flow"),
    "diffusion": Model("Diffusion", "14", "diffusion"),
    "latent_diffusion": Model("Latent diffusion", "14", "diffusion"),
}
# Sets that the table holds for comparison, with budget 0: what is fitted here takes half a second.
REFERENCES = {
    "test": Model("Other real examples", "", "reference"),
    "forger": Model("The forger, no network", "01", "reference"),
    "gaussian": Model("One Gaussian on PCA", "03", "reference"),
    "noise": Model("Shuffled pixels", "", "reference"),
}
ON_POINTS = {"gan": "GAN", "lsgan": "LSGAN", "noise": "Fitted Gaussian"}  # other names on points
# Models of images that mean nothing on points of a plane: `benchmarks.scoreboard_points` says why.
IMAGES_ONLY = ("autoencoder", "autoencoder_gaussian", "conditional_vae", "dcgan", "flow_prior",
               "latent_diffusion")  # fmt: skip
# What the column `frechet` holds, and what `frechet_other` does.
DISTANCES = {
    "digits": ("Fréchet distance", "Fréchet distance in the second network"),
    "mixture": ("energy distance", "Fréchet distance"),
}

HIGHER_IS_BETTER = ("precision", "recall", "coverage")


class Spread(NamedTuple):
    """What the seeds of one model gave."""

    median: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True)
class Board:
    """The rows of "digits" or of "mixture". What was not run has no values."""

    data: str
    rows: Sequence[Row]

    @property
    def models(self) -> list[str]:
        """The models that mean something on this data set, run or not, in the course's order."""
        return [m for m in MODELS if self.data == "digits" or m not in IMAGES_ONLY]

    def name(self, model: str) -> str:
        """The name in words of a model or a reference."""
        on_points = ON_POINTS.get(model) if self.data == "mixture" else None
        return on_points or {**MODELS, **REFERENCES}[model].name

    def values(self, model: str, budget: int, column: str) -> list[float]:
        """One number for each seed that has one, in the order of the seeds."""
        found = [row for row in self.rows if row["model"] == model and budget_of(row) == budget]
        numbers = [float(row[column]) for row in sorted(found, key=seed_of) if row[column]]
        return [number for number in numbers if math.isfinite(number)]

    def spread(self, model: str, budget: int, column: str) -> Spread | None:
        """Median, lowest and highest over the seeds, or None where nothing was measured."""
        numbers = self.values(model, budget, column)
        if not numbers:
            return None
        return Spread(median(numbers), min(numbers), max(numbers), len(numbers))

    def was_run(self, model: str, budget: int) -> bool:
        """Whether the table has a row of this model with this budget."""
        return any(row["model"] == model and budget_of(row) == budget for row in self.rows)

    def counted(self, model: str, budget: int) -> str:
        """What the bits of a model count: "binary pixels", "256 grays", "density", or ""."""
        found = [r for r in self.rows if r["model"] == model and budget_of(r) == budget]
        return next((row["of"] for row in found if row["of"]), "")

    def wins(self, first: tuple[str, int], other: tuple[str, int], column: str) -> bool:
        """Whether every seed of `first` is better than every seed of `other`.

        Both are (model, budget). False where one of them was not measured with at least two seeds.
        """
        ours, theirs = self.spread(*first, column), self.spread(*other, column)
        if ours is None or theirs is None or min(ours.seeds, theirs.seeds) < 2:
            return False
        if column in HIGHER_IS_BETTER:
            return ours.low > theirs.high
        return ours.high < theirs.low

    def order(self, budget: int, column: str) -> list[str]:
        """The models that were measured with this budget, the best median first."""
        found = {model: self.spread(model, budget, column) for model in self.models}
        sign = -1 if column in HIGHER_IS_BETTER else 1
        there = {model: sign * spread.median for model, spread in found.items() if spread}
        return sorted(there, key=lambda model: there[model])

    def front(self, budget: int, column: str) -> list[str]:
        """The models that are ahead, whichever seeds are compared: the fewest that beat the others.

        [] where nothing sets some of them apart. Models with a single seed are left out.
        """
        order = self.order(budget, column)
        several = [m for m in order if len(self.values(m, budget, column)) > 1]
        for count in range(1, len(several)):
            ahead, behind = several[:count], several[count:]
            if all(self.wins((a, budget), (b, budget), column) for a in ahead for b in behind):
                return ahead
        return []


def scoreboard(data: str) -> Board:
    """The measured rows of "digits" or "mixture"; a board without rows if there is no table yet."""
    try:
        return Board(data, measured("scoreboard", data=data))
    except FileNotFoundError:
        return Board(data, [])


def budget_of(row: Row) -> int:
    return round(float(row["budget"]))


def seed_of(row: Row) -> int:
    return int(row["seed"])
