"""Exercise `mix_styles`: coarse levels from one w, fine levels from another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import given, named, recognized, swapped, then, wrong_only_at

Mix = Callable[[Tensor, Tensor, int, int], Tensor]


def mix_styles(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
    """A style for each level (N, levels, K): the first `crossover` are w1 (N, K), the rest w2.

    Karras et al., 2019, section 3.1.
    """
    coarse = torch.arange(levels, device=w1.device)[:, None] < crossover  # (levels, 1)
    return torch.where(coarse, w1[:, None], w2[:, None])


ALL, NONE = "all levels from w1", "all levels from w2"


def cases(generator: Generator) -> Iterator[Case]:
    for n, k, crossover, levels, label in (
        (4, 6, 2, 5, "two of five levels from w1"),
        (3, 5, 3, 4, "three of four levels from w1"),
        (5, 5, 1, 5, "as many levels as examples"),
        (1, 3, 4, 6, "a batch of one"),
        (3, 4, 3, 3, ALL),
        (2, 4, 0, 4, NONE),
    ):
        w1, w2 = (torch.randn(2, n, k, generator=generator)).unbind()
        yield Case((w1, w2, crossover, levels), label)


def _stacked(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
    """The rows in the order of levels first, seen as examples first."""
    rows = torch.stack([w1] * crossover + [w2] * (levels - crossover))  # (levels, N, K)
    return rows.reshape(len(w1), levels, -1)


def _within(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
    """The split runs along the numbers of w, alike for every level."""
    mixed = torch.cat([w1[:, :crossover], w2[:, crossover:]], 1)
    return mixed[:, None].expand(-1, levels, -1).clone()


def _between_examples(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
    mixed = torch.cat([w1[:crossover], w2[crossover:]])
    return mixed[:, None].expand(-1, levels, -1).clone()


def _blend(share: Callable[[int, int], float]) -> Mix:
    def wrong(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
        a = share(crossover, levels)
        return (a * w1 + (1 - a) * w2)[:, None].expand(-1, levels, -1).clone()

    return wrong


def _fading(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
    a = torch.linspace(1, 0, levels)[:, None]
    return a * w1[:, None] + (1 - a) * w2[:, None]


def _moved(by: int) -> Mix:
    return given(mix_styles, 2, lambda crossover: crossover + by)


def _sliced(w1: Tensor, w2: Tensor, crossover: int, levels: int) -> Tensor:
    """A slice counted from the end, which takes all instead of nothing."""
    return mix_styles(w1, w2, crossover or levels, levels)


MIX_STYLES = Exercise(
    name="mix_styles", notebook="16", title="coarse levels from w1, fine levels from w2",
    reference=mix_styles, cases=cases, differentiable=(0, 1), points=2,
    mistakes=named({
        "swapped": ("w1 and w2 changed places: the first `crossover` levels, the coarse ones, are "
            "w1's.", swapped(mix_styles)),
        "from_the_fine_end": ("You counted from the other end: `crossover` is the number of "
            "*coarse* levels that come from w1, and you took as many fine ones.",
            then(mix_styles, lambda w: w.flip(1)),
            lambda w1, w2, crossover, levels: mix_styles(w2, w1, levels - crossover, levels)),
        "rest_counted": ("w1 got `levels − crossover` levels. The first `crossover` are w1's.",
            lambda w1, w2, crossover, levels: mix_styles(w1, w2, levels - crossover, levels)),
        "one_level_too_many": ("One level too many comes from w1. The first `crossover` levels are "
            "0 … crossover − 1: `<`, not `<=`.", _moved(1)),
        "one_level_too_few": ("One level too few comes from w1. The first `crossover` levels are "
            "0 … crossover − 1.", _moved(-1)),
        "only_the_level": ("Only level `crossover` itself comes from the other code. All levels "
            "before it are w1's, all from it on w2's.",
            lambda w1, w2, crossover, levels: torch.where(
                torch.arange(levels)[:, None] == crossover, w1[:, None], w2[:, None]),
            lambda w1, w2, crossover, levels: torch.where(
                torch.arange(levels)[:, None] == crossover, w2[:, None], w1[:, None])),
        "half_and_half": ("You split in the middle, wherever `crossover` is.",
            lambda w1, w2, crossover, levels: mix_styles(w1, w2, levels // 2, levels)),
        "alternating": ("You alternate the two codes. The coarse levels are w1's, all others "
            "w2's.", lambda w1, w2, crossover, levels: torch.where(
                torch.arange(levels)[:, None] % 2 == 0, w1[:, None], w2[:, None])),
        "split_inside_w": ("You split the *numbers* of w, and gave every level the same mixture. "
            "A level gets a whole w: from w1 or from w2.", _within,
            lambda w1, w2, crossover, levels: _within(w2, w1, crossover, levels)),
        "split_inside_the_batch": ("You split the *examples*: the first ones got w1, the others "
            "w2. Each example needs both, by level.", _between_examples),
        "blended": ("You averaged the two codes. Nothing is averaged here: each level gets one of "
            "them, whole.", _blend(lambda c, n: 0.5), _blend(lambda c, n: c / n),
            _blend(lambda c, n: 1 - c / n), _fading),
        "w2_ignored": ("Every level is w1's.", _blend(lambda c, n: 1.0)),
        "w1_ignored": ("Every level is w2's.", _blend(lambda c, n: 0.0)),
        "levels_first": ("Your axes are (levels, N, K). Asked for: (N, levels, K), an example for "
            "each row. `torch.stack(…, dim=1)`.",
            then(mix_styles, lambda w: w.transpose(0, 1).contiguous())),
        "levels_last": ("Your axes are (N, K, levels). Asked for: (N, levels, K). `torch.stack(…, "
            "dim=1)`.", then(mix_styles, lambda w: w.transpose(1, 2).contiguous())),
        "scrambled_by_view": ("The shape is right and the rows are not: `reshape` after stacking "
            "levels first mixes the examples. Stack along `dim=1`.", _stacked),
        "flattened": ("You put the levels behind one another in one long row, (N, levels·K). They "
            "need an axis of their own: (N, levels, K).", then(mix_styles, lambda w: w.flatten(1))),
        "first_example_for_all": ("Every example has the styles of the first.",
            then(mix_styles, lambda w: w[:1].expand_as(w).clone())),
        "coarse_only": ("Only the first `crossover` levels are there. The levels after it come "
            "from w2: (N, levels, K).",
            lambda w1, w2, crossover, levels: w1[:, None].repeat(1, crossover, 1)),
        "fine_levels_zero": ("The levels after the crossover are 0. They come from w2.",
            lambda w1, w2, crossover, levels: mix_styles(w1, 0 * w2, crossover, levels)),
        "coarse_levels_zero": ("The levels before the crossover are 0. They come from w1.",
            lambda w1, w2, crossover, levels: mix_styles(0 * w1, w2, crossover, levels)),
        "added": ("You added the two codes where one should replace the other.",
            lambda w1, w2, crossover, levels: mix_styles(w1 + w2, w2, crossover, levels),
            lambda w1, w2, crossover, levels: mix_styles(w1, w1 + w2, crossover, levels),
            lambda w1, w2, crossover, levels: mix_styles(w1 + w2, w1 + w2, crossover, levels)),
    }) + recognized({
        "slice_from_the_end": ("Right, but where no level is w1's, or none is w2's. A slice like "
            "`[:, -n:]` takes *everything* when n is 0: count from the front.",
            wrong_only_at(mix_styles, NONE), _sliced),
    }),
    hints=["Each level gets a whole w. Which one depends on the number of the level alone.",
           "`torch.arange(levels)[:, None] < crossover` says for each level whether it is w1's; "
           "`w1[:, None]` is (N, 1, K). Or build a list of `levels` tensors (N, K).",
           "`torch.stack([w1 if level < crossover else w2 for level in range(levels)], dim=1)`"],
)  # fmt: skip
