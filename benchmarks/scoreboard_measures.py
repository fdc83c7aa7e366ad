"""What the scoreboard measures on samples, and the two data sets that it measures against."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import torch
from torch import Generator, Tensor

from benchmarks.uses_models import ink
from course_utils.data import Dataset, load
from course_utils.data.toy import Mixture, toy_density
from course_utils.distributions import bernoulli_log_likelihood, log_gaussian
from course_utils.metrics import batched, frechet_distance, nearest_neighbors
from course_utils.models.classifier import train_classifier
from course_utils.models.mixture import ClassMixture
from course_utils.sample_metrics import coverage, precision_recall

N, NEIGHBORS = 2000, 3
SECOND = 100  # seed of notebook 12's second network
Found = dict[str, float]


def energy_distance(x: Tensor, y: Tensor) -> float:
    """2 E|x − y| − E|x − x'| − E|y − y'| of points (N, D), (M, D): 0 for equal distributions.

    Pairs of two different points, so it may be negative by chance. Székely and Rizzo, 2013.
    """

    def within(points: Tensor) -> Tensor:
        n = len(points)
        return torch.cdist(points, points).sum() / (n * (n - 1))

    x, y = x.double(), y.double()
    return float(2 * torch.cdist(x, y).mean() - within(x) - within(y))


def neighbor_accuracy(real: Tensor, fake: Tensor) -> float:
    """Share of points (N, D), (M, D) whose nearest other point is of their own set.

    One half where nothing tells the sets apart, and 0 where one copies the other. Lopez-Paz and
    Oquab, "Revisiting classifier two-sample tests", 2017.
    """
    points = torch.cat([real, fake])
    is_fake = torch.arange(len(points)) >= len(real)
    two = nearest_neighbors(points, points, 2)
    own = torch.arange(len(points))
    nearest = torch.where(two[:, 0] == own, two[:, 1], two[:, 0])
    return float((is_fake[nearest] == is_fake).double().mean())


def overlap(real: Tensor, fake: Tensor) -> Found:
    """Precision, recall, coverage and the two-sample test of points or features, (N, D) each."""
    precision, recall = precision_recall(real, fake, NEIGHBORS)
    return {
        "precision": precision,
        "recall": recall,
        "coverage": coverage(real, fake, NEIGHBORS),
        "neighbor": neighbor_accuracy(real, fake),
    }


def silently(name: str, split: str, n: int) -> Dataset:
    with contextlib.redirect_stdout(io.StringIO()):
        return load(name, split, n=n, seed=0, source="drawn")


class Digits:
    """Drawn digits: 10,000 to learn from, 2,000 to compare with, 2,000 others for each seed."""

    dims = 784

    def __init__(self, seeds: int = 3) -> None:
        self.train = silently("digits", "train", 10_000)
        self.pool = silently("digits", "test", N * (1 + seeds))
        self.test = self.pool[torch.arange(N)]
        self.networks = [  # notebook 12's two: one architecture, two seeds
            train_classifier(self.train, seed=seed, progress=False)[0] for seed in (0, SECOND)
        ]
        self.real = self.features(self.test.float())

    def features(self, images: Tensor) -> list[Tensor]:
        """What each network makes of images (N, 1, 28, 28): (N, 64)."""
        return [batched(net.features, images) for net in self.networks]

    def scores(self, images: Tensor) -> Found:
        (real, other), (fake, other_fake) = self.real, self.features(images)
        first = {
            "frechet": frechet_distance(real, fake),
            "frechet_other": frechet_distance(other, other_fake),
        }
        return first | overlap(real, fake)

    def baseline(self, model: str, seed: int) -> tuple[Tensor, float | None, str]:
        """Images, nats and what these count: other test digits, or digits without a network."""
        if model == "test":
            return self.pool[torch.arange(N) + N * (1 + seed)].float(), None, ""
        x, chance = self.train.float(), Generator().manual_seed(seed)
        if model == "forger":
            return ClassMixture(x, self.train.labels, 15, 40, seed).sample(N, chance)[0], None, ""
        if model == "gaussian":
            return one_gaussian(x, 16, chance), None, ""
        rows = torch.randint(len(x), (N, 784), generator=chance)
        mixed = x.flatten(1)[rows, torch.arange(784)].reshape(N, 1, 28, 28)
        p = ink(x).mean(0).clamp(1e-3, 1 - 1e-3)
        found = -bernoulli_log_likelihood(ink(self.test.float()), p.logit().expand(N, 1, 28, 28))
        return mixed, found.mean().item(), "binary pixels"


def one_gaussian(x: Tensor, dims: int, chance: Generator) -> Tensor:
    """N images of one Gaussian fitted to the first principal components of x, as in notebook 03."""
    flat = x.flatten(1)
    variances, axes = torch.linalg.eigh(flat.T.cov())  # the last ones are the largest
    codes = variances[-dims:].sqrt() * torch.randn(N, dims, generator=chance)
    return (flat.mean(0) + codes @ axes[:, -dims:].T).clamp(0, 1).reshape(N, *x.shape[1:])


class Ring:
    """The ring of eight bumps of notebook 06: 20,000 points to learn from, as in notebook 13."""

    dims = 2

    def __init__(self) -> None:
        self.density = cast(Mixture, toy_density("ring"))
        chance = Generator().manual_seed(0)
        self.train = self.density.sample_labeled(20_000, chance)
        self.test = self.density.sample_labeled(N, chance)

    def scores(self, points: Tensor) -> Found:
        """`frechet` is the energy distance here; `frechet_other` compares raw points."""
        real = self.test[0]
        first = {
            "frechet": energy_distance(real, points),
            "frechet_other": frechet_distance(real, points),
        }
        return first | overlap(real, points)

    def baseline(self, model: str, seed: int) -> tuple[Tensor, float | None, str]:
        """Points, nats and what these count: other points of the ring, or a fitted Gaussian."""
        chance, x = Generator().manual_seed(1000 + seed), self.train[0]
        if model == "test":
            log_prob: Callable[[Tensor], Tensor] = self.density.log_prob
            made = self.density.sample(N, chance)
        else:
            mean, cov = x.mean(0), x.T.cov()
            root = torch.linalg.cholesky(cov)
            made = mean + torch.randn(N, 2, generator=chance) @ root.T
            log_prob = partial(log_gaussian, mu=mean, cov=cov)
        return made, -log_prob(self.test[0]).mean().item(), "density"


def bits(nats: float, dims: int) -> float:
    """Bits per pixel or coordinate."""
    return nats / (dims * math.log(2))


WORLDS: dict[str, Callable[[], Any]] = {"digits": Digits, "mixture": Ring}
