"""Exercise `r1_penalty`: the squared slope of D at real points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb11.critics import (
    FLAT,
    Critic,
    by_backward,
    left_behind,
    length,
    new_weights,
    slope,
    weight_slope,
)
from coursework.exercises.rules import Wrong, must_be, named


def r1_penalty(critic: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The squared length of the critic's slope at each real x (N, …): (N,), with its graph.

    Mescheder et al., "Which training methods for GANs do actually converge?", 2018, eq. 9.
    """
    x = x.detach().clone().requires_grad_()
    gradient = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return gradient.flatten(1).square().sum(1)


def _cases(generator: Generator) -> Iterator[Case]:
    n = 5 + int(torch.randint(3, (), generator=generator))
    yield Case((*_critic(generator, 2), True, False, _x(generator, n, 2)), "points (N, 2)")
    yield Case((*_critic(generator, 16), False, False, _x(generator, 4, 1, 4, 4)), "images")
    yield Case((*_critic(generator, 3), True, False, _x(generator, 1, 3)), "a batch of one")
    flat = _x(generator, 4, 2)
    flat[1] = 0
    yield Case((*_critic(generator, 2), False, True, flat), FLAT, extreme=True)


def _critic(generator: Generator, inputs: int) -> tuple[Tensor, Tensor]:
    return new_weights(generator, inputs)


def _x(generator: Generator, *shape: int) -> Tensor:
    return 0.3 + torch.randn(shape, generator=generator)


def _observe(fn: Wrong, w1: Tensor, w2: Tensor, column: bool, kinked: bool, x: Tensor) -> Any:
    """The penalty, or what is wrong with it besides its numbers."""
    critic, root = Critic(w1, w2, column, kinked), x.clone().requires_grad_()
    value = fn(critic, x)
    right = r1_penalty(critic, x).detach()
    return left_behind(value, right, critic, [root]) or value


def of_slope(change: Callable[[Tensor], Tensor]) -> Wrong:
    return lambda critic, x: change(slope(critic, x))


def _one_for_all(g: Tensor) -> Tensor:
    return g.square().sum()


R1_PENALTY = Exercise(
    name="r1_penalty", notebook="11", title="the squared slope of D at real points",
    reference=r1_penalty, cases=_cases, observe=_observe, differentiable=(0, 1), points=2,
    mistakes=named({
        "no_graph": ("The numbers are right, and no gradient gets from them to the critic's "
            "weights, so the penalty would change nothing. Ask with "
            "`torch.autograd.grad(…, create_graph=True)`, and don't detach what comes back.",
            lambda critic, x: slope(critic, x, graph=False).flatten(1).square().sum(1),
            lambda critic, x: r1_penalty(critic, x).detach()),
        "not_squared": ("You return the length of the slope. R1 is its square: "
            "`gradient.flatten(1).square().sum(1)`, without a root.", of_slope(length)),
        "half_of_it": ("The factor ½ (or γ/2) belongs in the loss, outside of this function: here "
            "the squared slope alone is asked for.",
            of_slope(lambda g: 0.5 * g.flatten(1).square().sum(1)),
            of_slope(lambda g: 5.0 * g.flatten(1).square().sum(1))),
        "distance_from_1": ("You penalize the distance from slope 1, as WGAN-GP does. R1 wants the "
            "slope at real points to be 0: just the square of its length.",
            of_slope(lambda g: (length(g) - 1).square()),
            of_slope(lambda g: (length(g) - 1).clamp(min=0).square())),
        "mean_differentiated": ("You differentiated the *mean* of the critic over the batch, which "
            "divides every slope by N. Differentiate the sum: each x only moves its own output.",
            lambda critic, x: (slope(critic, x) / len(x)).flatten(1).square().sum(1),
            lambda critic, x: (slope(critic, x) / len(x) ** 0.5).flatten(1).square().sum(1)),
        "mean_over_coordinates": ("You took the mean over the coordinates. The squared length is "
            "their *sum*; a mean makes the penalty depend on the size of the image.",
            of_slope(lambda g: g.flatten(1).square().mean(1))),
        "one_number": ("You return one number for the batch. One penalty for each x is asked for, "
            "(N,); the mean is taken in the loss.",
            of_slope(lambda g: g.flatten(1).square().sum(1).mean()), of_slope(_one_for_all),
            of_slope(lambda g: g.square().mean()), of_slope(lambda g: g.norm())),
        "not_flattened": ("You added up over one axis only. An image has three: "
            "`gradient.flatten(1)` first, then the sum over axis 1.",
            of_slope(lambda g: g.square().sum(1)), of_slope(lambda g: g.square().sum(-1))),
        "sum_then_square": ("You added up the coordinates of the slope and then squared. Square "
            "each coordinate first: positive and negative ones must not cancel.",
            of_slope(lambda g: g.flatten(1).sum(1).square())),
        "absolute_values": ("You added up absolute values. The length is the Euclidean one, so "
            "R1 is the sum of the *squares*.", of_slope(lambda g: g.flatten(1).abs().sum(1)),
            of_slope(lambda g: g.flatten(1).abs().sum(1).square())),
        "of_the_weights": ("That is the gradient in the critic's *weights*. R1 is about the slope "
            "in x: `torch.autograd.grad(critic(x).sum(), x, …)`.",
            weight_slope, lambda critic, x: weight_slope(critic, x).square(),
            lambda critic, x: weight_slope(critic, x, True).square()),
        "of_the_probability": ("You put a sigmoid on the critic's output. R1 penalizes the slope "
            "of the logit: where D is sure, a sigmoid hides it.",
            lambda critic, x: slope(lambda y: critic(y).sigmoid(), x).flatten(1).square().sum(1)),
        "of_the_loss": ("You differentiated the loss of D and not its output. R1 is the slope of "
            "the logit itself.",
            lambda critic, x: slope(lambda y: torch.nn.functional.softplus(-critic(y)), x)
            .flatten(1).square().sum(1)),
        "output_squared": ("You squared what the critic says. R1 is about how *steeply* that "
            "changes with x: differentiate first.",
            lambda critic, x: critic(x).flatten().square()),
        "not_summed": ("You return one number for each coordinate. Add up the squares over all "
            "coordinates of an x, (N,).",
            of_slope(torch.square), of_slope(lambda g: g.flatten(1).square())),
        "left_in_the_critic": ("The numbers are right, but `backward()` has also filled the "
            "critic's own `.grad`, and the next update of D would add it up. Ask with "
            "`torch.autograd.grad`, which leaves nothing behind.",
            by_backward(r1_penalty, lambda x: x, lambda g: g.flatten(1).square().sum(1))),
        "breaks_at_slope_0": ("Right, except where the slope is 0: there the gradient is NaN, "
            "because you took a root and squared it again. R1 needs no root.",
            of_slope(lambda g: g.flatten(1).square().sum(1).sqrt().square())),
    }),
    properties=[
        must_be("slope_of_a_plane", 25.0,
            lambda fn, _: fn(lambda x: x @ torch.tensor([3.0, 4.0]), torch.zeros(1, 2)).sum(),
            "The critic 3 x₁ + 4 x₂ has the slope (3, 4) everywhere, so R1 is 25; yours: {:.5g}."),
    ],
    hints=["You need the gradient of the critic's output in x, one for each x. Work on a copy of x "
           "that wants a gradient.",
           "`critic(x).sum()` is one number, and its gradient in x holds every x's own slope. "
           "`create_graph=True` keeps the way back to the weights.",
           "`gradient = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]`, then "
           "`gradient.flatten(1).square().sum(1)`."],
)  # fmt: skip
