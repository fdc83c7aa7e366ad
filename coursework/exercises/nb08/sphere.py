"""Exercise `slerp`: codes between two, turning by equal angles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, InterfaceError, Property
from coursework.exercises.nb08.wrong_edges import (
    ANTIPARALLEL,
    CHANGED,
    NEARLY_ANTIPARALLEL,
    NEARLY_PARALLEL,
    PARALLEL,
    STOPS,
    ZERO,
)
from coursework.exercises.nb08.wrong_paths import is_antiparallel, is_parallel
from coursework.exercises.nb08.wrong_turns import mistakes


def slerp(z0: Tensor, z1: Tensor, steps: int) -> Tensor:
    """Codes (steps, K) from z0 to z1, both (K,), in equal angles, the length growing linearly. Shoemake, 1985.

    Where there is no angle to divide up (parallel codes, or a code of zeros) the straight line.
    ValueError for antiparallel codes: there every way round is as short as any other.
    """
    t = torch.linspace(0, 1, steps).to(z0)[:, None]  # (steps, 1)
    norm0, norm1 = z0.norm(), z1.norm()
    cosine = z0 @ z1 / (norm0 * norm1)
    if norm0 * norm1 == 0 or cosine > 1 - 1e-6:
        return (1 - t) * z0 + t * z1
    if cosine < -1 + 1e-6:
        raise ValueError("z0 and z1 point in opposite directions: no way between them is shortest")
    angle = torch.arccos(cosine)
    direction = torch.sin((1 - t) * angle) * z0 / norm0 + torch.sin(t * angle) * z1 / norm1
    return ((1 - t) * norm0 + t * norm1) * direction / torch.sin(angle)


def _pair(latents: int, degrees: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Two codes that many degrees apart, one of them 1.5 to 2 times as long as the other, both longer than 1."""
    frame = torch.linalg.qr(torch.randn(latents, 2, generator=generator))[0].T
    a, b = torch.rand(2, generator=generator).tolist()
    angle = math.radians(degrees)
    long = (1.7 + 0.5 * a) * (1.5 + 0.5 * b)
    lengths = (1.7 + 0.5 * a, long) if a < 0.5 else (long, 1.7 + 0.5 * a)
    return lengths[0] * frame[0], lengths[1] * (
        math.cos(angle) * frame[0] + math.sin(angle) * frame[1]
    )


WHOLE = ((7, 3, 2, 1, 1), (6, 5, 1, 1, 1), (5, 5, 3, 2, 1), (6, 4, 2, 2, 2))  # all of length 8


def _exact(generator: Generator) -> Tensor:
    """A code (5,) of which length and direction are exact in float32."""
    entries = torch.tensor(WHOLE[int(torch.randint(4, (), generator=generator))]) / 4
    sides = torch.randint(0, 2, (5,), generator=generator) * 2 - 1
    return (entries * sides)[torch.randperm(5, generator=generator)]


def _rounded(side: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Codes (5,) that are parallel (side 1) or antiparallel (-1), with a cosine that rounding makes larger than that."""
    for _ in range(1000):
        z0 = torch.randn(5, generator=generator)
        z1 = side * (1.3 + 0.5 * float(torch.rand((), generator=generator))) * z0
        cosines = (
            z0 @ z1 / (z0.norm() * z1.norm()),
            (z0 / z0.norm()) @ (z1 / z1.norm()),
        )
        if all(0 < float(cosine) - side < 2.5e-7 for cosine in cosines):
            break
    return z0, z1


def _cases(generator: Generator) -> Iterator[Case]:
    latents = int(torch.randint(3, 6, (), generator=generator))
    small, large = (20 * torch.rand(2, generator=generator)).tolist()
    factor = 2.0 if torch.rand((), generator=generator) < 0.5 else 0.5
    yield Case((*_pair(latents, 45 + small, generator), latents + 3), "an acute angle")
    yield Case((*_pair(7, 115 + large, generator), 5), "an obtuse angle")
    yield Case(
        (*_pair(latents + 1, 60 + small, generator), latents + 1), "as many steps as latents"
    )
    yield Case((*_pair(latents, 100 + large, generator), 2), "two steps, the ends alone")
    z = _exact(generator)
    yield Case((z, factor * z, 5), PARALLEL, extreme=True)
    yield Case((*_rounded(1, generator), 4), NEARLY_PARALLEL, extreme=True)
    z = _exact(generator)
    yield Case((z, -factor * z, 4), ANTIPARALLEL, extreme=True)
    yield Case((*_rounded(-1, generator), 5), NEARLY_ANTIPARALLEL, extreme=True)
    z = 1 + torch.rand(4, generator=generator)
    pair = (0 * z, z) if factor > 1 else (z, 0 * z)
    yield Case((*pair, 4), ZERO, extreme=True)


def _observe(fn: Callable[..., Any], z0: Tensor, z1: Tensor, steps: int) -> Any:
    """What `fn` returns, or one of the words for what it did instead."""
    before = z0.clone(), z1.clone()
    try:
        codes = fn(z0, z1, steps)
    except Exception as error:
        if is_antiparallel(*before):
            return STOPS + type(error).__name__
        if not isinstance(error, ValueError):
            raise
        if is_parallel(*before):
            return STOPS + "ValueError"
        cosine = float(before[0] @ before[1] / (before[0].norm() * before[1].norm()))
        raise InterfaceError(
            f"You raise a ValueError ({error}) for codes that are "
            f"{math.degrees(math.acos(cosine)):.0f}° apart; only antiparallel "
            "ones, 180° apart, have no shortest way. Divided by *both* lengths, z0 · z1 is the "
            "cosine of the angle"
        ) from error
    same = all(torch.equal(now, old) for now, old in zip((z0, z1), before, strict=True))
    return codes if same else {CHANGED: codes}


def _equal_angles(fn: Callable[..., Any], generator: Generator) -> str | None:
    """Codes of 32 numbers, as the prior draws them."""
    z0, z1 = torch.randn(2, 32, generator=generator)
    codes = fn(z0.clone(), 1.4 * z1, 6)
    if not isinstance(codes, Tensor) or codes.shape != (6, 32):
        return f"Between two codes (32,), six steps are codes (6, 32); yours have shape {getattr(codes, 'shape', '?')}."
    if codes.isnan().any() or (codes.norm(dim=1) == 0).any():
        return "Between two codes drawn from the prior some of yours are NaN or zeros."
    units = codes / codes.norm(dim=1, keepdim=True)
    angles = torch.rad2deg(torch.arccos((units[1:] * units[:-1]).sum(1).clamp(-1, 1)))
    if angles.max() - angles.min() < 0.2:
        return None
    return (
        "The angles between neighbors must be equal; yours go from "
        f"{angles.min():.1f}° to {angles.max():.1f}°."
    )


SLERP = Exercise(
    name="slerp",
    notebook="08",
    title="codes between two, in equal angles",
    reference=slerp,
    cases=_cases,
    observe=_observe,
    mistakes=mistakes(slerp),
    properties=[Property("equal_angles", _equal_angles)],
    hints=[
        "Take length and direction apart. The length goes linearly from one norm to the other; the "
        "direction turns by the same "
        "angle in every step.",
        "With unit vectors u0, u1 and the angle ω between them, cos ω = u0 · u1, the direction at "
        "t is "
        "(sin((1 − t) ω) u0 + sin(t ω) u1) / sin ω. First look whether sin ω is as good as 0: "
        "at cosine ≈ 1 return the straight "
        "line, at cosine ≈ −1 raise a ValueError; and a code of zeros has no direction.",
        "`cosine = z0 @ z1 / (z0.norm() * z1.norm())`, `if z0.norm() * z1.norm() == 0 or cosine > "
        "1 - 1e-6: return "
        "interpolate(z0, z1, steps)`, `if cosine < -1 + 1e-6: "
        "raise ValueError(\"antiparallel\")`, `angle = torch.arccos(cosine)`; "
        "the rest is the formula, times `(1 - t) * z0.norm() + t * z1.norm()`.",
    ],
    points=2,
)  # fmt: skip
