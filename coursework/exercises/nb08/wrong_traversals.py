"""Wrong ways to move one number of a code: the mistakes of `latent_traversal`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from coursework.checking.exercise import Case, Mistake, Observed
from coursework.exercises.rules import named

Decode = Callable[[Tensor], Tensor]
Traverse = Callable[[Decode, Tensor, int, Tensor], Any]


def _from_codes(codes: Callable[[Tensor, int, Tensor], Tensor]) -> Traverse:
    """Decodes what `codes(z, dim, values)` gives."""
    return lambda decode, z, dim, values: decode(codes(z, dim, values))


def _set(z: Tensor, dim: Any, values: Tensor) -> Tensor:
    codes = z.repeat(len(values), 1)
    codes[:, dim] = values if codes[:, dim].ndim == 1 else values[:, None]
    return codes


def _row(z: Tensor, dim: int, values: Tensor) -> Tensor:
    codes = z.repeat(len(values), 1)
    codes[dim] = values
    return codes


def _lone(z: Tensor, dim: int, values: Tensor) -> Tensor:
    return _set(torch.zeros_like(z), dim, values)


def _looped(
    change: Callable[[Tensor, int, Tensor], None],
    copy: str = "never",
    before: bool = False,
    together: bool = False,
) -> Traverse:
    """A loop over the values that changes a code in place.

    copy: "never" (the caller's), "once" (before the loop) or "always" (in it). before: whether an image is
    taken before the change. together: whether codes are collected, and decoded after the loop.
    """

    def traverse(decode: Decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
        code = z if copy == "never" else z.clone()
        kept = []
        for value in values:
            code = z.clone() if copy == "always" else code
            if before:
                kept.append(decode(code[None]))
            change(code, dim, value)
            if not before:
                kept.append(code if together else decode(code[None]))
        return decode(torch.stack(kept)) if together else torch.cat(kept)

    return traverse


def _sets(code: Tensor, dim: int, value: Tensor) -> None:
    code[dim] = value


def _adds(code: Tensor, dim: int, value: Tensor) -> None:
    code[dim] += value


def _single(decode: Decode, z: Tensor, dim: int, values: Tensor) -> list[Tensor]:
    """Images (1, …), one for each value."""
    return list(decode(_set(z, dim, values)).split(1))


def _one_code_at_a_time(decode: Decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
    return torch.stack([decode(code) for code in _set(z, dim, values)])


def _shifts_the_values(decode: Decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
    images = decode(_set(z, dim, values))
    values -= values.mean()
    return images


def _does(what: str) -> Callable[[Observed, Case], bool]:
    return lambda seen, case: isinstance(seen.value, dict) and what in seen.value["off"]


def _evenly(values: Tensor) -> Tensor:
    return torch.linspace(float(values.min()), float(values.max()), len(values))


MISTAKES = [
    *named({
        "adds": ("You added the values to what stood there. *Set* the number: at `values[i]` it is "
            "`values[i]`, whatever the code said before. (Where z[dim] is 0 both are the same; try "
            "another code.)",
            _from_codes(lambda z, dim, values: _set(z, dim, z[dim] + values)),
            _looped(_adds, "always")),
        "adds_up": ("Each value is added to what the one before it left: the code is carried from "
            "image to image, and the changes pile up. Set the number, on a fresh copy of `z` each "
            "time.",
            _from_codes(lambda z, dim, values: _set(z, dim, z[dim] + values.cumsum(0))),
            _looped(_adds)),
        "multiplies": ("You multiplied by the values. Set the number to each value.",
            _from_codes(lambda z, dim, values: _set(z, dim, z[dim] * values))),
        "moves_every_dim": ("All numbers of the code move. Only number `dim` may; the others keep "
            "what `z` says.",
            _from_codes(lambda z, dim, values: z + values[:, None]),
            _from_codes(lambda z, dim, values: values[:, None].repeat(1, len(z))),
            _from_codes(lambda z, dim, values: values[:, None] * z)),
        "row_not_column": ("`codes[dim]` is *row* number dim: one whole code is overwritten, and "
            "the others stay as they were. The number in question in every code is the column, "
            "`codes[:, dim]`.",
            _from_codes(_row)),
        "moves_a_slice": ("Several numbers move: a colon too many next to `dim`? `codes[:, dim:]` "
            "is every column from dim on, `codes[:, :dim]` every one before it; `codes[:, dim]` is "
            "the one.",
            _from_codes(lambda z, dim, values: _set(z, slice(dim, None), values)),
            _from_codes(lambda z, dim, values: _set(z, slice(None, dim), values)),
            _from_codes(lambda z, dim, values: _set(z, slice(None, dim + 1), values))),
        "others_set_to_zero": ("The other numbers of the code are 0, so your images leave from the "
            "middle of the prior and not from `z`. Keep them: start from copies of `z`.",
            _from_codes(_lone), _from_codes(lambda z, dim, values: _lone(z, dim, z[dim] + values))),
        "wrong_dim": ("Another number of the code moves than number `dim`. They count from 0: "
            "number `dim` is `codes[:, dim]`.",
            _from_codes(lambda z, dim, values: _set(z, dim - 1, values)),
            _from_codes(lambda z, dim, values: _set(z, dim + 1, values)),
            _from_codes(lambda z, dim, values: _set(z, -dim, values) if dim else _set(z, -1, values))),
        "dim_ignored": ("The same number of the code moves whatever `dim` says. Use `dim`.",
            _from_codes(lambda z, dim, values: _set(z, 0, values)),
            _from_codes(lambda z, dim, values: _set(z, 1, values)),
            _from_codes(lambda z, dim, values: _set(z, -1, values))),
        "keeps_the_previous_value": ("Each image shows the value before its own: you decode first "
            "and set the number afterwards. The first image is `z` unchanged, and the last value "
            "is never seen. Set, then decode.",
            _looped(_sets, "once", before=True), _looped(_sets, before=True)),
        "nothing_moves": ("All your images are the one of `z`: the values don't arrive in what you "
            "decode. Is a copy changed, and the original decoded?",
            _from_codes(lambda z, dim, values: z.repeat(len(values), 1)),
            _looped(_sets, "always", before=True)),
        "one_tensor_for_all": ("All your images show the same value. A list that holds one tensor "
            "many times sees every change of it in every place: make a copy for each value, "
            "`z.clone()` inside the loop.",
            _looped(_sets, "once", together=True), _looped(_sets, together=True),
            _from_codes(lambda z, dim, values: _set(z, dim, values[:1].expand(len(values))))),
        "sorted": ("You sorted the values. Images come in the order in which the values are given.",
            _from_codes(lambda z, dim, values: _set(z, dim, values.sort().values)),
            _from_codes(lambda z, dim, values: _set(z, dim, values.sort(descending=True).values))),
        "reversed": ("The images come in the opposite order. Image i belongs to `values[i]`.",
            _from_codes(lambda z, dim, values: _set(z, dim, values.flip(0)))),
        "evenly_spaced": ("You made up values of your own between the smallest and the largest, or "
            "numbers 0 to V − 1. Use `values` as they are.",
            _from_codes(lambda z, dim, values: _set(z, dim, _evenly(values))),
            _from_codes(lambda z, dim, values: _set(z, dim, torch.arange(len(values)).float())),
            _from_codes(lambda z, dim, values: _set(z, dim, torch.linspace(-3, 3, len(values))))),
        "z_too": ("There is one image too many: that of `z` as it came. Asked for is one image for "
            "each value.",
            lambda decode, z, dim, values: decode(torch.cat([z[None], _set(z, dim, values)])),
            lambda decode, z, dim, values: decode(torch.cat([_set(z, dim, values), z[None]]))),
        "one_image": ("You return the image of one value. A `return` inside the loop ends it at "
            "once; one after it must return all the images, (V, …).",
            lambda decode, z, dim, values: _single(decode, z, dim, values)[0],
            lambda decode, z, dim, values: _single(decode, z, dim, values)[-1],
            lambda decode, z, dim, values: _single(decode, z, dim, values)[0][0],
            lambda decode, z, dim, values: _single(decode, z, dim, values)[-1][0]),
        "codes_returned": ("You return the codes, (V, K). Asked for are their images: "
            "`decode(codes)`.",
            lambda decode, z, dim, values: _set(z, dim, values)),
        "a_dimension_too_many": ("A dimension of size 1 is left behind the first: `torch.stack` "
            "puts a new one in front of images that have a batch dimension already. Join them with "
            "`torch.cat`, or decode all codes at once.",
            lambda decode, z, dim, values: torch.stack(_single(decode, z, dim, values))),
        "a_list": ("You return a list of images. One tensor of shape (V, …) is asked for: decode "
            "all codes at once, or `torch.cat` what the loop gives.",
            _single, lambda *args: [image[0] for image in _single(*args)]),
        "squeezed": ("A dimension of size 1 is lost. Return what `decode` gives, without a "
            "`squeeze`: a gray image has its one channel.",
            lambda decode, z, dim, values: decode(_set(z, dim, values)).squeeze(),
            lambda decode, z, dim, values: decode(_set(z, dim, values)).squeeze(1),
            lambda decode, z, dim, values: decode(_set(z, dim, values))[:, 0]),
        "images_changed": ("The images are changed after `decode`, by a sigmoid or a clamp. Return "
            "what `decode` gives; what its numbers mean is the caller's business.",
            lambda decode, z, dim, values: decode(_set(z, dim, values)).sigmoid(),
            lambda decode, z, dim, values: decode(_set(z, dim, values)).clamp(0, 1)),
    }),
    Mistake("changes_z", "Your function changes the caller's `z`: after the call its number `dim` "
        "is another one, and the next traversal starts from there. Change copies: "
        "`z.repeat(len(values), 1)` makes them, and so does `z.clone()`. `codes = z` and `z[None]` "
        "don't.",
        _looped(_sets), when=_does("z")),
    Mistake("changes_the_values", "Your function changes the caller's `values` in place. Leave "
        "them as they are.",
        _shifts_the_values, when=_does("values")),
    Mistake("no_batch_dimension", "You gave `decode` a single code, shape (K,). It takes a batch, "
        "one code a row: (V, K), or `code[None]` for one. Layers like `nn.Unflatten` and "
        "convolutions stop, or take it for something else.",
        _one_code_at_a_time, when=_does("one code")),
]  # fmt: skip
