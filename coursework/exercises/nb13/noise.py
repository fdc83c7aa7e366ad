"""Exercise `dequantize`: from 256 gray values to numbers that fill [0, 1)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import named


def dequantize(x_uint8: Tensor, u: Tensor) -> Tensor:
    """(x + u) / 256 in [0, 1), of gray values uint8 and u in [0, 1), both (N, ...)."""
    return (x_uint8.float() + u) / 256


def _gray_cases(generator: Generator) -> Iterator[Case]:
    for shape, white, label in (
        ((3, 1, 5, 4), 255, "images"),
        ((6, 7), 230, "flat images without white"),
        ((1, 1, 3, 3), 255, "a batch of one"),
    ):
        x = torch.randint(white, shape, generator=generator, dtype=torch.uint8)
        x.view(-1)[:4] = torch.tensor([0, white, 0, 1], dtype=torch.uint8)
        yield Case((x, 0.05 + 0.9 * torch.rand(shape, generator=generator)), label)


DEQUANTIZE = Exercise(
    name="dequantize", notebook="13", title="uniform noise on gray values",
    reference=dequantize, cases=_gray_cases, rtol=1e-5, atol=1e-6,
    mistakes=named({
        "divided_by_255": ("You divided by 255. x + u runs from 0 to just below 256, so divide by "
            "256; with 255 white leaves [0, 1), and the volume of a box is not (1/256)^D.",
            lambda x, u: (x + u) / 255, lambda x, u: x / 255 + u / 256,
            lambda x, u: x / 256 + u / 255, lambda x, u: (x / 255 * 256 + u) / 256),
        "centered_noise": ("You moved the noise to [−½, ½). Then black becomes negative and boxes "
            "of two gray values are no longer [x, x + 1). Add u as it is.",
            lambda x, u: (x + u - 0.5) / 256, lambda x, u: (x + 2 * u - 1) / 256,
            lambda x, u: (x + u - 0.5) / 255),
        "noise_not_divided": ("You added u after dividing, so the noise is as large as the whole "
            "range of grays. Add first, then divide.", lambda x, u: x / 256 + u,
            lambda x, u: x / 255 + u),
        "no_noise": ("u is missing, or became a whole number on its way: uint8 holds no fractions. "
            "The gray values are still 256 separate points, on which a density can grow without "
            "bound.", lambda x, u: x / 256, lambda x, u: x / 255,
            lambda x, u: (x + u.to(torch.uint8)).float() / 256),
        "not_divided": ("You didn't divide by 256. The result belongs into [0, 1).",
            lambda x, u: x + u),
        "brackets": ("Only u is divided by 256. Put brackets around the sum: (x + u) / 256.",
            lambda x, u: x + u / 256, lambda x, u: x + u / 255),
        "noise_subtracted": ("You subtracted u. The box of gray value x is [x, x + 1): add it.",
            lambda x, u: (x.float() - u) / 256),
        "one_noise_for_all": ("The same noise for all images, or for all pixels. Every pixel of "
            "every image has its own.", lambda x, u: (x + u[:1]) / 256,
            lambda x, u: (x + u.mean()) / 256, lambda x, u: (x + u.flatten()[0]) / 256),
        "divided_by_the_largest": ("You divided by the largest value of the batch. The 256 grays "
            "are the same for every batch.", lambda x, u: (x + u) / (x + u).max(),
            lambda x, u: (x + u) / x.max()),
        "one_more": ("The noise is one gray value off: x + u lies in [x, x + 1).",
            lambda x, u: (x.float() + u + 1) / 256, lambda x, u: (x.float() + u - 1) / 256),
        "noise_multiplied": ("You multiplied by u. Add it.", lambda x, u: x * u / 256,
            lambda x, u: x * (1 + u) / 256),
        "clipped": ("You clipped what lies above 1, or below 0. With `(x + u) / 256` nothing does.",
            lambda x, u: ((x + u) / 255).clamp(0, 1)),
    }),
    hints=[
        "A gray value x stands for the box [x, x + 1); u says where in it. Then scale so that 256 "
        "boxes fill [0, 1).",
        "Add, then divide; `x_uint8 + u` is float32 already.",
        "`(x_uint8 + u) / 256`",
    ],
)  # fmt: skip
