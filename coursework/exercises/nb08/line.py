"""Exercise `interpolate`: codes on the straight line between two."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.nb08.paths import (
    Path,
    along,
    line,
    mistakes_of_any_path,
    stretched,
    turning,
)
from coursework.exercises.rules import each, named


def interpolate(z0: Tensor, z1: Tensor, steps: int) -> Tensor:
    """Codes (steps, K) in equal strides on the straight line from z0 to z1, (K,), both included."""
    t = torch.linspace(0, 1, steps).to(z0)[:, None]  # (steps, 1)
    return (1 - t) * z0 + t * z1


def _pair(latents: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Two codes, neither near 0 nor near each other nor of the same length."""
    z0, z1 = 0.4 + torch.randn(2, latents, generator=generator)
    return z0, 1.7 * z1 + 1.5 * torch.sign(z1 - z0)


def _cases(generator: Generator) -> Iterator[Case]:
    latents, more = (int(n) for n in torch.randint(3, 6, (2,), generator=generator))
    yield Case((*_pair(latents, generator), latents + more), "more steps than latents")
    yield Case((*_pair(7, generator), 4), "four steps")
    yield Case((*_pair(latents + 2, generator), latents + 2), "as many steps as latents")
    yield Case((*_pair(latents, generator), 2), "two steps, the ends alone")


def _ends(fn: Path, generator: Generator) -> str | None:
    z0, z1 = _pair(12, generator)
    codes = fn(z0.clone(), z1.clone(), 6)
    for code, end, place in ((codes[0], z0, "first"), (codes[-1], z1, "last")):
        gap = float((code - end).abs().max())
        name = "z0" if end is z0 else "z1"
        if not gap < 1e-4:
            return f"The {place} of the codes must be {name} itself; yours is {gap:.3g} away."
    return None


MISTAKES = [
    *mistakes_of_any_path(line),
    *named(each(along, {
        "starts_whole": ("Your weights don't add up to 1: where z1 comes in, z0 has to go. It is "
            "(1 − t) · z0 + t · z1.",
            lambda z0, z1, t: z0 + t * z1, lambda z0, z1, t: (1 - t) * z0 + z1,
            lambda z0, z1, t: t * z0 + t * z1),
        "walks_away": ("The difference has the wrong sign: your path walks away from z1. From z0 "
            "towards z1 leads + t · (z1 − z0).",
            lambda z0, z1, t: z0 + t * (z0 - z1), lambda z0, z1, t: z1 + t * (z1 - z0),
            lambda z0, z1, t: (1 - t) * z0 - t * z1),
        "start_forgotten": ("The start is missing: t · (z1 − z0) is how far to go. Add it to z0.",
            lambda z0, z1, t: t * (z1 - z0)),
        "only_one_code_used": ("One of the two codes has no say in your path. It is (1 − t) · z0 + "
            "t · z1.",
            lambda z0, z1, t: (1 - t) * z0 + t * z0, lambda z0, z1, t: (1 - t) * z0,
            lambda z0, z1, t: t * z1, lambda z0, z1, t: z0 + t),
        "averaged": ("Every code of your path is the middle between the two. The weights change "
            "along the path: (1 − t) and t.",
            lambda z0, z1, t: (z0 + z1) / 2 + 0 * t),
        "on_the_sphere": ("That is spherical interpolation: it turns from z0 to z1. Here the "
            "straight line is asked for; the sphere comes with `slerp`.",
            turning(), lambda z0, z1, t: stretched(turning()(z0, z1, t))),
        "length_changed": ("Your codes lie in the right directions and have other lengths. Leave "
            "them as (1 − t) · z0 + t · z1 gives them, though they get shorter on the way: what "
            "that does to the images is what you are about to see.",
            lambda z0, z1, t: stretched(line(z0, z1, t)),
            lambda z0, z1, t: line(z0 / z0.norm(), z1 / z1.norm(), t),
            lambda z0, z1, t: stretched(line(z0, z1, t), line(z0.norm(), z1.norm(), t))),
    })),
]  # fmt: skip

INTERPOLATE = Exercise(
    name="interpolate",
    notebook="08",
    title="codes in equal strides along the straight line between two",
    reference=interpolate,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("ends", _ends)],
    hints=[
        "Each code is a mixture of z0 and z1, with weights that add up to 1. What are they at the "
        "start, at the end, in the middle?",
        "t goes from 0 to 1 in `steps` numbers: `torch.linspace(0, 1, steps)`. As a column, "
        "`t[:, None]`, it broadcasts against a code (K,).",
        "`t = torch.linspace(0, 1, steps).to(z0)[:, None]`, `return (1 - t) * z0 + t * z1`; "
        "`.to(z0)` takes its device and dtype.",
    ],
    points=1,
)
