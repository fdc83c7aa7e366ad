"""Exercise `pca_reconstruct`: the best reconstruction that k straight directions allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, InterfaceError, Property
from coursework.exercises.rules import named


def pca_reconstruct(x: Tensor, k: int) -> Tensor:
    """x (N, D) projected on its first k principal components, around its mean: (N, D)."""
    return _project(x, k)


def _components(x: Tensor) -> Tensor:
    """Principal components of x (N, D) as rows, strongest first."""
    return torch.linalg.svd(x - x.mean(0), full_matrices=False).Vh


def _project(x: Tensor, k: int) -> Tensor:
    v = _components(x)[:k]  # (k, D)
    return x.mean(0) + (x - x.mean(0)) @ v.T @ v


def inspect_pca(fn: Callable[[Tensor, int], Tensor], x: Tensor, k: int) -> Tensor:
    """What `fn` gives. A change of x in place is told before its effects on the result are."""
    before = x.clone()
    x_hat = fn(x, k)
    if not torch.equal(x, before):
        raise InterfaceError(
            "Your function changes `x` itself, in place (`x -= …`, `x.sub_(…)`): "
            "the caller's data are "
            "changed, and the mean you would add at the end is that of the changed x, 0. "
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


def _complete(fn, generator: Generator) -> str | None:
    x = _draw(generator, 20, 6)
    gap = float((fn(x.clone(), 6) - x).abs().max())
    if gap < 1e-3:
        return None
    return f"With k = D nothing is lost, so x_hat must be x; yours is off by up to {gap:.3g}."


def _keeps_mean(fn, generator: Generator) -> str | None:
    x = _draw(generator, 20, 6)
    gap = float((fn(x.clone(), 2).mean(0) - x.mean(0)).abs().max())
    if gap < 1e-3:
        return None
    return f"The mean of x_hat must be the mean of x; yours is off by up to {gap:.3g}."


def _uncentered(x: Tensor, k: int) -> Tensor:
    v = torch.linalg.svd(x, full_matrices=False).Vh[:k]
    return x @ v.T @ v


def _columns(x: Tensor, k: int) -> Tensor:
    v = _components(x)[:, :k]  # should be rows
    return x.mean(0) + (x - x.mean(0)) @ v @ v.T


def _each_example(x: Tensor, k: int) -> Tensor:
    mean = x.mean(1, keepdim=True)
    v = torch.linalg.svd(x - mean, full_matrices=False).Vh[:k]
    return mean + (x - mean) @ v.T @ v


def _each_example_raw(x: Tensor, k: int) -> Tensor:
    return pca_reconstruct(x.T, k).T


def _standardized(x: Tensor, k: int) -> Tensor:
    return x.mean(0) + x.std(0) * (_project((x - x.mean(0)) / x.std(0), k))


def _smallest(x: Tensor, k: int) -> Tensor:
    centered = x - x.mean(0)
    v = torch.linalg.eigh(centered.T @ centered).eigenvectors[:, :k]  # ascending
    return x.mean(0) + centered @ v @ v.T


def _smallest_rows(x: Tensor, k: int) -> Tensor:
    v = _components(x)[-k:]
    return x.mean(0) + (x - x.mean(0)) @ v.T @ v


def _all_but_k(x: Tensor, k: int) -> Tensor:
    v = _components(x)[k:]
    return x.mean(0) + (x - x.mean(0)) @ v.T @ v


def _without_singular_values(x: Tensor, k: int) -> Tensor:
    u, _, vh = torch.linalg.svd(x - x.mean(0), full_matrices=False)
    return x.mean(0) + u[:, :k] @ vh[:k]


def _one_mean(x: Tensor, k: int) -> Tensor:
    v = torch.linalg.svd(x - x.mean(), full_matrices=False).Vh[:k]
    return x.mean() + (x - x.mean()) @ v.T @ v


def _raw_components(x: Tensor, k: int) -> Tensor:
    v = torch.linalg.svd(x, full_matrices=False).Vh[:k]
    return x.mean(0) + (x - x.mean(0)) @ v.T @ v


def _raw_projected(x: Tensor, k: int) -> Tensor:
    v = _components(x)[:k]
    return x @ v.T @ v


def _code(x: Tensor, k: int) -> Tensor:
    return (x - x.mean(0)) @ _components(x)[:k].T


_SMALLEST = (
    "You kept the k components with the smallest variance, the ones PCA throws away. "
    "`torch.linalg.eigh` sorts its eigenvalues in rising order, so the ones you want are the "
    "last k; `torch.linalg.svd` sorts in falling order, the first k."
)
_WRONG_AXIS = (
    "You took the mean over the wrong axis: of each example (`dim=1`), not of each coordinate. "
    "PCA centers the cloud of points: `x.mean(0)`, shape (D,), and components of length D."
)

MISTAKES = named({
    "not_centered": ("You didn't center the data. The first component then points from the origin "
        "to the cloud and is wasted on the mean. Subtract `x.mean(0)` first, add it back at the "
        "end.",
        _uncentered),
    "mean_not_added_back": ("You centered the data and projected well, but the mean never came "
        "back: add `x.mean(0)` to the result.",
        lambda x, k: _project(x, k) - x.mean(0)),
    "columns_of_vh": ("You took rows for columns, or columns for rows. In `Vh`, which "
        "`torch.linalg.svd` returns, the components are rows: `Vh[:k]`, shape (k, D). In `V`, "
        "which `torch.svd` returns, and in the eigenvectors of `eigh`, they are columns: `V[:, "
        ":k]`, shape (D, k).",
        _columns),
    "wrong_axis": (_WRONG_AXIS, _each_example, _each_example_raw),
    "k_smallest": (_SMALLEST, _smallest, _smallest_rows),
    "all_but_k": ("You dropped the first k components and kept the rest. It is the other way "
        "round: `Vh[:k]` where you have `Vh[k:]`.",
        _all_but_k),
    "one_too_many": ("You kept k + 1 components. `Vh[:k]` already holds k rows, number 0 to k − 1.",
        lambda x, k: _project(x, k + 1)),
    "one_too_few": ("You kept k − 1 components. `Vh[:k]` holds k rows, number 0 to k − 1.",
        lambda x, k: _project(x, k - 1)),
    "returns_the_code": ("You returned the code, k numbers an example. That is the compressed "
        "form; the last step takes it back to D numbers: multiply by the components again and add "
        "the mean.",
        _code),
    "standardized": ("You divided by the standard deviation of each coordinate. That is another "
        "PCA (of correlations); here the data are centered and not scaled.",
        _standardized),
    "singular_values_forgotten": ("You multiplied U by Vh and left out the singular values between "
        "them: `(U[:, :k] * S[:k]) @ Vh[:k]`.",
        _without_singular_values),
    "one_mean_for_all": ("You subtracted one number, the mean of all entries. Every coordinate has "
        "its own mean: `x.mean(0)`, shape (D,).",
        _one_mean),
    "components_not_centered": ("You computed the components from the raw data and centered only "
        "afterwards. Center first; the SVD has to see x − mean.",
        _raw_components),
    "projects_raw_data": ("The components are right, but you projected the raw x, not x − mean, "
        "and so the mean is squeezed through the bottleneck too. Project `x - x.mean(0)`, then add "
        "the mean.",
        _raw_projected),
    "mean_counted_twice": ("You projected the raw x and added the mean on top, so part of the mean "
        "is in the result twice. Project `x - x.mean(0)`.",
        lambda x, k: x.mean(0) + _raw_projected(x, k)),
})  # fmt: skip

PCA_RECONSTRUCT = Exercise(
    name="pca_reconstruct",
    notebook="02",
    title="compress with k principal components and come back",
    reference=pca_reconstruct,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[
        Property("complete_at_k_equals_d", _complete),
        Property("keeps_the_mean", _keeps_mean),
    ],
    hints=[
        "Four moves: center, find directions, project on the first k, move back to where the "
        "data were.",
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
