"""Exercise `optimal_discriminator`: what a perfect judge answers, at every place of a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.divergences import optimal_discriminator
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.nb07.grids import boxes, distinct_pair, grid, uniform
from coursework.exercises.rules import named, recognized, scaled, swapped, then


def _cases(generator: Generator) -> Iterator[Case]:
    x, dx = grid(generator)
    near = x.abs() < 4
    p, q = distinct_pair(x, generator)
    yield Case((p[near] + 0.01, q[near] + 0.02), "two densities with bumps")
    shape = (5, 3 + int(torch.randint(1, 5, (), generator=generator)))
    plane = uniform(generator, 0.05, 0.9, *shape), uniform(generator, 0.05, 0.9, *shape)
    yield Case(plane, "densities over a plane")
    yield Case((uniform(generator, 0.1, 0.2, 1), uniform(generator, 0.3, 0.6, 1)), "a single place")
    decay = torch.linspace(-3, -120, 40, dtype=torch.float64).exp()
    tails = decay * uniform(generator, 0.2, 0.4, 40), decay * uniform(generator, 0.5, 2, 40)
    yield Case(tails, "tails, where both densities are tiny", extreme=True)
    for apart in (False, True):
        yield Case(boxes(generator, x, dx, apart), "densities with exact zeros", extreme=True)


def _equal_densities(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    p = uniform(generator, 0.1, 0.9, 6)
    worst = float((fn(p, p.clone()) - 0.5).abs().max())
    if worst < 1e-4:
        return None
    return f"It must be ½ where p_data = p_g; yours is off by {worst:.3g}."


def _sum_to_one(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    p, q = uniform(generator, 0.1, 0.9, 6), uniform(generator, 0.1, 0.9, 6)
    worst = float((fn(p, q) + fn(q, p) - 1).abs().max())
    if worst < 1e-4:
        return None
    return f"P(real) and P(fake) must add up to 1; yours miss it by {worst:.3g}."


def _where_zero(p: Tensor, q: Tensor, filler: float) -> Tensor:
    return torch.where(p + q > 0, p / (p + q), filler)


def _is_nan_at_zeros(seen: Observed, case: Case) -> bool:
    """NaN where both densities vanish (and perhaps nowhere), right elsewhere."""
    p, q = case.args
    if not isinstance(seen.value, Tensor) or seen.value.shape != p.shape:
        return False
    some, truth = p + q > 0, optimal_discriminator(p, q)
    return bool(seen.value[~some].isnan().all()) and close(seen.value[some], truth[some])


def _is_right_down_to(
    least: float, rtol: float, nan_below: bool = False
) -> Callable[[Observed, Case], bool]:
    """Right wherever the densities add up to more than `least`; no NaN below, unless allowed."""

    def when(seen: Observed, case: Case) -> bool:
        p, q = case.args
        if not isinstance(seen.value, Tensor) or seen.value.shape != p.shape:
            return False
        some, truth = p + q > least, optimal_discriminator(p, q)
        near = close(seen.value[some], truth[some], rtol, rtol / 10)
        return near and (nan_below or not bool(seen.value.isnan().any()))

    return when


_FILLER = (
    "Right wherever there is density. Where both densities are 0 nothing ever comes, and your "
    "function says {}. No evidence either way: return ½ there."
)

MISTAKES = [
    *named({
        "upside_down": ("Upside down: that is P(fake). The course's D(x) is P(x is real), so "
            "p_data stands on top. (Some texts write the game with D = P(fake): same game, "
            "opposite label.)",
            lambda p, q: q / (p + q), swapped(optimal_discriminator),
            then(optimal_discriminator, lambda d: 1 - d)),
        "plain_ratio": ("That is the plain ratio p_data / p_g, which runs from 0 to ∞. A "
            "discriminator returns a probability: p_data over the *sum* of both densities.",
            lambda p, q: p / q, lambda p, q: (p / q).clamp(max=1)),
        "inverse_ratio": ("That is p_g / p_data: the plain ratio, and upside down. P(real) is "
            "p_data over the sum of both.",
            lambda p, q: q / p),
        "parentheses": ("Python divides before it adds, so p_data / p_data + p_g is 1 + p_g. Put "
            "the sum in parentheses: p_data / (p_data + p_g).",
            lambda p, q: p / p + q),
        "half_mixture": ("You divided by the mixture ½(p_data + p_g), so your probability runs up "
            "to 2. Divide by the sum: the two halves cancel.",
            lambda p, q: 2 * p / (p + q), scaled(optimal_discriminator, 2)),
        "divided_by_the_total": ("You divided by a sum over all places. D* is worked out place by "
            "place: p_data(x) over p_data(x) + p_g(x) at the same x.",
            lambda p, q: p / (p + q).sum(), lambda p, q: p / p.sum()),
        "hard_decision": ("You decided, 1 where p_data is larger and 0 elsewhere. The best answer "
            "is a probability: how *often* is a point at this place real?",
            lambda p, q: (p > q).double(), lambda p, q: (p >= q).double(),
            lambda p, q: (p > q).float(), lambda p, q: (p >= q).float(), lambda p, q: p > q,
            lambda p, q: torch.where(p == q, 0.5, (p > q).double())),
        "sigmoid_of_difference": ("You sent the difference of the densities through a sigmoid (a "
            "softmax does the same). The sigmoid belongs to the difference of their *logs*; with "
            "densities as they are, divide.",
            lambda p, q: torch.sigmoid(p - q)),
        "log_ratio": ("That is log p_data − log p_g, the logit of D*. The probability is its "
            "sigmoid, or p_data / (p_data + p_g).",
            lambda p, q: p.log() - q.log(), lambda p, q: (p / q).log()),
        "difference": ("You subtracted the densities. Put p_data in relation to the sum of both: "
            "divide.",
            lambda p, q: p - q, lambda p, q: (p - q) / (p + q)),
        "one_plus": ("You divided by 1 + p_g. Under the fraction stands p_data + p_g.",
            lambda p, q: p / (1 + q)),
        "zero_where_both_vanish": (_FILLER.format("0, surely fake"),
            lambda p, q: _where_zero(p, q, 0.0), lambda p, q: (p / (p + q)).nan_to_num(0.0)),
        "one_where_both_vanish": (_FILLER.format("1, surely real"),
            lambda p, q: _where_zero(p, q, 1.0)),
    }),
    *recognized({
        "zero_over_zero": ("Right wherever there is density. Where both are 0 you divide 0 by 0 "
            "and get NaN, and one NaN spoils every sum and mean after it. Nothing ever comes from "
            "there, so there is no evidence either way: return ½ (`torch.where`).",
            _is_nan_at_zeros, lambda p, q: p / (p + q)),
        "rounded_to_float32": ("You turned the densities into float32 (`.float()`). It has no "
            "positive number below 1e-45, so the tails become 0 and your answer there ½ or NaN. "
            "Leave the densities in the dtype in which they come.",
            _is_right_down_to(1e-36, 1e-4, nan_below=True),
            lambda p, q: optimal_discriminator(p.float(), q.float()),
            lambda p, q: p.float() / (p.float() + q.float())),
        "small_number_added": ("You added a small number to the densities (or clamped them) to "
            "avoid 0/0. In the tails both densities are smaller than any such number, and there "
            "your answer follows the small number, not the data. Divide as it stands, and put ½ "
            "only where the sum is exactly 0 (`torch.where`).",
            _is_right_down_to(0.05, 1e-2),
            lambda p, q: p / (p + q + 1e-8), lambda p, q: (p + 1e-12) / (p + q + 2e-12),
            lambda p, q: p / (p + q).clamp(min=1e-6)),
    }),
]  # fmt: skip

OPTIMAL_DISCRIMINATOR = Exercise(
    name="optimal_discriminator",
    notebook="07",
    title="the best possible P(real) at every place",
    reference=optimal_discriminator,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[
        Property("half_where_equal", _equal_densities),
        Property("real_and_fake_add_up", _sum_to_one),
    ],
    hints=[
        "Half of all points are real, half are fake. Of those that land at x, how many are real? "
        "Bayes' rule, with equal priors.",
        "p_data(x) over p_data(x) + p_g(x), place by place. Where both are 0 that is 0/0.",
        "With `total = p_data + p_g`: `torch.where(total > 0, p_data / total, 0.5)`.",
    ],
    points=2,
)
