"""Exercise `logit_transform`: from [0, 1] to numbers without bounds, and the log-determinant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def logit_transform(x: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """y = logit p like x (N, ...) in [0, 1], p = α + (1 − 2α) x, and log_det (N,). Dinh, 4.1."""
    p = alpha + (1 - 2 * alpha) * x
    slope = math.log(1 - 2 * alpha) - p.log() - (1 - p).log()
    return p.log() - (1 - p).log(), slope.flatten(1).sum(1)


def _unit_cases(generator: Generator) -> Iterator[Case]:
    for shape, label in (
        ((4, 1, 3, 5), "images"),
        ((6, 9), "flat images"),
        ((1, 1, 2, 3), "a batch of one"),
    ):
        alpha = float(0.02 + 0.1 * torch.rand((), generator=generator))
        yield Case((torch.rand(shape, generator=generator), alpha), label)
    x = torch.tensor([[0.0, 1.0, 0.3, 0.0], [1.0, 1.0, 0.0, 0.6]])
    yield Case((x, 0.05), "pixels of exactly 0 and 1", extreme=True)


@dataclass(frozen=True)
class Parts:
    """The arguments, and what the transform is made of."""

    x: Tensor
    alpha: float

    @property
    def p(self) -> Tensor:
        return self.alpha + (1 - 2 * self.alpha) * self.x

    @property
    def y(self) -> Tensor:
        return _logit(self.p)

    @property
    def squeeze(self) -> float:
        return math.log(1 - 2 * self.alpha)

    @property
    def each(self) -> Tensor:
        """log dy/dx of each pixel."""
        return self.squeeze - self.p.log() - (1 - self.p).log()

    @property
    def right(self) -> Tensor:
        return _per_image(self.each)


def _logit(p: Tensor) -> Tensor:
    return p.log() - (1 - p).log()


def _per_image(values: Tensor) -> Tensor:
    return values.flatten(1).sum(1)


def _with(log_det: Callable[[Parts], Tensor]) -> Callable[[Parts], tuple[Tensor, Tensor]]:
    return lambda t: (t.y, log_det(t))


def _at(t: Parts, p: Tensor, slope: float) -> tuple[Tensor, Tensor]:
    """The transform at another p, whose slope is `slope`."""
    return _logit(p), _per_image(math.log(slope) - p.log() - (1 - p).log())


LOGIT_TRANSFORM = Exercise(
    name="logit_transform", notebook="13", title="logit pixels, and their log-determinant",
    reference=logit_transform, cases=_unit_cases, points=2, rtol=3e-4, atol=3e-5,
    mistakes=named({
        "squeeze_missing": ("The Jacobian of p = α + (1 − 2α) x is missing: log(1 − 2α) for each "
            "pixel.", _with(lambda t: _per_image(-t.p.log() - (1 - t.p).log()))),
        "squeeze_once": ("log(1 − 2α) counts once for *each pixel*, and you have it once for the "
            "image.", _with(lambda t: _per_image(-t.p.log() - (1 - t.p).log()) + t.squeeze)),
        "squeeze_sign": ("log(1 − 2α) is subtracted. The squeeze multiplies the slope by 1 − 2α.",
            _with(lambda t: _per_image(t.each - 2 * t.squeeze))),
        "squeeze_not_log": ("1 − 2α itself is added. log_det adds logs: log(1 − 2α).",
            _with(lambda t: _per_image(1 - 2 * t.alpha - t.p.log() - (1 - t.p).log()))),
        "logs_multiplied": ("You multiplied the two logs. The log of a product is their sum: "
            "log(p(1 − p)) = log p + log(1 − p).",
            _with(lambda t: _per_image(t.squeeze - t.p.log() * (1 - t.p).log()))),
        "brackets": ("The log takes in 1 − p alone. Put p into it as well: log(p · (1 − p)), or "
            "log p + log(1 − p).", _with(lambda t: _per_image(t.squeeze - t.p * (1 - t.p).log()))),
        "sign": ("The sign of log_det is wrong. The slope of the logit is 1/(p(1 − p)), 4 or more: "
            "its log is positive.", _with(lambda t: -t.right),
            _with(lambda t: _per_image(t.p.log() + (1 - t.p).log() + t.squeeze)),
            _with(lambda t: _per_image(t.p.log() + (1 - t.p).log()))),
        "half_of_the_slope": ("The slope of log p − log(1 − p) is 1/p + 1/(1 − p) = 1/(p(1 − p)): "
            "both logs are subtracted.", _with(lambda t: _per_image(t.squeeze - t.p.log())),
            _with(lambda t: _per_image(t.squeeze - (1 - t.p).log())),
            _with(lambda t: _per_image(t.squeeze - t.p.log() + (1 - t.p).log())),
            _with(lambda t: _per_image(t.squeeze + t.p.log() - (1 - t.p).log()))),
        "slope_at_x": ("You took the slope at x. The logit is taken at p: 1/(p(1 − p)).",
            _with(lambda t: _per_image(t.squeeze - t.x.log() - (1 - t.x).log())),
            _with(lambda t: _per_image(-t.x.log() - (1 - t.x).log()))),
        "slope_at_y": ("You put y where p belongs in the slope. It is 1/(p(1 − p)).",
            _with(lambda t: _per_image(t.squeeze - t.y.log() - (1 - t.y).log())),
            _with(lambda t: _per_image(t.squeeze - t.y.abs().log() - (1 - t.y).abs().log()))),
        "slope_not_log": ("You summed the slopes. log_det sums their logs.",
            _with(lambda t: _per_image(t.each.exp())),
            _with(lambda t: _per_image(1 / (t.p * (1 - t.p))))),
        "mean_over_pixels": ("log_det is averaged over the pixels. It is a sum.",
            _with(lambda t: t.each.flatten(1).mean(1))),
        "one_for_the_batch": ("log_det is one number for the batch. Each image has its own, (N,).",
            _with(lambda t: t.each.sum()), _with(lambda t: t.each.mean()),
            _with(lambda t: t.right.mean())),
        "not_summed": ("log_det has a number for each pixel. Sum over all but the batch: "
            "`.flatten(1).sum(1)`.", _with(lambda t: t.each)),
        "last_dimension": ("log_det is summed over dimension 1 alone, or the last alone. Images "
            "have three: `.flatten(1).sum(1)`.", _with(lambda t: t.each.sum(1)),
            _with(lambda t: t.each.sum(-1)), _with(lambda t: t.each.sum(0))),
        "column_returned": ("The numbers are right, and log_det has shape (N, 1). Asked for "
            "is (N,).", _with(lambda t: t.right[:, None])),
        "no_squeeze": ("You took the logit of x itself, which is infinite at 0 and 1: almost every "
            "pixel of a digit. First p = α + (1 − 2α) x.",
            lambda t: (_logit(t.x), _per_image(-t.x.log() - (1 - t.x).log())),
            lambda t: (_logit(t.x), t.right)),
        "lopsided_squeeze": ("p = α + (1 − 2α) x leaves α on *both* sides. Yours leaves it on one, "
            "or more than that.", lambda t: _at(t, t.alpha + (1 - t.alpha) * t.x, 1 - t.alpha),
            lambda t: _at(t, (1 - t.alpha) * t.x, 1 - t.alpha),
            lambda t: _at(t, (1 - 2 * t.alpha) * t.x, 1 - 2 * t.alpha),
            lambda t: (_logit((1 - 2 * t.alpha) * t.x), t.right),
            lambda t: (_logit(t.alpha + (1 - t.alpha) * t.x), t.right)),
        "clamped": ("You clamped x to [α, 1 − α]. That is not invertible: all darker pixels become "
            "one. Squeeze: p = α + (1 − 2α) x.",
            lambda t: _at(t, t.x.clamp(t.alpha, 1 - t.alpha), 1),
            lambda t: (_logit(t.x.clamp(t.alpha, 1 - t.alpha)), t.right),
            lambda t: _at(t, t.x.clamp(t.alpha, 1 - t.alpha), 1 - 2 * t.alpha)),
        "sigmoid": ("That is the sigmoid, the way back. The logit is log p − log(1 − p).",
            lambda t: (t.p.sigmoid(), t.right),
            lambda t: (t.p.sigmoid(), _per_image(torch.nn.functional.logsigmoid(t.p)
                + torch.nn.functional.logsigmoid(-t.p) + t.squeeze))),
        "logit_sign": ("The logit is turned: log p − log(1 − p).", lambda t: (-t.y, t.right)),
        "logs_added": ("You added the two logs. The logit is log p − log(1 − p).",
            lambda t: (t.p.log() + (1 - t.p).log(), t.right)),
        "log_only": ("You took log p alone. The logit is log p − log(1 − p).",
            lambda t: (t.p.log(), t.right), lambda t: (t.p.log(), _per_image(
                t.squeeze - t.p.log()))),
        "odds": ("The log of the odds p/(1 − p) is missing.",
            lambda t: (t.p / (1 - t.p), t.right)),
        "p_returned": ("You return p in place of its logit.", lambda t: (t.p, t.right),
            lambda t: (t.p, _per_image(torch.full_like(t.x, t.squeeze)))),
        "only_y": ("You return y alone. Return the pair (y, log_det).", lambda t: t.y),
        "pair_reversed": ("You return (log_det, y). Asked for is (y, log_det).",
            lambda t: (t.right, t.y)),
    }, read=lambda *args: Parts(*args)),
    properties=[Property("slope_of_its_own_y", lambda fn, g: _slope_differs(fn, g))],
    hints=[
        "Two maps in a row: x → p has slope 1 − 2α, p → log p − log(1 − p) has slope 1/(p(1 − p)). "
        "Slopes multiply, logs add.",
        "Per pixel the log-slope is log(1 − 2α) − log p − log(1 − p). Sum it over all but the "
        "batch with `.flatten(1).sum(1)`.",
        "`p = alpha + (1 - 2 * alpha) * x`, `y = p.log() - (1 - p).log()`, `log_det = "
        "(math.log(1 - 2 * alpha) - p.log() - (1 - p).log()).flatten(1).sum(1)`",
    ],
)  # fmt: skip


def _slope_differs(fn: Callable[..., tuple[Tensor, Tensor]], generator: Generator) -> str | None:
    x = torch.rand(1, 3, generator=generator, dtype=torch.float64)
    small = 1e-6
    rise = (fn(x + small, 0.05)[0] - fn(x - small, 0.05)[0]) / (2 * small)
    by_hand, yours = float(rise.log().sum()), float(fn(x, 0.05)[1])
    if abs(by_hand - yours) < 1e-3:
        return None
    return (
        f"log_det must be that of your own y, {by_hand:.4g} by differences; yours is {yours:.4g}."
    )
