"""Exercise `noised`: from a clean example to one at time t, in one jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb14.chain import each_row
from coursework.exercises.rules import given, named, then

Weights = Callable[[Tensor], Tensor]  # of ᾱ, one number for each example


def noised(x0: Tensor, alpha_bar_t: Tensor | float, eps: Tensor) -> Tensor:
    """x_t = √ᾱ_t · x0 + √(1 − ᾱ_t) · eps, (N, ...). Ho et al., 2020, eq. 4.

    alpha_bar_t: one number for all, or one for each example, (N,).
    """
    a = each_row(torch.as_tensor(alpha_bar_t), x0)
    return a.sqrt() * x0 + (1 - a).sqrt() * eps


def _cases(generator: Generator) -> Iterator[Case]:
    def normal(*shape: int) -> Tensor:
        return 1.5 * torch.randn(shape, generator=generator)

    def shares(n: int) -> Tensor:
        """Numbers in (0.1, 0.85), in no order; the first of several is not their mean."""
        order = torch.randperm(n, generator=generator)
        if 2 * order[0] == n - 1:
            order = order.flip(0)
        return (0.1 + 0.75 * torch.linspace(0, 1, n + 2)[1:-1])[order]

    yield Case((normal(5, 2), shares(3)[0], normal(5, 2)), "points, one ᾱ for all")
    n = int(torch.randint(4, 7, (), generator=generator))
    yield Case((normal(n, n), shares(n), normal(n, n)), "as many columns as rows, one ᾱ for each")
    x0, eps = normal(n, 2, 3, n), normal(n, 2, 3, n)
    yield Case((x0, shares(n), eps), "images, one ᾱ for each")
    yield Case((normal(3, 1, 4, 2), shares(4)[1], normal(3, 1, 4, 2)), "images, one ᾱ for all")
    yield Case((normal(1, 3, 2), shares(1), normal(1, 3, 2)), "a batch of one")


def _mixed(signal: Weights, noise: Weights) -> Callable[..., Tensor]:
    """A mixture with other weights."""

    def wrong(x0: Tensor, a: Tensor, eps: Tensor) -> Tensor:
        a = each_row(a, x0)
        return signal(a) * x0 + noise(a) * eps

    return wrong


def _root(a: Tensor) -> Tensor:
    return a.sqrt()


def _rest(a: Tensor) -> Tensor:
    return (1 - a).sqrt()


def _along_the_last_axis(x0: Tensor, a: Tensor, eps: Tensor) -> Tensor:
    return a.sqrt() * x0 + (1 - a).sqrt() * eps


def _four_axes(x0: Tensor, a: Tensor, eps: Tensor) -> Tensor:
    a = a.reshape(-1, 1, 1, 1)
    return a.sqrt() * x0 + (1 - a).sqrt() * eps


NOISED = Exercise(
    name="noised",
    notebook="14",
    title="an example with noise, at time t",
    reference=noised,
    cases=_cases,
    differentiable=(0, 2),
    points=2,
    mistakes=named(
        {
            "no_roots": (
                "Both square roots are missing. ᾱ and 1 − ᾱ are shares of the *variance*; what multiplies x₀ and the noise are their roots.",
                _mixed(lambda a: a, lambda a: 1 - a),
            ),
            "root_of_signal_missing": (
                "x₀ is multiplied by ᾱ. It is multiplied by √ᾱ, so that the variances ᾱ and 1 − ᾱ add up to 1.",
                _mixed(lambda a: a, _rest),
            ),
            "root_of_noise_missing": (
                "The noise is multiplied by 1 − ᾱ, which is its variance. It is multiplied by the standard deviation, √(1 − ᾱ).",
                _mixed(_root, lambda a: 1 - a),
            ),
            "one_minus_root": (
                "The noise is multiplied by 1 − √ᾱ. It is √(1 − ᾱ): first subtract, then the root.",
                _mixed(_root, lambda a: 1 - a.sqrt()),
            ),
            "weights_swapped": (
                "The weights changed places: near ᾱ = 1 there is little noise, so √ᾱ belongs to x₀ and √(1 − ᾱ) to eps. (The same comes out if `x0` and `eps` changed places.)",
                _mixed(_rest, _root),
                _mixed(lambda a: 1 - a, lambda a: a),
            ),
            "squared": (
                "The noise is multiplied by √(1 − ᾱ²), as if ᾱ were the weight of x₀ and not its square. x₀ gets √ᾱ and the noise √(1 − ᾱ).",
                _mixed(lambda a: a, lambda a: (1 - a**2).sqrt()),
                _mixed(_root, lambda a: (1 - a**2).sqrt()),
            ),
            "same_weight": (
                "Both are multiplied by √ᾱ. The noise gets √(1 − ᾱ).",
                _mixed(_root, _root),
            ),
            "signal_not_scaled": (
                "x₀ is not scaled, so the variance grows with t and the end is not N(0, I). That is another process; this one shrinks x₀ by √ᾱ.",
                _mixed(torch.ones_like, _rest),
                _mixed(torch.ones_like, lambda a: 1 - a),
                _mixed(torch.ones_like, lambda a: ((1 - a) / a).sqrt()),
            ),
            "noise_not_scaled": (
                "The noise has its full size at every t. It gets √(1 − ᾱ), which is small at the beginning.",
                _mixed(_root, torch.ones_like),
            ),
            "noise_forgotten": (
                "There is no noise: x₀ is only shrunk. Add √(1 − ᾱ) · eps.",
                _mixed(_root, torch.zeros_like),
            ),
            "signal_forgotten": (
                "x₀ is missing. Add √ᾱ · x₀.",
                _mixed(torch.zeros_like, _rest),
            ),
            "noise_subtracted": (
                "The noise is subtracted. As a draw that is as good, but the network has to predict *this* eps: add it.",
                _mixed(_root, lambda a: -_rest(a)),
            ),
            "along_the_last_axis": (
                "`alpha_bar_t` (N,) was stretched along the *last* axis of x0, which happens to have N entries here, too. Give it an axis of size 1 for each further axis of x0: `a.reshape(-1, *[1] * (x0.ndim - 1))`.",
                _along_the_last_axis,
            ),
            "always_four_axes": (
                "Right for images, wrong for points: `reshape(-1, 1, 1, 1)` makes four axes where x0 has two. Count the axes of x0: `a.reshape(-1, *[1] * (x0.ndim - 1))`.",
                _four_axes,
            ),
            "first_for_all": (
                "Every example got the ᾱ of the first. With `alpha_bar_t` (N,) each has its own.",
                given(noised, 1, lambda a: a.flatten()[0]),
            ),
            "mean_for_all": (
                "Every example got the mean ᾱ. With `alpha_bar_t` (N,) each has its own.",
                given(noised, 1, torch.mean),
            ),
            "one_noise_for_the_batch": (
                "All examples got the noise of the first. `eps` has a row for each.",
                given(noised, 2, lambda eps: eps[:1]),
            ),
            "clipped": (
                "The result is clipped. Noise goes beyond [−1, 1]; a clipped x_t is not what the chain has there.",
                then(noised, lambda x: x.clamp(-1, 1)),
                then(noised, lambda x: x.clamp(0, 1)),
            ),
            "product_again": (
                "You took a cumulative product of `alpha_bar_t`. It is ᾱ at time t already, one number for each example of the batch.",
                given(noised, 1, lambda a: a.flatten().cumprod(0).reshape(a.shape)),
                given(noised, 1, lambda a: (1 - a).flatten().cumprod(0).reshape(a.shape)),
            ),
        }
    ),
    hints=[
        "Two terms: x₀ shrunk, and noise. Their weights are square roots, and the squares of the weights add up to 1.",
        "`a = torch.as_tensor(alpha_bar_t)`; where it has one number for each example, `a = a.reshape(-1, *[1] * (x0.ndim - 1))`, so that it meets whole examples.",
        "`return a.sqrt() * x0 + (1 - a).sqrt() * eps`",
    ],
)
