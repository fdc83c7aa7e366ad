"""Exercise `ddpm_step`: one random step back along the chain."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb14.back_step import Step, added, early, with_values
from coursework.exercises.nb14.chain import products, random_betas
from coursework.exercises.rules import named

FIRST = "points, at t = 1"


def ddpm_step(x_t: Tensor, eps_hat: Tensor, t: int, betas: Tensor, noise: Tensor) -> Tensor:
    """x_{t−1} (N, ...) from x_t and the guessed noise. Ho et al., 2020, algorithm 2.

    t: 1 to T, with β_t = betas[t − 1]. The variance is the posterior's, 0 at t = 1.
    """
    alpha_bar = products(betas)
    beta, now, before = betas[t - 1], alpha_bar[t], alpha_bar[t - 1]
    mean = (x_t - beta / (1 - now).sqrt() * eps_hat) / (1 - beta).sqrt()
    return mean + (beta * (1 - before) / (1 - now)).sqrt() * noise


def _cases(generator: Generator) -> Iterator[Case]:
    betas = random_betas(generator, 8)
    for t, shape, label in (
        (4, (4, 2), "points, in the middle of the chain"),
        (6, (3, 1, 2, 4), "images, in the middle of the chain"),
        (2, (1, 3), "a batch of one, at t = 2"),
        (1, (4, 2), FIRST),
    ):
        x_t, eps_hat, noise = (1.6 * torch.randn(shape, generator=generator) for _ in range(3))
        yield Case((x_t, eps_hat, t, betas, noise), label)


DDPM_STEP = Exercise(
    name="ddpm_step",
    notebook="14",
    title="one random step back",
    reference=ddpm_step,
    cases=_cases,
    points=4,
    hides=["products"],
    mistakes=named(
        {
            "noise_at_the_last_step": (
                "At t = 1 there is still noise in your result. The posterior's variance is 0 there: the last step returns its mean. No picture shows this mistake, and every sample is a little too rough.",
                lambda s: s.mean + (s.shown if s.t > 1 else s.beta.sqrt() * s.noise),
                lambda s: s.mean + (s.shown if s.t > 1 else s.noise),
            ),
            "index_minus_one": (
                "At t = 1 you read ᾱ₀ as `alpha_bar[-1]`, which in Python is the *last* entry, so noise is added there. ᾱ₀ is 1: put a 1 in front of the products.",
                added(lambda s: (s.beta * (1 - s.last_before) / (1 - s.now)).sqrt()),
            ),
            "beta_as_variance": (
                "The variance of your noise is β_t at every step, the first one included. Ho et al. try that, too; asked for here is the posterior's, β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t), and no noise at t = 1.",
                added(lambda s: s.beta.sqrt()),
            ),
            "beta_as_variance_but_for_the_last": (
                "The variance of your noise is β_t. That is the other choice of Ho et al.; asked for is the posterior's, β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t).",
                added(lambda s: s.after_the_first * s.beta.sqrt()),
            ),
            "variance_as_sd": (
                "The noise is multiplied by the variance. It is multiplied by the standard deviation: a root is missing.",
                added(lambda s: s.variance),
                added(lambda s: s.after_the_first * s.beta),
                added(lambda s: s.beta),
            ),
            "noise_not_scaled": (
                "The noise is added at full size. Multiply it by the standard deviation, √(β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t)).",
                added(lambda s: torch.tensor(1.0)),
                added(lambda s: torch.tensor(float(s.after_the_first))),
            ),
            "no_noise": (
                "No noise is added. Without it all paths run together in the middle: the samples lie on the modes and have too little spread.",
                lambda s: s.mean,
            ),
            "noise_of_the_forward_jump": (
                "The noise has the standard deviation √(1 − ᾱ). That is how far x_t is from x₀, and not one step.",
                added(lambda s: (1 - s.now).sqrt()),
                added(lambda s: (1 - s.before).sqrt()),
                added(lambda s: s.after_the_first * (1 - s.now).sqrt()),
            ),
            "variance_upside_down": (
                "The posterior's variance is upside down: β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t), the smaller one above.",
                lambda s: (
                    s.mean
                    + (s.beta * (1 - s.now) / (1 - s.before).clamp(min=1e-9)).sqrt()
                    * s.after_the_first
                    * s.noise
                ),
            ),
            "beta_not_under_the_root": (
                "β_t stands outside of the root. The standard deviation is the root of the whole β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t).",
                added(lambda s: s.beta * ((1 - s.before) / (1 - s.now)).sqrt()),
            ),
            "root_of_a_part": (
                "The root covers only a part of the fraction. It covers the whole: √(β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t)), so brackets go around all of it.",
                added(lambda s: s.beta * (1 - s.before) / (1 - s.now).sqrt()),
                added(lambda s: (s.beta * (1 - s.before)).sqrt() / (1 - s.now)),
            ),
            "variance_without_beta": (
                "β_t is missing in the variance: β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t).",
                added(lambda s: ((1 - s.before) / (1 - s.now)).sqrt()),
            ),
            "one_noise_for_the_batch": (
                "All examples got the noise of the first. `noise` has a row for each.",
                lambda s: s.mean + s.variance.sqrt() * s.noise[:1],
            ),
            "noise_subtracted": (
                "The noise is subtracted. As a draw that is as good; asked for is the mean plus sd · noise.",
                lambda s: s.mean - s.shown,
            ),
            "one_step_early": (
                "Your indices are one step too early. β_t is `betas[t - 1]`; with a 1 in front of the products, ᾱ_t is `alpha_bar[t]`.",
                early,
                lambda s: with_values(s, s.beta, (1 - s.betas).cumprod(0)[s.t - 2], s.last_before),
            ),
            "one_step_late": (
                "Your indices are one step too far: the list `betas` begins at t = 1 and Python counts from 0, so β_t is `betas[t - 1]`.",
                lambda s: ddpm_step(s.x_t, s.eps_hat, s.t + 1, s.betas, s.noise),
                lambda s: with_values(s, s.betas[s.t], s.now, s.before),
            ),
            "alpha_for_alpha_bar": (
                "Under the guessed noise stands √(1 − ᾱ_t), with the product of all α. You took 1 − α_t = β_t, this step's alone. Samples then even look *better*, since less noise is left in them.",
                lambda s: s.sloped(s.beta.sqrt()),
                lambda s: (
                    (s.x_t - s.beta.sqrt() * s.eps_hat) / s.alpha.sqrt()
                    + s.after_the_first * s.beta.sqrt() * s.noise
                ),
            ),
            "bar_for_alpha": (
                "The division is by √α_t, this step's. You divided by √ᾱ_t, the root of the product: that goes all the way to x₀ at once.",
                lambda s: (s.x_t - s.slope * s.eps_hat) / s.now.sqrt() + s.shown,
            ),
            "root_alpha_missing": (
                "The division by √α_t is missing. The forward step shrinks x by √α_t; the step back has to undo it.",
                lambda s: s.x_t - s.slope * s.eps_hat + s.shown,
            ),
            "multiplied_by_root_alpha": (
                "You multiply by √α_t. The forward step did that; the step back divides.",
                lambda s: (s.x_t - s.slope * s.eps_hat) * s.alpha.sqrt() + s.shown,
            ),
            "divided_by_root_beta": (
                "You divide by √β_t. It is √α_t, and α_t is 1 − β_t.",
                lambda s: (s.x_t - s.slope * s.eps_hat) / s.beta.sqrt() + s.shown,
            ),
            "divided_by_alpha": (
                "You divide by α_t. It is √α_t.",
                lambda s: (s.x_t - s.slope * s.eps_hat) / s.alpha + s.shown,
            ),
            "only_x_divided": (
                "Only x_t is divided by √α_t. Brackets: first subtract the guessed noise, then divide both.",
                lambda s: s.x_t / s.alpha.sqrt() - s.slope * s.eps_hat + s.shown,
            ),
            "noise_divided_too": (
                "The new noise is divided by √α_t, too. It is added after the division.",
                lambda s: (s.x_t - s.slope * s.eps_hat + s.shown) / s.alpha.sqrt(),
            ),
            "root_of_one_minus_bar_missing": (
                "Under the guessed noise stands √(1 − ᾱ_t). The root is missing.",
                lambda s: s.sloped(s.beta / (1 - s.now)),
            ),
            "one_minus_root": (
                "Under the guessed noise stands √(1 − ᾱ_t): first subtract, then the root. You took 1 − √ᾱ_t.",
                lambda s: s.sloped(s.beta / (1 - s.now.sqrt())),
            ),
            "multiplied_by_the_root": (
                "β_t is *divided* by √(1 − ᾱ_t). You multiplied.",
                lambda s: s.sloped(s.beta * (1 - s.now).sqrt()),
            ),
            "before_is_now": (
                "Under the guessed noise stands √(1 − ᾱ_t). You took ᾱ_{t−1}, which belongs in the variance only.",
                lambda s: s.sloped(s.beta / (1 - s.before).sqrt()),
            ),
            "root_of_beta": (
                "The guessed noise is multiplied by √β_t / √(1 − ᾱ_t). It is β_t, without a root.",
                lambda s: s.sloped(s.beta.sqrt() / (1 - s.now).sqrt()),
            ),
            "beta_forgotten": (
                "The guessed noise is subtracted in full, by √(1 − ᾱ_t). One step takes off β_t / √(1 − ᾱ_t) of it.",
                lambda s: s.sloped((1 - s.now).sqrt()),
            ),
            "not_scaled": (
                "The guessed noise is multiplied by β_t alone, or by 1. It is β_t / √(1 − ᾱ_t).",
                lambda s: s.sloped(s.beta),
                lambda s: s.sloped(torch.tensor(1.0)),
            ),
            "sign": (
                "The guessed noise is added. It is taken away.",
                lambda s: s.sloped(-s.slope),
            ),
            "products_of_betas": (
                "ᾱ is a product of α = 1 − β. You multiplied the β.",
                lambda s: with_values(
                    s,
                    s.beta,
                    s.betas.cumprod(0)[s.t - 1],
                    torch.cat([torch.ones(1), s.betas.cumprod(0)])[s.t - 1],
                ),
            ),
            "clipped": (
                "You clipped the guessed x₀, or the result. Many samplers of images do; asked for is the plain step, which fits any data.",
                lambda s: s.through(s.x0_hat.clamp(-1, 1)),
                lambda s: (s.mean + s.shown).clamp(-1, 1),
            ),
            "x0_returned": (
                "You went all the way to the guessed x₀. Asked for is one step: x_{t−1}.",
                lambda s: s.x0_hat,
                lambda s: s.x0_hat + s.shown,
            ),
            "guess_as_x0": (
                "You took `eps_hat` for a guessed x₀. It is the guessed noise.",
                lambda s: s.through(s.eps_hat),
            ),
            "x0_guessed_without_weights": (
                "You guessed x₀ without its weights. From x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) eps_hat follows x₀ = (x_t − √(1 − ᾱ_t) · eps_hat) / √ᾱ_t.",
                lambda s: s.through(s.x_t - s.eps_hat),
                lambda s: s.through(s.x_t - (1 - s.now).sqrt() * s.eps_hat),
            ),
            "deterministic": (
                "That is the deterministic step of DDIM, which comes later: noise of the guessed direction and no new one.",
                lambda s: s.before.sqrt() * s.x0_hat + (1 - s.before).sqrt() * s.eps_hat,
            ),
            "arguments_swapped": (
                "`x_t` and `eps_hat`, or `eps_hat` and `noise`, changed places in your formula.",
                lambda s: ddpm_step(s.eps_hat, s.x_t, s.t, s.betas, s.noise),
                lambda s: ddpm_step(s.x_t, s.noise, s.t, s.betas, s.eps_hat),
            ),
        },
        read=Step,
    ),
    hints=[
        "First the mean: take β_t / √(1 − ᾱ_t) of the guessed noise off x_t, and divide the whole by √α_t. Then add noise with the posterior's standard deviation, which is 0 at t = 1.",
        "`alpha_bar = torch.cat([torch.ones(1), (1 - betas).cumprod(0)])`; `beta, now, before = betas[t - 1], alpha_bar[t], alpha_bar[t - 1]`; `var = beta * (1 - before) / (1 - now)`.",
        "`(x_t - beta / (1 - now).sqrt() * eps_hat) / (1 - beta).sqrt() + var.sqrt() * noise`",
    ],
)
