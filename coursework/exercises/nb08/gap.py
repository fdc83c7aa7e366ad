"""Exercise `mutual_information_gap`: how far the best latent of each factor is ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def mutual_information_gap(mi: Tensor, entropy: Tensor) -> float:
    """Mean over factors of (largest − second largest entry) / entropy: between 0 and 1.

    mi (latents, factors) and entropy (factors,) in the same unit. Chen et al., 2018, eq. 6.
    """
    best = mi.topk(2, dim=0).values  # (2, factors)
    return ((best[0] - best[1]) / entropy).mean().item()


def _table(latents: int, factors: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """mi (latents, factors), and entropies (factors,) from 0.4 to 3, well above mi's entries."""
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


def _one_latent_each(fn: Callable[..., float], generator: Generator) -> str | None:
    entropy = 0.5 + torch.rand(3, generator=generator)
    mi = torch.cat([entropy.diag(), torch.zeros(2, 3)])
    gap = float(fn(mi, entropy.clone()))
    if abs(gap - 1) < 1e-4:
        return None
    return (
        "Where one latent knows all of each factor and the others nothing, the gap is 1; yours is "
        f"{gap:.4g}."
    )


@dataclass
class Table:
    """The arguments, and what wrong answers are made of: a number for each factor, (factors,)."""

    mi: Tensor
    entropy: Tensor

    def __post_init__(self) -> None:
        self.falling = self.mi.sort(0, descending=True).values  # each column, best latent first
        self.best, self.second = self.falling[0], self.falling[1]
        self.gaps = self.best - self.second

    def share(self, of: Tensor) -> Tensor:
        """The mean of a number for each factor, over its entropy, in the place of the gap."""
        return (of / self.entropy).mean()


def _gap_of_rows(rows: Tensor) -> Tensor:
    """Largest minus second largest along the last axis."""
    first, second = rows.topk(2).values.unbind(-1)
    return first - second


MISTAKES = named({
    "not_divided": ("You didn't divide by the entropy. A factor with much entropy can be known "
        "about more, in nats; divided by it each gap is a share, between 0 and 1, and every factor "
        "counts alike.",
        lambda t: t.gaps.mean()),
    "divided_after_the_mean": ("You averaged the gaps first and divided then, so that factors with "
        "much entropy count more. Divide each factor's gap by its own entropy, then take the mean.",
        lambda t: t.gaps.mean() / t.entropy.mean(), lambda t: t.gaps.mean() / t.entropy.sum(),
        lambda t: t.gaps.sum() / t.entropy.mean()),
    "every_gap_by_every_entropy": ("Every gap is divided by every factor's entropy, a table of "
        "(factors, factors): a `keepdim=True` or `[:, None]` too many made broadcasting stretch "
        "it. Both should have shape (factors,).",
        lambda t: t.share(t.gaps[:, None])),
    "best_minus_mean": ("You subtracted the mean of the latents from the best. A single rival that "
        "knows as much hides in a mean: subtract the *second largest*.",
        lambda t: t.share(t.best - t.mi.mean(0)), lambda t: t.share(t.best - t.falling[1:].mean(0)),
        lambda t: t.share(t.best - t.mi.median(0).values)),
    "best_minus_worst": ("You subtracted the smallest from the largest. The rival is the second "
        "largest.",
        lambda t: t.share(t.best - t.mi.min(0).values)),
    "nothing_taken_away": ("That is how much the best latent knows. The gap is what is left when "
        "the second best is subtracted: two latents that know the same leave none.",
        lambda t: t.share(t.best)),
    "transposed": ("Rows and columns are mixed up. Rows are latents, columns factors: look for the "
        "two best *latents* of each factor, along dimension 0. (`topk` and `sort` go along the "
        "last dimension unless told otherwise.)",
        lambda t: t.share(_gap_of_rows(t.mi)), lambda t: _gap_of_rows(t.mi).mean(),
        lambda t: _gap_of_rows(t.mi).mean() / t.entropy.mean(),
        lambda t: _gap_of_rows(t.mi / t.entropy).mean(),
        lambda t: _gap_of_rows((t.mi.T / t.entropy).T).mean(),
        lambda t: (t.mi.topk(2).values[0] - t.mi.topk(2).values[1]).mean()),
    "sorted_along_factors": ("You sorted along the factors: without `dim`, `sort` goes along the "
        "last dimension. Sort the latents, `dim=0`, for each factor.",
        lambda t: t.share(-t.mi.sort(descending=True).values[:2].diff(dim=0)[0]),
        lambda t: t.share(t.mi.sort().values[-2:].diff(dim=0)[0]),
        lambda t: t.share(-t.mi.sort().values[:2].diff(dim=0)[0])),
    "smallest_two": ("You took the two smallest: `sort` puts the smallest first. With "
        "`descending=True` the best two come first, without it they are `[-1]` and `[-2]`.",
        lambda t: t.share(t.falling[-1] - t.falling[-2]),
        lambda t: t.share(t.falling[-2] - t.falling[-1])),
    "not_sorted": ("You took the first two latents of the table, whatever they know. Sort first, "
        "or take `topk`.",
        lambda t: t.share(t.mi[0] - t.mi[1]), lambda t: t.share((t.mi[0] - t.mi[1]).abs()),
        lambda t: t.share(t.mi[-1] - t.mi[-2])),
    "third_largest": ("You subtracted the third largest, or took the gap between second and third. "
        "Counting starts at 0: the two best are `[0]` and `[1]`.",
        lambda t: t.share(t.falling[0] - t.falling[2]),
        lambda t: t.share(t.falling[1] - t.falling[2])),
    "ties_removed": ("Right, but where two latents know equally much of a factor: by striking out "
        "every entry that equals the largest you strike out the rival too. There the gap is 0; "
        "`topk(2, dim=0)` keeps both.",
        lambda t: t.share(t.best - t.mi.masked_fill(t.mi == t.best, -torch.inf).max(0).values)),
    "sign": ("The sign is wrong: largest minus second largest is never negative.",
        lambda t: t.share(-t.gaps)),
    "summed_over_factors": ("You added up the factors. The gap is their mean, so that it stays "
        "between 0 and 1.",
        lambda t: (t.gaps / t.entropy).sum()),
    "divided_by_the_latents": ("You divided by the number of latents. The mean is over the "
        "factors, the columns of `mi`.",
        lambda t: (t.gaps / t.entropy).sum() / len(t.mi)),
    "largest_factor": ("You took one factor, the one with the largest or the smallest gap, or the "
        "one in the middle. Take the mean over all.",
        lambda t: (t.gaps / t.entropy).max(), lambda t: (t.gaps / t.entropy).min(),
        lambda t: (t.gaps / t.entropy).median(), lambda t: (t.gaps / t.entropy)[0]),
    "over_the_whole_table": ("You took the two largest entries of the whole table. Each factor has "
        "two best latents of its own: `dim=0`.",
        lambda t: t.share(_gap_of_rows(t.mi.flatten())),
        lambda t: _gap_of_rows((t.mi / t.entropy).flatten()),
        lambda t: _gap_of_rows(t.mi.flatten())),
    "divided_by_the_best": ("You divided by what the best latent knows. Then a latent that knows "
        "next to nothing, alone, gets full marks: divide by the factor's entropy.",
        lambda t: (t.gaps / t.best).mean(), lambda t: (t.gaps / t.mi.sum(0)).mean()),
    "ratio": ("You divided one of the two by the other. It is their difference.",
        lambda t: (t.second / t.best).mean(), lambda t: (t.best / t.second).mean(),
        lambda t: t.share(t.best / t.second), lambda t: t.share(t.second / t.best)),
    "multiplied_by_the_entropy": ("You multiplied by the entropy. Divide.",
        lambda t: (t.gaps * t.entropy).mean()),
    "brackets": ("Parentheses: only one of the two is divided by the entropy. It is (largest − "
        "second largest) / entropy.",
        lambda t: (t.best - t.second / t.entropy).mean(),
        lambda t: (t.best / t.entropy - t.second).mean()),
    "percent": ("That is in percent. The gap is a share, between 0 and 1.",
        lambda t: 100 * t.share(t.gaps)),
    "one_number_per_factor": ("You return one number for each factor. Take their mean: one number.",
        lambda t: t.gaps / t.entropy),
}, read=Table)  # fmt: skip

MUTUAL_INFORMATION_GAP = Exercise(
    name="mutual_information_gap",
    notebook="08",
    title="by how much the best latent of each factor leads",
    reference=mutual_information_gap,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("one_latent_each", _one_latent_each)],
    hints=[
        "For each factor, a column of `mi`: the largest entry minus the second largest. Then as a "
        "share of the factor's entropy, then one mean over the factors.",
        "`mi.topk(2, dim=0).values` has the two largest of each column, (2, factors).",
        "`best = mi.topk(2, dim=0).values`, `return ((best[0] - best[1]) / entropy).mean().item()`",
    ],
    points=1,
)
