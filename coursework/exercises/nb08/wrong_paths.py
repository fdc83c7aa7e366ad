"""Wrong ways from one code to another: what the mistakes of `interpolate` and `slerp` are made of."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from coursework.checking.exercise import Mistake
from coursework.exercises.ingredients import known_as

At = Callable[[Tensor, Tensor, Tensor], Tensor]  # codes z0, z1 (K,) and t (steps, 1) to (steps, K)
Path = Callable[[Tensor, Tensor, int], Tensor]
Length = Callable[[Tensor, Tensor, Tensor], Tensor]  # lengths (), () and t to (steps, 1)


def line(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    return (1 - t) * z0 + t * z1


def linear(start: Tensor, end: Tensor, t: Tensor) -> Tensor:
    return (1 - t) * start + t * end


def evenly(steps: int) -> Tensor:
    return torch.linspace(0, 1, steps)


def along(at: At, grid: Callable[[int], Tensor] = evenly) -> Path:
    """The path that is at `at(z0, z1, t)` for each t of a grid."""
    return lambda z0, z1, steps: at(z0, z1, grid(steps)[:, None])


def is_parallel(z0: Tensor, z1: Tensor) -> bool:
    """Whether there is no angle to divide up: one direction up to rounding, or none at all."""
    lengths = z0.norm() * z1.norm()
    return bool(lengths == 0 or z0 @ z1 > (1 - 1e-6) * lengths)


def is_antiparallel(z0: Tensor, z1: Tensor) -> bool:
    lengths = z0.norm() * z1.norm()
    return bool(lengths > 0 and z0 @ z1 < (-1 + 1e-6) * lengths)


def arc(u0: Tensor, u1: Tensor, t: Tensor, angle: Tensor | None = None) -> Tensor:
    """Directions from u0 to u1 (K,), unit vectors, at t: (steps, K)."""
    angle = torch.arccos(u0 @ u1) if angle is None else angle
    return (torch.sin((1 - t) * angle) * u0 + torch.sin(t * angle) * u1) / torch.sin(angle)


def turning(direction: At = arc, length: Length = linear) -> At:
    """Spherical interpolation with another way of turning, or another length on the way."""

    def at(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        if is_parallel(z0, z1):
            return line(z0, z1, t)
        if is_antiparallel(z0, z1):
            raise ValueError("no way is the shortest")
        n0, n1 = z0.norm(), z1.norm()
        return length(n0, n1, t) * direction(z0 / n0, z1 / n1, t)

    return at


def _from_grids(at: At, *grids: Callable[[int], Tensor]) -> list[Path]:
    return [along(at, grid) for grid in grids]


def mistakes_of_any_path(at: At) -> list[Mistake]:
    """Wrong numbers t, and wrong forms, for a path that is right at each t."""
    right = along(at)
    return [
        *known_as(
            "end_left_out",
            "The last code is not z1: your steps stop short of it, as `arange(steps) / steps` "
            "does. From z0 to z1 with both ends "
            "takes steps − 1 equal strides: `torch.linspace(0, 1, steps)`.",
            *_from_grids(at, lambda s: torch.arange(s) / s, lambda s: evenly(s)[:-1]),
        ),
        *known_as(
            "start_left_out",
            "The first code is not z0: your steps begin one stride after it. "
            "Both ends belong to the path: "
            "`torch.linspace(0, 1, steps)`.",
            *_from_grids(at, lambda s: (torch.arange(s) + 1) / s, lambda s: evenly(s)[1:]),
        ),
        *known_as(
            "both_ends_left_out",
            "Neither z0 nor z1 is on your path, only codes between them. Both ends belong to it: "
            "`torch.linspace(0, 1, steps)`.",
            *_from_grids(at, lambda s: evenly(s + 2)[1:-1], lambda s: (torch.arange(s) + 0.5) / s,
                         lambda s: evenly(s)[1:-1]),
        ),
        *known_as(
            "wrong_number_of_codes",
            "Both ends are there, and the number of codes is wrong: "
            "`steps` counts codes, ends included, not the strides or the "
            "codes between.",
            *_from_grids(at, lambda s: evenly(s + 1), lambda s: evenly(s + 2), lambda s: evenly(s - 1)),
        ),
        *known_as(
            "reversed",
            "Your path runs from z1 to z0. At t = 0 all the weight is on z0, at t = 1 on z1.",
            *_from_grids(at, lambda s: evenly(s).flip(0)),
        ),
        *known_as(
            "t_leaves_0_to_1",
            "Your path leaves the stretch between z0 and z1: t runs beyond 0 and 1. "
            "It goes from 0 to 1: "
            "`torch.linspace(0, 1, steps)`.",
            *_from_grids(at, lambda s: torch.arange(s).float(), lambda s: torch.linspace(-1, 1, s),
                         lambda s: torch.arange(s) + 1.0),
        ),
        *known_as(
            "uneven_steps",
            "Both ends are right, and the strides between are not equal: "
            "t is squared, eased or rounded to whole numbers. It "
            "grows by the same amount from code to code.",
            *_from_grids(at, lambda s: evenly(s) ** 2, lambda s: evenly(s).sqrt(),
                         lambda s: evenly(s) ** 2 * (3 - 2 * evenly(s)), lambda s: evenly(s).floor(),
                         lambda s: evenly(s).round(), lambda s: 0.5 - 0.5 * torch.cos(torch.pi * evenly(s))),
        ),
        *known_as(
            "one_code",
            "You return one code. Asked for are all codes of the path, (steps, K), one a row. "
            "Is a `return` inside the loop?",
            lambda z0, z1, steps: at(z0, z1, torch.tensor([[0.5]]))[0],
            lambda z0, z1, steps: right(z0, z1, steps)[0],
            lambda z0, z1, steps: right(z0, z1, steps)[-1],
        ),
        *known_as(
            "transposed",
            "Rows and columns changed places: codes stand in rows, (steps, K). "
            "With `t[:, None]`, (steps, 1), times a code, (K,), "
            "broadcasting puts them there.",
            lambda z0, z1, steps: right(z0, z1, steps).T,
        ),
        *known_as(
            "a_list",
            "You return a list of codes. One tensor (steps, K) is asked for: "
            "`torch.stack` makes it.",
            lambda z0, z1, steps: list(right(z0, z1, steps)),
        ),
        *known_as(
            "a_dimension_too_many",
            "There is a dimension of size 1 that shouldn't be there. Codes stand in rows: "
            "(steps, K).",
            lambda z0, z1, steps: right(z0, z1, steps)[None],
            lambda z0, z1, steps: right(z0, z1, steps)[:, None],
        ),
    ]  # fmt: skip
