"""Exercise `control_chances`: a control of the learner's own, beside weights from the latents.

Any control is right that is one: chances of all faces, which differ from the method's and from
equal ones. What it says about the method is for the run to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import describe, shape
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.rules import Wrong, inspected


def control_chances(weights: Tensor, images: Tensor, generator: Generator) -> Tensor:
    """The chance (N,) to draw each face: the method's weights (N,), dealt out at random."""
    return weights[torch.randperm(len(weights), generator=generator)]


def _cases(generator: Generator) -> Iterator[Case]:
    for n, label in ((40, "40 faces"), (65, "65 faces")):
        weights = (torch.randn(n, generator=generator)).exp()
        images = torch.rand(n, 3, 8, 8, generator=generator) * torch.rand(
            n, 1, 1, 1, generator=generator
        )
        seed = int(torch.randint(10_000, (), generator=generator))
        yield Case((weights / weights.sum(), images, Generator().manual_seed(seed)), label)


def inspect_chances(fn: Wrong, weights: Tensor, images: Tensor, generator: Generator) -> str:
    """Name of the first fault of the chances that `fn` gives, "" for none."""
    chances = fn(weights, images, generator)
    if not isinstance(chances, Tensor):
        raise InterfaceError(f"You should return a tensor of chances; yours is {describe(chances)}")
    chances = chances.detach().double()
    n = len(weights)
    if chances.shape == (n, 1):
        return "column"
    if chances.shape != (n,):
        raise InterfaceError(
            f"A chance for each of the {n} faces is asked for, shape ({n},); yours is "
            f"{shape(chances)}"
        )
    return _fault(chances, weights.double())


def _fault(chances: Tensor, weights: Tensor) -> str:
    tests: dict[str, Any] = {
        "not_finite": not chances.isfinite().all(),
        "negative": (chances < 0).any(),
        "nobody": chances.sum() == 0,
        "not_normalized": (chances.sum() - 1).abs() > 1e-3,
        "equal": chances.max() < 1.001 * chances.min(),
        "the_method_itself": torch.allclose(chances, weights, rtol=1e-3, atol=1e-6),
        "the_method_in_disguise": _order(chances, weights) > 0.999,
        "one_face": chances.max() > 0.9,
    }
    return next((name for name, found in tests.items() if found), "")


def _order(a: Tensor, b: Tensor) -> float:
    """Correlation of the ranks of a and b, (N,) each."""
    ranks = torch.stack([v.argsort().argsort().double() for v in (a, b)])
    return float(torch.corrcoef(ranks)[0, 1]) if len(a.unique()) > len(a) // 2 else 0.0


def _wrong(value: Callable[[Tensor], Tensor]) -> Wrong:
    return lambda weights, images, generator: value(weights)


FAULTS = {
    "not_finite": ("Some of your chances are NaN or infinite: a division by 0, or the log of it.",
        _wrong(lambda w: (w - w) / (w - w)), _wrong(lambda w: 1 / (w - w))),
    "negative": ("Some of your chances are negative. Take a weight that is 0 or more, and divide "
        "by "
        "the sum.", _wrong(lambda w: w - w.mean())),
    "nobody": ("All your chances are 0, so no face can be drawn.", _wrong(lambda w: 0 * w)),
    "not_normalized": ("Your chances don't add up to 1. Divide by their sum: `w / w.sum()`.",
        _wrong(lambda w: 2 * w.flip(0)), _wrong(lambda w: 1 / w),
        lambda w, x, g: x.mean((1, 2, 3)), lambda w, x, g: torch.rand(len(w), generator=g)),
    "one_face": ("Nearly all the draws go to one face. Then no face detector comes of it, and "
        "nothing is compared.",
        _wrong(lambda w: torch.nn.functional.one_hot(w.argmin(), len(w)).float())),
    "equal": ("All chances are equal: that is the arm \"vae\", which the table has already. Change "
        "one more thing.", _wrong(lambda w: torch.full_like(w, 1 / len(w)))),
    "the_method_itself": ("Those are the method's own weights, so the control is the method. Keep "
        "one thing of it, and take another away.", _wrong(lambda w: w.clone())),
    "the_method_in_disguise": ("Your chances put the faces in the same order as the method's "
        "weights do. Whatever aim the method has, your control has it too. Take the aim away, or "
        "aim at something else.", _wrong(lambda w: w**2 / (w**2).sum()),
        _wrong(lambda w: w.sqrt() / w.sqrt().sum())),
    "column": ("You return a column, (N, 1). One chance for each face: `.flatten()`.",
        _wrong(lambda w: w.flip(0)[:, None])),
}  # fmt: skip

CONTROL_CHANCES = Exercise(
    name="control_chances", notebook="09", title="a control of your own, as chances of the faces",
    reference=control_chances, cases=_cases, observe=inspect_chances, points=2,
    same=lambda yours, reference: yours == reference == "",
    mistakes=inspected(FAULTS, lambda fault: {fault}),
    hints=["Say first what the control should rule out, in one sentence: \"it isn't the code, any "
           "unequal weights would do\", or \"it isn't the code, dark pictures would do\".",
           "The same weights without aim: deal them out in a random order, "
           "`torch.randperm(len(weights), generator=generator)`. Another aim: a weight that grows "
           "where `images.mean((1, 2, 3))` is small.",
           "`weights[torch.randperm(len(weights), generator=generator)]`, or "
           "`dark = 1 - images.mean((1, 2, 3))`, `(dark**4) / (dark**4).sum()`."],
)  # fmt: skip
