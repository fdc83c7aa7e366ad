"""Wrong ways to turn from one code to another: the mistakes of `slerp` at ordinary angles."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, cos, sin

from coursework.exercises.nb08.paths import (
    At,
    Path,
    along,
    arc,
    cosine_of,
    line,
    mistakes_of_any_path,
    stretched,
    turning,
)
from coursework.exercises.rules import Row, each, named

Weights = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # of both codes, from the angle and t


def _weighted(sentence: str, *weights: Weights) -> Row:
    """A row: each pair of weights for the directions, and for the codes themselves."""
    return sentence, *(path for pair in weights for path in (_on_units(pair), _on_codes(pair)))


def _on_units(weights: Weights) -> Path:
    def direction(u0: Tensor, u1: Tensor, t: Tensor) -> Tensor:
        w0, w1 = weights(torch.arccos(u0 @ u1), t)
        return w0 * u0 + w1 * u1

    return along(turning(direction))


def _on_codes(weights: Weights) -> Path:
    def at(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        w0, w1 = weights(torch.arccos(cosine_of(z0, z1)), t)
        return w0 * z0 + w1 * z1

    return along(at)


def _by(cosine: Callable[[Tensor, Tensor], Tensor]) -> tuple[At, At]:
    """With another cosine: turning the directions, and turning the codes themselves."""

    def units(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        n0, n1 = z0.norm(), z1.norm()
        return line(n0, n1, t) * arc(z0 / n0, z1 / n1, t, torch.arccos(cosine(z0, z1)))

    return units, lambda z0, z1, t: arc(z0, z1, t, torch.arccos(cosine(z0, z1)))


def _dot_with_edges(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    dot = z0 @ z1
    if dot > 1 - 1e-6:
        return line(z0, z1, t)
    if dot < -1 + 1e-6:
        raise ValueError("antiparallel")
    return _by(torch.dot)[0](z0, z1, t)


def _straight(u0: Tensor, u1: Tensor, t: Tensor) -> Tensor:
    return stretched(line(u0, u1, t))


def _flipped(z0: Tensor, z1: Tensor) -> Tensor:
    """z1, or -z1 where that is closer to z0."""
    return z1 if z0 @ z1 >= 0 else -z1


_TURNS = {
    "straight_line": ("That is the straight line, `interpolate`: its codes get shorter in the "
        "middle. Here the direction turns by equal angles and the length goes linearly.",
        line),
    "straight_too_soon": ("Right for most angles. For narrow ones (and perhaps for codes that are "
        "nearly opposite) you go straight, although there is an angle to divide up. The straight "
        "line is for codes that are parallel up to rounding: cosine > 1 − 1e-6.",
        lambda z0, z1, t: (line if cosine_of(z0, z1) > 0.9 else turning())(z0, z1, t),
        lambda z0, z1, t: (line if cosine_of(z0, z1).abs() > 0.9 else turning())(z0, z1, t)),
    "sign_flipped": ("Where z0 · z1 is negative you turn one of the codes around, as slerp of "
        "*quaternions* does: q and −q are the same rotation. The codes z and −z are two different "
        "images, so turn all the way, by more than 90°.",
        lambda z0, z1, t: turning()(z0, _flipped(z0, z1), t),
        lambda z0, z1, t: turning()(_flipped(z1, z0), z1, t)),
    "ends_normalized_away": ("All your codes have length 1, the ends too, so the path neither "
        "starts at z0 nor ends at z1. The unit vectors are for the direction; give each code its "
        "length back, from |z0| to |z1|.",
        turning(length=lambda n0, n1, t: torch.ones_like(t))),
    "raw_codes_weighed": ("The ends are right, and between them the lengths are not: you put the "
        "weights sin((1 − t) ω) and sin(t ω) on the codes themselves. They hold for *unit* "
        "vectors; two codes of unequal length need the length apart: interpolate the directions, "
        "then multiply by (1 − t) |z0| + t |z1|.",
        lambda z0, z1, t: arc(z0, z1, t, torch.arccos(cosine_of(z0, z1)))),
    "dot_not_divided": ("The angle is wrong: the cosine is not z0 · z1 but z0 · z1 / (|z0| |z1|), "
        "divided by *both* lengths. The dot product alone can be larger than 1, where the "
        "arccosine is NaN.",
        *_by(torch.dot), *_by(lambda z0, z1: (z0 @ z1).clamp(-1, 1)),
        *_by(lambda z0, z1: z0 @ z1 / z0.norm()), *_by(lambda z0, z1: z0 @ z1 / z1.norm()),
        *_by(lambda z0, z1: z0 @ z1 / z0.norm() ** 2),
        *_by(lambda z0, z1: z0 @ z1 / (z0.norm() + z1.norm())), _dot_with_edges),
    "length_not_linear": ("The directions are right, the lengths are not. The length goes linearly "
        "from |z0| to |z1|: (1 − t) |z0| + t |z1|.",
        turning(length=lambda n0, n1, t: n0 ** (1 - t) * n1**t),
        turning(length=lambda n0, n1, t: line(n0**2, n1**2, t).sqrt()),
        turning(length=lambda n0, n1, t: (n0 + n1) / 2 + 0 * t),
        turning(length=lambda n0, n1, t: n0 + 0 * t), turning(length=lambda n0, n1, t: n1 + 0 * t),
        turning(length=lambda n0, n1, t: n0 * n1 + 0 * t),
        lambda z0, z1, t: stretched(
            turning()(z0, z1, t), line(z0, z1, t).norm(dim=1, keepdim=True))),
    "lengths_swapped": ("Directions and lengths run opposite ways: one from z0 to z1, the other "
        "from z1 to z0. Both have (1 − t) with z0.",
        turning(length=lambda n0, n1, t: line(n1, n0, t)),
        turning(lambda u0, u1, t: arc(u1, u0, t))),
    "angles_not_equal": ("Your directions lie on the straight line between the two, pushed out to "
        "the sphere: they turn faster in the middle than at the ends. Equal angles come from the "
        "weights sin((1 − t) ω) / sin ω and sin(t ω) / sin ω.",
        turning(_straight), turning(line), turning(_straight, lambda n0, n1, t: torch.ones_like(t)),
        lambda z0, z1, t: stretched(line(z0, z1, t), line(z0.norm(), z1.norm(), t))),
}  # fmt: skip

_WEIGHTS = {  # w is the angle
    "right_angle_assumed": _weighted("Your weights are those of a right angle, cos and sin of t · "
        "90°. The angle between these two is another one: ω = arccos of the cosine between them.",
        lambda w, t: (cos(t * torch.pi / 2), sin(t * torch.pi / 2))),
    "sine_forgotten": _weighted("The division by sin ω is missing: not even the ends come out "
        "right.",
        lambda w, t: (sin((1 - t) * w), sin(t * w))),
    "sine_multiplied": _weighted("You multiplied by sin ω, or divided by ω itself. Divide by sin "
        "ω.",
        lambda w, t: (sin((1 - t) * w) * sin(w), sin(t * w) * sin(w)),
        lambda w, t: (sin((1 - t) * w) / w, sin(t * w) / w)),
    "cosine_for_the_angle": _weighted("You used the cosine where the angle belongs. The angle is "
        "its arccosine: `torch.arccos(cosine)`.",
        lambda w, t: (sin((1 - t) * cos(w)) / sin(cos(w)), sin(t * cos(w)) / sin(cos(w)))),
    "degrees": _weighted("You turned the angle into degrees. `torch.sin` takes radians, as "
        "`torch.arccos` gives them.",
        lambda w, t: tuple(sin(s * w.rad2deg()) / sin(w.rad2deg()) for s in (1 - t, t))),
    "cosines_for_sines": _weighted("The weights are sines, and yours are cosines.",
        lambda w, t: (cos((1 - t) * w) / sin(w), cos(t * w) / sin(w)),
        lambda w, t: (cos((1 - t) * w) / cos(w), cos(t * w) / cos(w))),
    "brackets": _weighted("Parentheses: t belongs inside the sine, sin(t · ω), not behind it or "
        "next to it.",
        lambda w, t: ((1 - t) * sin(w) / sin(w), sin(t) * w / sin(w)),
        lambda w, t: (sin(1 - t) * w / sin(w), sin(t) * w / sin(w)),
        lambda w, t: (sin(1 - t * w) / sin(w), sin(t * w) / sin(w))),
}  # fmt: skip

MISTAKES = [
    *mistakes_of_any_path(turning()),
    *named(each(along, _TURNS)),
    *named(_WEIGHTS),
]
