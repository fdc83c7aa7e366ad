"""Exercise `ddim_step`: a step back without chance, of any length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def ddim_step(
    x_t: Tensor, eps_hat: Tensor, alpha_bar_t: Tensor | float, alpha_bar_s: Tensor | float
) -> Tensor:
    """x_s (N, ...) from x_t (N, ...) and the guessed noise. Song et al., 2021, eq. 12, sigma = 0.

    alpha_bar_t, alpha_bar_s: numbers, ᾱ of where x_t is and of where x_s shall be.
    """
    x0_hat = (x_t - (1 - alpha_bar_t) ** 0.5 * eps_hat) / alpha_bar_t**0.5
    return alpha_bar_s**0.5 * x0_hat + (1 - alpha_bar_s) ** 0.5 * eps_hat


def _cases(generator: Generator) -> Iterator[Case]:
    for shape, low, high, label in (
        ((4, 2), 0.1, 0.5, "points, a long step"),
        ((3, 1, 2, 4), 0.4, 0.7, "images"),
        ((1, 3), 0.05, 0.3, "a batch of one, early in the sampling"),
        ((4, 2), 0.8, 1.0, "the last step, to ᾱ = 1"),
    ):
        x_t, eps_hat = (1.6 * torch.randn(shape, generator=generator) for _ in range(2))
        t = torch.tensor(low) + 0.1 * torch.rand((), generator=generator)
        s = torch.tensor(high) + 0.1 * torch.rand((), generator=generator)
        yield Case((x_t, eps_hat, t, s.clamp(max=1)), label)


@dataclass(frozen=True)
class Jump:
    """The arguments, and the guessed x_0."""

    x_t: Tensor
    eps_hat: Tensor
    t: Tensor
    s: Tensor

    @property
    def x0_hat(self) -> Tensor:
        return (self.x_t - (1 - self.t).sqrt() * self.eps_hat) / self.t.sqrt()

    @property
    def noise(self) -> Tensor:
        return (1 - self.s).sqrt() * self.eps_hat

    def to(self, x0_hat: Tensor) -> Tensor:
        return self.s.sqrt() * x0_hat + self.noise


def _stays(fn, generator: Generator) -> str | None:
    x, eps = torch.randn(2, 5, 3, generator=generator)
    gap = float((fn(x, eps, torch.tensor(0.4), torch.tensor(0.4)) - x).abs().max())
    if gap < 1e-4:
        return None
    return f"A step from ᾱ = 0.4 to ᾱ = 0.4 must change nothing; yours moves x by {gap:.3g}."


DDIM_STEP = Exercise(
    name="ddim_step",
    notebook="14",
    title="a step of any length, without chance",
    reference=ddim_step,
    cases=_cases,
    points=3,
    properties=[Property("stays", _stays)],
    mistakes=named(
        {
            "times_swapped": (
                "ᾱ_t and ᾱ_s changed places: x_t is at ᾱ_t, and the result has to be at ᾱ_s.",
                lambda j: ddim_step(j.x_t, j.eps_hat, j.s, j.t.clamp(max=1)),
            ),
            "x_t_and_noise_swapped": (
                "`x_t` and `eps_hat` changed places in your formula.",
                lambda j: ddim_step(j.eps_hat, j.x_t, j.t, j.s),
            ),
            "x0_returned": (
                "That is the guessed x₀. It has to be noised again, to the level ᾱ_s, with the *same* guessed noise.",
                lambda j: j.x0_hat,
            ),
            "noise_not_put_back": (
                "The guessed x₀ is scaled to ᾱ_s, and its noise is missing: add √(1 − ᾱ_s) · eps_hat.",
                lambda j: j.s.sqrt() * j.x0_hat,
            ),
            "signal_not_scaled": (
                "The guessed x₀ has to be multiplied by √ᾱ_s before the noise is added.",
                lambda j: j.x0_hat + j.noise,
            ),
            "noise_put_back_in_full": (
                "The noise is put back in full, with weight 1. At ᾱ_s its weight is √(1 − ᾱ_s).",
                lambda j: j.s.sqrt() * j.x0_hat + j.eps_hat,
            ),
            "old_level_of_noise": (
                "The noise is put back at the level of t, √(1 − ᾱ_t). At s it is √(1 − ᾱ_s).",
                lambda j: j.s.sqrt() * j.x0_hat + (1 - j.t).sqrt() * j.eps_hat,
            ),
            "old_level_of_signal": (
                "x₀ is scaled by √ᾱ_t. At s it is √ᾱ_s.",
                lambda j: j.t.sqrt() * j.x0_hat + j.noise,
            ),
            "noised_at_once": (
                "x_t is treated as if it were x₀: first take the guessed noise out of it, (x_t − √(1 − ᾱ_t) · eps_hat) / √ᾱ_t.",
                lambda j: j.to(j.x_t),
            ),
            "only_rescaled": (
                "You rescaled x_t and left its noise as it was. Take out √(1 − ᾱ_t) · eps_hat, rescale, and put √(1 − ᾱ_s) · eps_hat back.",
                lambda j: (j.s / j.t).sqrt() * j.x_t,
            ),
            "noise_not_taken_out": (
                "The guessed noise isn't taken out of x_t before the division by √ᾱ_t.",
                lambda j: j.to(j.x_t / j.t.sqrt()),
            ),
            "not_divided": (
                "The division by √ᾱ_t is missing in the guessed x₀.",
                lambda j: j.to(j.x_t - (1 - j.t).sqrt() * j.eps_hat),
            ),
            "only_x_divided": (
                "Brackets: only x_t is divided by √ᾱ_t. First subtract the noise, then divide both.",
                lambda j: j.to(j.x_t / j.t.sqrt() - (1 - j.t).sqrt() * j.eps_hat),
            ),
            "only_noise_divided": (
                "Brackets: only the noise is divided by √ᾱ_t. First subtract the noise, then divide both.",
                lambda j: j.to(j.x_t - (1 - j.t).sqrt() * j.eps_hat / j.t.sqrt()),
            ),
            "divided_by_bar": (
                "You divided by ᾱ_t. It is √ᾱ_t.",
                lambda j: j.to((j.x_t - (1 - j.t).sqrt() * j.eps_hat) / j.t),
            ),
            "multiplied": (
                "You multiplied by √ᾱ_t where x₀ is guessed. The noising did that; undo it, divide.",
                lambda j: j.to((j.x_t - (1 - j.t).sqrt() * j.eps_hat) * j.t.sqrt()),
            ),
            "first_root_missing": (
                "The noise in x_t has the weight √(1 − ᾱ_t). Its root is missing.",
                lambda j: j.to((j.x_t - (1 - j.t) * j.eps_hat) / j.t.sqrt()),
            ),
            "last_roots_missing": (
                "Where x₀ is noised again, a root is missing: √ᾱ_s · x₀ + √(1 − ᾱ_s) · eps_hat.",
                lambda j: j.s * j.x0_hat + (1 - j.s) * j.eps_hat,
                lambda j: j.s.sqrt() * j.x0_hat + (1 - j.s) * j.eps_hat,
                lambda j: j.s * j.x0_hat + j.noise,
            ),
            "one_minus_root": (
                "The weight of the noise is √(1 − ᾱ): first subtract, then the root. You took 1 − √ᾱ.",
                lambda j: j.s.sqrt() * j.x0_hat + (1 - j.s.sqrt()) * j.eps_hat,
                lambda j: j.to((j.x_t - (1 - j.t.sqrt()) * j.eps_hat) / j.t.sqrt()),
                lambda j: (
                    j.s.sqrt() * (j.x_t - (1 - j.t.sqrt()) * j.eps_hat) / j.t.sqrt()
                    + (1 - j.s.sqrt()) * j.eps_hat
                ),
            ),
            "noise_scaled_too": (
                "Brackets: √ᾱ_s multiplies the guessed x₀ alone. The noise has its own weight, √(1 − ᾱ_s).",
                lambda j: j.s.sqrt() * (j.x0_hat + j.noise),
            ),
            "all_roots_missing": (
                "All square roots are missing. ᾱ and 1 − ᾱ are variances; weights are their roots.",
                lambda j: j.s * (j.x_t - (1 - j.t) * j.eps_hat) / j.t + (1 - j.s) * j.eps_hat,
            ),
            "sign": (
                "A sign is wrong: the guessed noise is taken *out* of x_t, and put back with a plus.",
                lambda j: j.to((j.x_t + (1 - j.t).sqrt() * j.eps_hat) / j.t.sqrt()),
                lambda j: j.s.sqrt() * j.x0_hat - j.noise,
            ),
            "clipped": (
                "You clipped the guessed x₀, or the result. Many samplers of images do; asked for is the plain step, which fits any data.",
                lambda j: j.to(j.x0_hat.clamp(-1, 1)),
                lambda j: j.to(j.x0_hat).clamp(-1, 1),
            ),
            "random_step": (
                "That is the mean of the random step of `ddpm_step`, with α = ᾱ_t / ᾱ_s. The step of DDIM puts the guessed noise back at the new level.",
                lambda j: (
                    (j.x_t - (1 - j.t / j.s) / (1 - j.t).sqrt() * j.eps_hat) / (j.t / j.s).sqrt()
                ),
            ),
            "straight_line": (
                "You moved in a straight line by the difference of the two ᾱ. The step is: guess x₀, then noise it to the level ᾱ_s.",
                lambda j: j.x_t + (j.t - j.s) * j.eps_hat,
                lambda j: j.x_t - (j.s - j.t) * (j.eps_hat - j.x0_hat),
            ),
        },
        read=Jump,
    ),
    hints=[
        "Two formulas that you know: from x_t and its noise back to x₀, and from x₀ with the *same* noise forward to the level ᾱ_s.",
        "`x0_hat = (x_t - (1 - alpha_bar_t) ** 0.5 * eps_hat) / alpha_bar_t ** 0.5`",
        "`return alpha_bar_s ** 0.5 * x0_hat + (1 - alpha_bar_s) ** 0.5 * eps_hat`",
    ],
)
