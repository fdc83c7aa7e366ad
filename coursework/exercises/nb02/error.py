"""Exercise `reconstruction_error`: how far a reconstruction is from its image."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named

Error = Callable[[Tensor, Tensor], Tensor]


def reconstruction_error(x: Tensor, x_hat: Tensor) -> Tensor:
    """Squared error summed over pixels, for x and x_hat (N, C, H, W): (N,)."""
    return (x - x_hat).square().flatten(1).sum(1)


def _draw(generator: Generator, *shape: int) -> tuple[Tensor, Tensor]:
    return torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)


def _cases(generator: Generator) -> Iterator[Case]:
    n, h, w = (int(torch.randint(3, 8, (), generator=generator)) for _ in range(3))
    yield Case(_draw(generator, n + 1, 1, h, w + h), "random gray images")
    yield Case(_draw(generator, n + h, 3, h, w), "random color images")
    yield Case(_draw(generator, 1, 1, w, h), "a batch of one")


def _perfect(fn: Error, generator: Generator) -> str | None:
    x, _ = _draw(generator, 3, 1, 4, 4)
    worst = float(fn(x, x.clone()).max())
    return None if worst == 0 else f"The error must be 0 where x_hat = x; yours is {worst:.4g}."


def _doubled(fn: Error, generator: Generator) -> str | None:
    x, x_hat = _draw(generator, 2, 1, 5, 5)
    ratio = float((fn(x, x + 2 * (x_hat - x)) / fn(x, x_hat)).mean())
    if abs(ratio - 4) < 1e-2:
        return None
    return f"Twice the difference must give 4 times the squared error; yours gives {ratio:.3g}."


def _per_pixel(x: Tensor, x_hat: Tensor) -> Tensor:
    return (x - x_hat).square().flatten(1)


MISTAKES = named({
    "mean_over_pixels": ("You averaged over the pixels; the course sums them. On 28 × 28 images "
        "the mean is 784 times smaller, which would reweight the loss of notebook 03. Use `.sum`.",
        lambda x, x_hat: _per_pixel(x, x_hat).mean(1)),
    "mean_over_everything": ("You averaged over pixels and batch (`F.mse_loss` does that by "
        "default) and got one number. Here each image keeps its own: sum over its pixels, leave "
        "the batch alone.", lambda x, x_hat: F.mse_loss(x_hat, x)),
    "one_number_for_the_batch": ("You summed over the batch too and got one number. Each image "
        "keeps its own error, shape (N,): flatten all but the first dimension, sum over `dim=1`.",
        lambda x, x_hat: _per_pixel(x, x_hat).sum()),
    "batch_average": ("The sum over pixels is right; then you averaged over the batch. That "
        "average belongs in the training step. Here every image keeps its own number, shape (N,).",
        lambda x, x_hat: _per_pixel(x, x_hat).sum(1).mean()),
    "absolute_error": ("You took absolute differences. The squared error squares each difference "
        "before it is summed: `.square()` where you have `.abs()`.",
        lambda x, x_hat: (x - x_hat).abs().flatten(1).sum(1),
        lambda x, x_hat: (x - x_hat).abs().flatten(1).mean(1),
        lambda x, x_hat: (x - x_hat).abs().mean()),
    "sums_over_the_batch": ("You summed over the examples (dimension 0) and kept the pixels. It is "
        "the other way round: keep dimension 0, sum over all that come after.",
        lambda x, x_hat: (x - x_hat).square().sum(0)),
    "not_summed": ("You squared the differences and stopped there: one number per pixel. Add up "
        "the pixels of each image, `.flatten(1).sum(1)`.", lambda x, x_hat: (x - x_hat).square()),
    "channels_left": ("You summed over height and width and left the channels, shape (N, C). Sum "
        "over them too: `dim=(1, 2, 3)`.", lambda x, x_hat: (x - x_hat).square().sum((2, 3))),
    "last_dimension_only": ("You summed over the last dimension alone, so rows of pixels are left. "
        "Sum over channels, height and width: `dim=(1, 2, 3)`.",
        lambda x, x_hat: (x - x_hat).square().sum(-1)),
    "kept_dimensions": ("The numbers are right and the shape is (N, 1, 1, 1): `keepdim=True` is "
        "too much. The result has one dimension, (N,).",
        lambda x, x_hat: (x - x_hat).square().sum((1, 2, 3), keepdim=True)),
    "root_taken": ("You took the square root: that is the distance between the images. The squared "
        "error is the sum before the root.", lambda x, x_hat: _per_pixel(x, x_hat).sum(1).sqrt()),
    "square_of_the_sum": ("You summed first and squared afterwards, so differences of opposite "
        "sign cancel. Square each pixel's difference, then sum.",
        lambda x, x_hat: (x - x_hat).flatten(1).sum(1).square()),
    "not_squared": ("You summed the plain differences, so positive and negative ones cancel. "
        "Square each one first.", lambda x, x_hat: (x - x_hat).flatten(1).sum(1),
        lambda x, x_hat: (x_hat - x).flatten(1).sum(1)),
    "halved": ("A factor ½ came in. Some books put it there to tidy the gradient; here the error "
        "is the plain sum of squares.", lambda x, x_hat: 0.5 * _per_pixel(x, x_hat).sum(1)),
    "cross_entropy": ("That is the binary cross-entropy between the images, not their squared "
        "difference. Both are used for images; this function is (x − x_hat)², summed.",
        lambda x, x_hat: F.binary_cross_entropy(x_hat, x, reduction="none").flatten(1).sum(1)),
    "sigmoid_applied": ("You sent `x_hat` through a sigmoid. It already is an image in [0, 1]; the "
        "sigmoid is for logits, before this function is called.",
        lambda x, x_hat: _per_pixel(x, x_hat.sigmoid()).sum(1)),
})  # fmt: skip

RECONSTRUCTION_ERROR = Exercise(
    name="reconstruction_error",
    notebook="02",
    title="squared error of each image, summed over its pixels",
    reference=reconstruction_error,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("zero_when_perfect", _perfect), Property("quadratic", _doubled)],
    hints=[
        "Subtract, square, add up. What you add up are the pixels of one image; the images of the "
        "batch stay apart, so a batch of N gives N numbers.",
        "`.flatten(1)` turns (N, C, H, W) into (N, C·H·W): dimension 0 stays, the rest is one.",
        "`(x - x_hat).square()` has a number per pixel; `.flatten(1)` it, then `.sum(1)`.",
    ],
    points=1,
    differentiable=(1,),
)
