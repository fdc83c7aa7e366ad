"""Exercises `flow_pair` and `guide`: a straight path to learn from, and two guesses made one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.nb14.chain import each_row
from coursework.exercises.rules import given, named, swapped, then

Pair = tuple[Tensor, Tensor]


def flow_pair(x0: Tensor, eps: Tensor, t: Tensor) -> Pair:
    """x_t = (1 − t) x0 + t eps and its velocity dx/dt, both (N, ...). Lipman et al., 2023.

    x0, eps (N, ...); t (N,) in [0, 1], 0 at the data and 1 at the noise.
    """
    s = each_row(t, x0)
    return (1 - s) * x0 + s * eps, eps - x0


def _flow_cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(4, 7, (), generator=generator))
    for shape, label in (
        ((n, n), "as many columns as rows"),
        ((n, 2, 3, n), "images"),
        ((1, 3), "a batch of one"),
    ):
        x0, eps = (1.5 * torch.randn(shape, generator=generator) for _ in range(2))
        t = 0.1 + 0.75 * torch.linspace(0, 1, shape[0] + 2)[1:-1]
        yield Case((x0, eps, t[torch.randperm(shape[0], generator=generator)]), label)


def _pair(build: Callable[[Tensor, Tensor, Tensor], Pair]) -> Callable[..., Pair]:
    """A wrong pair from x0, eps and t with the axes it needs."""
    return lambda x0, eps, t: build(x0, eps, each_row(t, x0))


def _place(x0: Tensor, eps: Tensor, s: Tensor) -> Tensor:
    return (1 - s) * x0 + s * eps


FLOW_PAIR = Exercise(
    name="flow_pair",
    notebook="14",
    title="a point on the straight path, and its velocity",
    reference=flow_pair,
    cases=_flow_cases,
    differentiable=(0, 1),
    points=2,
    mistakes=named(
        {
            "time_reversed": (
                "Your path runs from noise at t = 0 to data at t = 1. Many papers count so; here t = 0 is the data and t = 1 the noise, as in the chain.",
                _pair(lambda x0, eps, s: (_place(eps, x0, s), x0 - eps)),
            ),
            "place_reversed": (
                "The point is that of a path from noise to data, and the velocity that of the other direction. Here t = 0 is x₀: (1 − t) x₀ + t · eps.",
                _pair(lambda x0, eps, s: (_place(eps, x0, s), eps - x0)),
            ),
            "velocity_sign": (
                "The velocity points the wrong way: dx/dt of (1 − t) x₀ + t · eps is eps − x₀.",
                _pair(lambda x0, eps, s: (_place(x0, eps, s), x0 - eps)),
            ),
            "velocity_from_here": (
                "The velocity is counted from x_t: eps − x_t, or x_t − x₀. dx/dt is eps − x₀, the same at every t.",
                _pair(lambda x0, eps, s: (_place(x0, eps, s), eps - _place(x0, eps, s))),
                _pair(lambda x0, eps, s: (_place(x0, eps, s), _place(x0, eps, s) - x0)),
                _pair(lambda x0, eps, s: (_place(x0, eps, s), x0 - _place(x0, eps, s))),
            ),
            "velocity_with_t": (
                "t stands in your velocity. The path is a straight line, walked at one speed: its derivative has no t in it.",
                _pair(lambda x0, eps, s: (_place(x0, eps, s), (eps - x0) / s)),
                _pair(lambda x0, eps, s: (_place(x0, eps, s), (eps - x0) / (1 - s))),
            ),
            "noise_as_velocity": (
                "You return the noise as the velocity. That is the target of `noise_prediction_loss`; here it is eps − x₀.",
                _pair(lambda x0, eps, s: (_place(x0, eps, s), eps + 0 * x0)),
            ),
            "data_as_velocity": (
                "You return x₀ as the velocity. It is eps − x₀.",
                _pair(lambda x0, eps, s: (_place(x0, eps, s), x0 + 0 * eps)),
                _pair(lambda x0, eps, s: (_place(x0, eps, s), -x0 + 0 * eps)),
            ),
            "sum_as_velocity": (
                "The velocity is a difference, eps − x₀. You added.",
                _pair(lambda x0, eps, s: (_place(x0, eps, s), eps + x0)),
            ),
            "chains_weights": (
                "Those are the weights of the chain, whose squares add up to 1. The straight path has the weights 1 − t and t.",
                _pair(lambda x0, eps, s: ((1 - s).sqrt() * x0 + s.sqrt() * eps, eps - x0)),
                _pair(lambda x0, eps, s: (s.sqrt() * x0 + (1 - s).sqrt() * eps, eps - x0)),
            ),
            "x0_not_scaled": (
                "x₀ keeps its full size at every t. It gets 1 − t, so that nothing of it is left at t = 1.",
                _pair(lambda x0, eps, s: (x0 + s * eps, eps - x0)),
            ),
            "along_the_last_axis": (
                "`t` (N,) was stretched along the *last* axis of x0. Give it an axis of size 1 for each further axis: `t.reshape(-1, *[1] * (x0.ndim - 1))`.",
                lambda x0, eps, t: (_place(x0, eps, t), eps - x0),
            ),
            "always_four_axes": (
                "Right for images, wrong for points: `reshape(-1, 1, 1, 1)` makes four axes where x0 has two. Count the axes of x0: `t.reshape(-1, *[1] * (x0.ndim - 1))`.",
                lambda x0, eps, t: (_place(x0, eps, t.reshape(-1, 1, 1, 1)), eps - x0),
            ),
            "first_for_all": (
                "Every example got the time of the first. `t` has one for each.",
                given(flow_pair, 2, lambda t: t[:1].expand_as(t)),
                given(flow_pair, 2, lambda t: t.mean().expand_as(t)),
            ),
            "pair_swapped": (
                "Right, in the wrong order: first the point x_t, then the velocity.",
                then(flow_pair, lambda pair: pair[::-1]),
            ),
        }
    ),
    hints=[
        "The point lies on the straight line from x₀ (at t = 0) to eps (at t = 1). The velocity is the derivative of that line with respect to t.",
        "`s = t.reshape(-1, *[1] * (x0.ndim - 1))`, so that each example meets its own time.",
        "`return (1 - s) * x0 + s * eps, eps - x0`",
    ],
)


def guide(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Guided guess eps_cond + w (eps_cond − eps_uncond), (N, ...); w = 0 is not guided.

    Ho and Salimans, "Classifier-free diffusion guidance", 2022, eq. 6.
    """
    return eps_cond + w * (eps_cond - eps_uncond)


def _guide_cases(generator: Generator) -> Iterator[Case]:
    for shape, w, label in (
        ((4, 3), 2.5, "points"),
        ((3, 1, 2, 4), 0.4, "images, a little guidance"),
        ((1, 2), 7.0, "a batch of one, much guidance"),
    ):
        cond, uncond = (1.4 * torch.randn(shape, generator=generator) for _ in range(2))
        yield Case((cond, uncond, w + 0.1 * float(torch.rand((), generator=generator))), label)


def _unguided(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    cond, uncond = torch.randn(2, 4, 3, generator=generator)
    gap = float((fn(cond, uncond, 0.0) - cond).abs().max())
    if gap < 1e-5:
        return None
    return f"With w = 0 the result must be `eps_cond` itself; yours is off by {gap:.3g}."


def _norm(x: Tensor) -> Tensor:
    return x.flatten(1).norm(dim=1).reshape(-1, *[1] * (x.ndim - 1))


GUIDE = Exercise(
    name="guide",
    notebook="14",
    title="a guess pushed away from the unconditional one",
    reference=guide,
    cases=_guide_cases,
    properties=[Property("unguided", _unguided)],
    points=1,
    mistakes=named(
        {
            "other_convention": (
                "That is the other convention, in which w = 1 means *not* guided: ε_u + w (ε_c − ε_u). Here w = 0 does: ε_c + w (ε_c − ε_u). Papers use both, so say which.",
                lambda c, u, w: u + w * (c - u),
            ),
            "weights_swapped": (
                "The two guesses changed places: you go from the conditional one to the unconditional one, away from what was asked for.",
                swapped(guide),
                lambda c, u, w: c + w * (u - c),
                lambda c, u, w: c + w * u,
            ),
            "wrong_base": (
                "The difference is right, and it is added to the unconditional guess with the wrong sign or twice. Begin at ε_c: ε_c + w (ε_c − ε_u).",
                lambda c, u, w: u + (2 + w) * (c - u),
            ),
            "blend": (
                "That is a blend that lies *between* the two guesses. Guidance goes beyond the conditional one.",
                lambda c, u, w: (c + w * u) / (1 + w),
            ),
            "uncond_once": (
                "The unconditional guess is subtracted with another weight than the conditional one is added with: (1 + w) ε_c − w ε_u.",
                lambda c, u, w: (1 + w) * c - u,
                lambda c, u, w: w * c - u,
                lambda c, u, w: w * (c - u),
            ),
            "uncond_forgotten": (
                "The unconditional guess doesn't occur: (1 + w) ε_c alone makes the guess larger and doesn't turn it.",
                lambda c, u, w: (1 + w) * c + 0 * u,
                lambda c, u, w: w * c + 0 * u,
            ),
            "brackets": (
                "Brackets: w multiplies the whole difference ε_c − ε_u.",
                lambda c, u, w: (c + w) * (c - u),
            ),
            "added": (
                "The two guesses are added. Guidance needs their difference.",
                lambda c, u, w: c + w * (c + u),
                lambda c, u, w: (1 + w) * c + w * u,
            ),
            "w_ignored": (
                "`w` doesn't occur.",
                lambda c, u, w: 2 * c - u,
                lambda c, u, w: c + 0 * u,
            ),
            "rescaled": (
                "You scaled the result back to the length of ε_c. That is a remedy for large w, from later papers; asked for is the plain sum.",
                lambda c, u, w: guide(c, u, w) * _norm(c) / _norm(guide(c, u, w)),
                lambda c, u, w: guide(c, u, w) / (1 + w),
            ),
            "clipped": (
                "You clipped the result. Asked for is the plain sum.",
                lambda c, u, w: guide(c, u, w).clamp(-1, 1),
            ),
        }
    ),
    hints=[
        "Begin at the conditional guess and go on, in the direction from the unconditional guess to it, w times their difference.",
        "The direction is `eps_cond - eps_uncond`.",
        "`return eps_cond + w * (eps_cond - eps_uncond)`",
    ],
)
