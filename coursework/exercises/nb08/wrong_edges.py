"""Mistakes of `slerp` where there is no angle, or one of 180°, and that are right elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Observed
from coursework.exercises.nb08.paths import At, Path, along, arc, cosine_of, line, slerp, turning
from coursework.exercises.rules import recognized

PARALLEL, NEARLY_PARALLEL = "parallel codes", "codes that are parallel up to rounding"
ANTIPARALLEL = "antiparallel codes"
NEARLY_ANTIPARALLEL = "codes that are antiparallel up to rounding"
ZERO = "a code of zeros"
REFUSED = {ANTIPARALLEL, NEARLY_ANTIPARALLEL}  # where a ValueError is right
EDGES = {PARALLEL, NEARLY_PARALLEL, ZERO, *REFUSED}
STOPS, CHANGED = "stops with ", "codes changed in place"


def _bare(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    """The formula, and nothing that looks after parallel and antiparallel codes."""
    n0, n1 = z0.norm(), z1.norm()
    return line(n0, n1, t) * arc(z0 / n0, z1 / n1, t, torch.arccos(cosine_of(z0, z1)))


def _refuses(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    raise ValueError("antiparallel")


def _asserts(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    raise AssertionError("antiparallel")


def _stays(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    return z0 + 0 * t


def _edges(**ways: At) -> Path:
    """Right at ordinary angles, and elsewhere where no other way is given.

    over: where rounding lifts the cosine above 1; nearly: where it stays just above -1.
    """

    def at(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
        cosine = cosine_of(z0, z1)
        for here, edge, right in (
            (cosine.isnan(), "zero", line),
            (cosine > 1, "over", line),
            (cosine > 1 - 1e-6, "parallel", line),
            (cosine <= -1, "opposite", _refuses),
            (cosine < -1 + 1e-6, "nearly", _refuses),
        ):
            if here:
                return ways.get(edge, right)(z0, z1, t)
        return _bare(z0, z1, t)

    return along(at)


def _in_place(z0: Tensor, z1: Tensor, t: Tensor) -> Tensor:
    codes = turning()(z0, z1, t)
    z0 /= z0.norm()
    return codes


def _outcome(seen: Observed, case: Case) -> str:
    """In one word what happened: "right", "nan", "number", "refused" or "error"."""
    if isinstance(seen.value, str):
        return "refused" if seen.value == STOPS + "ValueError" else "error"
    if isinstance(seen.value, Tensor) and seen.value.isnan().any():
        return "nan"
    right = case.label not in REFUSED and close(seen.value, slerp(*case.args))
    return "right" if right else "number"


def _only(label: str, *outcomes: str) -> Callable[[Observed, Case], bool]:
    """Right at ordinary angles, and one of these at an edge, whatever the other edges do."""

    def when(seen: Observed, case: Case) -> bool:
        if case.label not in EDGES:
            return close(seen.value, slerp(*case.args))
        return case.label != label or _outcome(seen, case) in outcomes

    return when


_NOT_LINEAR = (
    "Right but for parallel codes, where there is no angle to divide up: there the path is the "
    "straight line, from one length to the other."
)

MISTAKES = [
    *recognized({
        "nan_when_parallel": ("Right, but for parallel codes, where you return NaN: ω is 0, sin ω "
            "is 0, and 0/0 is no number. Where the cosine is 1 as far as float32 can tell, return "
            "the straight line.",
            _only(PARALLEL, "nan"), along(_bare)),
        "refuses_parallel": ("You raise a ValueError for parallel codes. Only antiparallel ones "
            "have no shortest way; between parallel ones it is the straight line.",
            _only(PARALLEL, "refused"), _edges(parallel=_refuses, over=_refuses)),
        "parallel_not_linear": (_NOT_LINEAR,
            _only(PARALLEL, "number", "error"), _edges(parallel=_stays, over=_stays)),
        "cosine_over_1": ("Right for codes that are parallel to the last digit. Rounding can make "
            "the cosine of parallel codes 1.0000001, which has no arccosine. Clamp it to [−1, 1], "
            "or take the straight line from 1 − 1e-6 on.",
            _only(NEARLY_PARALLEL, "nan", "refused"), _edges(over=_bare)),
    }),
    *recognized({
        "parallel_not_linear": (_NOT_LINEAR,
            _only(NEARLY_PARALLEL, "number", "error"), _edges(over=_stays)),
        "antiparallel_accepted": ("Antiparallel codes are accepted. Between opposite directions "
            "every way round is as short as any other, sin ω is 0, and what comes out is made of "
            "rounding: raise a ValueError there (cosine ≈ −1).",
            _only(ANTIPARALLEL, "number", "nan"),
            *(_edges(opposite=way, nearly=way) for way in (_bare, line, _stays))),
        "another_error": ("You stop at antiparallel codes, as you should, and with another error "
            "than a ValueError. Callers can't tell it from a slip in the code: `raise "
            "ValueError(…)` with a sentence that says why.",
            _only(ANTIPARALLEL, "error"), _edges(opposite=_asserts, nearly=_asserts)),
        "antiparallel_to_the_last_digit": ("Codes that are antiparallel to the last digit are "
            "refused, and those off by rounding go through. In float32 their cosine is −0.9999999 "
            "and the angle as much as 0.0007 short of π: leave a margin, as in `cosine < -1 + "
            "1e-6`.",
            _only(NEARLY_ANTIPARALLEL, "number", "nan"), _edges(nearly=_bare)),
        "zeros_have_no_direction": ("Right but for a code of zeros. It has no direction, so no "
            "angle either: take the straight line there, before you divide by its length. (The "
            "zero code is the middle of the prior; you will want to start there.)",
            _only(ZERO, "number", "nan", "refused", "error"),
            *(_edges(zero=way) for way in (_bare, _refuses, _stays))),
        "changes_its_codes": ("Your function changes z0 or z1 in place, so the caller's codes are "
            "other ones after the call. Write `u0 = z0 / z0.norm()`, a new name, where you wrote "
            "`z0 /= …`.",
            lambda seen, case: case.label in EDGES or isinstance(seen.value, dict),
            along(_in_place)),
    }),
]  # fmt: skip
