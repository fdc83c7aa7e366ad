"""`sample_joint`: first the class, then the point. Judged by the distribution of what comes out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.nb01.draws import MANY, counts_fit, in_order, observe, standard, whitened
from coursework.exercises.rules import Wrong, recognized

Test = Callable[[Observed, Case], bool]
Root = Callable[[Tensor], Tensor]
SHARES = {3: (0.17, 0.28, 0.55), 4: (0.12, 0.18, 0.28, 0.42)}


def sample_joint(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Draw y (n,) from prior (C,), then x (n, D) from N(mus[y], covs[y]): ancestral sampling."""
    y = torch.multinomial(prior, n, replacement=True, generator=generator)
    eps = torch.randn(n, mus.shape[1], generator=generator)
    roots = torch.linalg.cholesky(covs)  # (C, D, D), covs = roots @ roots.T
    return mus[y] + (roots[y] @ eps[:, :, None])[:, :, 0], y


def from_prior(n: int, prior: Tensor, generator: Generator) -> Tensor:
    return torch.multinomial(prior, n, replacement=True, generator=generator)


def sampler(
    classes: Callable[[int, Tensor, Generator], Tensor] = from_prior,
    root: Root = torch.linalg.cholesky,
    noise: Callable[..., Tensor] = torch.randn,
) -> Wrong:
    """`sample_joint` with one of its three parts replaced."""

    def draw(
        n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        y = classes(n, prior, generator)
        eps = noise(n, mus.shape[1], generator=generator)
        return mus[y] + (root(covs)[y] @ eps[:, :, None])[:, :, 0], y

    return draw


def on_many(test: Callable[..., bool]) -> Test:
    """A test of (x, y, prior, mus, covs), made where there are many draws."""

    def when(seen: Observed, case: Case) -> bool:
        n, *parameters, _ = case.args
        return n < MANY or bool(test(seen.value.x, seen.value.y, *parameters))

    return when


def made_with(root: Root) -> Test:
    """Are these the draws that come of `root` in place of the Cholesky factor?"""

    def test(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
        return counts_fit(y, prior) and standard(whitened(x, y, mus, root(covs)))

    return on_many(test)


def wrong_root(*roots: Root) -> tuple[Test | Wrong, ...]:
    """The test and the wrong functions of a mistake that takes such a root of the covariances."""
    tests = [made_with(root) for root in roots]
    wrongs = [sampler(root=root) for root in roots]
    return (lambda seen, case: any(test(seen, case) for test in tests)), *wrongs


def _no_noise(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    groups = [x[y == c] for c in range(len(prior)) if (y == c).any()]
    return all(len(group) > 1 and group.std(0).max() < 1e-3 for group in groups)


def _at_the_means(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    return bool((y < len(mus)).all()) and bool((x - mus[y]).abs().max() < 1e-3)


def _no_mean(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    return standard(whitened(x, y, torch.zeros_like(mus), torch.linalg.cholesky(covs)))


def _unrelated(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    """x has the same mean whatever the class."""
    scale, groups = x.std(0), [x[y == c] for c in range(len(prior))]
    if min(map(len, groups)) < 100 or (scale < 1e-3).any():
        return False
    away = [(g.mean(0) - x.mean(0)).abs() * math.sqrt(len(g)) for g in groups]
    return all((a < 6.2 * scale).all() for a in away)


def _from_uniform(x: Tensor, y: Tensor, prior: Tensor, mus: Tensor, covs: Tensor) -> bool:
    noises = whitened(x, y, mus, torch.linalg.cholesky(covs))
    return all(((noise > -1e-3) & (noise < 1 + 1e-3)).all() for noise in noises)


def _signed_roots(covs: Tensor) -> Tensor:
    return covs.abs().sqrt() * covs.sign()


def _bare_roots(covs: Tensor) -> Tensor:
    return covs.abs().sqrt()


def _root_of_entries(seen: Observed, case: Case) -> bool:
    """The square root of each entry, its sign kept, dropped or NaN."""
    made = made_with(_signed_roots)(seen, case) or made_with(_bare_roots)(seen, case)
    return bool(seen.value.x.isnan().any()) or made


def _variances(covs: Tensor) -> Tensor:
    return covs.diagonal(dim1=1, dim2=2)


def _one_noise(n: int, dims: int, generator: Generator) -> Tensor:
    return torch.randn(dims, generator=generator).expand(n, dims)


def _two_draws(
    n: int, prior: Tensor, mus: Tensor, covs: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    x, _ = sample_joint(n, prior, mus, covs, generator)
    return x, from_prior(n, prior, generator)


MISTAKES = recognized({
    "swapped": ("Both are there, in the wrong order: return the points first, `return x, y`.",
        lambda seen, case: seen.value.swapped, lambda *args: sample_joint(*args)[::-1]),
    "labels_from_one": ("Your classes run from 1 to C. They are indices into `prior`, `mus` and "
        "`covs`: 0 to C − 1.",
        on_many(lambda x, y, prior, mus, covs: y.min() == 1 and y.max() == len(prior)),
        lambda *args: (lambda x, y: (x, y + 1))(*sample_joint(*args))),
    "one_class": ("All your examples have the same class. Draw a class for each of the n examples: "
        "`torch.multinomial(prior, n, replacement=True, generator=generator)`.",
        on_many(lambda x, y, prior, mus, covs: len(y.unique()) == 1),
        sampler(classes=lambda n, prior, g: from_prior(1, prior, g).expand(n))),
    "uniform_classes": ("Your classes come out equally often. Draw them from `prior`.",
        on_many(lambda x, y, prior, mus, covs: counts_fit(y, 0 * prior + 1 / len(prior))),
        sampler(classes=lambda n, prior, g: torch.randint(len(prior), (n,), generator=g))),
    "sorted_by_class": ("Your examples come out sorted by class, so the first ones all belong to "
        "one class. Draw a class for each example, in the order in which they come, and no counts.",
        on_many(lambda x, y, prior, mus, covs: in_order(y)),
        sampler(classes=lambda n, prior, g: from_prior(n, prior, g).sort().values)),
    "mean_forgotten": ("Your points are spread around 0: add the mean of their class, `mus[y]`.",
        on_many(_no_mean), lambda n, prior, mus, *rest: sample_joint(n, prior, 0 * mus, *rest)),
    "two_draws_of_y": ("Your x knows nothing of the y returned with it: the classes were drawn "
        "twice, or one of the two was shuffled. Draw y once, use it for `mus[y]` and `covs[y]`, "
        "and return that same y.", on_many(_unrelated), _two_draws),
    "no_noise": ("Your points sit exactly on the class means. Add the noise: `root @ eps` with eps "
        "from N(0, I) and root the Cholesky factor of the covariance.", on_many(_at_the_means),
        sampler(noise=lambda n, dims, generator: torch.zeros(n, dims))),
    "one_noise": ("You drew the noise once and gave it to every example. Each example needs its "
        "own: `torch.randn(n, D, generator=generator)`.", on_many(_no_noise),
        sampler(noise=_one_noise)),
    "cov_as_root": ("You multiplied the noise by the covariance itself, which gives the covariance "
        "Σ Σᵀ. Multiply by its square root: `torch.linalg.cholesky(covs)`.",
        *wrong_root(lambda covs: covs, torch.tril)),
    "root_transposed": ("You multiplied by the Cholesky factor from the wrong side: with rows as "
        "examples it is `eps @ L.T`, since x = μ + L ε for a column ε. You have the covariance Lᵀ "
        "L.", *wrong_root(lambda covs: torch.linalg.cholesky(covs).mT)),
    "correlation_ignored": ("Each coordinate has the right spread, and they do not move together: "
        "you used the diagonal of the covariance alone. Use its Cholesky factor.",
        *wrong_root(lambda covs: _variances(covs).sqrt().diag_embed())),
    "variance_as_deviation": ("You multiplied the noise by variances (the diagonal of the "
        "covariance). Their square roots are too few as well, since the coordinates move together: "
        "use the Cholesky factor.", *wrong_root(lambda covs: _variances(covs).diag_embed())),
    "covariance_ignored": ("Your noise has the identity as its covariance. Multiply it by the "
        "Cholesky factor of the covariance of its class.",
        *wrong_root(lambda covs: torch.eye(covs.shape[1]).expand_as(covs))),
    "elementwise_root": ("You took the square root of each entry of the covariance. A matrix root "
        "is wanted, one with L Lᵀ = Σ: `torch.linalg.cholesky(covs)`. (A negative covariance has "
        "no root at all: NaN.)", _root_of_entries,
        *(sampler(root=r) for r in (_signed_roots, _bare_roots, torch.sqrt))),
    "uniform_noise": ("Your noise is uniform on [0, 1] (`torch.rand`). Use `torch.randn`.",
        on_many(_from_uniform), sampler(noise=torch.rand)),
    "always_the_same": ("You get the same draws whatever the generator: it is replaced or seeded "
        "inside the function. Pass on the one you were given, `generator=generator`.",
        lambda seen, case: seen.value.stuck,
        lambda *args: sample_joint(*args[:-1], Generator().manual_seed(0))),
    "ignores_generator": ("The same generator gives you other draws each time: some of the "
        "randomness does not come from it. Give every random call `generator=generator`. "
        "(`torch.distributions` can't take one: use `torch.multinomial` and `torch.randn`.)",
        lambda seen, case: not seen.value.replays,
        lambda *args: sample_joint(*args[:-1], torch.default_generator)),
})  # fmt: skip


def _correlated(dims: int, generator: Generator) -> Tensor:
    """A covariance (D, D) with correlations of ±0.75 and unequal variances."""
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


def _never_drawn(fn: Wrong, generator: Generator) -> str | None:
    prior, covs = torch.tensor([0.4, 0.0, 0.6]), torch.eye(2).repeat(3, 1, 1)
    seed = int(torch.randint(2**31, (1,), generator=generator))
    _, y = fn(300, prior, torch.zeros(3, 2), covs, Generator().manual_seed(seed))
    count = int((y == 1).sum())
    if not count:
        return None
    return f"a class of probability 0 must never come; yours came {count} times in 300"


SAMPLE_JOINT = Exercise(
    name="sample_joint",
    notebook="01",
    title="draw a class, then a point of that class",
    reference=sample_joint,
    cases=_cases,
    observe=observe,
    same=lambda yours, truth: yours.right,
    mistakes=MISTAKES,
    properties=[Property("probability zero", _never_drawn)],
    hints=[
        "Two draws, one after the other: a class for each example from the prior, then a point "
        "from the Gaussian of that class. Both draws use the generator.",
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
