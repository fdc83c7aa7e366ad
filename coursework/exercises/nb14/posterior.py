"""Exercise `posterior`: where x_{t−1} was, if both x_t and x_0 are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb14.chain import AtTime, products, random_betas
from coursework.exercises.rules import named


def posterior(x_t: Tensor, x0: Tensor, t: int, betas: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (N, ...) and variance (a number) of q(x_{t−1} | x_t, x_0). Ho et al., 2020, eq. 7.

    t: 1 to T, with β_t = betas[t − 1]; at t = 1 the mean is x_0 and the variance 0.
    """
    alpha_bar = products(betas)
    beta, now, before = betas[t - 1], alpha_bar[t], alpha_bar[t - 1]
    mean = (before.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - before) * x_t) / (1 - now)
    return mean, beta * (1 - before) / (1 - now)


def _cases(generator: Generator) -> Iterator[Case]:
    def normal(*shape: int) -> Tensor:
        return 1.5 * torch.randn(shape, generator=generator)

    betas = random_betas(generator, 7)
    for t, shape, label in (
        (4, (4, 2), "points, in the middle of the chain"),
        (5, (3, 1, 2, 4), "images, in the middle of the chain"),
        (2, (1, 3), "a batch of one, at t = 2"),
        (1, (4, 2), "points, at t = 1"),
    ):
        yield Case((normal(*shape), normal(*shape), t, betas), label)


@dataclass(frozen=True)
class Known(AtTime):
    """The arguments, and what the formula is made of."""

    x_t: Tensor
    x0: Tensor
    t: int
    betas: Tensor

    @property
    def right(self) -> tuple[Tensor, Tensor]:
        return posterior(self.x_t, self.x0, self.t, self.betas)

    def made_of(
        self,
        beta: Tensor | None = None,
        now: Tensor | None = None,
        before: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The formula with other numbers in it."""
        b = self.beta if beta is None else beta
        n = self.now if now is None else now
        s = self.before if before is None else before
        mean = s.sqrt() * b * self.x0 + (1 - b).sqrt() * (1 - s) * self.x_t
        return mean / (1 - n), b * (1 - s) / (1 - n)

    def weighted(self, of_x0: Tensor, of_x_t: Tensor) -> tuple[Tensor, Tensor]:
        """Other weights in the mean, and the right variance."""
        return of_x0 * self.x0 + of_x_t * self.x_t, self.right[1]

    @property
    def weight_x0(self) -> Tensor:
        return self.before.sqrt() * self.beta / (1 - self.now)

    @property
    def weight_x_t(self) -> Tensor:
        return (1 - self.beta).sqrt() * (1 - self.before) / (1 - self.now)


def _variance(change: Callable[[Known], Tensor]) -> Callable[[Known], tuple[Tensor, Tensor]]:
    """The right mean with another variance."""
    return lambda k: (k.right[0], change(k))


def _shifted(k: Known, by: int) -> tuple[Tensor, Tensor]:
    """Every index moved by so many steps."""
    t, alpha_bar = k.t + by, (1 - k.betas).cumprod(0)
    if t < 1:
        return k.made_of(k.betas[t - 1], alpha_bar[t - 1], alpha_bar[t - 2])
    return posterior(k.x_t, k.x0, t, k.betas)


POSTERIOR = Exercise(
    name="posterior",
    notebook="14",
    title="mean and variance of the step before",
    reference=posterior,
    cases=_cases,
    points=3,
    hides=["products"],
    mistakes=named(
        {
            "weights_swapped": (
                "The weights of x₀ and x_t changed places. Near the end of the chain x_{t−1} is close to x_t, so x_t has the larger one there.",
                lambda k: k.weighted(k.weight_x_t, k.weight_x0),
            ),
            "index_minus_one": (
                "At t = 1 you read ᾱ₀ as `alpha_bar[-1]`, which in Python is the *last* entry. ᾱ₀ is 1: put a 1 in front of the products, or treat t = 1 apart.",
                lambda k: k.made_of(before=k.last_before),
            ),
            "one_step_late": (
                "Your indices are one step too far: β_t is `betas[t - 1]`, since the list begins at t = 1 and Python counts from 0.",
                lambda k: _shifted(k, 1),
                lambda k: k.made_of(beta=k.betas[k.t]),
            ),
            "one_step_early": (
                "Your indices are one step too early: with a 1 in front of the products, ᾱ_t is `alpha_bar[t]` and ᾱ_{t−1} is `alpha_bar[t - 1]`; without it, they stand at t − 1 and t − 2.",
                lambda k: _shifted(k, -1),
                lambda k: k.made_of(
                    now=products(k.betas)[k.t - 1] + 0 * k.now, before=k.last_before
                ),
            ),
            "before_is_now": (
                "You used ᾱ_t where ᾱ_{t−1} belongs.",
                lambda k: k.made_of(before=k.now),
            ),
            "alpha_for_alpha_bar": (
                "You used α_t = 1 − β_t where ᾱ_t, the *product* of all α up to t, belongs.",
                lambda k: k.made_of(now=1 - k.beta),
                lambda k: k.made_of(now=1 - k.beta, before=1 - k.betas[max(k.t - 2, 0)]),
                lambda k: k.made_of(before=1 - k.betas[max(k.t - 2, 0)]),
            ),
            "products_of_betas": (
                "ᾱ is a product of α = 1 − β. You multiplied the β.",
                lambda k: k.made_of(
                    now=k.betas.cumprod(0)[k.t - 1],
                    before=torch.cat([torch.ones(1), k.betas.cumprod(0)])[k.t - 1],
                ),
            ),
            "sum_for_product": (
                "ᾱ is a product. You took 1 minus the sum of the β, which is only near it while all β are tiny.",
                lambda k: k.made_of(
                    now=1 - k.betas.cumsum(0)[k.t - 1],
                    before=(1 - k.betas.cumsum(0)[k.t - 1] + k.beta),
                ),
            ),
            "roots_missing": (
                "The square roots in the mean are missing: √ᾱ_{t−1} before x₀, √α_t before x_t.",
                lambda k: k.weighted(
                    k.weight_x0 * k.before.sqrt(), k.weight_x_t * (1 - k.beta).sqrt()
                ),
                lambda k: k.weighted(k.weight_x0 * k.before.sqrt(), k.weight_x_t),
                lambda k: k.weighted(k.weight_x0, k.weight_x_t * (1 - k.beta).sqrt()),
            ),
            "bar_in_the_root": (
                "Before x_t stands √α_t, the root of this step's α alone. You took √ᾱ_t.",
                lambda k: k.weighted(k.weight_x0, k.now.sqrt() * (1 - k.before) / (1 - k.now)),
            ),
            "beta_missing": (
                "β_t is missing before x₀: the smaller the step, the less x₀ pulls.",
                lambda k: k.weighted(k.weight_x0 / k.beta, k.weight_x_t),
            ),
            "not_divided": (
                "The division by 1 − ᾱ_t is missing in the mean. Check your weights with x₀ = x_t = 1 and tiny β: they have to add up to nearly 1.",
                lambda k: (k.right[0] * (1 - k.now), k.right[1]),
                lambda k: (k.right[0] * (1 - k.now), k.right[1] * (1 - k.now)),
            ),
            "division_without_brackets": (
                "`/ 1 - now` divides by 1 and then subtracts ᾱ_t. Write `/ (1 - now)`.",
                lambda k: (k.right[0] * (1 - k.now) - k.now, k.right[1]),
                lambda k: (k.right[0] * (1 - k.now) - k.now, k.right[1] * (1 - k.now) - k.now),
            ),
            "root_of_beta": (
                "Before x_t stands √α_t, and α_t is 1 − β_t. You took √β_t.",
                lambda k: k.weighted(k.weight_x0, k.weight_x_t * (k.beta / (1 - k.beta)).sqrt()),
            ),
            "x0_left_out": (
                "x₀ is missing in the mean.",
                lambda k: k.weighted(torch.zeros(()), k.weight_x_t),
            ),
            "forward_step": (
                "That goes forward: √α_t x_t and β_t are the mean and variance of x_{t+1} given x_t. Asked for is the step back.",
                lambda k: ((1 - k.beta).sqrt() * k.x_t, k.beta),
            ),
            "jump_from_x0": (
                "That is q(x_{t−1} | x₀), which doesn't look at x_t.",
                lambda k: (k.before.sqrt() * k.x0, 1 - k.before),
            ),
            "beta_as_variance": (
                "The variance is β_t, that of the step forward. Knowing x₀ makes it smaller: β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t), which is 0 at t = 1.",
                _variance(lambda k: k.beta),
            ),
            "standard_deviation": (
                "You returned the standard deviation. Asked for is the variance, its square.",
                _variance(lambda k: k.right[1].sqrt()),
            ),
            "log_variance": (
                "You returned the log of the variance. Asked for is the variance.",
                _variance(lambda k: k.right[1].clamp(min=1e-20).log()),
                _variance(lambda k: k.right[1].log()),
            ),
            "variance_for_each_entry": (
                "The variance is right and has the shape of the mean. It is the same everywhere: return one number, `beta * (1 - before) / (1 - now)`.",
                _variance(lambda k: k.right[1].expand_as(k.right[0])),
            ),
            "variance_upside_down": (
                "The variance is upside down: β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t), the smaller one above.",
                _variance(lambda k: k.beta * (1 - k.now) / (1 - k.before).clamp(min=1e-20)),
                _variance(lambda k: k.beta * (1 - k.now) / (1 - k.before)),
            ),
            "variance_without_beta": (
                "β_t is missing in the variance.",
                _variance(lambda k: (1 - k.before) / (1 - k.now)),
            ),
            "variance_undivided": (
                "The variance isn't divided by 1 − ᾱ_t.",
                _variance(lambda k: k.beta * (1 - k.before)),
            ),
            "variance_one_minus_bar": (
                "1 − ᾱ_t is the variance of x_t given x₀. Asked for is that of x_{t−1} given both.",
                _variance(lambda k: 1 - k.now),
                _variance(lambda k: 1 - k.before),
            ),
        },
        read=Known,
    ),
    hints=[
        "The mean is a weighted sum of x₀ and x_t. All you need is β_t, ᾱ_t and ᾱ_{t−1}; put a 1 in front of the products, so that ᾱ₀ is there as well.",
        "`alpha_bar = torch.cat([torch.ones(1), (1 - betas).cumprod(0)])`, then `beta, now, before = betas[t - 1], alpha_bar[t], alpha_bar[t - 1]`.",
        "`mean = (before.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - before) * x_t) / (1 - now)` and `var = beta * (1 - before) / (1 - now)`",
    ],
)
