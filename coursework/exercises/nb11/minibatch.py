"""Exercise `minibatch_std`: let D see how much the members of a batch differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import Wrong, must_be, named, then


def minibatch_std(h: Tensor, group: int) -> Tensor:
    """h (N, F) and, as one more column, how much its group differs: (N, F + 1).

    Groups are `group` neighbors; the standard deviation over the group, divided by its size and not
    by one less, is averaged over the features. After Karras et al., 2018, section 3.
    """
    grouped = h.unflatten(0, (-1, group))  # (N / group, group, F)
    sd = (grouped.var(1, unbiased=False) + 1e-8).sqrt().mean(1)  # (N / group,)
    return torch.cat([h, sd.repeat_interleave(group)[:, None]], 1)


FLAT = "a group of equal rows"


def _cases(generator: Generator) -> Iterator[Case]:
    for groups, group, features, label in (
        (3, 4, 5, "groups of 4"),
        (4, 2, 3, "groups of 2"),
        (2, 3, 4, "groups of 3"),
    ):
        spread = 0.3 + 1.5 * torch.rand(groups, generator=generator)
        spread = spread.repeat_interleave(group)[:, None] * (1 + torch.arange(features) / 2)
        h = 0.7 + spread * torch.randn(groups * group, features, generator=generator)
        while sd(h.unflatten(0, (-1, group))).min() < 0.03:  # where 1e-8 in a root would count
            h = 0.7 + spread * torch.randn(groups * group, features, generator=generator)
        yield Case((h, group), label)
    h = (8 * torch.randn(8, 4, generator=generator)).round() / 8  # so that their mean is exact
    h[4:] = h[4]
    yield Case((h, 4), FLAT, extreme=True)


Grouped = Callable[[Tensor], Tensor]  # (groups, group, F) -> (groups,)


def appended(spread: Grouped, split: Callable[[Tensor, int], Tensor] | None = None) -> Wrong:
    """One number a group, appended to each of its rows."""

    def wrong(h: Tensor, group: int) -> Tensor:
        grouped = split(h, group) if split else h.unflatten(0, (-1, group))
        return torch.cat([h, spread(grouped).repeat_interleave(group)[:, None]], 1)

    return wrong


def sd(x: Tensor, axis: int = 1) -> Tensor:
    return x.var(axis, unbiased=False).clamp(min=1e-12).sqrt()


def whole_batch(h: Tensor, group: int) -> Tensor:
    return torch.cat([h, sd(h, 0).mean().expand(len(h), 1)], 1)


def strided(h: Tensor, group: int) -> Tensor:
    """Groups of every (N / group)-th row, as the paper's code has them."""
    spread = sd(h.unflatten(0, (group, -1)), 0).mean(1)
    return torch.cat([h, spread.repeat(group)[:, None]], 1)


def counts_groups(h: Tensor, group: int) -> Tensor:
    """`group` groups of neighbors."""
    grouped = h.unflatten(0, (group, -1))
    spread = sd(grouped).mean(1)
    return torch.cat([h, spread.repeat_interleave(grouped.shape[1])[:, None]], 1)


def tiled(h: Tensor, group: int) -> Tensor:
    spread = sd(h.unflatten(0, (-1, group))).mean(1)
    return torch.cat([h, spread.repeat(group)[:, None]], 1)


def every_feature(h: Tensor, group: int) -> Tensor:
    return torch.cat([h, sd(h.unflatten(0, (-1, group))).repeat_interleave(group, 0)], 1)


def first(h: Tensor, group: int) -> Tensor:
    return minibatch_std(h, group).roll(1, 1)


def over_features(h: Tensor, group: int) -> Tensor:
    return torch.cat([h, sd(h, 1)[:, None]], 1)


def in_place_of_one(h: Tensor, group: int) -> Tensor:
    return torch.cat([h[:, 1:], minibatch_std(h, group)[:, -1:]], 1)


def one_a_group(h: Tensor, group: int) -> Tensor:
    return sd(h.unflatten(0, (-1, group))).mean(1)


MINIBATCH_STD = Exercise(
    name="minibatch_std", notebook="11", title="a column that says how much the batch differs",
    reference=minibatch_std, cases=_cases, differentiable=(0,), points=2, atol=2e-4,
    mistakes=named({
        "unbiased": ("You divided by the group's size minus 1, which is torch's default. Here the "
            "sum is divided by the size: `unbiased=False`.",
            appended(lambda x: x.std(1).mean(1)), appended(lambda x: x.var(1).sqrt().mean(1))),
        "whole_batch": ("You took the spread over the whole batch. Each group of `group` neighbors "
            "has one of its own.", whole_batch,
            lambda h, k: torch.cat([h, h.std(0).mean().expand(len(h), 1)], 1)),
        "over_the_features": ("You took the spread over the features of each row. The question is "
            "how much the *rows* of a group differ, in each feature.", over_features,
            lambda h, k: torch.cat([h, h.std(1, keepdim=True)], 1),
            appended(lambda x: sd(x, 2).mean(1))),
        "variance": ("You appended the variance: the root is missing. Take the standard deviation "
            "of each feature, then the mean.",
            appended(lambda x: x.var(1, unbiased=False).mean(1))),
        "root_of_the_mean": ("You averaged the variances and took the root then. Take each "
            "feature's root first, and the mean of those.",
            appended(lambda x: x.var(1, unbiased=False).mean(1).sqrt())),
        "mean_of_features_first": ("You averaged the features first, and took the spread of that. "
            "Features that vary against each other cancel: take the spread of each, then the mean.",
            appended(lambda x: sd(x.mean(2)))),
        "summed_over_features": ("You added up the features' spreads. Average them, so that the "
            "column doesn't grow with the width of the layer.", appended(lambda x: sd(x).sum(1))),
        "group_and_features_at_once": ("You took one standard deviation over the whole group, rows "
            "and features together. Features differ from each other anyway: take the spread over "
            "the rows in each feature, then the mean.",
            appended(lambda x: sd(x.flatten(1))), appended(lambda x: x.flatten(1).std(1)),
            lambda h, k: torch.cat([h, h.std().expand(len(h), 1)], 1)),
        "one_for_all_groups": ("You averaged over the groups as well, so every row got the same "
            "number. Average over the features only: `.mean(1)`.",
            appended(lambda x: sd(x).mean().expand(len(x)))),
        "two_roots": ("You took a root of the standard deviation. That is the root of the variance "
            "already.", appended(lambda x: sd(x).mean(1).sqrt()),
            appended(lambda x: sd(x).sqrt().mean(1))),
        "every_feature": ("You appended one column for each feature. Average them: one column.",
            every_feature),
        "strided": ("Your groups take every (N / group)-th row, as some published code does. Here "
            "a group is `group` neighbors: `h.unflatten(0, (-1, group))`.", strided),
        "counts_groups": ("You made `group` groups. `group` is the *size* of each: "
            "`h.unflatten(0, (-1, group))`.", counts_groups),
        "tiled": ("Each group has its number, and the rows got those of other groups: `repeat` "
            "goes round the groups, `repeat_interleave(group)` stays with one.", tiled),
        "prepended": ("The new column stands first. It is appended, after the features.", first),
        "feature_replaced": ("The new column took the place of a feature. All F stay, and one is "
            "appended, (N, F + 1).", in_place_of_one),
        "one_a_group": ("You return the spreads alone. Append them to `h` as a column, (N, F + 1), "
            "each row with that of its group.", one_a_group,
            then(minibatch_std, lambda out: out[:, -1]),
            then(minibatch_std, lambda out: out[:, -1:])),
        "mean_deviation": ("You averaged absolute distances from the mean. Asked for is the "
            "standard deviation, the root of the mean square.",
            appended(lambda x: (x - x.mean(1, keepdim=True)).abs().mean((1, 2)))),
        "not_centered": ("You forgot to take away the group's mean: that is the root of the mean "
            "square, large even where all rows are equal.",
            appended(lambda x: x.square().mean(1).sqrt().mean(1))),
        "groups_mean": ("You appended the group's mean. D should see how much its members differ.",
            appended(lambda x: x.mean((1, 2)))),
        "detached": ("The numbers are right, and no gradient comes back through the new column, so "
            "G would not hear that its samples are too alike. Don't detach it.",
            lambda h, k: torch.cat([h, minibatch_std(h, k)[:, -1:].detach()], 1)),
        "breaks_for_equal_rows": ("Right, except where all rows of a group are equal, which is "
            "what a collapsed generator makes: there the root's slope is infinite and the gradient "
            "NaN. `.std(1, unbiased=False)` knows that place; with `.sqrt()`, add 1e-8 inside.",
            appended(lambda x: x.var(1, unbiased=False).sqrt().mean(1)),
            appended(lambda x: (x - x.mean(1, keepdim=True)).square().mean(1).sqrt().mean(1))),
        "over_the_size": ("You divided the standard deviation itself by the group's size. The size "
            "belongs inside, in place of the size minus 1: `.std(1, unbiased=False)`.",
            appended(lambda x: sd(x).mean(1) / x.shape[1]),
            appended(lambda x: x.std(1).mean(1) / x.shape[1])),
    }),
    properties=[
        must_be("equal_rows_differ_by_0", 0.0, lambda fn, _: fn(torch.ones(4, 3), 2)[:, -1].sum(),
            "Equal rows don't differ, so the new column is 0; yours adds up to {:.5g}.", 1e-3),
    ],
    hints=["Cut the batch into groups of neighbors: `h.unflatten(0, (-1, group))` is (N / group, "
           "group, F).",
           "The standard deviation over axis 1, with `unbiased=False`, then the mean over the "
           "features: one number a group. Every row of the group gets it.",
           "`sd = h.unflatten(0, (-1, group)).std(1, unbiased=False).mean(1)` and `torch.cat([h, "
           "sd.repeat_interleave(group)[:, None]], 1)`."],
)  # fmt: skip
