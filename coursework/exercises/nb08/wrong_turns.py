"""Wrong ways to turn from one code to another: the mistakes of `slerp`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from coursework.checking.exercise import Mistake
from coursework.exercises.nb08.wrong_edges import mistakes_at_the_edges, refuses
from coursework.exercises.nb08.wrong_paths import (
    At,
    Path,
    along,
    arc,
    line,
    linear,
    mistakes_of_any_path,
    turning,
)
from coursework.exercises.rules import named


def _raw(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    """Weights of the angle between the directions on the codes themselves."""
    return arc(z0, z1, t, torch.arccos(z0 @ z1 / (z0.norm() * z1.norm())))


def _by_dot(clamp: bool = False, by: Callable[[Tensor, Tensor], Any] = lambda n0, n1: 1.0) -> list[At]:  # fmt: skip
    """Two ways with an angle from a dot product that is not divided by both lengths."""

    def angle(z0: Tensor, z1: Tensor) -> Tensor:
        dot = z0 @ z1 / by(z0.norm(), z1.norm())
        return torch.arccos(dot.clamp(-1, 1) if clamp else dot)

    def turn(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        n0, n1 = z0.norm(), z1.norm()
        return linear(n0, n1, t) * arc(z0 / n0, z1 / n1, t, angle(z0, z1))

    return [turn, lambda z0, z1, t: arc(z0, z1, t, angle(z0, z1))]


def _dot_with_edges(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    dot = z0 @ z1
    if dot > 1 - 1e-6:
        return line(z0, z1, t)
    return refuses(z0, z1, t) if dot < -1 + 1e-6 else _by_dot()[0](z0, z1, t)


def _straight(u0: Tensor, u1: Tensor, t: Tensor) -> Tensor:
    return line(u0, u1, t) / line(u0, u1, t).norm(dim=1, keepdim=True)


def _cut_short(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    """The straight line between the codes, pushed out to the length that is asked for."""
    n = linear(z0.norm(), z1.norm(), t)
    return n * line(z0, z1, t) / line(z0, z1, t).norm(dim=1, keepdim=True)


def _weighed(weights: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> list[Path]:
    """Paths whose directions and whose codes have other weights, made from the angle () and t."""

    def direction(u0: Tensor, u1: Tensor, t: Tensor) -> Tensor:
        w0, w1 = weights(torch.arccos(u0 @ u1), t)
        return w0 * u0 + w1 * u1

    def raw(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        w0, w1 = weights(torch.arccos(z0 @ z1 / (z0.norm() * z1.norm())), t)
        return w0 * z0 + w1 * z1

    return [along(turning(direction)), along(raw)]


def mistakes(slerp: Path) -> list[Mistake]:
    """All named mistakes. slerp: the right function."""
    return [*mistakes_of_any_path(turning()), *_OF_THE_WAY, *mistakes_at_the_edges(slerp)]


_OF_THE_WAY = named({
    "straight_line": ("That is the straight line, `interpolate`: its codes get shorter in the "
        "middle. Here the direction turns by equal angles and the length goes linearly.",
        along(line)),
    "ends_normalized_away": ("All your codes have length 1, the ends too, so the path neither "
        "starts at z0 nor ends at z1. The unit vectors are for the direction; give each code its "
        "length back, from |z0| to |z1|.",
        along(turning(length=lambda n0, n1, t: torch.ones_like(t)))),
    "raw_codes_weighed": ("The ends are right, and between them the lengths are not: you put the "
        "weights sin((1 − t) ω) and sin(t ω) on the codes themselves. They hold for *unit* "
        "vectors; two codes of unequal length need the length apart: interpolate the directions, "
        "then multiply by (1 − t) |z0| + t |z1|.",
        along(_raw)),
    "dot_not_divided": ("The angle is wrong: the cosine is not z0 · z1 but z0 · z1 / (|z0| |z1|), "
        "divided by *both* lengths. The dot product alone can be larger than 1, where the "
        "arccosine is NaN.",
        *map(along, _by_dot()), *map(along, _by_dot(clamp=True)),
        *map(along, _by_dot(by=lambda n0, n1: n0)), *map(along, _by_dot(by=lambda n0, n1: n1)),
        *map(along, _by_dot(by=lambda n0, n1: n0 * n0)),
        *map(along, _by_dot(by=lambda n0, n1: n0 + n1)), along(_dot_with_edges)),
    "length_not_linear": ("The directions are right, the lengths are not. The length goes linearly "
        "from |z0| to |z1|: (1 − t) |z0| + t |z1|.",
        *(along(turning(length=length)) for length in (
            lambda n0, n1, t: n0 ** (1 - t) * n1**t,
            lambda n0, n1, t: linear(n0.square(), n1.square(), t).sqrt(),
            lambda n0, n1, t: (n0 + n1) / 2 + 0 * t,
            lambda n0, n1, t: n0 + 0 * t,
            lambda n0, n1, t: n1 + 0 * t,
            lambda n0, n1, t: n0 * n1 + 0 * t,
        )),
        along(lambda z0, z1, t: turning(length=lambda n0, n1, t: line(z0, z1, t).norm(dim=1, keepdim=True))(z0, z1, t))),
    "lengths_swapped": ("Directions and lengths run opposite ways: one from z0 to z1, the other "
        "from z1 to z0. Both have (1 − t) with z0.",
        along(turning(length=lambda n0, n1, t: linear(n1, n0, t))),
        along(turning(lambda u0, u1, t: arc(u1, u0, t)))),
    "angles_not_equal": ("Your directions lie on the straight line between the two, pushed out to "
        "the sphere: they hurry in the middle and dawdle at the ends. Equal angles come from the "
        "weights sin((1 − t) ω) / sin ω and sin(t ω) / sin ω.",
        along(turning(_straight)), along(turning(line)), along(_cut_short),
        along(turning(_straight, lambda n0, n1, t: torch.ones_like(t)))),
    "right_angle_assumed": ("Your weights are those of a right angle, cos and sin of t · 90°. The "
        "angle between these two is another one: ω = arccos of the cosine between them.",
        *_weighed(lambda angle, t: (torch.cos(t * torch.pi / 2), torch.sin(t * torch.pi / 2)))),
    "sine_forgotten": ("The division by sin ω is missing: not even the ends come out right.",
        *_weighed(lambda angle, t: (torch.sin((1 - t) * angle), torch.sin(t * angle)))),
    "sine_multiplied": ("You multiplied by sin ω, or divided by ω itself. Divide by sin ω.",
        *
        _weighed(lambda angle, t: (torch.sin((1 - t) * angle) * angle.sin(), torch.sin(t * angle) * angle.sin())),
        *
        _weighed(lambda angle, t: (torch.sin((1 - t) * angle) / angle, torch.sin(t * angle) / angle))),
    "cosine_for_the_angle": ("You used the cosine where the angle belongs. The angle is its "
        "arccosine: `torch.arccos(cosine)`.",
        *_weighed(lambda angle, t: _sines(angle.cos(), t))),
    "degrees": ("You turned the angle into degrees. `torch.sin` takes radians, as `torch.arccos` "
        "gives them.",
        *_weighed(lambda angle, t: _sines(torch.rad2deg(angle), t))),
    "cosines_for_sines": ("The weights are sines, and yours are cosines.",
        *
        _weighed(lambda angle, t: (torch.cos((1 - t) * angle) / angle.sin(), torch.cos(t * angle) / angle.sin())),
        *
        _weighed(lambda angle, t: (torch.cos((1 - t) * angle) / angle.cos(), torch.cos(t * angle) / angle.cos()))),
    "brackets": ("Brackets: t belongs inside the sine, sin(t · ω), not behind it or next to it.",
        *
        _weighed(lambda angle, t: ((1 - t) * angle.sin() / angle.sin(), torch.sin(t) * angle / angle.sin())),
        *
        _weighed(lambda angle, t: (torch.sin(1 - t) * angle / angle.sin(), torch.sin(t) * angle / angle.sin())),
        *
        _weighed(lambda angle, t: (torch.sin(1 - t * angle) / angle.sin(), torch.sin(t * angle) / angle.sin()))),
})  # fmt: skip


def _sines(angle: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    return torch.sin((1 - t) * angle) / angle.sin(), torch.sin(t * angle) / angle.sin()
