"""Exercises `copy_step` and `denoising_step`: the loss of one batch, which `fit` is handed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.compare import describe, is_scalar
from coursework.checking.exercise import Case, Exercise, InterfaceError, Observed
from coursework.exercises.ingredients import BACKWARD_INSIDE, backward_called, called_backward
from coursework.exercises.nb02.denoising import denoising_loss, tiny_model
from coursework.exercises.nb02.error import reconstruction_error
from coursework.exercises.nb02.noise import corrupt
from coursework.exercises.rules import named


def copy_step(model: nn.Module, x: Tensor) -> Tensor:
    """Loss of a batch x (N, 1, H, W): the mean over the images of the error of their copies."""
    return reconstruction_error(x, model(x).sigmoid()).mean()


def denoising_step(model: nn.Module, x: Tensor, noise_std: float, generator: Generator) -> Tensor:
    """Loss of a batch x (N, 1, H, W), damaged with fresh noise: the mean of `denoising_loss`."""
    return denoising_loss(model, x, corrupt(x, noise_std, generator)).mean()


def _images(generator: Generator) -> Iterator[tuple[nn.Module, Tensor, str]]:
    for n, side, label in ((6, 5, "random images"), (1, 6, "a batch of one")):
        x = torch.rand(n, 1, side, side, generator=generator)
        yield tiny_model(generator, side), x, label


def _copy_cases(generator: Generator) -> Iterator[Case]:
    for model, x, label in _images(generator):
        yield Case((model, x), label)


def _denoising_cases(generator: Generator) -> Iterator[Case]:
    for model, x, label in _images(generator):
        seed = int(torch.randint(2**31, (), generator=generator))
        yield Case((model, x, 0.4, Generator().manual_seed(seed)), label)


@dataclass(frozen=True)
class Batch:
    """What a step is made of: the clean images, what the model sees, and what it answers."""

    model: nn.Module
    x: Tensor
    seen: Tensor

    @property
    def logits(self) -> Tensor:
        return self.model(self.seen)

    @property
    def x_hat(self) -> Tensor:
        return self.logits.sigmoid()

    @property
    def each(self) -> Tensor:
        """The error of each image, (N,)."""
        return reconstruction_error(self.x, self.x_hat)


def _damaged(model: nn.Module, x: Tensor, noise_std: float, generator: Generator) -> Batch:
    return Batch(model, x, corrupt(x, noise_std, generator))


def _clean(model: nn.Module, x: Tensor) -> Batch:
    return Batch(model, x, x)


ANY_STEP: dict[str, Any] = {
    "not_averaged": ("You return one number for each image. `fit` calls `backward` on one number: "
        "the mean over the batch.", lambda t: t.each),
    "summed_over_the_batch": ("You summed over the images; average. A sum makes each step grow "
        "with the batch.", lambda t: t.each.sum()),
    "mean_over_pixels": ("You averaged over the pixels, too. Each image's error is a sum over its "
        "pixels; the mean is taken over images alone.", lambda t: F.mse_loss(t.x_hat, t.x)),
    "forgot_the_sigmoid": ("You compared the logits with the image. The image is "
        "`model(…).sigmoid()`.", lambda t: reconstruction_error(t.x, t.logits).mean()),
    "sigmoid_twice": ("The sigmoid was applied twice, which squeezes all pixels into [0.5, 0.73].",
        lambda t: reconstruction_error(t.x, t.x_hat.sigmoid()).mean()),
    "cross_entropy": ("That is a cross-entropy. A fair loss for images, too; asked for is the "
        "squared error, `reconstruction_error`.",
        lambda t: F.binary_cross_entropy(t.x_hat, t.x, reduction="none").flatten(1).sum(1).mean(),
        lambda t: F.binary_cross_entropy(t.x_hat, t.x)),
    "clamp_for_sigmoid": ("You cut the logits off at 0 and 1. The image is `model(…).sigmoid()`; a "
        "clamp has no gradient where it cuts.",
        lambda t: reconstruction_error(t.x, t.logits.clamp(0, 1)).mean()),
    "absolute_error": ("You took absolute differences; `reconstruction_error` squares them.",
        lambda t: (t.x - t.x_hat).abs().flatten(1).sum(1).mean()),
    "a_plain_number": ("The number is right, and nothing can be learned from it: `.item()` or "
        "`.detach()` has cut it off from the model. Hand back the tensor.",
        lambda t: t.each.mean().detach(), lambda t: t.each.mean().item()),
}  # fmt: skip


def _inside(seen: Observed, case: Case) -> bool:
    return str(seen.value) == "backward_inside"


def _weights_feel_it(fn: Any, model: nn.Module, *args: Any) -> Any:
    """The loss and its gradient in the model's last weights; "cut" where there is none."""
    value = fn(model, *args)
    if called_backward(model):
        return "backward_inside"
    if not is_scalar(value) and (not isinstance(value, Tensor) or value.ndim > 1):
        raise InterfaceError(f"`fit` needs one number, the loss; yours is {describe(value)}")
    if not isinstance(value, Tensor) or value.ndim:
        return value if isinstance(value, Tensor) else [float(value), "cut"]
    if not value.requires_grad:
        return [value.detach(), "cut"]
    weights = list(model.parameters())
    found = torch.autograd.grad(value, weights, allow_unused=True)
    slopes = [torch.zeros_like(w) if g is None else g for w, g in zip(weights, found, strict=True)]
    return [value.detach(), torch.cat([g.flatten() for g in slopes])]


COPY_STEP = Exercise(
    name="copy_step", notebook="02", title="the loss of one batch", reference=copy_step,
    cases=_copy_cases, observe=_weights_feel_it, points=2,
    mistakes=named(ANY_STEP | {
        "sigmoid_of_the_input": ("The sigmoid stands on the input. It belongs on what the model "
            "returns: `model(x).sigmoid()`.",
            lambda t: reconstruction_error(t.x, t.model(t.x.sigmoid())).mean()),
        "encoded_only": ("You compared codes, or nothing was decoded. Call the whole model, "
            "`model(x)`: it encodes and decodes.",
            lambda t: t.model.encode(t.x).square().sum(1).mean()),
        "model_left_out": ("The model was never asked: the loss is the same for every model.",
            lambda t: reconstruction_error(t.x, t.x).mean(),
            lambda t: reconstruction_error(t.x, t.x.sigmoid()).mean()),
        "target_cut_off": ("The copy is detached (or made under `no_grad`), so no gradient reaches "
            "the model.",
            lambda t: reconstruction_error(t.x, t.x_hat.detach()).mean() + 0 * t.each.sum()),
    }, read=_clean)
    + named({
        "backward_inside": (BACKWARD_INSIDE, lambda m, x: backward_called(copy_step(m, x)),
            lambda m, x: backward_called(copy_step(m, x)).item()),
    }, when=_inside),
    hints=["Three things: what the model makes of x, as an image; its error; the mean over the "
           "batch.",
           "The model returns logits, so the image is `model(x).sigmoid()`.",
           "`reconstruction_error(x, model(x).sigmoid()).mean()`"],
)  # fmt: skip

DENOISING_STEP = Exercise(
    name="denoising_step", notebook="02", title="the loss of one damaged batch",
    reference=denoising_step, cases=_denoising_cases, observe=_weights_feel_it, points=2,
    mistakes=named(ANY_STEP | {
        "nothing_damaged": ("The model got clean images, so there is nothing to clean. Corrupt "
            "`x` first.", lambda t: reconstruction_error(t.x, t.model(t.x).sigmoid()).mean()),
        "noisy_target": ("The noisy images are the target. That rewards keeping the noise: the "
            "answer is compared with the clean `x`.",
            lambda t: reconstruction_error(t.seen, t.x_hat).mean()),
        "input_and_target_swapped": ("The model saw the clean images and was compared with the "
            "noisy ones. It is `denoising_loss(model, x, x_noisy)`: clean first.",
            lambda t: reconstruction_error(t.seen, t.model(t.x).sigmoid()).mean()),
        "model_left_out": ("That is the error of the noisy images themselves; the model was never "
            "asked.", lambda t: reconstruction_error(t.x, t.seen).mean()),
    }, read=_damaged) + named({
        "own_noise_level": ("You used a noise level of your own. It is `noise_std`.",
            lambda m, x, s, g: denoising_step(m, x, 0.5, g),
            lambda m, x, s, g: denoising_step(m, x, 1.0, g),
            lambda m, x, s, g: denoising_step(m, x, 0.3, g),
            lambda m, x, s, g: denoising_step(m, x, s**2, g),
            lambda m, x, s, g: denoising_step(m, x, s**0.5, g)),
        "not_by_corrupt": ("The model sees noise that is not clamped. Call your `corrupt`, which "
            "keeps the pixels in [0, 1].", lambda m, x, s, g: reconstruction_error(
                x, m(x + s * torch.randn(x.shape, generator=g)).sigmoid()).mean()),
        "damaged_twice": ("The images were corrupted twice. Once is asked for.",
            lambda m, x, s, g: denoising_loss(m, x, corrupt(corrupt(x, s, g), s, g)).mean()),
        "own_generator": ("You made a generator of your own, with a fixed seed, so every batch is "
            "damaged in the same way. Hand `generator` on, as it is.",
            *(lambda m, x, s, g, seed=seed: denoising_step(m, x, s, Generator().manual_seed(seed))
                for seed in (0, 1, 42)),
            lambda m, x, s, g: denoising_step(m, x, s, Generator())),
    })
    + named({
        "backward_inside": (BACKWARD_INSIDE,
            lambda m, x, s, g: backward_called(denoising_step(m, x, s, g)),
            lambda m, x, s, g: backward_called(denoising_step(m, x, s, g)).item()),
    }, when=_inside),
    hints=["Damage the batch, then ask for the loss of each image, then average.",
           "`corrupt` gives the noisy images, and `denoising_loss(model, x, x_noisy)` one number "
           "for each image.",
           "`denoising_loss(model, x, corrupt(x, noise_std, generator)).mean()`"],
)  # fmt: skip
