"""Wrong ways to move one number of a code: the mistakes of `latent_traversal`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from coursework.checking.exercise import Case, Observed
from coursework.exercises.rules import each, named, recognized, then

Decode = Callable[[Tensor], Tensor]
Traverse = Callable[[Decode, Tensor, int, Tensor], Any]
Codes = Callable[[Tensor, int, Tensor], Tensor]  # z (K,), dim and values (V,) to codes (V, K)


def decoded(codes: Codes) -> Traverse:
    """Decodes what `codes(z, dim, values)` gives."""
    return lambda decode, z, dim, values: decode(codes(z, dim, values))


def put(z: Tensor, dim: int | slice, values: Tensor) -> Tensor:
    """Copies of z (V, K) with each of the values (V,) at `dim`: what is asked for."""
    codes = z.repeat(len(values), 1)
    codes[:, dim] = values if isinstance(dim, int) else values[:, None]
    return codes


right = decoded(put)


def _row(z: Tensor, dim: int, values: Tensor) -> Tensor:
    codes = z.repeat(len(values), 1)
    codes[dim] = values
    return codes


def _put_in_zeros(z: Tensor, dim: int, values: Tensor) -> Tensor:
    return put(torch.zeros_like(z), dim, values)


def _looped(
    copied: str = "never", before: bool = False, together: bool = False, added: bool = False
) -> Traverse:
    """A loop over the values that sets a number of a code in place (or adds to it).

    copied: "never" (z itself is changed), "once" (before the loop) or "always" (in it).
    before: whether an image is taken before the change. together: whether codes are collected, and
    decoded after the loop.
    """

    def traverse(decode: Decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
        code = z if copied == "never" else z.clone()
        kept = []
        for value in values:
            code = z.clone() if copied == "always" else code
            if before:
                kept.append(decode(code[None]))
            code[dim] = code[dim] + value if added else value
            if not before:
                kept.append(code if together else decode(code[None]))
        return decode(torch.stack(kept)) if together else torch.cat(kept)

    return traverse


def _one_code_at_a_time(decode: Decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
    return torch.stack([decode(code) for code in put(z, dim, values)])


def _shifts_the_values(decode: Decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
    images = right(decode, z, dim, values)
    values -= values.mean()
    return images


def _evenly(values: Tensor) -> Tensor:
    return torch.linspace(float(values.min()), float(values.max()), len(values))


def _does(what: str) -> Callable[[Observed, Case], bool]:
    return lambda seen, case: isinstance(seen.value, dict) and what in seen.value["off"]


MISTAKES = [
    *named(each(decoded, {
        "multiplies": ("You multiplied by the values. Set the number to each value.",
            lambda z, dim, values: put(z, dim, z[dim] * values)),
        "moves_every_dim": ("All numbers of the code move. Only number `dim` may; the others keep "
            "what `z` says.",
            lambda z, dim, values: z + values[:, None],
            lambda z, dim, values: values[:, None].repeat(1, len(z)),
            lambda z, dim, values: values[:, None] * z),
        "row_not_column": ("`codes[dim]` is *row* number dim: one whole code is overwritten, and "
            "the others stay as they were. The number in question in every code is the column, "
            "`codes[:, dim]`.",
            _row),
        "moves_a_slice": ("Several numbers move: a colon too many next to `dim`? `codes[:, dim:]` "
            "is every column from dim on, `codes[:, :dim]` every one before it; `codes[:, dim]` is "
            "the one.",
            lambda z, dim, values: put(z, slice(dim, None), values),
            lambda z, dim, values: put(z, slice(None, dim), values),
            lambda z, dim, values: put(z, slice(None, dim + 1), values)),
        "others_set_to_zero": ("The other numbers of the code are 0, so your images start from the "
            "middle of the prior and not from `z`. Keep them: start from copies of `z`.",
            _put_in_zeros, lambda z, dim, values: _put_in_zeros(z, dim, z[dim] + values)),
        "wrong_dim": ("Another number of the code moves than number `dim`. They count from 0: "
            "number `dim` is `codes[:, dim]`.",
            lambda z, dim, values: put(z, dim - 1, values),
            lambda z, dim, values: put(z, dim + 1, values),
            lambda z, dim, values: put(z, -dim if dim else -1, values)),
        "dim_ignored": ("The same number of the code moves whatever `dim` says. Use `dim`.",
            lambda z, dim, values: put(z, 0, values), lambda z, dim, values: put(z, 1, values),
            lambda z, dim, values: put(z, -1, values)),
        "sorted": ("You sorted the values. Images come in the order in which the values are given.",
            lambda z, dim, values: put(z, dim, values.sort().values),
            lambda z, dim, values: put(z, dim, values.sort(descending=True).values)),
        "reversed": ("The images come in the opposite order. Image i belongs to `values[i]`.",
            lambda z, dim, values: put(z, dim, values.flip(0))),
        "evenly_spaced": ("You made up values of your own between the smallest and the largest, or "
            "numbers 0 to V − 1. Use `values` as they are.",
            lambda z, dim, values: put(z, dim, _evenly(values)),
            lambda z, dim, values: put(z, dim, torch.arange(len(values)).float()),
            lambda z, dim, values: put(z, dim, torch.linspace(-3, 3, len(values)))),
        "z_too": ("There is one image too many: that of `z` as it came. Asked for is one image for "
            "each value.",
            lambda z, dim, values: torch.cat([z[None], put(z, dim, values)]),
            lambda z, dim, values: torch.cat([put(z, dim, values), z[None]])),
    })),
    *named({
        "adds": ("You added the values to what stood there. *Set* the number: at `values[i]` it is "
            "`values[i]`, whatever the code said before. (Where z[dim] is 0 both are the same; try "
            "another code.)",
            decoded(lambda z, dim, values: put(z, dim, z[dim] + values)),
            _looped("always", added=True)),
        "adds_up": ("Each value is added to what the one before it left: the code is carried from "
            "image to image, and the changes pile up. Set the number, on a fresh copy of `z` each "
            "time.",
            decoded(lambda z, dim, values: put(z, dim, z[dim] + values.cumsum(0))),
            _looped(added=True)),
        "keeps_the_previous_value": ("Each image shows the value before its own: you decode first "
            "and set the number afterwards. The first image is `z` unchanged, and the last value "
            "is never seen. Set, then decode.",
            _looped("once", before=True), _looped(before=True)),
        "nothing_moves": ("All your images are the one of `z`: the values don't arrive in what you "
            "decode. Is a copy changed, and the original decoded?",
            decoded(lambda z, dim, values: z.repeat(len(values), 1)),
            _looped("always", before=True)),
        "one_tensor_for_all": ("All your images show the same value. A list that holds one tensor "
            "many times sees every change of it in every place: make a copy for each value, "
            "`z.clone()` inside the loop.",
            _looped("once", together=True), _looped(together=True),
            decoded(lambda z, dim, values: put(z, dim, values[:1].expand(len(values))))),
        "one_image": ("You return the image of one value. A `return` inside the loop ends it at "
            "once; one after it must return all the images, (V, …).",
            then(right, lambda images: images[:1]), then(right, lambda images: images[-1:]),
            then(right, lambda images: images[0]), then(right, lambda images: images[-1])),
        "codes_returned": ("You return the codes, (V, K). Asked for are their images: "
            "`decode(codes)`.",
            lambda decode, *args: put(*args)),
        "a_dimension_too_many": ("A dimension of size 1 is left behind the first: `torch.stack` "
            "puts a new one in front of images that have a batch dimension already. Join them with "
            "`torch.cat`, or decode all codes at once.",
            then(right, lambda images: images[:, None])),
        "a_list": ("You return a list of images. One tensor of shape (V, …) is asked for: decode "
            "all codes at once, or `torch.cat` what the loop gives.",
            then(right, lambda images: list(images.split(1))), then(right, list)),
        "squeezed": ("A dimension of size 1 is lost. Return what `decode` gives, without a "
            "`squeeze`: a gray image has its one channel.",
            then(right, torch.squeeze), then(right, lambda images: images.squeeze(1)),
            then(right, lambda images: images[:, 0])),
        "images_changed": ("The images are changed after `decode`, by a sigmoid or a clamp. Return "
            "what `decode` gives; what its numbers mean is the caller's business.",
            then(right, torch.sigmoid), then(right, lambda images: images.clamp(0, 1))),
    }),
    *recognized({
        "changes_z": ("Your function changes the caller's `z`: after the call its number `dim` is "
            "another one, and the next traversal starts from there. Change copies: "
            "`z.repeat(len(values), 1)` makes them, and so does `z.clone()`. `codes = z` and "
            "`z[None]` don't.",
            _does("z"), _looped()),
        "changes_the_values": ("Your function changes the caller's `values` in place. Leave them "
            "as they are.",
            _does("values"), _shifts_the_values),
        "no_batch_dimension": ("You gave `decode` a single code, shape (K,). It takes a batch, one "
            "code a row: (V, K), or `code[None]` for one. Layers like `nn.Unflatten` and "
            "convolutions stop, or take it for something else.",
            _does("one code"), _one_code_at_a_time),
    }),
]  # fmt: skip
