"""Exercise `best_constant`: which single answer a loss prefers, where many are right."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import Wrong, named


def best_constant(values: Tensor, loss: str) -> float:
    """The constant with the least mean loss, "l1" or "l2", against values (N,)."""
    return float(values.median() if loss == "l1" else values.mean())


def _cases(generator: Generator) -> Iterator[Case]:
    n = 21 + 2 * int(torch.randint(5, (), generator=generator))
    for values, label in (
        (torch.randn(n, generator=generator).exp(), "skewed values"),
        (_two_answers(generator, n), "values near 0 and near 1"),
        (torch.randn(n - 4, generator=generator).exp() - 3, "values below 0"),
    ):
        for loss in ("l1", "l2"):
            yield Case((values, loss), f"{label} under {loss}")
    for loss in ("l1", "l2"):
        yield Case((torch.randn(1, generator=generator), loss), f"one value under {loss}")


def _two_answers(generator: Generator, n: int) -> Tensor:
    """7 in 10 near 1, the others near 0, in no order, and the middle place in the minority."""
    values = (torch.arange(n) >= 0.3 * n).float() + 0.05 * torch.randn(n, generator=generator)
    values = values[torch.randperm(n, generator=generator)]
    low = values.argmin()
    values[[int(low), n // 2]] = values[[n // 2, int(low)]]
    return values


def _wrong(l1: Wrong, l2: Wrong) -> Wrong:
    return lambda values, loss: (l1 if loss == "l1" else l2)(values)


def _mode(values: Tensor) -> Tensor:
    """The middle of the fullest of ten bins."""
    counts = torch.histc(values, 10)
    width = (values.max() - values.min()) / 10
    return values.min() + width * (counts.argmax() + 0.5)


def _least(loss: str) -> Wrong:
    """The mean loss at the best constant."""
    if loss == "l1":
        return lambda v: (v - v.median()).abs().mean()
    return lambda v: (v - v.mean()).square().mean()


def _least_at_a_value(values: Tensor, loss: str) -> Tensor:
    """The least mean loss of constants that are values themselves."""
    distances = values[:, None] - values
    return (distances.abs() if loss == "l1" else distances.square()).mean(0).min()


def _on_a_grid(low: float | None, high: float | None, count: int) -> Wrong:
    """The best of `count` constants from low to high, or from the least value to the largest."""

    def wrong(values: Tensor, loss: str) -> Tensor:
        ends = (values.min(), values.max()) if low is None or high is None else (low, high)
        grid = torch.linspace(float(ends[0]), float(ends[1]), count)
        errors = values[:, None] - grid
        return grid[(errors.abs() if loss == "l1" else errors.square()).mean(0).argmin()]

    return wrong


def _quantile(q: float) -> Wrong:
    return lambda v: v.sort().values[min(int(q * len(v)), len(v) - 1)]


def _is_least(fn: Wrong, generator: Generator) -> str | None:
    values = torch.randn(10, generator=generator).exp()
    yours = (values - float(fn(values, "l1"))).abs().mean()
    least = (values - values.median()).abs().mean()
    if yours < least + 1e-4:
        return None
    return (
        f"With an even number of values, some constant has a smaller mean L1 loss than yours: "
        f"{least:.4g} instead of {yours:.4g}. Anything between the two middle values is best."
    )


BEST_CONSTANT = Exercise(
    name="best_constant", notebook="15", title="the constant with the least mean loss",
    reference=best_constant, cases=_cases, points=1,
    mistakes=named({
        "losses_swapped": ("The two are swapped. The mean has the least mean *square*, L2; the "
            "median the least mean absolute difference, L1.", _wrong(torch.mean, torch.median)),
        "mean_for_both": ("You return the mean for both. It has the least mean square. For L1, "
            "moving the constant up a little brings it nearer to all values above and away from "
            "all below, by the same step: only their *number* counts.",
            _wrong(torch.mean, torch.mean)),
        "median_for_both": ("You return the median for both. For L2 a value that is far away "
            "weighs more than a near one; that is the mean.", _wrong(torch.median, torch.median)),
        "the_loss_itself": ("That is the least loss. Asked for is the constant at which it is "
            "reached.", _wrong(_least("l1"), _least("l2")), _least_at_a_value),
        "not_sorted": ("You took the value in the middle *place*. Sort the values first.",
            _wrong(lambda v: v[len(v) // 2], torch.mean)),
        "place_of_the_best": ("That is a place in the list. Asked for is the value there.",
            _wrong(lambda v: v.argsort()[len(v) // 2].float(), torch.mean),
            _wrong(lambda v: v.sort().indices[(len(v) - 1) // 2].float(), torch.mean),
            _wrong(lambda v: (v[:, None] - v).abs().mean(1).argmin().float(),
                lambda v: (v[:, None] - v).square().mean(1).argmin().float())),
        "middle_of_the_range": ("That is halfway between the smallest and the largest value, the "
            "best constant for the *largest* error. The mean loss counts all values.",
            _wrong(lambda v: (v.min() + v.max()) / 2, lambda v: (v.min() + v.max()) / 2),
            _wrong(lambda v: (v.min() + v.max()) / 2, torch.mean),
            _wrong(torch.median, lambda v: (v.min() + v.max()) / 2)),
        "most_frequent": ("That is where most values lie, the mode. Neither loss picks it.",
            _wrong(_mode, _mode), _wrong(_mode, torch.mean)),
        "nearest_value_for_l2": ("For L2 you return one of the values. The mean need not be one.",
            _wrong(torch.median, lambda v: v[(v[:, None] - v).square().mean(1).argmin()])),
        "root_of_the_mean_square": ("That is the root of the mean square. The constant with the "
            "least mean square is the mean itself.",
            _wrong(torch.median, lambda v: v.square().mean().sqrt())),
        "sizes": ("You took the size of the values first. They may be negative; leave their sign.",
            _wrong(lambda v: v.abs().median(), lambda v: v.abs().mean())),
        "searched_on_a_grid": ("You tried the constants of a grid. The best one may lie between "
            "them or outside. Sort and count instead, or take the mean: no search is needed.",
            _on_a_grid(0, 1, 101), _on_a_grid(0, 1, 1001), _on_a_grid(None, None, 101)),
        "summed": ("You summed. A mean divides by the number of values.",
            _wrong(torch.median, torch.sum)),
        "another_quantile": ("That is another quantile. L1 is least at the middle one, ½.",
            *(_wrong(_quantile(q), torch.mean) for q in (0.25, 0.3, 0.7, 0.75))),
        "zero": ("You return 0 whatever the values are, or a constant that your search never "
            "moved.", lambda values, loss: 0.0, lambda values, loss: 0.5),
        "rounded": ("You rounded. The best constant need not be 0 or 1, nor any whole number.",
            _wrong(lambda v: v.mean().round(), lambda v: v.mean().round()),
            _wrong(lambda v: v.mean().round(), torch.mean),
            _wrong(torch.median, lambda v: v.mean().round()),
            _wrong(lambda v: v.median().round(), lambda v: v.mean().round())),
    }),
    properties=[Property("least_for_even_numbers", _is_least)],
    hints=["Move the constant up a little. For L1 every value above comes as much nearer as every "
           "value below gets farther: when do they cancel? For L2 the far ones count more.",
           "L1: as many values above as below. L2: distances above and below add up to the same.",
           "`values.median()` for \"l1\", `values.mean()` for \"l2\"; `.item()` makes a float."],
)  # fmt: skip
