"""Exercise `fade_in`: a new, larger layer takes over from the old one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import given, named, then

Enlarge = Callable[[Tensor], Tensor]


def fade_in(old: Tensor, new: Tensor, alpha: float) -> Tensor:
    """(1 − alpha) · old (N, C, H/2, W/2), each pixel two by two, + alpha · new (N, C, H, W).

    Karras et al., 2018, figure 2.
    """
    return faded(old, new, alpha)


def nearest(old: Tensor) -> Tensor:
    """Every pixel becomes a block of two by two."""
    return old.repeat_interleave(2, 2).repeat_interleave(2, 3)


def faded(
    old: Tensor,
    new: Tensor,
    alpha: float,
    enlarge: Enlarge = nearest,
    weights: Callable[[float], tuple[float, float]] = lambda a: (1 - a, a),
) -> Tensor:
    first, second = weights(alpha)
    return first * enlarge(old) + second * new


def cases(generator: Generator) -> Iterator[Case]:
    for n, c, h, w, alpha, label in (
        (3, 3, 4, 6, 0.3, "a new layer that is mostly the old one"),
        (2, 1, 6, 4, 0.8, "a new layer that has nearly taken over"),
        (1, 2, 4, 4, 0.6, "a batch of one"),
        (2, 3, 4, 4, 0.0, "alpha 0"),
        (2, 2, 4, 4, 1.0, "alpha 1"),
    ):
        old = 0.4 + torch.randn(n, c, h // 2, w // 2, generator=generator)
        yield Case((old, torch.randn(n, c, h, w, generator=generator) - 0.3, alpha), label)


def smooth(mode: str, corners: bool = False) -> Enlarge:
    return lambda old: F.interpolate(old, scale_factor=2, mode=mode, align_corners=corners)


def with_zeros(old: Tensor) -> Tensor:
    n, c, h, w = old.shape
    out = torch.stack([old, torch.zeros_like(old)], 4).reshape(n, c, h, 2 * w)
    return torch.stack([out, torch.zeros_like(out)], 3).reshape(n, c, 2 * h, 2 * w)


def scrambled(old: Tensor) -> Tensor:
    n, c, h, w = old.shape
    return old.repeat_interleave(4, 3).reshape(n, c, 2 * h, 2 * w)


def weighted(weights: Callable[[float], tuple[float, float]]) -> Callable[..., Tensor]:
    return partial(faded, weights=weights)


def enlarged(enlarge: Enlarge) -> Callable[..., Tensor]:
    return partial(faded, enlarge=enlarge)


FADE_IN = Exercise(
    name="fade_in", notebook="16", title="a new layer takes over from the old one",
    reference=fade_in, cases=cases, differentiable=(0, 1), points=1,
    mistakes=named({
        "alpha_the_other_way": ("alpha runs the wrong way: at 0 the picture has to be the old "
            "one's alone, at 1 the new one's.", weighted(lambda a: (a, 1 - a))),
        "sum": ("You add the two with full weight. The weights are 1 − alpha and alpha.",
            weighted(lambda a: (1.0, 1.0))),
        "old_in_full": ("The old picture keeps its full weight. It is 1 − alpha.",
            weighted(lambda a: (1.0, a))),
        "new_in_full": ("The new picture has full weight from the start. It is alpha.",
            weighted(lambda a: (1 - a, 1.0))),
        "alpha_on_both": ("Both have the weight alpha. The old one's is 1 − alpha.",
            weighted(lambda a: (a, a))),
        "half_and_half": ("You average the two, whatever alpha is.",
            weighted(lambda a: (0.5, 0.5))),
        "new_only": ("Only the new picture is there.", weighted(lambda a: (0.0, 1.0))),
        "old_only": ("Only the old picture is there.", weighted(lambda a: (1.0, 0.0))),
        "old_missing": ("The old picture's share is missing.", weighted(lambda a: (0.0, a))),
        "new_missing": ("The new picture's share is missing.", weighted(lambda a: (1 - a, 0.0))),
        "roots": ("You take roots or squares of the weights. They are 1 − alpha and alpha, and "
            "add up to 1.", weighted(lambda a: ((1 - a) ** 0.5, a**0.5)),
            weighted(lambda a: ((1 - a) ** 2, a**2))),
        "subtracted": ("You subtract the new picture. Add it.", weighted(lambda a: (1 - a, -a))),
        "switched": ("You switch from one to the other at once. Fade: (1 − alpha) of the old, "
            "alpha of the new.", weighted(lambda a: (1.0, 0.0) if a < 0.5 else (0.0, 1.0)),
            weighted(lambda a: (1.0, 0.0) if a < 1 else (0.0, 1.0))),
        "bilinear": ("You enlarge the old picture smoothly, which blurs it. Nearest neighbors: "
            "each pixel becomes a block of two by two.", enlarged(smooth("bilinear")),
            enlarged(smooth("bilinear", True)), enlarged(smooth("bicubic")),
            enlarged(smooth("bicubic", True))),
        "tiled": ("You repeat the whole picture: it is there four times, side by side. Each "
            "*pixel* is repeated: `repeat_interleave`, or `F.interpolate(old, scale_factor=2)`.",
            enlarged(lambda old: old.repeat(1, 1, 2, 2))),
        "scrambled": ("Pixels went astray: repeating along one axis and reshaping doesn't enlarge. "
            "Repeat rows and columns each by themselves.", enlarged(scrambled)),
        "zeros_between": ("There are zeros between the old pixels. Fill each block of two by two "
            "with its pixel.", enlarged(with_zeros)),
        "transposed": ("Height and width changed places.",
            enlarged(lambda old: nearest(old).transpose(2, 3).reshape(
                *old.shape[:2], 2 * old.shape[2], 2 * old.shape[3]))),
        "flipped": ("The old picture is mirrored.",
            enlarged(lambda old: nearest(old).flip(3)), enlarged(lambda old: nearest(old).flip(2))),
        "shrunk": ("You made the new picture smaller instead of the old one larger.",
            lambda old, new, alpha: (1 - alpha) * old + alpha * F.avg_pool2d(new, 2),
            lambda old, new, alpha: (1 - alpha) * old + alpha * new[:, :, ::2, ::2]),
        "new_blurred": ("The new picture lost its detail: leave it as it comes, only the old one "
            "is enlarged.", lambda old, new, alpha: fade_in(
                old, nearest(F.avg_pool2d(new, 2)), alpha)),
        "clamped": ("You cut the result off. These may be features or logits: leave the values.",
            then(fade_in, lambda x: x.clamp(0, 1)), then(fade_in, lambda x: x.clamp(-1, 1)),
            then(fade_in, torch.sigmoid), then(fade_in, torch.tanh)),
        "first_for_all": ("Every example shows the first old picture.",
            given(fade_in, 0, lambda old: old[:1].expand_as(old))),
        "old_detached": ("The numbers are right and the gradients are not: the old layer was cut "
            "out of the graph. While it fades it still has to learn.",
            given(fade_in, 0, torch.Tensor.detach)),
        "new_detached": ("The numbers are right and the gradients are not: the new layer was cut "
            "out of the graph, so it would never learn.", given(fade_in, 1, torch.Tensor.detach)),
    }),
    hints=["Two steps: enlarge the old picture, then a weighted mean of the two.",
           "`F.interpolate(old, scale_factor=2)` repeats each pixel two by two.",
           "`(1 - alpha) * F.interpolate(old, scale_factor=2) + alpha * new`"],
)  # fmt: skip
