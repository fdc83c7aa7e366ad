"""Wrong at parallel and antiparallel codes, and at a code of zeros: mistakes of `slerp` where the angle is 0, 180° or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Mistake, Observed
from coursework.exercises.nb08.wrong_paths import At, Path, along, arc, line, linear, turning

PARALLEL, NEARLY_PARALLEL = "parallel codes", "codes that are parallel up to rounding"
ANTIPARALLEL, NEARLY_ANTIPARALLEL = "antiparallel codes", "codes that are antiparallel up to rounding"  # fmt: skip
ZERO = "a code of zeros"
EDGES = (PARALLEL, NEARLY_PARALLEL, ANTIPARALLEL, NEARLY_ANTIPARALLEL, ZERO)
STOPS, CHANGED = "stops with ", "codes changed in place"
STOPPED = STOPS + "ValueError"

Look = Callable[[Any, Any], bool]  # at a value, and at the right one


def _is_nan(value: Any, truth: Any) -> bool:
    return isinstance(value, Tensor) and bool(value.isnan().any())


def _stops(value: Any, truth: Any) -> bool:
    return isinstance(value, str) and value == STOPPED


def _is_nan_or_stops(value: Any, truth: Any) -> bool:
    return _is_nan(value, truth) or _stops(value, truth)


def _is_wrong(value: Any, truth: Any) -> bool:
    return not close(value, truth)


def _has_another_error(value: Any, truth: Any) -> bool:
    return isinstance(value, str) and value != STOPPED


def _goes_on(value: Any, truth: Any) -> bool:
    return not isinstance(value, str)


def _bare(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    """The formula, and nothing that looks after parallel and antiparallel codes."""
    n0, n1 = z0.norm(), z1.norm()
    angle = torch.arccos(z0 @ z1 / (n0 * n1))
    return linear(n0, n1, t) * arc(z0 / n0, z1 / n1, t, angle)


def refuses(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    raise ValueError("antiparallel")


def _asserts(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    raise AssertionError("antiparallel")


def _stays(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    return z0 + 0 * t


def _at_edges(
    parallel: At = line,
    over: At = line,
    opposite: At = refuses,
    nearly: At = refuses,
    zero: At = line,
) -> Path:
    """Right at ordinary angles. over: at cosines that rounding lifts above 1; nearly: at those just above -1."""

    def at(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        cosine = z0 @ z1 / (z0.norm() * z1.norm())
        edges = [
            (cosine.isnan(), zero),
            (cosine > 1, over),
            (cosine > 1 - 1e-6, parallel),
            (cosine <= -1, opposite),
            (cosine < -1 + 1e-6, nearly),
            (True, _bare),
        ]
        return next(way for here, way in edges if here)(z0, z1, t)

    return along(at)


def mistakes_at_the_edges(slerp: Path) -> list[Mistake]:
    """Right at ordinary angles, wrong where there is none, or one of 180°."""

    def only(label: str, look: Look) -> Callable[[Observed, Case], bool]:
        def when(seen: Observed, case: Case) -> bool:
            if case.label not in EDGES:
                return close(seen.value, slerp(*case.args))
            if case.label != label:
                return True
            return look(seen.value, None if "antiparallel" in label else slerp(*case.args))

        return when

    refusing = (
        "Antiparallel codes are accepted. Between opposite directions every way round is as short "
        "as any other, sin ω is 0, and what "
        "comes out is made of rounding: raise a ValueError there (cosine ≈ −1)."
    )
    not_linear = (
        "Right but for parallel codes, where there is no angle to divide up: "
        "there the path is the straight line, from one length to "
        "the other."
    )
    zeros = (
        "Right but for a code of zeros. It has no direction, so no angle either: "
        "take the straight line there, before you divide by "
        "its length. (The zero code is the middle of the prior; you will want to start there.)"
    )
    return [
        Mistake(
            "nan_when_parallel",
            "Right, but for parallel codes, where you return NaN: "
            "ω is 0, sin ω is 0, and 0/0 is no number. Where the cosine is 1 as far "
            "as float32 can tell, return the straight line.",
            along(_bare), only(PARALLEL, _is_nan),
        ),
        Mistake(
            "refuses_parallel",
            "You raise a ValueError for parallel codes. Only antiparallel ones have no shortest "
            "way; between parallel ones it is the "
            "straight line.",
            _at_edges(parallel=refuses, over=refuses), only(PARALLEL, _stops),
        ),
        Mistake(
            "parallel_not_linear", not_linear, _at_edges(parallel=_stays, over=_stays), only(PARALLEL, _is_wrong)),
        Mistake(
            "cosine_over_1",
            "Right for codes that are parallel to the last digit. "
            "Rounding can make the cosine of parallel codes 1.0000001, which has no "
            "arccosine. Clamp it to [−1, 1], or take the straight line from 1 − 1e-6 on.",
            _at_edges(over=_bare), only(NEARLY_PARALLEL, _is_nan_or_stops),
        ),
        Mistake(
            "parallel_not_linear", not_linear, _at_edges(over=_stays), only(NEARLY_PARALLEL, _is_wrong)),
        *(Mistake(
            "antiparallel_accepted", refusing, _at_edges(opposite=way, nearly=way), only(ANTIPARALLEL, _goes_on))
          for way in (_bare, line, _stays)),
        Mistake(
            "another_error",
            "You stop at antiparallel codes, as you should, and with another error than a "
            "ValueError. Callers can't tell it from a slip "
            "in the code: `raise ValueError(…)` with a sentence that says why.",
            _at_edges(opposite=_asserts, nearly=_asserts), only(ANTIPARALLEL, _has_another_error),
        ),
        Mistake(
            "antiparallel_to_the_last_digit",
            "Codes that are antiparallel to the last digit are refused, and those off by rounding "
            "go through. In float32 their cosine is "
            "−0.9999999 and the angle as much as 0.0007 short of π: "
            "leave a margin, as in `cosine < -1 + 1e-6`.",
            _at_edges(nearly=_bare), only(NEARLY_ANTIPARALLEL, _goes_on),
        ),
        *(Mistake("zeros_have_no_direction", zeros, _at_edges(zero=way), only(ZERO, _is_wrong))
          for way in (_bare, refuses, _stays)),
        Mistake(
            "changes_its_codes",
            "Your function changes z0 or z1 in place, so the caller's codes are other ones after "
            "the call. Write `u0 = z0 / z0.norm()`, "
            "a new name, where you wrote `z0 /= …`.",
            _in_place, lambda seen, case: case.label in EDGES or isinstance(seen.value, dict),
        ),
    ]  # fmt: skip


def _in_place(z0: Tensor, z1: Tensor, steps: int) -> Tensor:
    codes = along(turning())(z0, z1, steps)
    z0 /= z0.norm()
    return codes
