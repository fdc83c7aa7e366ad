"""Exercise `denoising_loss`: learn to undo what `corrupt` has done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb02.error import reconstruction_error
from coursework.exercises.nb02.noise import corrupt
from coursework.exercises.nb02.wrong_autoencoders import Assembled
from coursework.exercises.rules import named


def denoising_loss(model: nn.Module, x: Tensor, x_noisy: Tensor) -> Tensor:
    """Squared error of sigmoid(model(x_noisy)) against the clean x, summed over pixels: (N,)."""
    return reconstruction_error(x, model(x_noisy).sigmoid())


def tiny_model(generator: Generator, side: int) -> nn.Module:
    """Standard layers only. Image (N, 1, side, side) to logits of the same shape."""
    pixels = side * side
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, 6), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(6, pixels), nn.Unflatten(1, (1, side, side)))
    model = Assembled(encoder, decoder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.7 * torch.randn(parameter.shape, generator=generator))
    return model


def _cases(generator: Generator) -> Iterator[Case]:
    for n, side, label in ((6, 5, "random images"), (1, 6, "a batch of one")):
        x = torch.rand(n, 1, side, side, generator=generator)
        yield Case((tiny_model(generator, side), x, corrupt(x, 0.3, generator)), label)


@dataclass(frozen=True)
class Pass:
    """The arguments, and what the model makes of the noisy image."""

    model: nn.Module
    x: Tensor
    x_noisy: Tensor

    @property
    def logits(self) -> Tensor:
        return self.model(self.x_noisy)

    @property
    def x_hat(self) -> Tensor:
        return self.logits.sigmoid()

    @property
    def loss(self) -> Tensor:
        """The right answer, (N,)."""
        return reconstruction_error(self.x, self.x_hat)


MISTAKES = named({
    "reconstructs_the_noisy_input": ("You compare the reconstruction with the noisy image it was "
        "made from. That rewards keeping the noise. The target is the clean `x`.",
        lambda t: reconstruction_error(t.x_noisy, t.x_hat)),
    "model_sees_the_clean_image": ("The model was handed the clean `x`, so there is no noise to "
        "remove. Its input is `x_noisy`; the clean `x` is the target only.",
        lambda t: reconstruction_error(t.x, t.model(t.x).sigmoid())),
    "input_and_target_swapped": ("Input and target are swapped: the model saw the clean image and "
        "was compared with the noisy one. It is `model(x_noisy)` against `x`.",
        lambda t: reconstruction_error(t.x_noisy, t.model(t.x).sigmoid())),
    "both_through_the_model": ("Both images went through the model, and its two answers are "
        "compared. The target is the clean image `x` itself.",
        lambda t: reconstruction_error(t.model(t.x).sigmoid(), t.x_hat)),
    "predicts_the_noise": ("You compared the model's answer with the noise, `x_noisy - x`. To "
        "predict the noise is a fair plan, and notebook 14's; here the model answers with the "
        "image itself: compare sigmoid(logits) with `x`.",
        lambda t: reconstruction_error(t.x_noisy - t.x, t.logits),
        lambda t: reconstruction_error(t.x_noisy - t.x, t.x_hat)),
    "forgot_the_sigmoid": ("You compared the logits with the image. The model returns logits; the "
        "image is `x_hat = sigmoid(logits)`.", lambda t: reconstruction_error(t.x, t.logits)),
    "sigmoid_twice": ("The sigmoid was applied twice, which squeezes all pixels into [0.5, 0.73].",
        lambda t: reconstruction_error(t.x, t.x_hat.sigmoid())),
    "clamp_for_sigmoid": ("You cut the logits off at 0 and 1. The model's answer becomes an image "
        "by `x_hat = sigmoid(logits)`; a clamp has no gradient where it cuts.",
        lambda t: reconstruction_error(t.x, t.logits.clamp(0, 1))),
    "sigmoid_of_the_input": ("The sigmoid stands inside the call, on the noisy image. It belongs "
        "on what the model returns: `model(x_noisy).sigmoid()`.",
        lambda t: reconstruction_error(t.x, t.model(t.x_noisy.sigmoid())),
        lambda t: reconstruction_error(t.x, t.model(t.x_noisy.sigmoid()).sigmoid())),
    "sigmoid_of_the_target": ("You put a sigmoid on the clean image `x`. That is an image already; "
        "the sigmoid belongs on what the model returns, and there alone.",
        lambda t: reconstruction_error(t.x.sigmoid(), t.logits),
        lambda t: reconstruction_error(t.x.sigmoid(), t.x_hat)),
    "root_taken": ("You took a norm, which is the root of the squared error. Each image's "
        "*squared* error is asked for, shape (N,): use your `reconstruction_error`.",
        lambda t: t.loss.sqrt(), lambda t: t.loss.sum().sqrt()),
    "cross_entropy": ("That is the binary cross-entropy. It is a fair loss for images too; this "
        "exercise asks for the squared error of sigmoid(logits).",
        lambda t: F.binary_cross_entropy(t.x_hat, t.x, reduction="none").flatten(1).sum(1)),
    "mean_over_pixels": ("You averaged over the pixels; the course sums them. Use your "
        "`reconstruction_error`.", lambda t: (t.x - t.x_hat).square().flatten(1).mean(1)),
    "mean_over_everything": ("You averaged over pixels and batch and got one number. Each image "
        "keeps its own: sum over pixels, shape (N,). Use your `reconstruction_error`.",
        lambda t: F.mse_loss(t.x_hat, t.x)),
    "one_number_for_the_batch": ("You summed over the batch too. Each image keeps its own loss, "
        "shape (N,); the mean over the batch is taken in the training step.",
        lambda t: t.loss.sum()),
    "batch_average": ("Right until the end, where you averaged over the batch. That belongs in the "
        "training step; here each image keeps its own number, shape (N,).",
        lambda t: t.loss.mean()),
    "not_summed": ("One number per pixel is left. Sum over the pixels of each image: "
        "`.flatten(1).sum(1)`.", lambda t: (t.x - t.x_hat).square()),
    "absolute_error": ("You took absolute differences; square them instead.",
        lambda t: (t.x - t.x_hat).abs().flatten(1).sum(1), lambda t: (t.x - t.x_hat).abs().mean()),
    "model_left_out": ("That is the error of the noisy image itself; the model was never asked. "
        "Compare `x` with the reconstruction, sigmoid(model(x_noisy)).",
        lambda t: reconstruction_error(t.x, t.x_noisy)),
}, read=Pass)  # fmt: skip

DENOISING_LOSS = Exercise(
    name="denoising_loss",
    notebook="02",
    title="error of the cleaned image against the clean one",
    reference=denoising_loss,
    cases=_cases,
    mistakes=MISTAKES,
    hints=[
        "Which of the two images does the model get to see, and with which is its answer compared? "
        "They are not the same one.",
        "The model returns logits. The reconstruction is `model(x_noisy).sigmoid()`.",
        "`reconstruction_error(x, model(x_noisy).sigmoid())`: the clean image against x_hat.",
    ],
    points=1,
    differentiable=(2,),
)
