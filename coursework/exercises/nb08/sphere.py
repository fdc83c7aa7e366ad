"""Exercise `slerp`: codes between two, turning by equal angles."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, InterfaceError, Property
from coursework.exercises.nb08 import wrong_edges, wrong_turns
from coursework.exercises.nb08.paths import Path, cosine_of, slerp

Pair = tuple[Tensor, Tensor]


def _pair(latents: int, degrees: float, generator: Generator) -> Pair:
    """Two codes (K,) that many degrees apart, longer than 1, the one 1.5 to 2 times the other."""
    u, v = torch.linalg.qr(torch.randn(latents, 2, generator=generator))[0].T
    a, b = torch.rand(2, generator=generator).tolist()
    short, angle = 1.7 + 0.5 * a, math.radians(degrees)
    ratio = 1.5 + 0.5 * b
    first, second = (short, short * ratio) if a < 0.5 else (short * ratio, short)
    return first * u, second * (math.cos(angle) * u + math.sin(angle) * v)


WHOLE = ((7, 3, 2, 1, 1), (6, 5, 1, 1, 1), (5, 5, 3, 2, 1), (6, 4, 2, 2, 2))  # all of length 8


def _exact(generator: Generator) -> Tensor:
    """A code (5,) of which length and direction are exact in float32."""
    entries = torch.tensor(WHOLE[int(torch.randint(4, (), generator=generator))]) / 4
    sides = torch.randint(0, 2, (5,), generator=generator) * 2 - 1
    return (entries * sides)[torch.randperm(5, generator=generator)]


def _rounded(side: int, generator: Generator) -> Pair:
    """Codes (5,), parallel (side 1) or antiparallel (-1), whose cosine rounds to more than that."""
    for _ in range(1000):
        z0 = torch.randn(5, generator=generator)
        z1 = side * (1.3 + 0.5 * float(torch.rand((), generator=generator))) * z0
        cosines = cosine_of(z0, z1), (z0 / z0.norm()) @ (z1 / z1.norm())
        if all(0 < float(cosine) - side < 2.5e-7 for cosine in cosines):
            break
    return z0, z1


def _cases(generator: Generator) -> Iterator[Case]:
    latents = int(torch.randint(3, 6, (), generator=generator))
    small, large = (20 * torch.rand(2, generator=generator)).tolist()
    factor = 2.0 if torch.rand((), generator=generator) < 0.5 else 0.5
    for k, degrees, steps, label in (
        (latents, 45 + small, latents + 3, "an acute angle"),
        (7, 115 + large, 5, "an obtuse angle"),
        (latents + 1, 60 + small, latents + 1, "as many steps as latents"),
        (latents, 100 + large, 2, "two steps, the ends alone"),
        (latents, 4, 5, "a narrow angle"),
        (latents, 172, 4, "a wide angle"),
    ):
        yield Case((*_pair(k, degrees, generator), steps), label)
    z = _exact(generator)
    yield Case((z, factor * z, 5), wrong_edges.PARALLEL, extreme=True)
    yield Case((*_rounded(1, generator), 4), wrong_edges.NEARLY_PARALLEL, extreme=True)
    z = _exact(generator)
    yield Case((z, -factor * z, 4), wrong_edges.ANTIPARALLEL, extreme=True)
    yield Case((*_rounded(-1, generator), 5), wrong_edges.NEARLY_ANTIPARALLEL, extreme=True)
    z = 1 + torch.rand(4, generator=generator)
    pair = (0 * z, z) if factor > 1 else (z, 0 * z)
    yield Case((*pair, 4), wrong_edges.ZERO, extreme=True)


def _observe(fn: Path, z0: Tensor, z1: Tensor, steps: int) -> Tensor | str | dict[str, Tensor]:
    """What `fn` returns, or one of the words for what it did instead."""
    before = z0.clone(), z1.clone()
    cosine = float(cosine_of(*before))  # NaN for a code of zeros
    try:
        codes = fn(z0, z1, steps)
    except Exception as error:
        if cosine < -1 + 1e-6:
            return wrong_edges.STOPS + type(error).__name__
        if not isinstance(error, ValueError):
            raise
        if not cosine <= 1 - 1e-6:
            return wrong_edges.STOPS + "ValueError"
        raise InterfaceError(
            f"You raise a ValueError ({error}) for codes that are "
            f"{math.degrees(math.acos(cosine)):.0f}° apart; only antiparallel ones, 180° apart, "
            "have no shortest way. Divided by *both* lengths, z0 · z1 is the cosine of the angle"
        ) from error
    same = all(torch.equal(now, old) for now, old in zip((z0, z1), before, strict=True))
    return codes if same else {wrong_edges.CHANGED: codes}


def _equal_angles(fn: Path, generator: Generator) -> str | None:
    """Codes of 32 numbers, as the prior draws them."""
    z0, z1 = torch.randn(2, 32, generator=generator)
    codes = fn(z0.clone(), 1.4 * z1, 6)
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
    mistakes=[*wrong_turns.MISTAKES, *wrong_edges.MISTAKES],
    properties=[Property("equal_angles", _equal_angles)],
    hints=[
        "Take length and direction apart. The length goes linearly from one norm to the other; the "
        "direction turns by the same angle in every step.",
        "With unit vectors u0, u1 and the angle ω between them, cos ω = u0 · u1, the direction at "
        "t is (sin((1 − t) ω) u0 + sin(t ω) u1) / sin ω. First look whether sin ω is as good as "
        "0: at cosine ≈ 1 return the straight line, at cosine ≈ −1 raise a ValueError; and a code "
        "of zeros has no direction.",
        "`cosine = z0 @ z1 / (z0.norm() * z1.norm())`, `if z0.norm() * z1.norm() == 0 or cosine > "
        "1 - 1e-6: return interpolate(z0, z1, steps)`, `if cosine < -1 + 1e-6: raise "
        'ValueError("antiparallel")`, `angle = torch.arccos(cosine)`; the rest is the formula, '
        "times `(1 - t) * z0.norm() + t * z1.norm()`.",
    ],
    points=2,
)
