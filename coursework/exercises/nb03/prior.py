"""Exercise `sample_prior`: new images from codes that no image had.

Draws are judged by what they do: which codes were decoded, and what was made of the logits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close, describe
from coursework.checking.exercise import Case, Exercise, InterfaceError, Observed
from coursework.exercises.rules import Row, Wrong, recognized

Decode = Callable[[Tensor], Tensor]
N = 4000  # codes in the large case: their mean is known to 1/√N


def sample_prior(decode: Decode, n: int, latent_dim: int, generator: Generator) -> Tensor:
    """n images (n, ...) in [0, 1], decoded from codes z ~ N(0, I): decode (n, K) -> logits."""
    z = torch.randn(n, latent_dim, generator=generator)
    return decode(z).sigmoid()


def _cases(generator: Generator) -> Iterator[Case]:
    for n, latent, label in ((N, 3, f"{N:,} images"), (1, 4, "one image")):
        weight = 0.7 * torch.randn(latent, 6, generator=generator)
        seed = int(torch.randint(2**31, (), generator=generator))
        yield Case((weight, n, latent, Generator().manual_seed(seed)), label)


def _observe(fn: Wrong, weight: Tensor, n: int, latent: int, generator: Generator) -> str:
    """The short name of the first fault, "" for none."""
    seen: list[Tensor] = []

    def decode(z: Tensor) -> Tensor:
        if not isinstance(z, Tensor) or z.ndim != 2 or z.shape[1] != latent:
            raise InterfaceError(
                f"`decode` takes codes (n, {latent}), one row for each image; it was given "
                + describe(z)
            )
        seen.append(z.detach().clone())
        return z @ weight + 0.3

    state = generator.get_state()
    images = fn(decode, n, latent, generator)
    if not isinstance(images, Tensor):
        raise InterfaceError(f"A tensor of images should come back; yours is {describe(images)}")
    if not seen:
        return "not_decoded"
    z = torch.cat(seen)
    fault = _of_codes(z, n) or _of_images(images, z @ weight + 0.3)
    if not fault and torch.equal(generator.get_state(), state):
        return "generator_ignored"
    return fault


def _of_codes(z: Tensor, n: int) -> str:
    if len(z) != n:
        return "one_code_for_all" if len(z) == 1 else "wrong_number"
    if n > 1 and torch.equal(z[0], z[1]):
        return "one_code_for_all"
    if n < N:
        return ""
    mean, spread = z.mean().abs(), z.std()
    if z.min() >= 0:
        return "uniform_codes"
    if mean > 0.1:
        return "off_center"
    if z.abs().max() < 2.5 * spread:
        return "uniform_codes"
    return "" if 0.9 < spread < 1.1 else "wrong_spread"


def _of_images(images: Tensor, logits: Tensor) -> str:
    if images.shape != logits.shape:
        return "one_code_for_all" if images.shape[1:] == logits.shape[1:] else "wrong_shape"
    right = logits.sigmoid()
    if close(images, right):
        return ""
    if close(images, logits):
        return "logits_returned"
    if close(images, logits.clamp(0, 1)):
        return "clamped"
    if bool(((images == 0) | (images == 1)).all()):
        return "pixels_drawn_or_cut"
    return "sigmoid_twice" if close(images, right.sigmoid()) else "other_images"


def _draw(change: Callable[[Tensor], Tensor]) -> Wrong:
    """The right function with the noise changed."""
    return lambda d, n, k, g: d(change(torch.randn(n, k, generator=g))).sigmoid()


def _show(change: Callable[[Tensor], Any]) -> Wrong:
    """The right function with another use of the logits."""
    return lambda d, n, k, g: change(d(torch.randn(n, k, generator=g)))


def _found(name: str) -> Callable[[Observed, Case], bool]:
    """Is that the fault of many images? Of a single one, some faults can't be told."""
    return lambda seen, case: case.args[1] == 1 or seen.value == name


SENTENCES: dict[str, Row] = {
    "uniform_codes": ("Your codes are uniform, from `torch.rand` or cut off. The prior is N(0, I): "
        "`torch.randn`.", lambda d, n, k, g: d(torch.rand(n, k, generator=g)).sigmoid(),
        lambda d, n, k, g: d(3.4 * torch.rand(n, k, generator=g) - 1.7).sigmoid(),
        _draw(torch.abs)),
    "off_center": ("Your codes are not centered at 0. The prior is N(0, I).",
        _draw(lambda z: z + 1)),
    "wrong_spread": ("Your codes do not have a standard deviation of 1 in each number. The prior "
        "is N(0, I).", _draw(lambda z: 2 * z), _draw(lambda z: 0.5 * z)),
    "one_code_for_all": ("One code was drawn for all images. Draw n of them, (n, latent_dim).",
        lambda d, n, k, g: d(torch.randn(1, k, generator=g).expand(n, k)).sigmoid(),
        lambda d, n, k, g: d(torch.randn(1, k, generator=g)).sigmoid()),
    "wrong_number": ("The number of codes is not `n`.",
        lambda d, n, k, g: d(torch.randn(n + 1, k, generator=g)).sigmoid(),
        lambda d, n, k, g: d(torch.randn(16, k, generator=g)).sigmoid()),
    "logits_returned": ("You return logits. The image is their sigmoid.", _show(lambda y: y)),
    "sigmoid_twice": ("The sigmoid was applied twice.", _show(lambda y: y.sigmoid().sigmoid())),
    "clamped": ("You cut the logits off at 0 and 1. The image is their sigmoid.",
        _show(lambda y: y.clamp(0, 1))),
    "pixels_drawn_or_cut": ("Your pixels are 0 or 1: they were drawn, or cut at a threshold. "
        "Return the sigmoid itself, as gray.", _show(lambda y: (y > 0).float()),
        _show(lambda y: torch.bernoulli(y.sigmoid()))),
    "not_decoded": ("`decode` was never called: what comes back is no image.",
        lambda d, n, k, g: torch.randn(n, k, generator=g).sigmoid()),
    "generator_ignored": ("The generator was not used, so nobody can draw the same images again. "
        "`torch.randn(…, generator=generator)`.",
        lambda d, n, k, g: d(torch.randn(n, k)).sigmoid()),
    "wrong_shape": ("The images have another shape than what `decode` returns. Leave it as it is.",
        _show(lambda y: y.sigmoid().flatten()), _show(lambda y: y.sigmoid().mean(1))),
    "other_images": ("The images are not the sigmoid of what `decode` returned.",
        _show(lambda y: y.tanh()), _show(lambda y: y.softmax(1)),
        _show(lambda y: (y - y.min()) / (y.max() - y.min() + 1e-3))),
}  # fmt: skip
MISTAKES = recognized(
    {name: (text, _found(name), *wrongs) for name, (text, *wrongs) in SENTENCES.items()}
)

SAMPLE_PRIOR = Exercise(
    name="sample_prior", notebook="03", title="new images from the prior", reference=sample_prior,
    cases=_cases, observe=_observe, mistakes=MISTAKES, points=2,
    same=lambda yours, reference: yours == reference == "",
    hints=["Two steps: draw codes, decode them. Nothing of the encoder is needed.",
           "The prior is N(0, I), and the decoder gives logits.",
           "`z = torch.randn(n, latent_dim, generator=generator)`, then `decode(z).sigmoid()`."],
)  # fmt: skip
