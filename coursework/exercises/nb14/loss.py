"""Exercise `noise_prediction_loss`: guess the noise that was added."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb14.chain import TinyDenoiser, each_row, products, random_betas
from coursework.exercises.nb14.noising import noised
from coursework.exercises.rules import named

Model = Callable[[Tensor, Tensor], Tensor]
STEPS = 9


def noise_prediction_loss(
    model: Model, x0: Tensor, t: Tensor, eps: Tensor, alpha_bar: Tensor
) -> Tensor:
    """Squared error of the predicted noise, summed over all but the batch, mean over the batch.

    x0, eps (N, ...); t (N,) integers; alpha_bar (T + 1,) begins with 1. Ho et al., 2020, eq. 14.
    """
    eps_hat = model(noised(x0, alpha_bar[t], eps), t)
    return (eps_hat - eps).square().flatten(1).sum(1).mean()


def _times(generator: Generator, n: int) -> Tensor:
    """n steps from 1 to STEPS − 1, all different, in no order."""
    while True:
        t = 1 + torch.randperm(STEPS - 1, generator=generator)[:n]
        if n < 3 or not any(torch.equal(t, o) for o in (t.sort().values, t.flip(0), t.roll(1))):
            return t


def _cases(generator: Generator) -> Iterator[Case]:
    alpha_bar = products(random_betas(generator, STEPS) / 2)
    n = int(torch.randint(4, 7, (), generator=generator))
    for shape, label in (
        ((n, n), "as many columns as rows"),
        ((n, 2, 2, n), "images"),
        ((1, 3), "a batch of one"),
    ):
        model = TinyDenoiser(generator, math.prod(shape[1:]))
        x0, eps = (1.4 * torch.randn(shape, generator=generator) for _ in range(2))
        yield Case((model, x0, _times(generator, shape[0]), eps, alpha_bar), label)


@dataclass(frozen=True)
class Terms:
    """The arguments of the loss, and what it is made of."""

    model: nn.Module
    x0: Tensor
    t: Tensor
    eps: Tensor
    alpha_bar: Tensor

    @property
    def bar(self) -> Tensor:
        return self.alpha_bar[self.t]

    @property
    def x_t(self) -> Tensor:
        return noised(self.x0, self.bar, self.eps)

    @property
    def guess(self) -> Tensor:
        return self.model(self.x_t, self.t)

    @property
    def each(self) -> Tensor:
        """Squared error of every example, (N,)."""
        return self.error(self.guess)

    def error(self, guess: Tensor, target: Tensor | None = None) -> Tensor:
        target = self.eps if target is None else target
        return (guess - target).square().flatten(1).sum(1)

    def at(self, x: Tensor, t: Tensor | None = None) -> Tensor:
        """The loss where the model is shown something else."""
        return self.error(self.model(x, self.t if t is None else t)).mean()

    def noised_with(self, bar: Tensor) -> Tensor:
        """The loss with another ᾱ in the noising."""
        return self.at(noised(self.x0, bar, self.eps))

    @property
    def x0_guess(self) -> Tensor:
        bar = each_row(self.bar, self.x0)
        return (self.x_t - (1 - bar).sqrt() * self.guess) / bar.sqrt()


def _mixed(k: Terms, signal: Tensor, noise: Tensor) -> Tensor:
    return k.at(each_row(signal, k.x0) * k.x0 + each_row(noise, k.x0) * k.eps)


NOISE_PREDICTION_LOSS = Exercise(
    name="noise_prediction_loss",
    notebook="14",
    title="the squared error of the predicted noise",
    reference=noise_prediction_loss,
    cases=_cases,
    differentiable=(1, 3),
    points=3,
    mistakes=named(
        {
            "time_withheld": (
                "The model isn't told the time of each example: it got the same t for all. It can't know how much noise to expect: `model(x_t, t)`.",
                lambda k: k.at(k.x_t, torch.zeros_like(k.t)),
                lambda k: k.at(k.x_t, torch.ones_like(k.t)),
                lambda k: k.at(k.x_t, k.t[:1].expand_as(k.t).clone()),
            ),
            "model_told_another_time": (
                "The model is told another time than the one at which the example was noised. Hand it `t` as it is.",
                lambda k: k.at(k.x_t, k.t - 1),
                lambda k: k.at(k.x_t, k.t + 1),
                lambda k: k.at(k.x_t, k.t.flip(0)),
                lambda k: k.at(k.x_t, k.t.sort().values),
            ),
            "time_rescaled": (
                "You divided t before you handed it to the model. The model does that itself if it wants to; hand it `t` (N,), whole numbers.",
                lambda k: k.at(k.x_t, k.t / (len(k.alpha_bar) - 1)),
                lambda k: k.at(k.x_t, k.t / len(k.alpha_bar)),
            ),
            "alpha_bar_handed_over": (
                "The model was handed ᾱ_t. Hand it the step `t`.",
                lambda k: k.at(k.x_t, k.bar),
                lambda k: k.at(k.x_t, k.bar.sqrt()),
                lambda k: k.at(k.x_t, (1 - k.bar).sqrt()),
            ),
            "off_by_one": (
                "ᾱ is that of another step. `alpha_bar` begins with ᾱ₀ = 1, so ᾱ_t is `alpha_bar[t]`.",
                lambda k: k.noised_with(k.alpha_bar[k.t - 1]),
                lambda k: k.noised_with(k.alpha_bar[k.t + 1]),
            ),
            "one_time_for_noising": (
                "All examples were noised at the time of the first. `alpha_bar[t]` has one number for each.",
                lambda k: k.noised_with(k.bar[:1].expand_as(k.bar)),
                lambda k: k.noised_with(k.bar[0]),
            ),
            "noised_with_the_step": (
                "You handed `t`, the number of the step, to `noised`. It wants a share of the variance: `noised(x0, alpha_bar[t], eps)`.",
                lambda k: k.noised_with(k.t),
            ),
            "product_again": (
                "You took a product of `alpha_bar`. It holds the products already.",
                lambda k: k.noised_with(k.alpha_bar.cumprod(0)[k.t]),
            ),
            "along_the_last_axis": (
                "ᾱ_t (N,) was stretched along the *last* axis of x0. Call your `noised`, which gives it the axes it needs.",
                lambda k: k.at(k.bar.sqrt() * k.x0 + (1 - k.bar).sqrt() * k.eps),
            ),
            "no_roots": (
                "The square roots are missing where the noise is added: √ᾱ_t · x₀ + √(1 − ᾱ_t) · eps. Your `noised` has them.",
                lambda k: _mixed(k, k.bar, 1 - k.bar),
                lambda k: _mixed(k, k.bar.sqrt(), 1 - k.bar),
                lambda k: _mixed(k, k.bar, (1 - k.bar).sqrt()),
            ),
            "weights_swapped": (
                "√ᾱ_t and √(1 − ᾱ_t) changed places where the noise is added, or `x0` and `eps` in the call: it is `noised(x0, alpha_bar[t], eps)`.",
                lambda k: _mixed(k, (1 - k.bar).sqrt(), k.bar.sqrt()),
            ),
            "clean_example_shown": (
                "The model is shown `x0`. There is no noise in it to find; show it x_t.",
                lambda k: k.at(k.x0),
            ),
            "noise_shown": (
                "The model is shown `eps` itself. Show it x_t, the example with the noise in it.",
                lambda k: k.at(k.eps),
            ),
            "noise_not_scaled": (
                "You added the noise at full size. Use `noised(x0, alpha_bar[t], eps)`.",
                lambda k: k.at(k.x0 + k.eps),
            ),
            "target_x0": (
                "The target is `x0`. This loss asks for the noise: compare with `eps`.",
                lambda k: k.error(k.guess, k.x0).mean(),
            ),
            "target_x_t": (
                "The target is x_t. Compare the guess with `eps`.",
                lambda k: k.error(k.guess, k.x_t).mean(),
            ),
            "target_scaled": (
                "The target is the noise *as it was scaled*, √(1 − ᾱ_t) · eps. The model guesses eps itself, of variance 1 at every t.",
                lambda k: k.error(k.guess, each_row((1 - k.bar).sqrt(), k.eps) * k.eps).mean(),
            ),
            "target_velocity": (
                "The target is `eps - x0`, that of flow matching. This loss asks for `eps`.",
                lambda k: k.error(k.guess, k.eps - k.x0).mean(),
            ),
            "error_of_x0": (
                "You compared the guessed x₀ with x0. That is the same error with another weight at every t; asked for is the error of the noise.",
                lambda k: k.error(k.x0_guess, k.x0).mean(),
            ),
            "noise_cut_off": (
                "The number is right, and no gradient comes back from the guess: `.detach()` or `no_grad` cut it off, so the model would learn nothing.",
                lambda k: k.error(k.guess.detach()).mean(),
            ),
            "mean_over_everything": (
                "You averaged over the entries of an example, too. Sum over them, `.flatten(1).sum(1)`, and average over the batch only.",
                lambda k: F.mse_loss(k.guess, k.eps),
                lambda k: k.each.mean() / k.eps[0].numel() * k.eps.shape[1],
            ),
            "summed_over_the_batch": (
                "You summed over the batch. Sum over the entries of each example; over the batch it is a mean.",
                lambda k: k.each.sum(),
            ),
            "reductions_swapped": (
                "Sum and mean changed places: sum over the entries of each example, then take the mean over the batch.",
                lambda k: k.each.sum() / k.eps[0].numel(),
            ),
            "one_number_per_example": (
                "You return one number for each example, (N,). A loss to train with is one number: `.mean()`.",
                lambda k: k.each,
            ),
            "root": (
                "You took the length of the error, a root. It is the *squared* error, without a root.",
                lambda k: k.each.sqrt().mean(),
                lambda k: k.each.mean().sqrt(),
            ),
            "absolute": (
                "You took absolute values. It is the squared error.",
                lambda k: (k.guess - k.eps).abs().flatten(1).sum(1).mean(),
            ),
            "not_squared": (
                "The error isn't squared, so errors of both signs cancel.",
                lambda k: (k.guess - k.eps).flatten(1).sum(1).mean(),
                lambda k: (k.eps - k.guess).flatten(1).sum(1).mean(),
            ),
            "squared_after_the_sum": (
                "You summed the errors of an example and squared the sum, so errors of both signs cancel. First square, then sum.",
                lambda k: (k.guess - k.eps).flatten(1).sum(1).square().mean(),
            ),
            "added": (
                "Guess and noise are added. The error is their difference.",
                lambda k: k.error(k.guess, -k.eps).mean(),
            ),
            "weighted": (
                "You weighted the error by the time. That may be useful; asked for is the plain one, every t with weight 1.",
                lambda k: (k.each / (1 - k.bar)).mean(),
                lambda k: (k.each * k.bar).mean(),
                lambda k: (k.each * (1 - k.bar)).mean(),
                lambda k: (k.each / k.bar).mean(),
            ),
        },
        read=Terms,
    ),
    hints=[
        "Three lines: noise the examples with the ᾱ of their own times, let the model guess, compare the guess with the noise that was added.",
        "`x_t = noised(x0, alpha_bar[t], eps)` and `eps_hat = model(x_t, t)`; `alpha_bar[t]` is (N,).",
        "`return (eps_hat - eps).square().flatten(1).sum(1).mean()`",
    ],
)
