"""Exercise `modulated_conv`: the style scales the weights, not what they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import given, named, then

Norm = Callable[[Tensor], Tensor]  # of weights (N, O, C, k, k), by what they are multiplied
OTHER = "more outputs than inputs"


def modulated_conv(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool = True) -> Tensor:
    """x (N, C, H, W) convolved with weight (O, C, k, k) times each example's style (N, C).

    demodulate: divide the weights of each output by their norm, with 1e-8 under the root; padding
    k // 2. Karras et al., 2020, eqs. 1 and 3.
    """
    return convolved(x, weight, style, demodulate)


def norm(w: Tensor, dims: tuple[int, ...] = (2, 3, 4)) -> Tensor:
    return (w.square().sum(dims, keepdim=True) + 1e-8).rsqrt()


def along_inputs(weight: Tensor, style: Tensor) -> Tensor:
    return weight * style[:, None, :, None, None]


def convolved(
    x: Tensor,
    weight: Tensor,
    style: Tensor,
    demodulate: bool,
    scaled: Norm = norm,
    modulate: Callable[[Tensor, Tensor], Tensor] = along_inputs,
    pad: Callable[[int], int] = lambda k: k // 2,
) -> Tensor:
    """A convolution of each example with weights of its own, with pieces to replace."""
    w = modulate(weight, style)  # (N, O, C, k, k)
    w = w * scaled(w) if demodulate else w
    return by_groups(x, w, pad(weight.shape[-1]))


def by_groups(x: Tensor, w: Tensor, padding: int) -> Tensor:
    """Each example is a group of one large convolution."""
    n, c, height, width = x.shape
    out = F.conv2d(x.reshape(1, n * c, height, width), w.flatten(0, 1), padding=padding, groups=n)
    return out.reshape(n, w.shape[1], *out.shape[2:])


def cases(generator: Generator) -> Iterator[Case]:
    """N = C = O in the first, so that a style on the wrong axis fits as well, and is told."""
    for n, o, c, k, h, w, demodulate, size, label in (
        (4, 4, 4, 3, 5, 6, True, 1.0, "kernels of three"),
        (3, 3, 3, 3, 4, 4, False, 1.0, "no demodulation"),
        (2, 2, 2, 1, 3, 5, True, 1.0, "kernels of one"),
        (1, 5, 5, 5, 6, 5, True, 0.7, "a batch of one, kernels of five"),
        (3, 3, 3, 3, 4, 5, True, 2e-5, "weights of almost nothing"),
        (3, 5, 2, 3, 4, 6, True, 1.0, OTHER),
        (2, 2, 4, 1, 4, 3, False, 1.0, "fewer outputs than inputs"),
    ):
        x = torch.randn(n, c, h, w, generator=generator) + 0.4
        weight = size * (torch.randn(o, c, k, k, generator=generator) + 0.2)
        sign = torch.where(torch.rand(n, c, generator=generator) < 0.25, -1.0, 1.0)
        style = sign * (0.3 + 1.7 * torch.rand(n, c, generator=generator))
        yield Case((x, weight, style, demodulate), label, extreme=o != c or size < 1e-3)
    style = torch.cat([torch.zeros(1, c), style[1:]])
    yield Case((x, weight, style, True), "a style of zeros", extreme=True)


def scaled_by(scale: Norm) -> Callable[..., Tensor]:
    return partial(convolved, scaled=scale)


def modulated_by(modulate: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    return partial(convolved, modulate=modulate)


def root(change: Callable[[Tensor], Tensor], dims: tuple[int, ...] = (2, 3, 4)) -> Norm:
    return lambda w: change(w.square().sum(dims, keepdim=True))


def _weight_alone(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool) -> Tensor:
    """The norm of the weights before the style: the style's size stays."""
    w = weight * norm(weight[None])[0] if demodulate else weight
    return convolved(x, w, style, False)


def _outputs_normalized(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool) -> Tensor:
    out = convolved(x, weight, style, False)
    return F.instance_norm(out) if demodulate and out[0, 0].numel() > 1 else out


def _style_twice(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool) -> Tensor:
    return modulated_conv(x * style[:, :, None, None], weight, style, demodulate)


def _scrambled(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool) -> Tensor:
    """Weights in the order of outputs first: examples are convolved with each other's."""
    w = along_inputs(weight, style)
    w = w * norm(w) if demodulate else w
    return by_groups(x, w.transpose(0, 1).reshape_as(w), weight.shape[-1] // 2)


MODULATED_CONV = Exercise(
    name="modulated_conv", notebook="16", title="a convolution whose weights carry the style",
    reference=modulated_conv, cases=cases, differentiable=(0, 1, 2), points=3,
    mistakes=named({
        "never_demodulated": ("You never demodulate. With `demodulate=True` the weights of each "
            "output are divided by their norm.", given(modulated_conv, 3, lambda d: False)),
        "always_demodulated": ("You demodulate even where `demodulate` is False.",
            given(modulated_conv, 3, lambda d: True)),
        "flag_inverted": ("You demodulate where `demodulate` is False, and not where it is True.",
            given(modulated_conv, 3, lambda d: not d)),
        "style_missing": ("The style is never used.",
            given(modulated_conv, 2, lambda style: torch.ones_like(style) + 0 * style)),
        "style_on_the_outputs": ("The style scales the *output* channels. It scales the inputs, "
            "axis 1 of `weight`: `style[:, None, :, None, None]`.",
            modulated_by(lambda weight, style: weight * style[:, :, None, None, None])),
        "outputs_scaled_at_the_end": ("You scale the outputs after the convolution. The style "
            "belongs to the inputs, axis 1 of `weight`, before it.",
            lambda x, weight, style, d: modulated_conv(
                x, weight, torch.ones_like(style), d) * style[:, :, None, None]),
        "one_style_for_all": ("Every example gets the style of the first, or their mean. Row n "
            "belongs to example n, so every example has weights of its own.",
            given(modulated_conv, 2, lambda s: s[:1].expand_as(s)),
            given(modulated_conv, 2, lambda s: s.mean(0, keepdim=True).expand_as(s))),
        "styles_of_others": ("Examples get each other's weights: the order of the groups is "
            "mixed up. With `groups=N` the weights are (N·O, C, k, k), all outputs of the first "
            "example first.", _scrambled),
        "one_plus_style": ("You multiply by 1 + style. Here the style itself is the factor.",
            given(modulated_conv, 2, lambda s: 1 + s)),
        "style_twice": ("The style is in twice: on x and on the weights, or squared. Once.",
            _style_twice, given(modulated_conv, 2, torch.square)),
        "divided_by_style": ("You divide by the style. Multiply.",
            given(modulated_conv, 2, lambda s: 1 / s)),
        "absolute_style": ("A negative style lost its sign.", given(modulated_conv, 2, torch.abs)),
        "weights_alone_normalized": ("You normalized the weights *before* the style, so the "
            "style's size stays in the output. First the style, then the norm of the product.",
            _weight_alone),
        "norm_with_outputs": ("One norm for all outputs together. Each output channel has its "
            "own: sum over C and both axes of the kernel, not over O.",
            scaled_by(root(lambda s: (s + 1e-8).rsqrt(), (1, 2, 3, 4))),
            scaled_by(root(lambda s: (s + 1e-8).rsqrt(), (0, 1, 2, 3, 4)))),
        "norm_per_input": ("You normalize what leaves each *input* channel. Each output has a "
            "norm: sum over C, not over O.",
            scaled_by(root(lambda s: (s + 1e-8).rsqrt(), (1, 3, 4)))),
        "norm_of_the_batch": ("One norm for the whole batch. Each example has its own, since its "
            "style differs.", scaled_by(root(lambda s: (s + 1e-8).rsqrt(), (0, 2, 3, 4)))),
        "norm_over_channels_only": ("You sum over the channels and not over the kernel.",
            scaled_by(root(lambda s: (s + 1e-8).rsqrt(), (2,)))),
        "norm_over_kernel_only": ("You sum over the kernel and not over the channels.",
            scaled_by(root(lambda s: (s + 1e-8).rsqrt(), (3, 4)))),
        "mean_of_squares": ("You take the mean of the squares. Their sum makes the output's "
            "variance that of the input.", scaled_by(lambda w: (
                w.square().mean((2, 3, 4), keepdim=True) + 1e-8).rsqrt())),
        "no_root": ("You divide by the sum of squares. By its root.",
            scaled_by(root(lambda s: 1 / (s + 1e-8)))),
        "multiplied_by_the_norm": ("You multiply by the norm. Divide.",
            scaled_by(root(lambda s: (s + 1e-8).sqrt()))),
        "absolute_sum": ("You divide by the sum of absolute values. The norm is the root of the "
            "sum of squares.",
            scaled_by(lambda w: 1 / (w.abs().sum((2, 3, 4), keepdim=True) + 1e-8))),
        "plain_sum": ("You divide by the sum of the weights, which can be 0 or negative. Square "
            "them first, and take the root.",
            scaled_by(lambda w: 1 / (w.sum((2, 3, 4), keepdim=True) + 1e-8))),
        "standard_deviation": ("You divide by the standard deviation of the weights. The mean is "
            "not subtracted, and the squares are summed.",
            scaled_by(lambda w: 1 / (w.flatten(2).std(2)[:, :, None, None, None] + 1e-8))),
        "eps_missing": ("The 1e-8 under the root is missing: a style of zeros gives 0/0, NaN.",
            scaled_by(root(lambda s: s.rsqrt()))),
        "eps_outside": ("1e-8 belongs under the root: `(sum of squares + 1e-8).rsqrt()`.",
            scaled_by(root(lambda s: 1 / (s.sqrt() + 1e-8))),
            scaled_by(root(lambda s: 1 / s.sqrt().clamp(min=1e-8))),
            scaled_by(root(lambda s: 1 / s.sqrt().clamp(min=1e-12)))),
        "another_eps": ("The small number under the root is 1e-8.",
            scaled_by(root(lambda s: (s + 1e-5).rsqrt())),
            scaled_by(root(lambda s: (s + 1e-6).rsqrt()))),
        "outputs_normalized": ("You normalized the *outputs* by what they are: that is what AdaIN "
            "does, and what this layer replaces. Divide the weights by their norm instead.",
            _outputs_normalized),
        "norm_detached": ("The numbers are right and the gradients are not: the norm was cut out "
            "of the graph.", scaled_by(lambda w: norm(w).detach())),
        "no_padding": ("The output is smaller than the input: `padding=k // 2`.",
            partial(convolved, pad=lambda k: 0)),
        "padding_k": ("The output is larger than the input: the padding is k // 2, not k or "
            "k − 1.", partial(convolved, pad=lambda k: k), partial(convolved, pad=lambda k: k - 1)),
        "always_three": ("You pad by 1 whatever the kernel is: `padding=k // 2`.",
            partial(convolved, pad=lambda k: 1)),
        "flipped": ("The kernel is flipped or turned. `F.conv2d` takes it as it is.",
            given(modulated_conv, 1, lambda w: w.flip((2, 3))),
            given(modulated_conv, 1, lambda w: w.transpose(2, 3))),
        "channels_exchanged": ("Outputs and inputs of the weight changed places. It is (O, C, k, "
            "k) already.", lambda x, weight, style, d: modulated_conv(
                x, weight.transpose(0, 1), style, d) if len(weight) == weight.shape[1]
            else modulated_conv(x, weight, style, d)),
        "weights_returned": ("You return the weights. Convolve x with them.",
            lambda x, weight, style, d: along_inputs(weight, style) * (
                norm(along_inputs(weight, style)) if d else 1)),
        "stacked": ("There is an axis too many: `torch.stack` adds one. Each part is (1, O, H, W) "
            "already, so join them with `torch.cat`.",
            then(modulated_conv, lambda out: out[:, None])),
        "every_example_with_all_weights": ("Every example meets the weights of every example, so "
            "there are N·N outputs. Convolve `x[n : n + 1]` with the weights of example n.",
            lambda x, weight, style, d: torch.cat([
                modulated_conv(x, weight, s.expand(len(x), -1), d) for s in style[:, None]])),
        "batch_in_one_group": ("Your output has one example only: the batch is still folded into "
            "the channels. Reshape to (N, O, H, W) at the end.",
            then(modulated_conv, lambda out: out.flatten(0, 1)[None])),
    }),
    hints=["Every example has weights of its own, (N, O, C, k, k): `weight` times its style along "
           "the inputs. A loop over the examples is fine.",
           "`w = weight * style[:, None, :, None, None]`, then "
           "`w = w * (w.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()`.",
           "`torch.cat([F.conv2d(x[n : n + 1], w[n], padding=k // 2) for n in range(len(x))])`, "
           "where k is `weight.shape[-1]`"],
)  # fmt: skip
