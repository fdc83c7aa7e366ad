"""Exercise `spectral_sigma`: the largest stretch of a weight matrix, by power iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise, Observed
from coursework.exercises.rules import Wrong, named, then

WRONG_SIDE = "multiplied on the wrong side"


def spectral_sigma(weight: Tensor, u: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """uᵀWv, a scalar, and u (out,) after `steps` of v ← Wᵀu/‖·‖, u ← Wv/‖·‖; weight (out, in).

    The gradient in `weight` is that of uᵀWv with u and v held fixed. Miyato et al., 2018, alg. 1.
    """
    with torch.no_grad():
        for _ in range(steps):
            v = F.normalize(weight.mT @ u, dim=0)
            u = F.normalize(weight @ v, dim=0)
    return u @ weight @ v, u


def _cases(generator: Generator) -> Iterator[Case]:
    for rows, columns, steps, label in (
        (5, 3, 1, "one step"),
        (3, 6, 2, "two steps"),
        (4, 4, 3, "a square weight"),
        (6, 4, 60, "many steps"),
    ):
        weight = 0.4 + torch.randn(rows, columns, generator=generator)
        u = torch.randn(rows, generator=generator)
        yield Case((weight, 1.7 * u, steps), label)


def _never_fits(seen: Observed, case: Case) -> bool:
    """Whether a product stops wherever the weight is not square."""
    rows, columns = case.args[0].shape
    return rows == columns or (isinstance(seen.value, str) and seen.value == WRONG_SIDE)


def _observe(fn: Wrong, weight: Tensor, u: Tensor, steps: int) -> Any:
    try:
        value = fn(weight, u, steps)
    except RuntimeError as error:
        if any(
            said in str(error) for said in ("size mismatch", "cannot be multiplied", "inconsistent")
        ):
            return WRONG_SIDE
        raise
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Tensor):
        return value[0].reshape(()) if value[0].numel() == 1 else value[0], value[1]
    return value


def iterated(
    weight: Tensor, u: Tensor, steps: int, norm_v: bool = True, norm_u: bool = True
) -> tuple[Tensor, Tensor]:
    """u and v after `steps`."""
    v = u
    for _ in range(steps):
        v = weight.mT @ u
        v = F.normalize(v, dim=0) if norm_v else v
        u = weight @ v
        u = F.normalize(u, dim=0) if norm_u else u
    return u, v


def ends(of: Callable[[Tensor, Tensor, Tensor], Any], **options: Any) -> Wrong:
    """What `of(weight, u, v)` makes of the iteration's end, u and v without a graph."""

    def wrong(weight: Tensor, u: Tensor, steps: int) -> Any:
        with torch.no_grad():
            u, v = iterated(weight, u, steps, **options)
        return of(weight, u, v)

    return wrong


def with_steps(change: Callable[[int], int]) -> Wrong:
    return lambda weight, u, steps: spectral_sigma(weight, u, change(steps))


def through_the_iteration(weight: Tensor, u: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    u, v = iterated(weight, u, steps)
    return u @ weight @ v, u


def no_transpose(weight: Tensor, u: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        for _ in range(steps):
            v = F.normalize(weight @ u, dim=0)
            u = F.normalize(weight @ v, dim=0)
    return u @ weight @ v, u


def turned(weight: Tensor, u: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        for _ in range(steps):
            v = F.normalize(weight @ u, dim=0)
            u = F.normalize(weight.mT @ v, dim=0)
    return u @ weight @ v, u


def transposed_twice(weight: Tensor, u: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    return spectral_sigma(weight.mT, u, steps)


SPECTRAL_SIGMA = Exercise(
    name="spectral_sigma", notebook="11", title="the largest stretch of a weight matrix",
    reference=spectral_sigma, cases=_cases, observe=_observe, differentiable=(0,), points=3,
    mistakes=named({
        "no_gradient": ("The numbers are right, and no gradient comes back to the weight: σ was "
            "computed without a graph. Iterate inside `torch.no_grad()`, and compute uᵀWv outside "
            "of it.", ends(lambda w, u, v: ((u @ w @ v).detach(), u))),
        "gradient_through_the_iteration": ("The value is right; its gradient runs back through "
            "the iteration. u and v are held fixed: put the loop inside `torch.no_grad()`, so that "
            "the gradient is u vᵀ.",
            through_the_iteration, lambda w, u, k: (through_the_iteration(w, u, k)[0],
                through_the_iteration(w, u, k)[1].detach())),
        "v_not_normalized": ("v was not brought to length 1. Both are, after each product: "
            "`F.normalize(weight.mT @ u, dim=0)`.",
            ends(lambda w, u, v: (u @ w @ v, u), norm_v=False)),
        "u_not_normalized": ("u was not brought to length 1. Both are, after each product: "
            "`F.normalize(weight @ v, dim=0)`.",
            ends(lambda w, u, v: (u @ w @ v, u), norm_u=False)),
        "squared": ("You return σ², as WWᵀ has it, or as two products give it. σ is uᵀWv, with one "
            "W.", ends(lambda w, u, v: (u @ w @ w.mT @ u, u)),
            ends(lambda w, u, v: ((u @ w @ v).square(), u))),
        "half_a_step_more": ("Your σ is the length of Wᵀu with the newest u, half a step further "
            "than uᵀWv. Both end at the same number; asked for is uᵀWv with the u and v of the "
            "last step.", ends(lambda w, u, v: ((w.mT @ u).norm(), u))),
        "exact": (
            "With many steps right: you took the largest singular value of an exact decomposition. "
            "Asked for is the estimate after `steps` of power iteration, which costs two products.",
            lambda w, u, k: (torch.linalg.matrix_norm(w, 2), spectral_sigma(w, u, k)[1]),
            lambda w, u, k: (torch.linalg.matrix_norm(w, 2), u),
            lambda w, u, k: (torch.linalg.matrix_norm(w, 2), F.normalize(u, dim=0))),
        "frobenius": ("That is the root of the sum of all squares, the Frobenius norm. It bounds σ "
            "from above, and adds up every direction's stretch.",
            lambda w, u, k: (w.norm(), spectral_sigma(w, u, k)[1]), lambda w, u, k: (w.norm(), u)),
        "old_u": ("You return the u that came in. The new one is returned, so that the next call "
            "goes on where this one ended.",
            lambda w, u, k: (spectral_sigma(w, u, k)[0], u),
            lambda w, u, k: (spectral_sigma(w, u, k)[0], F.normalize(u, dim=0))),
        "old_u_in_sigma": ("σ has the u that came in, beside the newest v. Use both of the last "
            "step.", lambda w, u, k: (F.normalize(u, dim=0) @ w @ ends(lambda w, u, v: v)(w, u, k),
                spectral_sigma(w, u, k)[1]),
            lambda w, u, k: (u @ w @ ends(lambda w, u, v: v)(w, u, k), spectral_sigma(w, u, k)[1])),
        "v_returned": ("You return v in place of u. v has the length of the input, u that of the "
            "output, and u is what the next call begins with.",
            ends(lambda w, u, v: (u @ w @ v, v))),
        "one_step_only": ("You took one step, whatever `steps` says.", with_steps(lambda k: 1)),
        "a_step_too_many": ("You took one step more than `steps`.", with_steps(lambda k: k + 1)),
        "one_step_too_few": ("You took one step less than `steps`.",
            with_steps(lambda k: max(k - 1, 1))),
        "no_transpose": ("Both products are with W itself, so you iterate towards the largest "
            "eigenvalue of a square W, and no other W fits. The first is with Wᵀ: v = Wᵀu, u = Wv.",
            no_transpose),
        "sides_swapped": ("You multiplied by Wᵀ where W belongs and the reverse. `weight` is (out, "
            "in) and u is (out,): v = Wᵀu is (in,), u = Wv is (out,).", transposed_twice, turned),
        "weight_returned": ("You return the normalized weight. Asked for is σ itself; whoever "
            "calls divides.",
            lambda w, u, k: (w / spectral_sigma(w, u, k)[0], spectral_sigma(w, u, k)[1])),
        "sigma_alone": ("Two things are asked for: σ and the new u, `return sigma, u`.",
            lambda w, u, k: spectral_sigma(w, u, k)[0]),
        "order": ("You return the right things in the wrong order: σ first, then u.",
            then(spectral_sigma, lambda pair: pair[::-1])),
        "smallest": ("That is the smallest singular value. σ is the largest one.",
            lambda w, u, k: (torch.linalg.svdvals(w)[-1], spectral_sigma(w, u, k)[1])),
        "inverse": ("You return 1/σ. Asked for is σ; whoever calls divides.",
            lambda w, u, k: (1 / spectral_sigma(w, u, k)[0], spectral_sigma(w, u, k)[1])),
    })
    + named({
        "sizes_do_not_fit": ("A product stopped, for its sizes don't fit. `weight` is (out, in) "
            "and u is (out,): v = Wᵀu is (in,), u = Wv is (out,).", lambda w, u, k: (w @ u, u)),
    }, when=_never_fits),
    hints=["Multiply by Wᵀ and by W in turns: the direction that is stretched most wins. Bring the "
           "vector to length 1 after each product.",
           "v = Wᵀu and u = Wv, each normalized, `steps` times, all in `torch.no_grad()`. After "
           "that, outside of it, σ = uᵀWv.",
           "`v = F.normalize(weight.mT @ u, dim=0)`, `u = F.normalize(weight @ v, dim=0)`; then "
           "`return u @ weight @ v, u`."],
)  # fmt: skip
