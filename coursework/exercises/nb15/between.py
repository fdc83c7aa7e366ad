"""Exercise `share_between`: how many pictures are neither the one answer nor the other?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named

DARKER = "pictures whose `high` is the darker one"


def share_between(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> float:
    """Share of pictures y whose mean over the mask is ¼ to ¾ of the way from low's to high's.

    y, low, high (N, C, H, W), mask (N, 1, H, W) of 0 and 1; both bounds are excluded.
    """
    way = _way(y, low, high, mask)
    return float(((way > 0.25) & (way < 0.75)).float().mean())


def _mean(t: Tensor, mask: Tensor) -> Tensor:
    """Mean over the mask, (N,)."""
    return (t * mask).flatten(1).sum(1) / (t.shape[1] * mask.flatten(1).sum(1))


def _way(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    start, end = _mean(low, mask), _mean(high, mask)
    return (_mean(y, mask) - start) / (end - start)


def _cases(generator: Generator) -> Iterator[Case]:
    for n, label in ((97, "pictures"), (89, "other pictures")):
        yield Case(_pictures(generator, n), label)
    y, low, high, mask = _pictures(generator, 83)
    yield Case((y, high, low, mask), DARKER, extreme=True)
    yield Case(_pictures(generator, 1), "one picture")


def _pictures(generator: Generator, n: int) -> tuple[Tensor, ...]:
    """Ways from -0.2 to 1.2, none near a bound; what lies outside of the mask varies freely."""
    low = 0.05 + 0.3 * torch.rand(n, 3, 4, 5, generator=generator)
    high = low + 0.2 + 0.35 * torch.rand(n, 1, 4, 5, generator=generator)
    mask = (torch.rand(n, 1, 4, 5, generator=generator) < 0.4).float()
    mask[:, :, 0, 0], mask[:, :, 0, 1] = 1, 0
    bands = torch.tensor([[-0.2, -0.05], [0.05, 0.2], [0.3, 0.7], [0.8, 0.95], [1.05, 1.2]])
    share = torch.tensor([0.1, 0.25, 0.3, 0.25, 0.1])
    band = torch.multinomial(share, n, replacement=True, generator=generator)
    ends = bands[band]  # (n, 2)
    way = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * torch.rand(n, generator=generator)
    y = low + way[:, None, None, None] * (_mean(high - low, mask)[:, None, None, None])
    grain = 0.3 * torch.randn(n, 3, 4, 5, generator=generator)
    grain = (grain - _mean(grain, mask)[:, None, None, None]) * mask
    outside = torch.rand(n, 3, 4, 5, generator=generator) * (1 - mask)
    return y * mask + grain + outside, low, high, mask


def _of_way(change: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    return lambda y, low, high, mask: change(_way(y, low, high, mask))


def _inside(way: Tensor, least: float = 0.25, most: float = 0.75) -> Tensor:
    return ((way > least) & (way < most)).float()


def _by_pixel(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    inside = _inside((y - low) / (high - low))
    return (inside * mask).sum() / (mask.sum() * y.shape[1])


def _ways_of_pixels(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    return _inside(_mean((y - low) / (high - low), mask)).mean()


def _by_channel(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    mean = lambda t: (t * mask).flatten(2).sum(2) / mask.flatten(2).sum(2)  # noqa: E731
    return _inside((mean(y) - mean(low)) / (mean(high) - mean(low))).mean()


def _whole_batch(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    mean = lambda t: (t * mask).sum() / (mask.sum() * t.shape[1])  # noqa: E731
    return _inside(mean(y), *(mean(low) + q * (mean(high) - mean(low)) for q in (0.25, 0.75)))


def _way_of_the_batch(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    start, end, at = ((t * mask).sum() / (mask.sum() * t.shape[1]) for t in (low, high, y))
    return _inside((at - start) / (end - start))


def _ends_of_the_batch(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    start, end = _mean(low, mask).mean(), _mean(high, mask).mean()
    return _inside((_mean(y, mask) - start) / (end - start)).mean()


def _assumes_brighter(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    start, end, at = _mean(low, mask), _mean(high, mask), _mean(y, mask)
    return ((at > start + (end - start) / 4) & (at < end - (end - start) / 4)).float().mean()


def _all_pairs(y: Tensor, low: Tensor, high: Tensor, mask: Tensor) -> Tensor:
    start, end = _mean(low, mask), _mean(high, mask)
    return _inside((_mean(y, mask)[:, None] - start) / (end - start)).mean()


SHARE_BETWEEN = Exercise(
    name="share_between", notebook="15", title="the share of pictures that are in between",
    reference=share_between, cases=_cases, points=2,
    mistakes=named({
        "whole_picture": ("You took the mean over the whole picture. Only pixels of the mask "
            "count: multiply by it, add up, and divide by how many there are.",
            lambda y, low, high, mask: share_between(y, low, high, torch.ones_like(mask))),
        "mask_inverted": ("You looked at everything *but* the mask. 1 means that a pixel counts.",
            lambda y, low, high, mask: share_between(y, low, high, 1 - mask)),
        "mask_on_y_alone": ("The mask was applied to y, and not to `low` and `high`. All three "
            "means are taken over the mask.", lambda y, low, high, mask: _inside(
                (_mean(y, mask) - low.flatten(1).mean(1))
                / (high - low).flatten(1).mean(1)).mean(),
            lambda y, low, high, mask: _inside(((y * mask).flatten(1).mean(1)
                - low.flatten(1).mean(1)) / (high - low).flatten(1).mean(1)).mean()),
        "pixel_by_pixel": ("You counted *pixels* that are in between. A picture counts as one: "
            "first its mean over the mask, one number for each picture.", _by_pixel,
            lambda y, low, high, mask: _inside(((y - low) * mask) / ((high - low) * mask)).mean(),
            lambda y, low, high, mask: _inside(
                ((y - low) * mask).mean(1) / ((high - low) * mask).mean(1)).mean()),
        "ways_of_pixels": ("For every pixel you computed how far along the way it is, and took the "
            "mean of that. Take the means over the mask first, of y, low and high: then there is "
            "one way for each picture.", _ways_of_pixels),
        "channel_by_channel": ("You counted every color by itself. The mean of a picture is taken "
            "over its channels too.", _by_channel),
        "one_for_the_batch": ("You took one mean over the whole batch, pictures included. Each "
            "picture has a mean of its own: `.flatten(1).sum(1)`.", _whole_batch),
        "ends_of_the_batch": ("`low` and `high` have ends of their own for each picture; you used "
            "one average for all.", _ends_of_the_batch),
        "all_pairs": ("(N, 1) met (N,), so every picture was compared with the ends of every "
            "other. Keep all three means (N,).", _all_pairs),
        "share_outside": ("That is the share of pictures that are *not* in between.",
            _of_way(lambda way: 1 - _inside(way).mean())),
        "anywhere_between": ("You count everything from `low` to `high`. In between is the middle "
            "half of the way, from ¼ to ¾.", _of_way(lambda way: _inside(way, 0, 1).mean())),
        "one_bound": ("Only one bound is checked. Both: more than ¼ *and* less than ¾.",
            _of_way(lambda way: (way > 0.25).float().mean()),
            _of_way(lambda way: (way < 0.75).float().mean())),
        "every_picture": ("You count every picture. Either `|` stands where `&` belongs, or there "
            "is one mean for the whole batch, as in `t[mask > 0].mean()`: each picture needs its "
            "own.", _of_way(lambda way: ((way > 0.25) | (way < 0.75)).float().mean()),
            _way_of_the_batch),
        "brighter_than_half": ("You count pictures nearer to `high` than to `low`. Asked for is "
            "how many are near neither.", _of_way(lambda way: (way > 0.5).float().mean()),
            _of_way(lambda way: (way < 0.5).float().mean())),
        "not_on_the_way": ("You compared the mean itself with ¼ and ¾. These are shares of the "
            "way: first (mean of y − mean of low) / (mean of high − mean of low).",
            lambda y, low, high, mask: _inside(_mean(y, mask)).mean(),
            lambda y, low, high, mask: _inside(_mean(y - low, mask)).mean()),
        "way_from_zero": ("`low` isn't subtracted everywhere. The way begins at `low`: "
            "(y − low) / (high − low).", lambda y, low, high, mask: _inside(
                _mean(y, mask) / _mean(high, mask)).mean(),
            lambda y, low, high, mask: _inside(
                _mean(y, mask) / _mean(high - low, mask)).mean(),
            lambda y, low, high, mask: _inside(
                _mean(y - low, mask) / _mean(high, mask)).mean()),
        "count": ("That is how many, not which share.", _of_way(lambda way: _inside(way).sum())),
        "one_for_each": ("You return one 0 or 1 for each picture. Take their mean.",
            _of_way(_inside), _of_way(lambda way: _inside(way).bool())),
        "percent": ("That is in percent. Asked for is a share, from 0 to 1.",
            _of_way(lambda way: 100 * _inside(way).mean())),
        "mean_way": ("You return how far along the way pictures are, on average. Asked for is the "
            "share of pictures in its middle half.", _of_way(torch.mean), _of_way(lambda w: w)),
        "high_taken_for_brighter": ("Right where `high` is brighter than `low`. Where it is "
            "darker, your bounds change places and nothing lies between. Compute the way, (y − "
            "low) / (high − low): it runs from 0 to 1 either way.", _assumes_brighter),
    }),
    properties=[
        must_be("strictly", 0.0, lambda fn, _: fn(torch.full((2, 1, 2, 2), 0.25),
            torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2), torch.ones(2, 1, 2, 2)),
            "Exactly ¼ of the way is not in between: bounds are excluded. Yours counts {:.4g}."),
    ],
    hints=["One number for each picture first: the mean of y over the mask, (N,). The same for "
           "`low` and `high`.",
           "`(t * mask).flatten(1).sum(1)` is (N,); dividing by the number of pixels is not even "
           "needed, since it cancels. How far along is y: (y − low) / (high − low).",
           "`way = (m(y) - m(low)) / (m(high) - m(low))`, then "
           "`((way > 0.25) & (way < 0.75)).float().mean().item()`"],
)  # fmt: skip
