"""Exercise `mutual_information_gap`: how far ahead, for each factor, the latent is that knows most about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def mutual_information_gap(mi: Tensor, entropy: Tensor) -> float:
    """Mean over factors of (largest − second largest entry) / entropy: between 0 and 1. Chen et al., 2018, eq. 6.

    mi (latents, factors) and entropy (factors,) in the same unit.
    """
    best = mi.topk(2, dim=0).values  # (2, factors)
    return ((best[0] - best[1]) / entropy).mean().item()


def _table(latents: int, factors: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """mi (latents, factors), and entropies (factors,) from 0.4 to 3, each well above what a latent knows."""
    entropy = torch.linspace(0.4, 3, factors)[torch.randperm(factors, generator=generator)]
    entropy = entropy * (0.9 + 0.2 * torch.rand(factors, generator=generator))
    share = 0.05 + 0.25 * torch.rand(latents, factors, generator=generator)
    order = torch.rand(latents, factors, generator=generator).argsort(0)
    shift = 0.15 + 0.15 * torch.rand(2, factors, generator=generator)
    share = share.scatter_add(0, order[:1], shift.sum(0, keepdim=True))
    share = share.scatter_add(0, order[1:2], shift[:1] / 2)
    return share * entropy, entropy


def _tied(mi: Tensor, entropy: Tensor) -> tuple[Tensor, Tensor]:
    """The same with a second latent that knows as much about the first factor as the best one."""
    mi = mi.clone()
    mi[mi[:, 0].argsort()[-2], 0] = mi[:, 0].max()
    return mi, entropy


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(4, 7, (), generator=generator))
    yield Case(_table(n, n, generator), "as many latents as factors")
    yield Case(_table(n + 1, n + 1, generator), "one latent and one factor more")
    tied = _tied(*_table(n, n, generator))
    yield Case(tied, "a factor of which two latents know equally much")
    yield Case(_table(n + 4, 3, generator), "more latents than factors", extreme=True)
    yield Case(_table(3, n + 1, generator), "more factors than latents", extreme=True)


def _one_latent_each(fn: Callable[..., Any], generator: Generator) -> str | None:
    entropy = 0.5 + torch.rand(3, generator=generator)
    mi = torch.cat([entropy.diag(), torch.zeros(2, 3)])
    gap = float(fn(mi, entropy.clone()))
    if abs(gap - 1) < 1e-4:
        return None
    return f"Where one latent knows all of each factor and the others nothing, the gap is 1; yours is {gap:.4g}."


def _other(of: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], float]:
    """Another number `of(mi)` for each factor, (factors,), in the place of the gap."""
    return lambda mi, entropy: (of(mi) / entropy).mean().item()


def _gaps(mi: Tensor, dim: int = 0) -> Tensor:
    best = mi.topk(2, dim=dim).values
    return best.select(dim, 0) - best.select(dim, 1)


def _without_the_best(mi: Tensor) -> Tensor:
    """The mean of the others, (factors,)."""
    return (mi.sum(0) - mi.max(0).values) / (len(mi) - 1)


def _ties_removed(mi: Tensor) -> Tensor:
    best = mi.max(0).values
    return best - mi.masked_fill(mi == best, -torch.inf).max(0).values


def _of_shares(mi: Tensor, entropy: Tensor) -> Tensor:
    return _gaps(mi) / entropy


_TRANSPOSED = (
    "Rows and columns are mixed up. Rows are latents, columns factors: "
    "the two best *latents* are sought for each factor, along "
    "dimension 0. (`topk` and `sort` go along the last dimension unless told otherwise.)"
)

MISTAKES = named({
    "not_divided": ("You didn't divide by the entropy. A factor with much entropy can be known "
        "about more, in nats; divided by it each gap is a share, between 0 and 1, and every factor "
        "counts alike.",
        lambda mi, entropy: _gaps(mi).mean().item()),
    "divided_after_the_mean": ("You averaged the gaps first and divided then, so that factors with "
        "much entropy count more. Divide each factor's gap by its own entropy, then take the mean.",
        lambda mi, entropy: (_gaps(mi).mean() / entropy.mean()).item(),
        lambda mi, entropy: (_gaps(mi).mean() / entropy.sum()).item(),
        lambda mi, entropy: (_gaps(mi).sum() / entropy.mean()).item()),
    "every_gap_by_every_entropy": ("Every gap is divided by every factor's entropy, a table of "
        "(factors, factors): a `keepdim=True` or `[:, None]` too many made broadcasting stretch "
        "it. Both should have shape (factors,).",
        lambda mi, entropy: (_gaps(mi)[:, None] / entropy).mean().item()),
    "best_minus_mean": ("You took the mean of the latents away from the best. A single rival that "
        "knows as much hides in a mean: take the *second largest* away.",
        _other(lambda mi: mi.max(0).values - mi.mean(0)),
        _other(lambda mi: mi.max(0).values - _without_the_best(mi)),
        _other(lambda mi: mi.max(0).values - mi.median(0).values)),
    "best_minus_worst": ("You took the smallest away from the largest. The rival is the second "
        "largest.",
        _other(lambda mi: mi.max(0).values - mi.min(0).values)),
    "nothing_taken_away": ("That is how much the best latent knows. The gap is what is left when "
        "the second best is taken away: two latents that know the same leave none.",
        _other(lambda mi: mi.max(0).values)),
    "transposed": (_TRANSPOSED, lambda mi, entropy: (_gaps(mi, 1) / entropy).mean().item(),
        lambda mi, entropy: _gaps(mi, 1).mean().item(),
        lambda mi, entropy: (_gaps(mi, 1) / entropy.mean()).mean().item(),
        lambda mi, entropy: (_gaps(mi / entropy, 1)).mean().item(),
        lambda mi, entropy: (_gaps(mi.T / entropy)).mean().item(),
        lambda mi, entropy: (mi.topk(2).values[0] - mi.topk(2).values[1]).mean().item()),
    "sorted_along_factors": ("You sorted along the factors: without `dim`, `sort` goes along the "
        "last dimension. Sort the latents, `dim=0`, for each factor.",
        _other(lambda mi: mi.sort(descending=True).values[0] - mi.sort(descending=True).values[1]),
        _other(lambda mi: mi.sort().values[-1] - mi.sort().values[-2]),
        _other(lambda mi: mi.sort().values[0] - mi.sort().values[1])),
    "smallest_two": ("You took the two smallest: `sort` puts the smallest first. With "
        "`descending=True` the best two come first, without it they are `[-1]` and `[-2]`.",
        _other(lambda mi: mi.sort(0).values[0] - mi.sort(0).values[1]),
        _other(lambda mi: mi.sort(0).values[1] - mi.sort(0).values[0])),
    "not_sorted": ("You took the first two latents of the table, whatever they know. Sort first, "
        "or take `topk`.",
        _other(lambda mi: mi[0] - mi[1]), _other(lambda mi: (mi[0] - mi[1]).abs()),
        _other(lambda mi: mi[-1] - mi[-2])),
    "third_largest": ("You took the third largest away, or the gap between second and third. "
        "Counting starts at 0: the two best are `[0]` and `[1]`.",
        _other(lambda mi: mi.sort(0, descending=True).values[0] - mi.sort(0, descending=True).values[2]),
        _other(lambda mi: mi.sort(0, descending=True).values[1] - mi.sort(0, descending=True).values[2])),
    "ties_removed": ("Right, but where two latents know equally much of a factor: by striking out "
        "every entry that equals the largest you strike out the rival too. There the gap is 0; "
        "`topk(2, dim=0)` keeps both.",
        _other(_ties_removed)),
    "sign": ("The sign is wrong: largest minus second largest is never negative.",
        lambda mi, entropy: -mutual_information_gap(mi, entropy)),
    "summed_over_factors": ("You added up the factors. The gap is their mean, so that it stays "
        "between 0 and 1.",
        lambda mi, entropy: _of_shares(mi, entropy).sum().item()),
    "divided_by_the_latents": ("You divided by the number of latents. The mean is over the "
        "factors, the columns of `mi`.",
        lambda mi, entropy: _of_shares(mi, entropy).sum().item() / len(mi)),
    "largest_factor": ("You took one factor, the one with the largest or the smallest gap, or the "
        "one in the middle. Take the mean over all.",
        lambda mi, entropy: _of_shares(mi, entropy).max().item(),
        lambda mi, entropy: _of_shares(mi, entropy).min().item(),
        lambda mi, entropy: _of_shares(mi, entropy).median().item(),
        lambda mi, entropy: _of_shares(mi, entropy)[0].item()),
    "over_the_whole_table": ("You took the two largest entries of the whole table. Each factor has "
        "two best latents of its own: `dim=0`.",
        lambda mi, entropy: ((mi.max() - mi.flatten().topk(2).values[1]) / entropy).mean().item(),
        lambda mi, entropy: _gaps((mi / entropy).flatten()).item(),
        lambda mi, entropy: _gaps(mi.flatten()).item()),
    "divided_by_the_best": ("You divided by what the best latent knows. Then a latent that knows "
        "next to nothing, alone, gets full marks: divide by the factor's entropy.",
        lambda mi, entropy: (_gaps(mi) / mi.max(0).values).mean().item(),
        lambda mi, entropy: (_gaps(mi) / mi.sum(0)).mean().item()),
    "ratio": ("You divided one of the two by the other. It is their difference.",
        lambda mi, entropy: (mi.topk(2, dim=0).values[1] / mi.max(0).values).mean().item(),
        lambda mi, entropy: (mi.max(0).values / mi.topk(2, dim=0).values[1]).mean().item(),
        _other(lambda mi: mi.max(0).values / mi.topk(2, dim=0).values[1]),
        _other(lambda mi: mi.topk(2, dim=0).values[1] / mi.max(0).values)),
    "multiplied_by_the_entropy": ("You multiplied by the entropy. Divide.",
        lambda mi, entropy: (_gaps(mi) * entropy).mean().item()),
    "brackets": ("Brackets: only one of the two is divided by the entropy. It is (largest − second "
        "largest) / entropy.",
        lambda mi, entropy: (mi.max(0).values - mi.topk(2, dim=0).values[1] / entropy).mean().item(),
        lambda mi, entropy: (mi.max(0).values / entropy - mi.topk(2, dim=0).values[1]).mean().item()),
    "percent": ("That is in percent. The gap is a share, between 0 and 1.",
        lambda mi, entropy: 100 * mutual_information_gap(mi, entropy)),
    "one_number_per_factor": ("You return one number for each factor. Take their mean: one number.",
        _of_shares),
})  # fmt: skip

MUTUAL_INFORMATION_GAP = Exercise(
    name="mutual_information_gap",
    notebook="08",
    title="by how much the best latent of each factor leads",
    reference=mutual_information_gap,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("one_latent_each", _one_latent_each)],
    hints=[
        "For each factor, a column of `mi`: the largest entry minus the second largest. "
        "Then as a share of the factor's entropy, then "
        "one mean over the factors.",
        "`mi.topk(2, dim=0).values` has the two largest of each column, (2, factors).",
        "`best = mi.topk(2, dim=0).values`, `return ((best[0] - best[1]) / entropy).mean().item()`",
    ],
    points=1,
)
