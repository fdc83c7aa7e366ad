"""Exercise `gradient_penalty`: how far the critic's slope is from 1, between real and fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb11.critics import (
    FLAT,
    Critic,
    left_behind,
    length,
    new_weights,
    slope,
)
from coursework.exercises.nb11.mixing import UNSHAPED, gradient_penalty, strange_points
from coursework.exercises.nb11.wrong_penalties import MISTAKES
from coursework.exercises.rules import Wrong, must_be


def _cases(generator: Generator) -> Iterator[Case]:
    n = 6 + int(torch.randint(3, (), generator=generator))
    for one_sided, label in ((False, "points (N, 2)"), (True, "points, one-sided")):
        yield _case(generator, label, one_sided, n, 2)
    yield _case(generator, "images", False, 4, 1, 4, 4)
    yield _case(generator, "images, one-sided", True, 4, 1, 4, 4)
    yield _case(generator, "a batch of one", False, 1, 3)
    *weights, _, _, x_real, x_fake, mix, one_sided = _case(generator, "", False, 5, 2).args
    x_real[1] = x_fake[1] = 0
    yield Case((*weights, False, True, x_real, x_fake, mix, one_sided), FLAT, extreme=True)


def _case(generator: Generator, label: str, one_sided: bool, *shape: int) -> Case:
    """Real ones and fakes far apart; no mix is near ½."""
    inputs = torch.Size(shape[1:]).numel()
    x_real = 1.0 + torch.randn(shape, generator=generator)
    x_fake = -1.0 + torch.randn(shape, generator=generator)
    mix = 0.05 + 0.35 * torch.rand(shape[0], generator=generator)
    high = torch.rand(shape[0], generator=generator) < 0.5
    mix = torch.where(high, 1 - mix, mix)
    column = len(shape) == 2
    w1, w2 = new_weights(generator, inputs)
    share = mix.reshape(-1, *[1] * (len(shape) - 1))
    size = length(slope(Critic(w1, w2, False), share * x_real + (1 - share) * x_fake)).detach()
    w2 = w2 * (2 / (size.min() + size.max()) if len(size) > 1 else 1.6 / size)  # some below 1
    return Case((w1, w2, column, False, x_real, x_fake, mix, one_sided), label)


def _observe(
    fn: Wrong, w1: Tensor, w2: Tensor, column: bool, kinked: bool, x_real: Tensor, x_fake: Tensor,
    mix: Tensor, one_sided: bool,
) -> Any:  # fmt: skip
    """The penalty, or a word for what was asked of the critic, or for what else was done."""
    critic = Critic(w1, w2, column, kinked)
    root = x_fake.clone().requires_grad_()
    try:
        value = fn(critic, x_real, root * 1.0, mix, one_sided)
    except RuntimeError as error:
        if "must match the size" in str(error) and not critic.asked:
            return UNSHAPED
        raise
    if word := strange_points(critic, x_real, x_fake, mix):
        return word
    right = gradient_penalty(critic, x_real, x_fake, mix, one_sided).detach()
    return left_behind(value, right, critic, [root]) or value


PROPERTIES = [
    must_be("slope_1_costs_nothing", 0.0,
        lambda fn, _: fn(lambda x: x @ torch.tensor([0.6, 0.8]), torch.zeros(3, 2),
            torch.ones(3, 2), torch.rand(3)).sum(),
        "A critic of slope 1 everywhere has the penalty 0; yours: {:.5g}."),
    must_be("flat_is_free_on_one_side", 0.0,
        lambda fn, _: fn(lambda x: 0.5 * x[:, 0], torch.zeros(3, 2), torch.ones(3, 2),
            torch.rand(3), True).sum(),
        "A slope of ½ is below 1, so its one-sided penalty is 0; yours: {:.5g}."),
    must_be("two_sided_by_default", 0.75,
        lambda fn, _: fn(lambda x: 0.5 * x[:, 0], torch.zeros(3, 2), torch.ones(3, 2),
            torch.rand(3)).sum(),
        "Without `one_sided`, three slopes of ½ cost ¼ each, 0.75 together; yours: {:.5g}."),
]  # fmt: skip

GRADIENT_PENALTY = Exercise(
    name="gradient_penalty", notebook="11",
    title="how far the slope between real and fake is from 1", reference=gradient_penalty,
    cases=_cases, observe=_observe, differentiable=(0, 1), points=4, mistakes=MISTAKES,
    properties=PROPERTIES,
    hints=["Three parts: points between real and fake, the critic's slope at each of them, and "
           "how far its length is from 1.",
           "`mix` is (N,): reshape it to (N, 1, …) so that every point has one share. Detach the "
           "points, let them want a gradient, and ask for that of `critic(x).sum()` with "
           "`create_graph=True`.",
           "`excess = gradient.flatten(1).norm(dim=1) - 1`; one-sided, `excess.clamp(min=0)`; then "
           "the square, (N,)."],
)  # fmt: skip
