"""Exercise `half_and_half`: what a judge says, freed of how many fakes it was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import Wrong, named, then


def half_and_half(d: Tensor, fakes_per_real: float) -> Tensor:
    """P(real) with as many fakes as real points, from d = P(real) with k fakes to a real point.

    The odds D / (1 − D) are p_data / (k p_G); times k they are p_data / p_G.
    """
    return fakes_per_real * d / (fakes_per_real * d + 1 - d)


def _cases(generator: Generator) -> Iterator[Case]:
    def said(*shape: int) -> Tensor:
        return 0.05 + 0.9 * torch.rand(*shape, generator=generator, dtype=torch.float64)

    more = 2.5 + 2 * float(torch.rand((), generator=generator))
    yield Case((said(12), more), "more fakes than real points")
    yield Case((said(3, 5), 0.4 * float(torch.rand((), generator=generator)) + 0.2),
               "fewer fakes than real points")  # fmt: skip
    yield Case((said(1), 7.0), "a single place, seven fakes to a real point")
    sure = torch.tensor([0.0, 1.0, 1e-12, 0.5], dtype=torch.float64)
    yield Case((sure, 3.0), "a judge that is certain", extreme=True)


def _undone(fn: Callable[[Tensor, float], Tensor], generator: Generator) -> str | None:
    d = 0.1 + 0.8 * torch.rand(8, generator=generator, dtype=torch.float64)
    k = 2.0 + float(torch.rand((), generator=generator))
    gap = float((fn(fn(d, k), 1 / k) - d).abs().max())
    if gap < 1e-4:
        return None
    return f"Corrected for k and then for 1/k, it must be what it was; yours is off by {gap:.3g}."


def _odds(change: Callable[[Tensor, float], Tensor]) -> Wrong:
    """Back from odds that were changed: `change(odds, k)`."""

    def wrong(d: Tensor, k: float) -> Tensor:
        odds = change(d / (1 - d), k)
        return odds / (1 + odds)

    return wrong


MISTAKES = named({
    "divided": ("You divided the odds by k, which makes the mix worse. Too many fakes make the "
        "judge "
        "say \"fake\" too often: its odds for *real* are k times too small.",
        _odds(lambda odds, k: odds / k)),
    "multiplied": ("You multiplied D itself by k, so that it can go above 1. It is the *odds*, D "
        "/ (1 "
        "− D), that are k times too small.", lambda d, k: k * d, lambda d, k: (k * d).clamp(max=1)),
    "divided_itself": ("You divided D by k. It is the odds, D / (1 − D), that are k times too "
        "small.",
        lambda d, k: d / k),
    "odds": ("Those are the odds, p_data / p_G, which run up to ∞. Turn them back into a "
        "probability: odds / (1 + odds).", lambda d, k: k * d / (1 - d)),
    "odds_not_corrected": ("Those are the odds of D as it is. Multiply them by k, and turn them "
        "back "
        "into a probability.", lambda d, k: d / (1 - d)),
    "unchanged": ("D comes back as it was. With k fakes to a real point it is p_data / (p_data + k "
        "p_G), and the k has to go.", lambda d, k: d.clone(), lambda d, k: 1.0 * d),
    "turned_over": ("That is P(fake) of the corrected judge.",
        then(half_and_half, lambda d: 1 - d)),
    "label_only": ("You turned the label, 1 − D. This judge has the right label and a wrong mix.",
        lambda d, k: 1 - d),
    "share_for_ratio": ("You corrected by k / (1 + k), the share of fakes. The odds are wrong by "
        "fakes *per real point*, k.", _odds(lambda odds, k: odds * k / (1 + k))),
    "one_plus_k": ("You corrected by 1 + k. There are k fakes to a real point: the factor is k.",
        _odds(lambda odds, k: odds * (1 + k))),
    "not_in_the_sum": ("Below the fraction stands k D + 1 − D, which is not the same everywhere; "
        "you "
        "divided by 1 + k.", lambda d, k: k * d / (1 + k)),
    "root": ("You took the root of k. The odds are k times too small.",
        _odds(lambda odds, k: odds * k**0.5)),
    "squared": ("You corrected twice. The odds are k times too small, once.",
        _odds(lambda odds, k: odds * k * k)),
    "log_k": ("Adding log k is right for a *logit*. You added it to D.",
        lambda d, k: d + torch.log(torch.tensor(k))),
    "certain": ("Right, except where D is exactly 1: there the odds are infinite, and ∞ over 1 + ∞ "
        "is NaN. Multiply above and below by 1 − D, and nothing is divided "
        "by 0.", _odds(lambda odds, k: k * odds)),
    "logit": ("That is the logit of the corrected judge. Send it through a sigmoid.",
        lambda d, k: torch.logit(d) + torch.log(torch.tensor(k))),
})  # fmt: skip

HALF_AND_HALF = Exercise(
    name="half_and_half", notebook="07", title="P(real) of a judge freed of its mix of points",
    reference=half_and_half, cases=_cases, mistakes=MISTAKES, points=2,
    properties=[Property("undone", _undone)],
    hints=["Write down what this judge says at x, with k fakes to each real point: p_data over "
           "p_data + k p_G. What are its odds, D / (1 − D)?",
           "The odds are p_data / (k p_G). Times k they are p_data / p_G. From odds r back to a "
           "probability: r / (1 + r). Multiplied above and below by 1 − D, it is no NaN at D = 1.",
           "`k * d / (k * d + 1 - d)`, with k = `fakes_per_real`: no division by 0 even where d "
           "is 1."],
)  # fmt: skip
