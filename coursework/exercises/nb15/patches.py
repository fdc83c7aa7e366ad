"""Exercise `patch_receptive_field`: how many pixels one logit of a patch discriminator sees."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Generator

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named

Layers = Sequence[tuple[int, int]]


def patch_receptive_field(layers: Layers) -> int:
    """Side, in pixels, of what one output sees. layers: (kernel, stride) from input to output."""
    side = 1
    for kernel, stride in reversed(layers):
        side = (side - 1) * stride + kernel
    return side


def _cases(generator: Generator) -> Iterator[Case]:
    for count, label in ((3, "three layers"), (5, "five layers"), (4, "four layers")):
        yield Case((_layers(generator, count),), label)
    yield Case(([(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)],), "the layers of pix2pix")
    kernel = int(torch.randint(3, 8, (), generator=generator))
    yield Case(([(kernel, 2)],), "one layer")


def _layers(generator: Generator, count: int) -> list[tuple[int, int]]:
    """Layers that give another answer in the reverse order."""
    while True:
        kernels = torch.randint(2, 8, (count,), generator=generator).tolist()
        strides = torch.randint(1, 4, (count,), generator=generator).tolist()
        layers = list(zip(kernels, strides, strict=True))
        fields = {patch_receptive_field(layers), patch_receptive_field(layers[::-1])}
        if len(fields) == 2 and strides[0] > 1 and strides[-1] > 1 and kernels[0] != strides[0]:
            return layers


def _forward(layers: Layers, start: int = 1, less: int = 1, late: bool = False) -> int:
    """Counted from the input: each layer adds (kernel − 1) steps of all strides before it."""
    side, jump = start, 1
    for kernel, stride in layers:
        jump = jump * stride if late else jump
        side += (kernel - less) * jump
        jump = jump if late else jump * stride
    return side


def _backward(layers: Layers, start: int = 1, less: int = 1) -> int:
    side = start
    for kernel, stride in reversed(layers):
        side = (side - less) * stride + kernel
    return side


def _each_layer(widen: Callable[[int, int, int], int]) -> Callable[[Layers], int]:
    """Backward from a side of 1, each layer (side, kernel, stride) to a wider side."""

    def wrong(layers: Layers) -> int:
        side = 1
        for kernel, stride in reversed(layers):
            side = widen(side, kernel, stride)
        return side

    return wrong


def _size(layers: Layers) -> int:
    """What a side of 64 becomes: the number of logits."""
    side = 64
    for kernel, stride in layers:
        side = (side - kernel) // stride + 1
    return side


PATCH_RECEPTIVE_FIELD = Exercise(
    name="patch_receptive_field", notebook="15", title="how many pixels one logit sees",
    reference=patch_receptive_field, cases=_cases, points=2,
    mistakes=named({
        "reversed": ("You went through the layers the wrong way. (side − 1) · stride + kernel "
            "starts at the *output* and ends at the input: `reversed(layers)`.",
            lambda layers: patch_receptive_field(layers[::-1]),
            lambda layers: _forward(layers[::-1])),
        "stride_ignored": ("The strides do nothing: you added kernel − 1 for every layer. After a "
            "stride of 2, a step of one is two pixels wide.",
            lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers)),
        "sum_of_kernels": ("You added up the kernels. Neighbors overlap, and strides widen them.",
            lambda layers: sum(kernel for kernel, _ in layers),
            lambda layers: 1 + sum(kernel for kernel, _ in layers)),
        "product_of_strides": ("That is the product of the strides: how far two neighboring "
            "logits' patches are apart. The patches themselves are wider and overlap.",
            lambda layers: math.prod(stride for _, stride in layers)),
        "product_of_kernels": ("You multiplied the kernels. They would have to lie side by side "
            "without an overlap.", lambda layers: math.prod(kernel for kernel, _ in layers)),
        "kernel_times_strides": ("You added kernel · stride for each layer. A layer widens the "
            "view by (kernel − 1) steps, each as wide as all strides *before* it.",
            lambda layers: sum(k * s for k, s in layers),
            lambda layers: 1 + sum((k - 1) * s for k, s in layers),
            lambda layers: sum((k - 1) * s for k, s in layers)),
        "minus_one_forgotten": ("The − 1 is missing. `side` outputs in a row are side − 1 strides "
            "apart, and then one kernel long: (side − 1) · stride + kernel.",
            lambda layers: _backward(layers, less=0), lambda layers: _forward(layers, less=0),
            lambda layers: _forward(layers, start=0, less=0)),
        "minus_one_elsewhere": ("The − 1 belongs to `side`, in brackets, before the stride: "
            "(side − 1) · stride + kernel.",
            _each_layer(lambda side, kernel, stride: side * stride + kernel - 1),
            _each_layer(lambda side, kernel, stride: side - stride + kernel)),
        "begins_at_zero": ("You began with 0. One logit is one logit wide: begin with 1.",
            lambda layers: _backward(layers, start=0), lambda layers: _forward(layers, start=0)),
        "stride_too_early": ("A layer's own stride doesn't widen its own kernel: it widens those "
            "of the layers *after* it.", lambda layers: _forward(layers, late=True),
            lambda layers: _forward(layers, start=0, late=True)),
        "kernel_and_stride_swapped": ("You read the pairs as (stride, kernel). The kernel comes "
            "first.", lambda layers: patch_receptive_field([(s, k) for k, s in layers])),
        "last_layer_left_out": ("A layer at one end is left out.",
            lambda layers: patch_receptive_field(layers[:-1]),
            lambda layers: patch_receptive_field(layers[1:])),
        "squared": ("That is the number of pixels. Asked for is the side.",
            lambda layers: patch_receptive_field(layers) ** 2),
        "size_of_the_map": ("That is how large the map of logits is, the other direction. Asked "
            "for is what *one* logit sees.", _size),
    }),
    properties=[
        must_be("pix2pix", 70,
            lambda fn, _: fn([(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)]),
            "The discriminator of pix2pix sees patches of 70 × 70; yours says {:.0f}."),
        must_be("two_by_three", 5, lambda fn, _: fn([(3, 1), (3, 1)]),
            "Two 3 × 3 layers of stride 1 see 5 pixels; yours says {:.0f}."),
    ],
    hints=["Go backward. One logit is 1 wide. What does it see in the layer below it?",
           "`side` neighbors in a layer have their centers side − 1 strides apart, and the last "
           "one is a whole kernel wide: (side − 1) · stride + kernel.",
           "`side = 1`, then for `kernel, stride in reversed(layers)`: "
           "`side = (side - 1) * stride + kernel`."],
)  # fmt: skip
