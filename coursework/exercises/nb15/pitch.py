"""Exercise `convert_pitch`: from one voice's pitch to another's, in octaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import named, swapped

SILENT = "a stretch without voice"


def convert_pitch(f0: Tensor, mean_a: float, sd_a: float, mean_b: float, sd_b: float) -> Tensor:
    """Pitch f0 (T,), Hz, of voice A as voice B would have it; 0, unvoiced, stays 0.

    Means and sds are those of log f0 in each voice.
    """
    voiced = f0 > 0
    log = torch.where(voiced, f0, 1.0).log()
    return torch.where(voiced, ((log - mean_a) / sd_a * sd_b + mean_b).exp(), 0.0)


def _cases(generator: Generator) -> Iterator[Case]:
    for count, label in ((17, "a pitch with unvoiced frames"), (12, "another voice")):
        numbers = _voices(generator)
        f0 = (numbers[0] + numbers[1] * torch.randn(count, generator=generator)).exp()
        silent = torch.rand(count, generator=generator) < 0.3
        silent[0], silent[1] = True, False
        yield Case((torch.where(silent, 0.0, f0), *numbers), label)
    numbers = _voices(generator)
    yield Case(((numbers[0] + torch.randn(9, generator=generator) * 0.2).exp(), *numbers),
        "voiced throughout")  # fmt: skip
    yield Case((torch.zeros(5), *_voices(generator)), SILENT, extreme=True)


def _voices(generator: Generator) -> tuple[float, float, float, float]:
    u = torch.rand(4, generator=generator).tolist()
    return 4.6 + 0.3 * u[0], 0.1 + 0.05 * u[1], 5.2 + 0.3 * u[2], 0.2 + 0.1 * u[3]


def _voiced(convert: Callable[..., Tensor], unvoiced: float = 0.0) -> Callable[..., Tensor]:
    """A formula of log f0 where there is a voice."""

    def wrong(f0: Tensor, *numbers: float) -> Tensor:
        safe = torch.where(f0 > 0, f0, 1.0)
        return torch.where(f0 > 0, convert(safe.log(), *numbers), unvoiced)

    return wrong


def _floor(least: float) -> Callable[..., Tensor]:
    """Unvoiced frames moved to a small pitch, so that the log exists."""
    return lambda f0, ma, sa, mb, sb: ((f0.clamp(min=least).log() - ma) / sa * sb + mb).exp()


CONVERT_PITCH = Exercise(
    name="convert_pitch", notebook="15", title="one voice's pitch to another's",
    reference=convert_pitch, cases=_cases, points=1,
    mistakes=named({
        "unvoiced_not_kept": ("Unvoiced frames don't stay 0. log 0 is −∞: convert only where "
            "`f0 > 0`, and leave 0 elsewhere.", _floor(1.0), _floor(20.0), _floor(50.0),
            lambda f0, *n: convert_pitch(f0, *n).where(f0 > 0, math.nan),
            lambda f0, *n: convert_pitch(f0, *n).where(f0 > 0, math.exp(n[2]))),
        "unvoiced_left_out": ("Unvoiced frames are gone. They stay in their places, as 0.",
            lambda f0, *n: convert_pitch(f0[f0 > 0], *n)),
        "log_forgotten": ("You converted f0 itself. Means and sds are those of *log* f0.",
            lambda f0, ma, sa, mb, sb: torch.where(f0 > 0, (f0 - ma) / sa * sb + mb, 0.0),
            lambda f0, ma, sa, mb, sb: torch.where(
                f0 > 0, (f0 - math.exp(ma)) / sa * sb + math.exp(mb), 0.0)),
        "something_added": ("You added something to f0 so that the log of 0 exists, which changes "
            "every other pitch, too. Convert only where `f0 > 0`.",
            _voiced(lambda log, ma, sa, mb, sb: ((log.exp().log1p() - ma) / sa * sb + mb).exp())),
        "exp_forgotten": ("That is the log of the pitch. Undo the log at the end: `.exp()`.",
            _voiced(lambda log, ma, sa, mb, sb: (log - ma) / sa * sb + mb)),
        "spread_kept": ("Only the mean is moved: how much the pitch varies is still that of "
            "voice A. Divide by sd_a, and multiply by sd_b.",
            _voiced(lambda log, ma, sa, mb, sb: (log - ma + mb).exp())),
        "mean_kept": ("The mean isn't moved, or only one of the two.",
            _voiced(lambda log, ma, sa, mb, sb: ((log - ma) / sa * sb + ma).exp()),
            _voiced(lambda log, ma, sa, mb, sb: (log / sa * sb).exp()),
            _voiced(lambda log, ma, sa, mb, sb: ((log - ma) / sa * sb).exp())),
        "spreads_upside_down": ("The two spreads changed places: divide by sd_a, then multiply by "
            "sd_b.", _voiced(lambda log, ma, sa, mb, sb: ((log - ma) / sb * sa + mb).exp())),
        "divided_only": ("After dividing by sd_a, multiply by sd_b.",
            _voiced(lambda log, ma, sa, mb, sb: ((log - ma) / sa + mb).exp())),
        "multiplied_only": ("Divide by sd_a first.",
            _voiced(lambda log, ma, sa, mb, sb: ((log - ma) * sb + mb).exp())),
        "voices_swapped": ("You went from voice B to voice A.",
            lambda f0, ma, sa, mb, sb: convert_pitch(f0, mb, sb, ma, sa)),
        "mean_and_sd_swapped": ("A mean and its sd changed places: the order is mean_a, sd_a, "
            "mean_b, sd_b.", swapped(swapped(convert_pitch, 1, 2), 3, 4),
            swapped(convert_pitch, 2, 3)),
        "spread_squared": ("You used variances, or their roots, for the spreads.",
            _voiced(lambda log, ma, sa, mb, sb: ((log - ma) / sa**2 * sb**2 + mb).exp()),
            _voiced(lambda log, ma, sa, mb, sb: ((log - ma) / sa**0.5 * sb**0.5 + mb).exp())),
        "brackets": ("Brackets: subtract mean_a from the log first, then divide the difference by "
            "sd_a.", _voiced(lambda log, ma, sa, mb, sb: (log - ma / sa * sb + mb).exp()),
            _voiced(lambda log, ma, sa, mb, sb: (log - ma / sa + mb).exp())),
        "mean_moved_too_early": ("The mean of B is added before the spread is changed, so it is "
            "stretched too. Take off mean_a, scale, then add mean_b.",
            _voiced(lambda log, ma, sa, mb, sb: ((log - ma + mb) / sa * sb).exp()),
            _voiced(lambda log, ma, sa, mb, sb: (log / sa * sb - ma + mb).exp())),
        "own_statistics": ("You took mean and sd of this very melody. A short one may lie high: "
            "use the voice's, mean_a and sd_a.",
            lambda f0, ma, sa, mb, sb: _voiced(lambda log, *_: (
                (log - f0[f0 > 0].log().mean()) / f0[f0 > 0].log().std() * sb + mb).exp())(f0),
            lambda f0, ma, sa, mb, sb: _voiced(lambda log, *_: (
                (log - f0[f0 > 0].log().mean()) / f0[f0 > 0].log().std(correction=0) * sb
                    + mb).exp())(f0)),
        "another_base": ("The logs have another base. Use `log` with `exp`; the numbers given are "
            "of natural logs.",
            _voiced(lambda log, ma, sa, mb, sb: 2 ** ((log / math.log(2) - ma) / sa * sb + mb)),
            _voiced(lambda log, ma, sa, mb, sb: 10 ** ((log / math.log(10) - ma) / sa * sb + mb)),
            _voiced(lambda log, ma, sa, mb, sb: ((log / math.log(2) - ma) / sa * sb + mb).exp())),
        "one_factor": ("You multiplied by one factor, B's mean pitch over A's. The spread changes "
            "as well.", _voiced(lambda log, ma, sa, mb, sb: log.exp() * mb / ma)),
    }),
    hints=["In the logs it is what one does with any two bell curves: take off A's mean, divide "
           "by A's sd, multiply by B's sd, add B's mean.",
           "`log` only where `f0 > 0`; `torch.where(f0 > 0, …, 0.0)` keeps zeros.",
           "`log = torch.where(f0 > 0, f0, 1.0).log()`, then `torch.where(f0 > 0, ((log - mean_a) "
           "/ sd_a * sd_b + mean_b).exp(), 0.0)`"],
)  # fmt: skip
