"""The loss of a VAE with the KL weighed by beta, as an exercise: `vae_loss` of notebook 03, `beta_vae_loss` of 08."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.checking.running import observe
from coursework.exercises.rules import named
from coursework.exercises.wrong_vae_losses import (
    as_log_sigma,
    averaged_apart,
    combined,
    divided,
    entries,
    logs_of_the_sigmoid,
    pixel_mean,
    pixels,
    squared,
)

LARGE = "logits of ±20, ±50 and ±100"


def draw_arguments(generator: Generator, n: int, latent: int) -> tuple[Tensor, ...]:
    h, w = (int(torch.randint(4, 8, (), generator=generator)) for _ in range(2))
    x = torch.rand(n, 1, h, w, generator=generator)
    logits = 2 * torch.randn(n, 1, h, w, generator=generator)
    mu = 0.5 + torch.randn(n, latent, generator=generator)
    logvar = -1 + torch.randn(n, latent, generator=generator)
    return x, logits, mu, logvar


def _beta(generator: Generator) -> float:
    return 1.5 + 3 * float(torch.rand((), generator=generator))


def loss_cases(generator: Generator) -> Iterator[Case]:
    latent = int(torch.randint(2, 7, (), generator=generator))
    yield Case((*draw_arguments(generator, 5, latent), _beta(generator)), "five images")
    yield Case((*draw_arguments(generator, 3, latent + 1), _beta(generator) / 10), "a small beta")
    yield Case((*draw_arguments(generator, 1, latent), _beta(generator)), "a batch of one")
    x, _, mu, logvar = draw_arguments(generator, 6, latent)
    size = torch.tensor([20.0, 50.0, 100.0, 20.0, 50.0, 100.0])[:, None, None, None]
    large = torch.where(x > 0.5, -size, size)  # sure, and wrong
    yield Case((x, large, mu, logvar, _beta(generator)), LARGE, extreme=True)


def _prior_is_free(fn: Any, generator: Generator) -> str | None:
    x, logits, mu, logvar = draw_arguments(generator, 4, 3)
    free = [float(fn(x, logits, 0 * mu, 0 * logvar, beta)) for beta in (0.5, 4.0)]
    if abs(free[0] - free[1]) < 1e-3 * abs(free[0]):
        return None
    return (
        "At mu = 0, logvar = 0 the KL is 0, so beta can't matter; yours goes from "
        f"{free[0]:.4g} to {free[1]:.4g} as beta goes from 0.5 to 4."
    )


def loss_exercise(
    reference: Callable[..., Tensor],
    mistakes: Sequence[Mistake] = (),
    cases: Callable[[Generator], Iterable[Case]] = loss_cases,
    **texts: Any,
) -> Exercise:
    """The exercise that asks for `reference`. mistakes, cases: those that this one has besides."""

    def wrong_only_when_large(seen: Observed, case: Case) -> bool:
        """Right, gradients included, wherever sigmoid is neither 0 nor 1 in float32."""
        return case.label == LARGE or close(seen, observe(exercise, reference, case), 1e-3, 1e-3)

    exercise = Exercise(
        name=reference.__name__,
        reference=reference,
        cases=cases,
        mistakes=[
            *MISTAKES,
            *mistakes,
            Mistake(
                "sigmoid_then_log", _LARGE, combined(logs_of_the_sigmoid), wrong_only_when_large
            ),
        ],
        properties=[Property("free_at_the_prior", _prior_is_free)],
        differentiable=(1, 2, 3),
        **texts,
    )
    return exercise


_LARGE = (
    "Right for moderate logits, wrong for large ones, where float32 rounds the sigmoid to 0 or 1 "
    "and its log "
    "breaks. Use `bernoulli_log_likelihood`, which works from the logits."
)

MISTAKES = named({
    "kl_mean_over_latents": ("You averaged the KL over the latent dimensions; sum them. The mean "
        "is a smaller β in disguise: with 16 numbers in the code, β/16.",
        combined(kl=lambda mu, logvar: gaussian_kl(mu, logvar) / mu.shape[1])),
    "mean_over_pixels": ("You averaged the reconstruction term over the pixels; sum them. "
        "Averaging makes it 784 times smaller on 28 × 28 images, which is β = 784 in disguise: the "
        "code dies.",
        combined(pixel_mean),
        combined(pixel_mean, kl=lambda mu, logvar: gaussian_kl(mu, logvar) / mu.shape[1])),
    "beta_on_the_reconstruction": ("β stands on the reconstruction term. It weighs the KL: "
        "reconstruction + β · KL.",
        combined(weights=lambda beta: (beta, 1.0))),
    "beta_on_both": ("β multiplies the whole loss, which changes no minimum. It weighs the KL "
        "alone.",
        combined(weights=lambda beta: (beta, beta))),
    "beta_ignored": ("β is not used. Multiply the KL by it.",
        combined(weights=lambda beta: (1.0, 1.0))),
    "beta_divides": ("You divided the KL by β. Multiply.",
        combined(weights=lambda beta: (1.0, 1 / beta))),
    "beta_mixes": ("You weighed the terms with 1 − β and β. The reconstruction keeps its full "
        "weight: reconstruction + β · KL.",
        combined(weights=lambda beta: (1 - beta, beta))),
    "summed_over_the_batch": ("You summed over the batch; average. A sum makes the loss, and each "
        "step, grow with the batch.",
        combined(over_batch=torch.sum)),
    "kl_summed_over_the_batch": ("The reconstruction term is averaged over the batch and the KL is "
        "summed: in a batch of 128, that is β = 128 in disguise. Add both for each image, (N,), "
        "then take one mean.",
        averaged_apart(torch.mean, torch.sum)),
    "reconstruction_summed_over_the_batch": ("The reconstruction term is summed over the batch "
        "(`reduction=\"sum\"` does that) and the KL is averaged: in a batch of 128, that is β/128 "
        "in disguise. Add both for each image, (N,), then take one mean.",
        averaged_apart(torch.sum, torch.mean)),
    "wrong_divisor": ("You divided by a wrong number: by the pixels, by a batch size typed in, or "
        "by the batch twice. One `.mean()` over the losses of the images, (N,), divides by as many "
        "as there are.",
        *(divided(by) for by in (pixels, entries, lambda x: 784, lambda x: 128)),
        *(divided(by, torch.mean) for by in (pixels, len, lambda x: 784, lambda x: 128))),
    "one_number_per_image": ("You return one number per image, shape (N,). A loss to train with is "
        "one number: `.mean()` over the batch.",
        combined(over_batch=lambda loss: loss), combined(over_batch=lambda loss: -loss)),
    "kl_subtracted": ("The sign of the KL is wrong: your loss gets smaller as the KL grows, so "
        "training drives the codes apart without end. Negative ELBO = −log-likelihood **plus** KL.",
        combined(weights=lambda beta: (1.0, -beta))),
    "elbo_returned": ("That is the ELBO (higher is better). A loss is its negative: "
        "−log-likelihood + β · KL.",
        combined(weights=lambda beta: (-1.0, -beta))),
    "likelihood_sign": ("The log-likelihood enters with a plus, so training would make the images "
        "*less* likely. The loss is −log-likelihood + β · KL.",
        combined(weights=lambda beta: (-1.0, beta))),
    "kl_forgotten": ("The KL is missing. What is left is an autoencoder with noise in its code.",
        combined(weights=lambda beta: (1.0, 0.0))),
    "reconstruction_forgotten": ("Only the KL is there. Its minimum is mu = 0, logvar = 0 for "
        "every image: a code that says nothing.",
        combined(weights=lambda beta: (0.0, beta))),
    "logvar_as_log_sigma": ("You read `logvar` as log σ. It is log σ²: in the KL, σ² is "
        "`logvar.exp()`.",
        combined(kl=as_log_sigma),
        combined(kl=lambda mu, logvar: 0.5 * ((2 * logvar).exp() + mu.square() - 1 - logvar).sum(1))),
    "logvar_converted": ("`gaussian_kl(mu, logvar)` takes `logvar` as it is, log σ²: no exp and no "
        "square root before it.",
        combined(kl=lambda mu, logvar: gaussian_kl(mu, logvar.exp())),
        combined(kl=lambda mu, logvar: gaussian_kl(mu, (0.5 * logvar).exp())),
        combined(kl=lambda mu, logvar: gaussian_kl(mu, 0.5 * logvar))),
    "code_swapped": ("`mu` and `logvar` changed places: `gaussian_kl(mu, logvar)` takes the "
        "centers first.",
        combined(kl=lambda mu, logvar: gaussian_kl(logvar, mu))),
    "half_missing": ("The ½ of the Gaussian KL is missing, so its weight is 2β. `gaussian_kl(mu, "
        "logvar)` has it.",
        combined(weights=lambda beta: (1.0, 2 * beta))),
    "half_on_the_trace_only": ("The ½ stands on σ² alone; it belongs to the whole bracket. (The "
        "study guide prints it so; see the errata.)",
        combined(kl=lambda mu, logvar: (0.5 * logvar.exp() + mu.square() - 1 - logvar).sum(1))),
    "mean_taken_for_the_kl": ("The spread is missing from the KL: you punish only mu². Then σ → 0 "
        "costs nothing, and the noise goes away.",
        combined(kl=lambda mu, logvar: 0.5 * mu.square().sum(1))),
    "squared_error": ("The reconstruction term is a squared error. Here it is minus the Bernoulli "
        "log-likelihood: `-bernoulli_log_likelihood(x, logits)`.",
        combined(squared), combined(lambda x, logits: 0.5 * squared(x, logits)),
        combined(lambda x, logits: (x - logits).square().flatten(1).sum(1))),
    "sigmoid_twice": ("A sigmoid was applied twice: `bernoulli_log_likelihood` takes logits as "
        "they are.",
        combined(lambda x, logits: -bernoulli_log_likelihood(x, logits.sigmoid()))),
    "swapped_images": ("Image and logits changed places: `bernoulli_log_likelihood(x, logits)` "
        "takes the image first.",
        combined(lambda x, logits: -bernoulli_log_likelihood(logits, x))),
    "one_term_cut": ("The number is right, and no gradient comes back through one of the two "
        "terms: `.item()`, `.detach()` or `torch.no_grad()` cut it off, so that training would not "
        "see it. Leave both terms as tensors.",
        combined(kl=lambda mu, logvar: gaussian_kl(mu, logvar).detach()),
        combined(lambda x, logits: -bernoulli_log_likelihood(x, logits).detach())),
})  # fmt: skip
