"""Exercise `pca_reconstruct`: the best reconstruction that k straight directions allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, InterfaceError, Observed, Property
from coursework.exercises.rules import named, recognized

Pca = Callable[[Tensor, int], Tensor]


def pca_reconstruct(x: Tensor, k: int) -> Tensor:
    """x (N, D) projected on its first k principal components, around its mean: (N, D)."""
    return _onto(_components(x)[:k], x, x.mean(0))


def _directions(x: Tensor) -> Tensor:
    """Right singular vectors of x (N, D) as rows, strongest first."""
    return torch.linalg.svd(x, full_matrices=False).Vh


def _components(x: Tensor) -> Tensor:
    """Principal components of x (N, D) as rows, strongest first."""
    return _directions(x - x.mean(0))


def _eigenvectors(x: Tensor) -> Tensor:
    """Principal components of x (N, D) as columns, weakest first, as `eigh` gives them."""
    return torch.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0))).eigenvectors


def _onto(v: Tensor, x: Tensor, mean: Tensor | float) -> Tensor:
    """x (N, D) on the space of the rows of v (k, D), around mean."""
    return mean + (x - mean) @ v.T @ v


def inspect_pca(fn: Pca, x: Tensor, k: int) -> Tensor:
    """What `fn` gives. A change of x in place is told before its effects on the result are."""
    before = x.clone()
    x_hat = fn(x, k)
    if not torch.equal(x, before):
        raise InterfaceError(
            "Your function changes `x` itself, in place (`x -= …`, `x.sub_(…)`): the caller's "
            "data are changed, and the mean you would add at the end is that of the changed x, 0. "
            "Write `mean = x.mean(0)` and `centered = x - mean`"
        )
    return x_hat


def _draw(generator: Generator, n: int, d: int) -> Tensor:
    """Data with distinct eigenvalues, far from the origin, turned at random: (n, d)."""
    spread = 2.0 * 0.72 ** torch.arange(d)
    turn, _ = torch.linalg.qr(torch.randn(d, d, generator=generator))
    shift = 2 + 3 * torch.rand(d, generator=generator)
    # white scores make the eigenvalues those of `spread`, so none come close by chance
    raw = torch.randn(n, d, generator=generator)
    scores = torch.linalg.qr(raw - raw.mean(0)).Q * n**0.5 if n > d else raw
    return (scores * spread) @ turn + shift


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(20, 40, (), generator=generator))
    yield Case((_draw(generator, n, 7), 3), "random data")
    yield Case((_draw(generator, n + 3, 5), 1), "one component")
    yield Case((_draw(generator, n + 5, 10), 8), "eight components")
    yield Case((_draw(generator, 6, 9), 2), "fewer examples than dimensions", extreme=True)


def _complete(fn: Pca, generator: Generator) -> str | None:
    x = _draw(generator, 20, 6)
    gap = float((fn(x.clone(), 6) - x).abs().max())
    if gap < 1e-3:
        return None
    return f"With k = D nothing is lost, so x_hat must be x; yours is off by up to {gap:.3g}."


def _keeps_mean(fn: Pca, generator: Generator) -> str | None:
    x = _draw(generator, 20, 6)
    gap = float((fn(x.clone(), 2).mean(0) - x.mean(0)).abs().max())
    if gap < 1e-3:
        return None
    return f"The mean of x_hat must be the mean of x; yours is off by up to {gap:.3g}."


def _standardized(x: Tensor, k: int) -> Tensor:
    mean, std = x.mean(0), x.std(0)
    return mean + std * pca_reconstruct((x - mean) / std, k)


def _without_singular_values(x: Tensor, k: int) -> Tensor:
    u, _, vh = torch.linalg.svd(x - x.mean(0), full_matrices=False)
    return x.mean(0) + u[:, :k] @ vh[:k]


def _rows_of_eigenvectors(seen: Observed, case: Case) -> bool:
    """Is x projected on rows of the matrix of eigenvectors? Their signs are anybody's choice."""
    x, k = case.args
    if not isinstance(seen.value, Tensor) or seen.value.shape != x.shape:
        return False
    if case.extreme:  # fewer examples than dimensions: the projection can't be read off
        return True
    projection = torch.linalg.pinv(x - x.mean(0)) @ (seen.value - x.mean(0))
    v, flipped = _eigenvectors(x), _eigenvectors(x).flip(1)
    known = [rows.T @ rows for rows in (v[:k], v[-k:], flipped[:k], flipped[-k:])]
    return any(torch.allclose(projection.abs(), p.abs(), atol=1e-2) for p in known)


MISTAKES = named({
    "not_centered": ("You didn't center the data. The first component is then wasted on the mean. "
        "Subtract `x.mean(0)` first, add it back at the end.",
        lambda x, k: _onto(_directions(x)[:k], x, 0)),
    "mean_not_added_back": ("You centered the data and projected well, but the mean never came "
        "back: add `x.mean(0)` to the result.", lambda x, k: pca_reconstruct(x, k) - x.mean(0)),
    "columns_of_vh": ("You took rows for columns, or columns for rows. In `Vh`, which "
        "`torch.linalg.svd` returns, the components are rows: `Vh[:k]`, shape (k, D). In `V`, "
        "which `torch.svd` returns, and in the eigenvectors of `eigh`, they are columns: `V[:, "
        ":k]`, shape (D, k).", lambda x, k: _onto(_components(x)[:, :k].T, x, x.mean(0))),
    "wrong_axis": ("You took the mean over the wrong axis: of each example (`dim=1`), not of each "
        "coordinate. PCA centers the points: `x.mean(0)`, shape (D,), and components of length D.",
        lambda x, k: _onto(_directions(x - x.mean(1)[:, None])[:k], x, x.mean(1)[:, None]),
        lambda x, k: pca_reconstruct(x.T, k).T),
    "k_smallest": ("You kept the k components with the smallest variance, the ones PCA throws "
        "away. `torch.linalg.eigh` sorts its eigenvalues in rising order, so the ones you want are "
        "the last k; `torch.linalg.svd` sorts in falling order, the first k.",
        lambda x, k: _onto(_eigenvectors(x)[:, :k].T, x, x.mean(0)),
        lambda x, k: _onto(_components(x)[-k:], x, x.mean(0))),
    "all_but_k": ("You dropped the first k components and kept the rest. It is the other way "
        "round: `Vh[:k]` where you have `Vh[k:]`.",
        lambda x, k: _onto(_components(x)[k:], x, x.mean(0))),
    "one_too_many": ("You kept k + 1 components. `Vh[:k]` already holds k rows, number 0 to k − 1.",
        lambda x, k: pca_reconstruct(x, k + 1)),
    "one_too_few": ("You kept k − 1 components. `Vh[:k]` holds k rows, number 0 to k − 1.",
        lambda x, k: pca_reconstruct(x, k - 1)),
    "returns_the_code": ("You returned the code, k numbers an example. The last step takes it back "
        "to D numbers: multiply by the components again and add the mean.",
        lambda x, k: (x - x.mean(0)) @ _components(x)[:k].T),
    "standardized": ("You divided by the standard deviation of each coordinate. That is another "
        "PCA (of correlations); here the data are centered and not scaled.", _standardized),
    "singular_values_forgotten": ("You multiplied U by Vh and left out the singular values between "
        "them: `(U[:, :k] * S[:k]) @ Vh[:k]`.", _without_singular_values),
    "one_mean_for_all": ("You subtracted one number, the mean of all entries. Every coordinate has "
        "its own mean: `x.mean(0)`, shape (D,).",
        lambda x, k: _onto(_directions(x - x.mean())[:k], x, x.mean())),
    "components_not_centered": ("You computed the components from the raw data and centered only "
        "afterwards. Center first; the SVD has to see x − mean.",
        lambda x, k: _onto(_directions(x)[:k], x, x.mean(0))),
    "projects_raw_data": ("The components are right, but you projected the raw x, so the mean is "
        "squeezed through the bottleneck too. Project `x - x.mean(0)`, then add the mean.",
        lambda x, k: _onto(_components(x)[:k], x, 0)),
    "mean_counted_twice": ("You projected the raw x and added the mean on top, so part of the mean "
        "is in the result twice. Project `x - x.mean(0)`.",
        lambda x, k: x.mean(0) + _onto(_components(x)[:k], x, 0)),
})  # fmt: skip

ROWS = recognized({
    "eigenvectors_by_rows": ("You took rows for columns, or columns for rows. In what "
        "`torch.linalg.eigh` returns, the directions are the columns, in rising order of their "
        "eigenvalues: `vectors[:, -k:]`, shape (D, k). In `Vh`, which `torch.linalg.svd` returns, "
        "they are the rows, strongest first: `Vh[:k]`, shape (k, D).", _rows_of_eigenvectors,
        lambda x, k: _onto(_eigenvectors(x)[:k], x, x.mean(0)),
        lambda x, k: _onto(_eigenvectors(x)[-k:], x, x.mean(0)),
        lambda x, k: _onto(_eigenvectors(x).flip(1)[:k], x, x.mean(0)),
        lambda x, k: _onto(_eigenvectors(x).flip(1)[-k:], x, x.mean(0))),
})  # fmt: skip

PCA_RECONSTRUCT = Exercise(
    name="pca_reconstruct",
    notebook="02",
    title="compress with k principal components and come back",
    reference=pca_reconstruct,
    cases=_cases,
    mistakes=[*MISTAKES, *ROWS],
    properties=[
        Property("complete_at_k_equals_d", _complete),
        Property("keeps_the_mean", _keeps_mean),
    ],
    hints=[
        "Four moves: center, find directions, project on the first k, move back to the data.",
        "`U, S, Vh = torch.linalg.svd(x - mean, full_matrices=False)` gives the components as "
        "rows of `Vh`, strongest first. The code of the batch is `(x - mean) @ Vh[:k].T`.",
        "With `V = Vh[:k]` (shape (k, D)): code = `(x - mean) @ V.T`, and the way back is "
        "`code @ V + mean`.",
    ],
    points=2,
    observe=inspect_pca,
    rtol=1e-3,
    atol=2e-4,
)
