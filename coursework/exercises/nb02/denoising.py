"""Exercise `denoising_loss`: learn to mend what `corrupt` has spoiled."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb02.noise import corrupt
from coursework.exercises.rules import named


def denoising_loss(model: nn.Module, x: Tensor, x_noisy: Tensor) -> Tensor:
    """Squared error of sigmoid(model(x_noisy)) against the clean x, summed over pixels: (N,)."""
    return _squared(x, model(x_noisy).sigmoid())


def _squared(x: Tensor, x_hat: Tensor) -> Tensor:
    return (x - x_hat).square().flatten(1).sum(1)


def _model(generator: Generator, side: int) -> nn.Module:
    """Standard layers only. Image (N, 1, side, side) to logits of the same shape."""
    pixels = side * side
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(pixels, 6), nn.ReLU(), nn.Linear(6, pixels), nn.Unflatten(1, (1, side, side))
    )  # fmt: skip
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.7 * torch.randn(parameter.shape, generator=generator))
    return model


def _loss_cases(generator: Generator) -> Iterator[Case]:
    for n, side, label in ((6, 5, "random images"), (1, 6, "a batch of one")):
        x = torch.rand(n, 1, side, side, generator=generator)
        yield Case((_model(generator, side), x, corrupt(x, 0.3, generator)), label)


_SIGMOID_IN = (
    "The sigmoid stands inside the call, on the noisy image. It belongs on what the model returns: "
    "`model(x_noisy).sigmoid()`."
)
_SIGMOID_TARGET = (
    "You put a sigmoid on the clean image `x`. That is an image already; the sigmoid belongs on "
    "what the model returns, and there alone."
)
_ROOT = (
    "You took a norm, which is the root of the squared error. "
    "Each image's *squared* error is asked "
    "for, shape (N,): use your `reconstruction_error`."
)

LOSS_MISTAKES = named({
    "reconstructs_the_noisy_input": ("You compare the reconstruction with the noisy image it was "
        "made from. That rewards keeping the noise. The target is the clean `x`.",
        lambda model, x, x_noisy: _squared(x_noisy, model(x_noisy).sigmoid())),
    "model_sees_the_clean_image": ("The model was handed the clean `x`, so there is no noise to "
        "remove. Its input is `x_noisy`; the clean `x` is the target only.",
        lambda model, x, x_noisy: _squared(x, model(x).sigmoid())),
    "input_and_target_swapped": ("Input and target are swapped: the model saw the clean image and "
        "was compared with the noisy one. It is `model(x_noisy)` against `x`.",
        lambda model, x, x_noisy: _squared(x_noisy, model(x).sigmoid())),
    "forgot_the_sigmoid": ("You compared the logits with the image. The model returns logits; the "
        "image is `x_hat = sigmoid(logits)`.",
        lambda model, x, x_noisy: _squared(x, model(x_noisy))),
    "sigmoid_twice": ("The sigmoid was applied twice, which squeezes all pixels into [0.5, 0.73]. "
        "Once is enough.",
        lambda model, x, x_noisy: _squared(x, model(x_noisy).sigmoid().sigmoid())),
    "clamp_for_sigmoid": ("You cut the logits off at 0 and 1. The model's answer becomes an image "
        "by `x_hat = sigmoid(logits)`; a clamp has no gradient where it cuts.",
        lambda model, x, x_noisy: _squared(x, model(x_noisy).clamp(0, 1))),
    "sigmoid_of_the_input": (_SIGMOID_IN, lambda f, x, y: _squared(x, f(y.sigmoid())),
        lambda f, x, y: _squared(x, f(y.sigmoid()).sigmoid())),
    "sigmoid_of_the_target": (_SIGMOID_TARGET, lambda f, x, y: _squared(x.sigmoid(), f(y)),
        lambda f, x, y: _squared(x.sigmoid(), f(y).sigmoid())),
    "root_taken": (_ROOT, lambda f, x, y: _squared(x, f(y).sigmoid()).sqrt(),
        lambda f, x, y: _squared(x, f(y).sigmoid()).sum().sqrt()),
    "cross_entropy": ("That is the binary cross-entropy. It is a fair loss for images too; this "
        "exercise asks for the squared error of sigmoid(logits).",
        lambda model, x, x_noisy: (
            F.binary_cross_entropy_with_logits(model(x_noisy), x, reduction="none")
            .flatten(1)
            .sum(1)
        )),
    "mean_over_pixels": ("You averaged over the pixels; the course sums them. Use your "
        "`reconstruction_error`.",
        lambda model, x, x_noisy: (x - model(x_noisy).sigmoid()).square().flatten(1).mean(1)),
    "mean_over_everything": ("You averaged over pixels and batch and got one number. Each image "
        "keeps its own: sum over pixels, shape (N,). Use your `reconstruction_error`.",
        lambda model, x, x_noisy: F.mse_loss(model(x_noisy).sigmoid(), x)),
    "one_number_for_the_batch": ("You summed over the batch too. Each image keeps its own loss, "
        "shape (N,); the mean over the batch is taken in the training step.",
        lambda model, x, x_noisy: _squared(x, model(x_noisy).sigmoid()).sum()),
    "batch_average": ("Right until the end, where you averaged over the batch. That belongs in the "
        "training step; here each image keeps its own number, shape (N,).",
        lambda model, x, x_noisy: _squared(x, model(x_noisy).sigmoid()).mean()),
    "not_summed": ("One number per pixel is left. Sum over the pixels of each image: "
        "`.flatten(1).sum(1)`.",
        lambda model, x, x_noisy: (x - model(x_noisy).sigmoid()).square()),
    "absolute_error": ("You summed absolute differences; square them instead.",
        lambda model, x, x_noisy: (x - model(x_noisy).sigmoid()).abs().flatten(1).sum(1)),
    "model_left_out": ("That is the error of the noisy image itself; the model was never asked. "
        "Compare `x` with the reconstruction, sigmoid(model(x_noisy)).",
        lambda model, x, x_noisy: _squared(x, x_noisy)),
})  # fmt: skip

DENOISING_LOSS = Exercise(
    name="denoising_loss",
    notebook="02",
    title="error of the mended image against the clean one",
    reference=denoising_loss,
    cases=_loss_cases,
    mistakes=LOSS_MISTAKES,
    hints=[
        "Which of the two images does the model get to see, and with which is its answer compared? "
        "They are not the same one.",
        "The model returns logits. The reconstruction is `model(x_noisy).sigmoid()`.",
        "`reconstruction_error(x, model(x_noisy).sigmoid())`: clean image against mended image.",
    ],
    points=1,
    differentiable=(2,),
)
