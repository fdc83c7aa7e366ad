"""Exercise `adain`: normalize each example's channels, then give them a style's scale and bias."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import given, must_be, named, swapped, then

Stats = Callable[[Tensor, float], tuple[Tensor, Tensor]]  # what is subtracted, what is divided by
FLAT = "a channel that is the same everywhere"


def planes(style: Tensor) -> Tensor:
    """A style (N, C), one number for each channel of each example, as (N, C, 1, 1)."""
    return style[:, :, None, None]


def adain(x: Tensor, scale: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Channels of x (N, C, H, W) with mean 0 and variance 1, then times scale, plus bias (N, C).

    Huang and Belongie, 2017, eq. 8; Karras et al., 2019, eq. 1.
    """
    return restyled(x, scale, bias, eps)


def statistics(
    x: Tensor,
    eps: float,
    dims: tuple[int, ...] = (2, 3),
    unbiased: bool = False,
    spread: Callable[[Tensor, float], Tensor] = lambda var, eps: (var + eps).sqrt(),
) -> tuple[Tensor, Tensor]:
    """Mean and sd over `dims`, with pieces to replace."""
    var = x.var(dims, unbiased=unbiased, keepdim=True)
    return x.mean(dims, keepdim=True), spread(var, eps)


def restyled(
    x: Tensor,
    scale: Tensor,
    bias: Tensor,
    eps: float,
    stats: Stats = statistics,
    fit: Callable[[Tensor], Tensor] = planes,
) -> Tensor:
    mean, sd = stats(x, eps)
    return fit(scale) * (x - mean) / sd + fit(bias)


def cases(generator: Generator) -> Iterator[Case]:
    """N = H and C = W in most, so that a style on the wrong axis fits as well, and is told."""
    for n, c, h, w, eps, label in (
        (4, 5, 4, 5, 1e-5, "five channels"),
        (3, 3, 3, 3, 0.4, "three of everything, and a large eps"),
        (1, 6, 1, 6, 1e-5, "a batch of one"),
        (2, 4, 3, 5, 1e-5, "images wider than high"),
    ):
        x, scale, bias = _draw(generator, n, c, h, w)
        yield Case((x, scale, bias, eps), label, extreme=label == "images wider than high")
    x, scale, bias = _draw(generator, 3, 4, 3, 4)
    yield Case((0.004 * x, scale, bias, 1e-5), "maps that hardly vary", extreme=True)
    x = x.clone()
    x[1, 2] = 0.75
    yield Case((x, scale, bias, 1e-5), FLAT, extreme=True)


def _draw(generator: Generator, n: int, c: int, h: int, w: int) -> tuple[Tensor, Tensor, Tensor]:
    """Channels with means and spreads of their own; scales of both signs."""
    sizes = 0.5 + 2 * torch.rand(n, c, 1, 1, generator=generator)
    means = 2 * torch.randn(n, c, 1, 1, generator=generator) + 0.7
    x = means + sizes * torch.randn(n, c, h, w, generator=generator)
    sign = torch.where(torch.rand(n, c, generator=generator) < 0.3, -1.0, 1.0)
    scale = sign * (0.4 + 2 * torch.rand(n, c, generator=generator))
    return x, scale, 1.5 * torch.randn(n, c, generator=generator) + 0.6


def over(*dims: int) -> Callable[..., Tensor]:
    return partial(restyled, stats=partial(statistics, dims=dims))


def spread(change: Callable[[Tensor, float], Tensor]) -> Callable[..., Tensor]:
    return partial(restyled, stats=partial(statistics, spread=change))


def _root_mean_square(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    return torch.zeros(()), (x.square().mean((2, 3), keepdim=True) + eps).sqrt()


def _uncentered_spread(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    return x.mean((2, 3), keepdim=True), (x.square().mean((2, 3), keepdim=True) + eps).sqrt()


def _before(x: Tensor, scale: Tensor, bias: Tensor, eps: float) -> Tensor:
    one, zero = torch.ones_like(scale), torch.zeros_like(bias)
    return restyled(planes(scale) * x + planes(bias), one, zero, eps)


def _only_the_mean_divided(x: Tensor, scale: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    sd = (x.var((2, 3), unbiased=False, keepdim=True) + eps).sqrt()
    return planes(scale) * (x - x.mean((2, 3), keepdim=True) / sd) + planes(bias)


def _scale_before(x: Tensor, scale: Tensor, bias: Tensor, eps: float) -> Tensor:
    return restyled(planes(scale) * x, torch.ones_like(scale), bias, eps)


def _detached(mean: bool = True, sd: bool = True) -> Callable[..., Tensor]:
    def stats(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
        m, s = statistics(x, eps)
        return (m.detach() if mean else m), (s.detach() if sd else s)

    return partial(restyled, stats=stats)


def _without(i: int, value: float) -> Callable[..., Tensor]:
    return given(adain, i, lambda style: torch.full_like(style, value) + 0 * style)


def _as_rows(style: Tensor) -> Tensor:
    """Along the height, where the channels are as many as the rows."""
    return style[:, None, :, None] if style.shape[0] == style.shape[1] else style


def _for_all(change: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    return lambda x, scale, bias, eps: adain(
        x, change(scale).expand_as(scale), change(bias).expand_as(bias), eps
    )


ADAIN = Exercise(
    name="adain", notebook="16", title="channels normalized, then restyled", reference=adain,
    cases=cases, differentiable=(0, 1, 2), atol=2e-4, points=2,
    mistakes=named({
        "batch_statistics": ("Mean and variance are those of the whole batch: that is batch "
            "normalization. A picture would change with the others in its batch. Take them over "
            "height and width alone, `dim=(2, 3)`, for each example.", over(0, 2, 3)),
        "over_channels": ("Mean and variance run over the channels as well, so all channels of an "
            "example share one. A style scales each channel by itself: `dim=(2, 3)`.",
            over(1, 2, 3)),
        "pixel_norm": ("You normalize each pixel over its channels, `dim=1`. AdaIN normalizes each "
            "channel over its pixels: `dim=(2, 3)`.", over(1)),
        "over_examples": ("You normalize over the examples, `dim=0`. Take mean and variance over "
            "height and width of each example: `dim=(2, 3)`.", over(0)),
        "one_axis": ("Mean and variance run over one axis of the image, a row or a column. They "
            "run over both: `dim=(2, 3)`.", over(2), over(3)),
        "whole_tensor": ("One mean and one variance for the whole tensor. Each example's channel "
            "has its own: `dim=(2, 3), keepdim=True`.", over(0, 1, 2, 3)),
        "scale_before_normalizing": ("You scale first and normalize after. The normalization "
            "removes the scale again, all but its sign: normalize first.", _before, _scale_before),
        "eps_outside": ("You add eps to the standard deviation. It belongs under the root: "
            "`(variance + eps).sqrt()`.", spread(lambda var, eps: var.sqrt() + eps)),
        "eps_missing": ("eps is missing. Where a channel is the same everywhere its variance is 0, "
            "and 0/0 is NaN: `(variance + eps).sqrt()`.",
            spread(lambda var, eps: var.sqrt())),
        "eps_ignored": ("You use a fixed number where the argument `eps` belongs.",
            spread(lambda var, eps: (var + 1e-5).sqrt()),
            spread(lambda var, eps: (var + 1e-8).sqrt())),
        "clamped": ("You replace small spreads by eps. It is added to every variance, under the "
            "root.", spread(lambda var, eps: var.clamp(min=eps).sqrt()),
            spread(lambda var, eps: var.sqrt().clamp(min=eps))),
        "variance_for_sd": ("You divide by the variance. To make the spread 1, divide by its root, "
            "the standard deviation.", spread(lambda var, eps: var + eps)),
        "only_the_mean_divided": ("You divide the mean alone: `x - mean / sd` computes the "
            "quotient first. Put `x - mean` in parentheses, and divide that.",
            _only_the_mean_divided),
        "multiplied_by_sd": ("You multiply by the standard deviation. Divide by it.",
            spread(lambda var, eps: 1 / (var + eps).sqrt())),
        "no_division": ("The mean is gone and the spread is as it was: divide by the standard "
            "deviation.", spread(lambda var, eps: torch.ones_like(var))),
        "unbiased_variance": ("You divide by H·W − 1 in the variance, as `var` and `std` do unless "
            "told otherwise. Asked for is the mean of the squares: `var(…, unbiased=False)`.",
            partial(restyled, stats=partial(statistics, unbiased=True))),
        "plain_std": ("`x.std(…)` divides by H·W − 1, and it leaves no place for eps under the "
            "root. Take `x.var(…, unbiased=False)`, add eps, then take the root.",
            partial(restyled, stats=partial(statistics, unbiased=True,
                                            spread=lambda var, eps: var.sqrt() + eps)),
            partial(restyled, stats=partial(statistics, unbiased=True,
                                            spread=lambda var, eps: var.sqrt()))),
        "mean_kept": ("The mean is never subtracted, so the new mean "
            "of a map is not its bias.", partial(restyled, stats=_root_mean_square),
            lambda x, scale, bias, eps: planes(scale) * x / statistics(x, eps)[1] + planes(bias)),
        "mean_square": ("You divide by the root of the mean *square*, which holds the mean as "
            "well. The variance is the mean square after the mean is subtracted.",
            partial(restyled, stats=_uncentered_spread)),
        "bias_as_scale": ("Scale and bias changed places.", swapped(adain, 1, 2)),
        "bias_scaled": ("You add the bias before you scale, so it is scaled as well. Scale the "
            "normalized map, then add the bias.",
            lambda x, scale, bias, eps: adain(x, scale, scale * bias, eps)),
        "bias_subtracted": ("You subtract the bias. It is the new mean: add it.",
            given(adain, 2, lambda bias: -bias)),
        "one_plus_scale": ("You multiply by 1 + scale. Some generators do so, and put the 1 into "
            "the layer that makes the style; here the map is multiplied by `scale`.",
            given(adain, 1, lambda scale: 1 + scale)),
        "exponential_scale": ("You take exp(scale). Asked for is the scale itself; it may be "
            "negative.", given(adain, 1, torch.exp)),
        "absolute_scale": ("A negative scale lost its sign. It turns a map into its negative: keep "
            "it.", given(adain, 1, torch.abs)),
        "scale_missing": ("The scale is never used.", _without(1, 1.0)),
        "bias_missing": ("The bias is never used.", _without(2, 0.0)),
        "style_missing": ("The map is normalized and nothing else. Multiply by `scale` and add "
            "`bias`.", lambda x, scale, bias, eps: adain(
                x, torch.ones_like(scale) + 0 * scale, 0 * bias, eps)),
        "normalization_missing": ("You scale and shift the map as it comes. Subtract its mean and "
            "divide by its standard deviation first.",
            lambda x, scale, bias, eps: planes(scale) * x + planes(bias)),
        "one_style_for_all": ("Every example gets the style of the first, or the mean style of the "
            "batch. Row n of `scale` and `bias` belongs to example n.",
            _for_all(lambda s: s[:1]), _for_all(lambda s: s.mean(0, keepdim=True))),
        "one_number_for_all_channels": ("All channels of an example get one number. Column c of "
            "`scale` and `bias` belongs to channel c.",
            _for_all(lambda s: s[:, :1]), _for_all(lambda s: s.mean(1, keepdim=True))),
        "wrong_axis": ("`scale * x` lines up from the right, so the style ran along the image's "
            "height or width. Give it two axes behind: `scale[:, :, None, None]`.",
            partial(restyled, fit=lambda s: s), partial(restyled, fit=lambda s: s[:, None, None]),
            partial(restyled, fit=_as_rows)),
        "statistics_detached": ("The numbers are right and the gradients are not: mean and "
            "standard deviation were cut out of the graph. They depend on x, and training has to "
            "know.",
            _detached(), _detached(sd=False), _detached(mean=False)),
        "clipped": ("Negative values were set to 0. No nonlinearity belongs here.",
            then(adain, lambda out: out.clamp(min=0))),
    }),
    properties=[
        must_be(
            "mean_is_the_bias", 0.7,
            lambda fn, g: fn(torch.randn(2, 3, 4, 4, generator=g) + 5, torch.full((2, 3), 2.0),
                             torch.full((2, 3), 0.7), 1e-5).mean(),
            "A channel's new mean is its bias, 0.7 here; yours is {:.4g}."),
    ],
    hints=["Four numbers for each example and channel: the mean and the variance of its map, the "
           "scale and the bias of the style.",
           "`mean = x.mean((2, 3), keepdim=True)`, `var = x.var((2, 3), unbiased=False, "
           "keepdim=True)`; a style as a map is `scale[:, :, None, None]`.",
           "`scale[:, :, None, None] * (x - mean) / (var + eps).sqrt() + bias[:, :, None, None]`"],
)  # fmt: skip
