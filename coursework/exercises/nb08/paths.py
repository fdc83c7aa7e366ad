"""Ways from one code to another, right and wrong: what `interpolate` and `slerp` have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from coursework.checking.exercise import Mistake
from coursework.exercises.rules import each, named

At = Callable[[Tensor, Tensor, Tensor], Tensor]  # codes z0, z1 (K,) and t (steps, 1) to (steps, K)
Path = Callable[[Tensor, Tensor, int], Tensor]


def line(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    """(1 − t) z0 + t z1, for codes or for lengths."""
    return (1 - t) * z0 + t * z1


def slerp(z0: Tensor, z1: Tensor, steps: int) -> Tensor:
    """Codes (steps, K) from z0 to z1, (K,) each, by equal angles, the length growing linearly.

    Where there is no angle to divide up (parallel codes, or a code of zeros) the straight line.
    ValueError for antiparallel codes: there every way round is as short as any other.
    Shoemake, 1985.
    """
    t = torch.linspace(0, 1, steps).to(z0)[:, None]  # (steps, 1)
    norm0, norm1 = z0.norm(), z1.norm()
    cosine = z0 @ z1 / (norm0 * norm1)
    if norm0 * norm1 == 0 or cosine > 1 - 1e-6:
        return line(z0, z1, t)
    if cosine < -1 + 1e-6:
        raise ValueError("z0 and z1 point in opposite directions: no way between them is shortest")
    angle = torch.arccos(cosine)
    direction = torch.sin((1 - t) * angle) * z0 / norm0 + torch.sin(t * angle) * z1 / norm1
    return line(norm0, norm1, t) * direction / torch.sin(angle)


def cosine_of(z0: Tensor, z1: Tensor) -> Tensor:
    return z0 @ z1 / (z0.norm() * z1.norm())


def arc(u0: Tensor, u1: Tensor, t: Tensor, angle: Tensor | None = None) -> Tensor:
    """Directions from u0 to u1 (K,), unit vectors, at t: (steps, K)."""
    angle = torch.arccos(u0 @ u1) if angle is None else angle
    return (torch.sin((1 - t) * angle) * u0 + torch.sin(t * angle) * u1) / torch.sin(angle)


def turning(direction: At = arc, length: At = line) -> At:
    """Spherical interpolation with another way of turning, or another length on the way."""

    def at(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        n0, n1 = z0.norm(), z1.norm()
        if n0 * n1 == 0 or cosine_of(z0, z1) > 1 - 1e-6:
            return line(z0, z1, t)
        if cosine_of(z0, z1) < -1 + 1e-6:
            raise ValueError("no way is the shortest")
        return length(n0, n1, t) * direction(z0 / n0, z1 / n1, t)

    return at


def stretched(codes: Tensor, length: float | Tensor = 1.0) -> Tensor:
    """The codes (steps, K), made as long as is asked for."""
    return length * codes / codes.norm(dim=1, keepdim=True)


def evenly(steps: int) -> Tensor:
    return torch.linspace(0, 1, steps)


def along(at: At, grid: Callable[[int], Tensor] = evenly) -> Path:
    """The path that is at `at(z0, z1, t)` for each t of a grid."""
    return lambda z0, z1, steps: at(z0, z1, grid(steps)[:, None])


def mistakes_of_any_path(at: At) -> list[Mistake]:
    """Wrong numbers t, and wrong forms, for a path that is right at each t."""
    return [
        *named(each(lambda grid: along(at, grid), _GRIDS)),
        *named(each(lambda form: partial(form, at), _FORMS)),
    ]


_GRIDS = {
    "end_left_out": ("The last code is not z1: your steps stop short of it, as `arange(steps) / "
        "steps` does. From z0 to z1 with both ends takes steps − 1 equal strides: "
        "`torch.linspace(0, 1, steps)`.",
        lambda s: torch.arange(s) / s, lambda s: evenly(s)[:-1]),
    "start_left_out": ("The first code is not z0: your steps begin one stride after it. Both ends "
        "belong to the path: `torch.linspace(0, 1, steps)`.",
        lambda s: (torch.arange(s) + 1) / s, lambda s: evenly(s)[1:]),
    "both_ends_left_out": ("Neither z0 nor z1 is on your path, only codes between them. Both ends "
        "belong to it: `torch.linspace(0, 1, steps)`.",
        lambda s: evenly(s + 2)[1:-1], lambda s: (torch.arange(s) + 0.5) / s,
        lambda s: evenly(s)[1:-1]),
    "wrong_number_of_codes": ("Both ends are there, and the number of codes is wrong: `steps` "
        "counts codes, ends included, not the strides or the codes between.",
        lambda s: evenly(s + 1), lambda s: evenly(s + 2), lambda s: evenly(s - 1)),
    "reversed": ("Your path runs from z1 to z0. At t = 0 all the weight is on z0, at t = 1 on z1.",
        lambda s: evenly(s).flip(0)),
    "t_leaves_0_to_1": ("Your path leaves the stretch between z0 and z1: t runs beyond 0 and 1. It "
        "goes from 0 to 1: `torch.linspace(0, 1, steps)`.",
        lambda s: torch.arange(s).float(), lambda s: torch.linspace(-1, 1, s),
        lambda s: torch.arange(s) + 1.0),
    "uneven_steps": ("Both ends are right, and the strides between are not equal: t is squared, "
        "eased or rounded to whole numbers. It grows by the same amount from code to code.",
        lambda s: evenly(s) ** 2, lambda s: evenly(s).sqrt(), lambda s: evenly(s).floor(),
        lambda s: evenly(s) ** 2 * (3 - 2 * evenly(s)), lambda s: evenly(s).round(),
        lambda s: 0.5 - 0.5 * torch.cos(torch.pi * evenly(s))),
}  # fmt: skip

_FORMS = {
    "one_code": ("You return one code. Asked for are all codes of the path, (steps, K), one a row. "
        "Is a `return` inside the loop?",
        lambda at, z0, z1, steps: at(z0, z1, torch.tensor([[0.5]]))[0],
        lambda at, *args: along(at)(*args)[0], lambda at, *args: along(at)(*args)[-1]),
    "transposed": ("Rows and columns changed places: codes stand in rows, (steps, K). With `t[:, "
        "None]`, (steps, 1), times a code, (K,), broadcasting puts them there.",
        lambda at, *args: along(at)(*args).T),
    "a_list": ("You return a list of codes. One tensor (steps, K) is asked for: `torch.stack` "
        "makes it.",
        lambda at, *args: list(along(at)(*args))),
    "a_dimension_too_many": ("There is a dimension of size 1 that shouldn't be there. Codes stand "
        "in rows: (steps, K).",
        lambda at, *args: along(at)(*args)[None], lambda at, *args: along(at)(*args)[:, None]),
}  # fmt: skip
