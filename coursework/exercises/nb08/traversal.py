"""Exercise `latent_traversal`: images of one code, one of its numbers set to several values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import describe, shape
from coursework.checking.exercise import Case, Exercise, InterfaceError, Property
from coursework.exercises.nb08.wrong_traversals import MISTAKES, Decode, Traverse


def latent_traversal(decode: Decode, z: Tensor, dim: int, values: Tensor) -> Tensor:
    """Images (V, …) of the code z (K,), its entry `dim` set to each of the values (V,) in turn."""
    codes = z.repeat(len(values), 1)  # (V, K), a copy
    codes[:, dim] = values
    return decode(codes)


def _decoder(latents: int, generator: Generator) -> Decode:
    """A decoder (V, K) -> (V, 1, H, W) in which every number of the code shows, with any sign."""
    height, width = (int(n) for n in torch.randint(3, 6, (2,), generator=generator))
    weight = torch.randn(latents, height * width, generator=generator) / latents**0.5
    bias = 0.5 * torch.randn(height * width, generator=generator)

    def decode(codes: Tensor) -> Tensor:
        images = torch.sin(codes @ weight + bias) + 0.3 * (codes @ weight)
        return images.unflatten(-1, (1, height, width))

    return decode


def _away_from_zero(n: int, generator: Generator) -> Tensor:
    sides = torch.randint(0, 2, (n,), generator=generator) * 2 - 1
    return sides * (0.5 + torch.rand(n, generator=generator))


def _values(n: int, generator: Generator) -> Tensor:
    """n values, unevenly spaced and in no order: neither rising nor falling."""
    steps = 0.3 + torch.rand(n, generator=generator)
    rising = steps.cumsum(0) - steps.sum() / 2 + 0.2
    order = torch.randperm(n, generator=generator)
    while n > 2 and order.diff().sign().unique().numel() == 1:
        order = torch.randperm(n, generator=generator)
    return rising[order]


def _cases(generator: Generator) -> Iterator[Case]:
    latents = int(torch.randint(4, 7, (), generator=generator))
    for k, v, dim, label in (
        (latents, latents + 2, latents // 2, "more values than latents"),
        (latents + 1, latents + 1, 1, "as many values as latents"),
        (latents + 2, 3, 2, "three values"),
        (latents, 1, 0, "a single value"),
    ):
        decode = _decoder(k, generator)
        yield Case((decode, _away_from_zero(k, generator), dim, _values(v, generator)), label)


def _observe(fn: Traverse, decode: Decode, z: Tensor, dim: int, values: Tensor) -> Any:
    """What `fn` returns, or {"images": that, "off": what else it did} if it did something else."""
    given, off = [], set()

    def watched(codes: Any) -> Tensor:
        given.append(codes)
        return decode(codes)

    before = z.clone(), values.clone()
    try:
        images = fn(watched, z, dim, values)
    except Exception as error:
        if sentence := _told(error, given, z, values):
            raise InterfaceError(sentence) from error
        raise
    off |= {"z"} if not torch.equal(z.detach(), before[0]) else set()
    off |= {"values"} if not torch.equal(values.detach(), before[1]) else set()
    off |= {"one code"} if any(codes.ndim == 1 for codes in given) else set()
    return {"images": images, "off": off} if off else images


def _own_value(fn: Traverse, generator: Generator) -> str | None:
    decode, z = _decoder(5, generator), _away_from_zero(5, generator)
    images = fn(decode, z.clone(), 3, z[3:4].clone())
    gap = float((images - decode(z[None])).abs().max())
    if gap < 1e-4:
        return None
    return (
        "At the value that stands in the code already the image must be that of `z` itself; yours "
        f"is {gap:.3g} away from it."
    )


def _told(error: Exception, given: list[Any], z: Tensor, values: Tensor) -> str:
    """Why it may have stopped, "" where Python says it best."""
    wanted = f"({len(values)}, {len(z)})"
    if given and not isinstance(given[-1], Tensor):
        what = describe(given[-1])
        return f"You gave `decode` {what}; it takes codes, a tensor of shape {wanted}"
    if given and (given[-1].ndim not in (1, 2) or given[-1].shape[-1] != len(z)):
        form = shape(given[-1])
        return f"You gave `decode` codes of shape {form}; it takes one code a row, {wanted}"
    return next((said for words, said in _SAID.items() if words in str(error)), "")


_SAID = {  # words of Python's: what they mean here
    "single memory location":
        "The rows made by `expand` are one and the same piece of memory, so none of them can be "
        "changed alone. `repeat` makes copies: `z.repeat(len(values), 1)`",
    "number of sizes provided (0)":
        "You give all the values to a single number. Make the table of codes first, one row for "
        "each value; then column `dim`, `codes[:, dim]`, has room for all of them",
    "expanded size of the tensor":
        "Two shapes don't fit where you assign. In codes of shape (V, K), `codes[dim]` is *row* "
        "number dim, one code; `codes[:, dim]` is the number in question in every code, (V,)",
}  # fmt: skip

LATENT_TRAVERSAL = Exercise(
    name="latent_traversal",
    notebook="08",
    title="images of one code, with one of its numbers set to each of the values",
    reference=latent_traversal,
    cases=_cases,
    observe=_observe,
    mistakes=MISTAKES,
    properties=[Property("own_value", _own_value)],
    hints=[
        "First a table of codes, one row for each value: copies of `z` that differ in column `dim` "
        "alone. Then decode the table.",
        "`z.repeat(len(values), 1)` is the table, (V, K), and a copy, so that `z` stays as it was. "
        "Column `dim` is `codes[:, dim]`.",
        "`codes = z.repeat(len(values), 1)`, `codes[:, dim] = values`, `return decode(codes)`.",
    ],
    points=1,
)
