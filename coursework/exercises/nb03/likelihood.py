"""Exercise `bernoulli_log_likelihood`: how well a decoder's logits fit an image, in nats."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.checking.running import observe
from coursework.exercises.rules import given, named, recognized, scaled, swapped, then

LARGE = "logits of ±20, ±50 and ±100"


def _gray(generator: Generator, *shape: int) -> Tensor:
    """Pixels in [0, 1]; every fourth one, more or less, is black or white, none is left out."""
    x = torch.rand(shape, generator=generator)
    extreme = torch.rand(shape, generator=generator)
    return torch.where(extreme < 0.25, x.round(), x)


def _cases(generator: Generator) -> Iterator[Case]:
    n, h, w = (int(torch.randint(3, 8, (), generator=generator)) for _ in range(3))

    def small(*shape: int) -> Tensor:  # between 0 and 1, so that a reader of probabilities gets by
        return 0.05 + 0.9 * torch.rand(shape, generator=generator)

    def case(label: str, *shape: int) -> Case:
        return Case((_gray(generator, *shape), small(*shape)), label)

    yield case("gray images", n + 1, 1, h, w + h)
    yield case("color images", n + h, 3, h, w)
    yield case("a batch of one", 1, 1, w, h)
    shape = (n, 1, h, w)
    logits = 3 * torch.randn(shape, generator=generator)
    yield Case((_gray(generator, *shape), logits), "logits of both signs", extreme=True)
    sign = torch.randint(0, 2, (6, 1, h, w), generator=generator) * 2.0 - 1
    size = torch.tensor([20.0, 50.0, 100.0, 20.0, 50.0, 100.0])[:, None, None, None]
    wrong = 0.9 * torch.rand(6, 1, h, w, generator=generator)  # never what the logit is sure of
    x = torch.where(sign > 0, wrong, 1 - wrong)
    yield Case((x, sign * size), LARGE, extreme=True)


def log_p(x: Tensor, logits: Tensor) -> Tensor:
    """The log-likelihood of each pixel, shaped like x."""
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none")


def log_p_of_probabilities(x: Tensor, p: Tensor, eps: float = 0.0) -> Tensor:
    """The log-likelihood of each image, (N,), where p are probabilities and no logits."""
    return (x * (p + eps).log() + (1 - x) * (1 - p + eps).log()).flatten(1).sum(1)


def minus_cross_entropy(x: Tensor, p: Tensor) -> Tensor:
    """The same by PyTorch's loss for probabilities, which keeps logs above −100."""
    return -F.binary_cross_entropy(p, x, reduction="none").flatten(1).sum(1)


def minus_softplus(x: Tensor, logits: Tensor) -> Tensor:
    """log x̂ at every pixel, whatever the image."""
    return F.logsigmoid(logits)


def error(x: Tensor, logits: Tensor) -> Tensor:
    """x − x_hat, one difference for each pixel, (N, D)."""
    return (x - logits.sigmoid()).flatten(1)


def _wrong_only_when_large(seen: Observed, case: Case) -> bool:
    """Right, gradients included, wherever sigmoid is neither 0 nor 1 in float32."""
    if case.label == LARGE:
        return True
    truth = observe(BERNOULLI_LOG_LIKELIHOOD, bernoulli_log_likelihood, case)
    return close(seen, truth, 1e-3, 1e-3)


def _zero_logits(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    value = fn(_gray(generator, 2, 1, 4, 5), torch.zeros(2, 1, 4, 5))
    if float((value + 20 * math.log(2)).abs().max()) < 1e-3:
        return None
    return (
        "At logits of 0 every pixel costs log 2, whatever it shows: −13.86 nats for 20 pixels; "
        f"yours is {float(value[0]):.4g}."
    )


MISTAKES = named({
    "sign": ("The sign is wrong: you return the binary cross-entropy, a loss (lower is better). A "
        "log-likelihood is its negative: higher is better.", scaled(bernoulli_log_likelihood, -1)),
    "mean_over_pixels": ("You averaged over the pixels; sum them. The mean is 784 times smaller on "
        "28 × 28 images, while the KL stays as it is: that is a VAE with β = 784, whose code dies.",
        then(log_p, lambda each: each.flatten(1).mean(1))),
    "mean_over_everything": ("You averaged over pixels and batch (the default of PyTorch's "
        "losses). Ask for `reduction=\"none\"`, then sum over the pixels of each image.",
        then(log_p, torch.mean), then(log_p, lambda each: -each.mean())),
    "one_number_for_the_batch": ("You summed over the batch too. Each image keeps its own number, "
        "shape (N,): flatten all but the first dimension, sum over `dim=1`.",
        then(log_p, torch.sum), then(log_p, lambda each: -each.sum())),
    "batch_average": ("The sum over pixels is right; then you averaged over the batch. That "
        "belongs in the training step. Here every image keeps its own number, shape (N,).",
        then(bernoulli_log_likelihood, torch.mean),
        then(bernoulli_log_likelihood, lambda log_p: -log_p.mean())),
    "not_summed": ("You have one number per pixel. Add up the pixels of each image: "
        "`.flatten(1).sum(1)`.", log_p, scaled(log_p, -1)),
    "sums_over_the_batch": ("You summed over the images (dimension 0) and kept the pixels. It is "
        "the other way round: keep dimension 0, sum over all that come after.",
        then(log_p, lambda each: each.sum(0))),
    "kept_dimensions": ("The numbers are right and the shape is (N, 1): `keepdim=True` is too "
        "much. Beside a KL of shape (N,) it would spread into a table (N, N).",
        then(log_p, lambda each: each.flatten(1).sum(1, keepdim=True))),
    "channels_left": ("You summed over height and width and left the channels, shape (N, C). Sum "
        "over them too: `dim=(1, 2, 3)`.", then(log_p, lambda each: each.sum((2, 3)))),
    "last_dimension_only": ("You summed over the last dimension alone, so rows of pixels are left. "
        "Sum over channels, height and width: `.flatten(1).sum(1)`.",
        then(log_p, lambda each: each.sum(-1)), then(log_p, lambda each: -each.sum(-1))),
    "sigmoid_twice": ("A sigmoid was applied twice. `binary_cross_entropy_with_logits` applies its "
        "own: give it the logits as they are.", given(bernoulli_log_likelihood, 1, torch.sigmoid)),
    "expects_probabilities": ("You used the logits as if they were probabilities. A logit may be "
        "any real number, and the probability is `sigmoid(logit)`. Use "
        "`binary_cross_entropy_with_logits`, which takes logits.", log_p_of_probabilities,
        lambda x, logits: log_p_of_probabilities(x, logits, 1e-8), minus_cross_entropy,
        given(minus_cross_entropy, 1, lambda logits: logits.clamp(0, 1))),
    "arguments_swapped": ("Image and logits changed places. PyTorch's losses take the prediction "
        "first and the target second: `(logits, x)`.", swapped(bernoulli_log_likelihood)),
    "image_rounded": ("You rounded the image to black and white. Its grays count as they are: x · "
        "log x̂ + (1 − x) · log(1 − x̂) takes any x in [0, 1].",
        given(bernoulli_log_likelihood, 0, torch.round)),
    "only_the_ink": ("You counted x · log x̂ and forgot the other half, (1 − x) · log(1 − x̂): the "
        "paper has to be predicted too. Without it, ink everywhere is the best answer.",
        lambda x, logits: (x * F.logsigmoid(logits)).flatten(1).sum(1)),
    "only_the_paper": ("You counted (1 − x) · log(1 − x̂) and forgot the other half, x · log x̂.",
        lambda x, logits: ((1 - x) * F.logsigmoid(-logits)).flatten(1).sum(1)),
    "both_halves_log_x_hat": ("The second half has log x̂ again. There it is log(1 − x̂): add up "
        "x · log x̂ + (1 − x) · log(1 − x̂).",
        then(minus_softplus, lambda each: each.flatten(1).sum(1))),
    "halves_subtracted": ("The second half is subtracted. Both are added: x · log x̂ + (1 − x) · "
        "log(1 − x̂).", lambda x, logits: (
            x * F.logsigmoid(logits) - (1 - x) * F.logsigmoid(-logits)).flatten(1).sum(1)),
    "halves_exchanged": ("The two halves are exchanged: x goes with log x̂, 1 − x with log(1 − "
        "x̂).", given(bernoulli_log_likelihood, 0, lambda x: 1 - x)),
    "squared_error": ("That is a squared error, the reconstruction error of notebook 02. It "
        "belongs to a Gaussian; the Bernoulli one is x log x̂ + (1 − x) log(1 − x̂).",
        then(error, lambda error: -error.square().sum(1)),
        then(error, lambda error: error.square().sum(1)),
        then(error, lambda error: -0.5 * error.square().sum(1))),
    "absolute_error": ("That is an absolute error, |x − x̂|. Asked for is the Bernoulli "
        "log-likelihood, x log x̂ + (1 − x) log(1 − x̂), summed over the pixels.",
        then(error, lambda error: -error.abs().sum(1)),
        then(error, lambda error: error.abs().sum(1)),
        then(error, lambda error: error.abs().mean(1)),
        then(error, lambda error: error.abs().mean()),
        lambda x, logits: (x - logits.sigmoid()).abs()),
    "bits": ("Your numbers are in bits (log₂). The course counts in nats: natural logs.",
        scaled(bernoulli_log_likelihood, 1 / math.log(2))),
    "not_the_log": ("You returned the likelihood itself. For 784 pixels it is 0 to every digit a "
        "computer has; stay with its logarithm.", then(bernoulli_log_likelihood, torch.exp)),
})  # fmt: skip

ONLY_LARGE = recognized({
    "sigmoid_then_log": ("Right for moderate logits, wrong for large ones: at a logit of ±20 "
        "float32 rounds the sigmoid to 0 or 1, and its log is −∞, NaN or whatever a clamp makes of "
        "it, with a gradient of 0. `binary_cross_entropy_with_logits` computes the log straight "
        "from the logit.", _wrong_only_when_large, given(log_p_of_probabilities, 1, torch.sigmoid)),
})  # fmt: skip

BERNOULLI_LOG_LIKELIHOOD = Exercise(
    name="bernoulli_log_likelihood",
    notebook="03",
    title="log-likelihood of each image, summed over its pixels",
    reference=bernoulli_log_likelihood,
    cases=_cases,
    mistakes=[*MISTAKES, *ONLY_LARGE],
    properties=[Property("coin_flips", _zero_logits)],
    hints=[
        "One number for each pixel first: x · log x̂ + (1 − x) · log(1 − x̂) with x̂ = "
        "sigmoid(logits). Then add up the pixels of each image, and leave the images apart.",
        "Don't compute x̂: its log is lost where x̂ rounds to 0 or 1. "
        '`F.binary_cross_entropy_with_logits(logits, x, reduction="none")` is the loss per pixel.',
        "A log-likelihood is minus the loss: `-F.binary_cross_entropy_with_logits(…)`, then "
        "`.flatten(1)`, then the sum over dimension 1.",
    ],
    points=2,
    differentiable=(1,),
    hides=("vae_loss",),
)
