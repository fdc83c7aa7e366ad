"""`sample_joint`: first the class, then the point. Judged by the distribution of what comes out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.exercises.nb01.chance import counts_fit, in_order, standard, whitened
from coursework.exercises.nb01.draws import (
    MANY,
    observe,
)
from coursework.exercises.nb01.wrong_samples import (
    ROOTS,
    always_the_same,
    ignores_generator,
    one_noise,
    proper,
    sample_joint,
    two_draws,
    uniform_noise,
    with_classes,
    with_root,
)

SHARES = {3: (0.17, 0.28, 0.55), 4: (0.12, 0.18, 0.28, 0.42)}


def _on_many(test: Callable[..., bool]) -> Callable[[Observed, Case], bool]:
    """A test of (x, y, prior, mus, covs), made where there are many draws."""

    def when(seen: Observed, case: Case) -> bool:
        if seen.value["swapped"]:
            return False
        n, *parameters, _ = case.args
        return n < MANY or test(seen.value["x"], seen.value["y"], *parameters)

    return when


def _made_with(name: str) -> Callable[[Observed, Case], bool]:
    def test(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
        return counts_fit(y, prior) and standard(whitened(x, y, mus, ROOTS[name](covs)))

    return _on_many(test)


def _no_noise(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    return all(
        len(x[y == c]) > 1 and x[y == c].std(0).max() < 1e-3
        for c in range(len(prior))
        if (y == c).any()
    )


def _at_the_means(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    return bool((y < len(mus)).all()) and bool((x - mus[y]).abs().max() < 1e-3)


def _no_mean(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    return standard(whitened(x, y, torch.zeros_like(mus), torch.linalg.cholesky(covs)))


def _unrelated(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    """x has the same mean whatever the class."""
    scale = x.std(0)
    groups = [x[y == c] for c in range(len(prior))]
    if min(map(len, groups)) < 100 or (scale < 1e-3).any():
        return False
    return all(
        ((g.mean(0) - x.mean(0)).abs() < 6.2 * scale / math.sqrt(len(g))).all() for g in groups
    )


def _root_of_entries(seen: Observed, case: Case) -> bool:
    """The square root of each entry: NaN where a covariance is negative."""
    nan = not seen.value["swapped"] and bool(seen.value["x"].isnan().any())
    return nan or _made_with("elementwise_root")(seen, case)


def _from_uniform(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    noises = whitened(x, y, mus, torch.linalg.cholesky(covs))
    return all(((noise > -1e-3) & (noise < 1 + 1e-3)).all() for noise in noises)


ENTRY_BY_ENTRY = (
    "You took the square root of each entry of the covariance. A matrix root is wanted, one with "
    "L Lᵀ = Σ: `torch.linalg.cholesky(covs)`. (A negative covariance has no root at all: NaN.)"
)

MISTAKES = [
    Mistake(
        "swapped",
        "Both are there, in the wrong order: return the points first, `return x, y`.",
        lambda *args: sample_joint(*args)[::-1],
        when=lambda seen, case: seen.value["swapped"],
    ),
    Mistake(
        "labels_from_one",
        "Your classes run from 1 to C. They are indices into `prior`, `mus` and `covs`: "
        "0 to C − 1.",
        lambda *args: (lambda x, y: (x, y + 1))(*sample_joint(*args)),
        when=_on_many(lambda x, y, prior, mus, covs: y.min() == 1 and y.max() == len(prior)),
    ),
    Mistake(
        "one_class",
        "All your examples have the same class. Draw a class for each of the n examples: "
        "`torch.multinomial(prior, n, replacement=True, generator=generator)`.",
        with_classes(lambda n, prior, g: proper(1, prior, g).expand(n)),
        when=_on_many(lambda x, y, prior, mus, covs: len(y.unique()) == 1),
    ),
    Mistake(
        "uniform_classes",
        "Your classes come out equally often. They have probabilities: draw them from `prior`.",
        with_classes(lambda n, prior, g: torch.randint(len(prior), (n,), generator=g)),
        when=_on_many(
            lambda x, y, prior, mus, covs: counts_fit(y, torch.full_like(prior, 1 / len(prior)))
        ),
    ),
    Mistake(
        "sorted_by_class",
        "Your examples come out sorted by class, so the first ones all belong to one class. Draw a "
        "class for each example, in the order in which they come, and no counts.",
        with_classes(lambda n, prior, g: proper(n, prior, g).sort().values),
        when=_on_many(lambda x, y, prior, mus, covs: in_order(y)),
    ),
    Mistake(
        "mean_forgotten",
        "Your points are spread around 0: the mean of their class, `mus[y]`, was not added.",
        lambda n, prior, mus, covs, g: sample_joint(n, prior, torch.zeros_like(mus), covs, g),
        when=_on_many(_no_mean),
    ),
    Mistake(
        "two_draws_of_y",
        "Your x knows nothing of the y returned with it: "
        "the classes were drawn twice, or one of the two was "
        "shuffled. Draw y once, use it for `mus[y]` and `covs[y]`, and return that same y.",
        two_draws,
        when=_on_many(_unrelated),
    ),
    Mistake(
        "no_noise",
        "Your points sit exactly on the class means. Add the noise: `root @ eps` with eps from "
        "N(0, I) and root the Cholesky factor of the covariance.",
        lambda n, prior, mus, covs, g: (lambda y: (mus[y], y))(proper(n, prior, g)),
        when=_on_many(_at_the_means),
    ),
    Mistake(
        "one_noise",
        "You drew the noise once and gave it to every example. Each example needs its own: "
        "`torch.randn(n, D, generator=generator)`.",
        one_noise,
        when=_on_many(_no_noise),
    ),
    Mistake(
        "cov_as_root",
        "You multiplied the noise by the covariance itself, which gives the covariance Σ Σᵀ. "
        "Multiply "
        "by its square root: `torch.linalg.cholesky(covs)`.",
        with_root(ROOTS["cov_as_root"]),
        when=_made_with("cov_as_root"),
    ),
    Mistake(
        "root_transposed",
        "You multiplied by the Cholesky factor from the wrong side: with rows as examples it is "
        "`eps @ L.T`, since x = μ + L ε for a column ε. "
        "As it stands the covariance is Lᵀ L, not L Lᵀ.",
        with_root(ROOTS["root_transposed"]),
        when=_made_with("root_transposed"),
    ),
    Mistake(
        "correlation_ignored",
        "Each coordinate has the right spread, and they do not move together: "
        "you used the diagonal "
        "of the covariance alone. Use its Cholesky factor.",
        with_root(ROOTS["correlation_ignored"]),
        when=_made_with("correlation_ignored"),
    ),
    Mistake(
        "variance_as_deviation",
        "You multiplied the noise by variances (the diagonal of the covariance). "
        "Their square roots "
        "are too few as well, since the coordinates move together: use the Cholesky factor.",
        with_root(ROOTS["variance_as_deviation"]),
        when=_made_with("variance_as_deviation"),
    ),
    Mistake(
        "covariance_ignored",
        "Your noise has the identity as its covariance. Multiply it by the Cholesky factor of the "
        "covariance of its class.",
        with_root(ROOTS["covariance_ignored"]),
        when=_made_with("covariance_ignored"),
    ),
    Mistake(
        "elementwise_root",
        ENTRY_BY_ENTRY,
        with_root(ROOTS["elementwise_root"]),
        when=_root_of_entries,
    ),
    Mistake(
        "elementwise_root",
        ENTRY_BY_ENTRY,
        with_root(lambda covs: covs.sqrt()),
        when=_root_of_entries,
    ),
    Mistake(
        "uniform_noise",
        "Your noise is uniform on [0, 1] (`torch.rand`). N(0, I) is drawn with `torch.randn`.",
        uniform_noise,
        when=_on_many(_from_uniform),
    ),
    Mistake(
        "always_the_same",
        "You get the same draws whatever the generator: it is replaced or seeded anew inside the "
        "function. Pass the one you were given on, `generator=generator`, and seed nothing.",
        always_the_same,
        when=lambda seen, case: not seen.value["swapped"] and seen.value["stuck"],
    ),
    Mistake(
        "ignores_generator",
        "The same generator gives you other draws each time: "
        "some of the randomness does not come from "
        "it. Give every random call `generator=generator`. (`torch.distributions` can't take one: "
        "use "
        "`torch.multinomial` and `torch.randn`.)",
        ignores_generator,
        when=lambda seen, case: not seen.value["swapped"] and not seen.value["replays"],
    ),
]


def _correlated(dims: int, generator: Generator) -> Tensor:
    """A covariance (D, D) with correlations of ±0.75 and unequal variances, far from its Cholesky's turn."""
    sign = torch.randint(2, (dims,), generator=generator).float() * 2 - 1
    correlation = 0.25 * torch.eye(dims) + 0.75 * torch.outer(sign, sign)
    scale = torch.tensor([0.5, 1.9, 1.0])[:dims][torch.randperm(dims, generator=generator)]
    scale = scale * (0.9 + 0.2 * torch.rand(dims, generator=generator))
    return correlation * torch.outer(scale, scale)


def _cases(generator: Generator) -> Iterator[Case]:
    def case(n: int, classes: int, dims: int, label: str) -> Case:
        prior = torch.tensor(SHARES[classes])[torch.randperm(classes, generator=generator)]
        places = torch.randperm(classes, generator=generator).float()[:, None] - (classes - 1) / 2
        mus = 1.5 + 4 * places + torch.rand(classes, dims, generator=generator)
        covs = torch.stack([_correlated(dims, generator) for _ in range(classes)])
        seed = int(torch.randint(2**31, (1,), generator=generator))
        return Case((n, prior, mus, covs, Generator().manual_seed(seed)), label)

    yield case(MANY, 3, 2, f"{MANY:,} draws of three classes in a plane")
    yield case(MANY, 4, 3, f"{MANY:,} draws of four classes in three dimensions")
    yield case(1, 3, 2, "a single draw")


def _never_drawn(fn: Callable[..., Any], generator: Generator) -> str | None:
    prior = torch.tensor([0.4, 0.0, 0.6])
    seed = int(torch.randint(2**31, (1,), generator=generator))
    y = fn(
        300, prior, torch.zeros(3, 2), torch.eye(2).repeat(3, 1, 1), Generator().manual_seed(seed)
    )[1]
    count = int((y == 1).sum())
    return (
        f"a class of probability 0 must never come; yours came {count} times in 300"
        if count
        else None
    )


SAMPLE_JOINT = Exercise(
    name="sample_joint",
    notebook="01",
    title="draw a class, then a point of that class",
    reference=sample_joint,
    cases=_cases,
    observe=observe,
    same=lambda yours, truth: yours["right"],
    mistakes=MISTAKES,
    properties=[Property("probability zero", _never_drawn)],
    hints=[
        "Two draws, one after the other: a class for each example from the prior, then a point "
        "from "
        "the Gaussian of that class. Both draws use the generator.",
        "Classes: `torch.multinomial(prior, n, replacement=True, generator=generator)`. Noise: "
        "`torch.randn(n, D, generator=generator)`. A Gaussian point is μ + L ε with L Lᵀ = Σ, and "
        "`torch.linalg.cholesky` takes all C covariances at once.",
        "`y = torch.multinomial(prior, n, replacement=True, generator=generator)`, "
        "`eps = torch.randn(n, mus.shape[1], generator=generator)`, "
        "`roots = torch.linalg.cholesky(covs)`, and "
        "`x = mus[y] + (roots[y] @ eps[:, :, None])[:, :, 0]`; return `x, y`.",
    ],
    points=3,
)
