"""Exercise `flow_log_prob`: the log-density of N(0, I) at z, plus the log-determinant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named

FAR = "points far out, whose density is below the smallest float32"
LOG_2PI = math.log(2 * math.pi)


def flow_log_prob(z: Tensor, log_det: Tensor) -> Tensor:
    """log p(x) (N,), nats, of z = f(x) (N, D), log_det (N,) of dz/dx. Dinh et al., 2017, eq. 3."""
    return -0.5 * (z.square() + LOG_2PI).sum(1) + log_det


def _cases(generator: Generator) -> Iterator[Case]:
    for n, dims, label in ((6, 3, "points in three dimensions"), (4, 7, "in seven"),
                           (1, 2, "a batch of one")):  # fmt: skip
        z = 0.5 + torch.randn(n, dims, generator=generator)
        log_det = 0.7 + 2 * torch.rand(n, generator=generator)
        signs = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
        yield Case((z, log_det * signs), label)
    z = 15 + torch.randn(3, 5, generator=generator)
    yield Case((z, torch.randn(3, generator=generator) + 2), FAR, extreme=True)


@dataclass(frozen=True)
class Terms:
    """The arguments, and the two terms."""

    z: Tensor
    log_det: Tensor

    @property
    def half(self) -> Tensor:
        """½ |z|², (N,)."""
        return 0.5 * self.z.square().sum(1)

    @property
    def dims(self) -> int:
        return self.z.shape[1]

    @property
    def constant(self) -> float:
        return 0.5 * self.dims * LOG_2PI

    @property
    def log_normal(self) -> Tensor:
        return -self.half - self.constant

    @property
    def right(self) -> Tensor:
        return self.log_normal + self.log_det


def _changed(change: Callable[[Tensor], Tensor]) -> Callable[[Terms], Tensor]:
    return lambda t: change(t.right)


FLOW_LOG_PROB = Exercise(
    name="flow_log_prob", notebook="13", title="log p(x) of a flow", reference=flow_log_prob,
    cases=_cases, differentiable=(0, 1), points=2,
    mistakes=named({
        "log_det_subtracted": ("log_det is subtracted. f maps x to z, and where it stretches, the "
            "same mass of z belongs to less room of x: the density of x is *larger*, + log_det. "
            "(Minus belongs to the determinant of the inverse.)",
            lambda t: t.log_normal - t.log_det),
        "log_det_missing": ("log_det is missing. Then the density of x is not a density: shrinking "
            "all z to 0 would win.", lambda t: t.log_normal),
        "only_log_det": ("The density of z is missing: log N(z; 0, I) + log_det.",
            lambda t: t.log_det + 0),
        "silent_broadcast": ("(N, 1) + (N,) is (N, N). Sum over dimension 1 without `keepdim`, so "
            "that both are (N,).", lambda t: t.log_normal[:, None] + t.log_det,
            lambda t: t.log_normal + t.log_det[:, None]),
        "log_det_times_d": ("log_det was added to every entry of z before the sum, so it counts D "
            "times. Sum over the entries first.", lambda t: t.log_normal + t.dims * t.log_det),
        "no_half": ("The ½ of ½ z² is missing.", lambda t: -2 * t.half - t.constant + t.log_det),
        "no_2pi": ("The constant is missing: ½ log 2π for each of the D entries. Without it nats "
            "can't be compared with another model's.", lambda t: t.log_det - t.half),
        "constant_once": ("½ log 2π counts once for each of the D entries of z, and you have it "
            "once.", lambda t: -t.half - 0.5 * LOG_2PI + t.log_det),
        "constant_doubled": ("The constant is D/2 · log 2π: the ½ belongs to it as well.",
            lambda t: -t.half - 2 * t.constant + t.log_det,
            lambda t: -t.half - LOG_2PI + t.log_det),
        "constant_sign": ("The constant has the wrong sign: log N(z; 0, 1) = −½ z² − ½ log 2π.",
            lambda t: -t.half + t.constant + t.log_det,
            lambda t: -t.half + 2 * t.constant + t.log_det),
        "constant_for_each_point": ("The constant counts once for each of the D entries of z, and "
            "you counted the N points.", lambda t: -t.half - 0.5 * len(t.z) * LOG_2PI + t.log_det),
        "constant_for_pi": ("The constant is ½ log 2π for each entry. Yours has another number in "
            "the log.", lambda t: -t.half - 0.5 * t.dims * math.log(math.pi) + t.log_det,
            lambda t: -t.half - 0.5 * t.dims * math.log(2) + t.log_det,
            lambda t: -t.half - 0.5 * t.dims * 2 * math.pi + t.log_det,
            lambda t: -t.half - 0.5 * t.constant + t.log_det,
            lambda t: -t.half - 0.5 * math.log(2 * math.pi * t.dims) + t.log_det),
        "sign": ("The sign of all of it is turned: that is the loss, −log p(x). Higher is better "
            "here.", _changed(torch.neg), lambda t: t.half + t.constant + t.log_det),
        "plus_half_square": ("½ z² has the wrong sign: far from 0 the density is small.",
            lambda t: t.half - t.constant + t.log_det),
        "mean_over_dims": ("The entries of z are averaged. A log-density sums over the D entries.",
            lambda t: t.log_normal / t.dims + t.log_det, lambda t: t.right / t.dims),
        "one_for_the_batch": ("You return one number for the batch. Asked for is one for each "
            "point, (N,).", _changed(torch.mean), _changed(torch.sum),
            lambda t: t.log_normal + t.log_det.mean(), lambda t: t.log_normal + t.log_det.sum(),
            lambda t: t.log_normal.sum() + t.log_det, lambda t: t.log_normal.mean() + t.log_det),
        "not_summed": ("You return a number for each entry, (N, D). Sum over dimension 1.",
            lambda t: -0.5 * (t.z.square() + LOG_2PI) + t.log_det[:, None],
            lambda t: -0.5 * (t.z.square() + LOG_2PI)),
        "column_returned": ("Right numbers, shape (N, 1). Asked for is (N,).",
            lambda t: t.right[:, None]),
        "density": ("That is the density. Its log is asked for.", _changed(torch.exp)),
        "log_of_log_det": ("log_det is a log already; you took its log, or e to its power.",
            lambda t: t.log_normal + t.log_det.exp(),
            lambda t: t.log_normal + t.log_det.abs().log()),
        "absolute_log_det": ("log_det lost its sign. |det| is an absolute value; its log may be "
            "negative.", lambda t: t.log_normal + t.log_det.abs()),
        "log_det_multiplied": ("You multiplied the log-density by log_det. Logs add.",
            lambda t: t.log_normal * t.log_det),
        "length": ("|z| is not squared: log N(z; 0, I) = −½ |z|² − D/2 · log 2π.",
            lambda t: -0.5 * t.z.norm(dim=1) - t.constant + t.log_det,
            lambda t: -0.5 * t.z.abs().sum(1) - t.constant + t.log_det,
            lambda t: -0.5 * t.z.sum(1) - t.constant + t.log_det),
        "squared_sum": ("You squared the sum of the entries. It is the sum of the squares.",
            lambda t: -0.5 * t.z.sum(1).square() - t.constant + t.log_det),
        "bits": ("That is in bits. The answer is in nats: no division by log 2.",
            _changed(lambda v: v / math.log(2))),
        "underflow": ("The formula is right, and the density itself is below the smallest float32, "
            "where its log is −∞. Add logs from the start.",
            lambda t: (t.log_normal.exp() * t.log_det.exp()).log(),
            lambda t: t.log_normal.exp().log() + t.log_det),
    }, read=lambda *args: Terms(*args)),
    properties=[
        must_be("at_the_center", 2 - LOG_2PI, lambda fn, g: fn(torch.zeros(1, 2), torch.tensor(
            [2.0]))[0], "At z = (0, 0) with log_det = 2 it must be 2 − log 2π = 0.162; yours is "
            "{:.4g}."),
    ],
    hints=[
        "log N(z; 0, I) sums, over the D entries, −½ z² − ½ log 2π. Then add log_det.",
        "`z.square().sum(1)` is (N,), and so is `log_det`. The constant is D/2 · log 2π, D = "
        "`z.shape[1]`.",
        "`-0.5 * (z.square() + math.log(2 * math.pi)).sum(1) + log_det`",
    ],
)  # fmt: skip
