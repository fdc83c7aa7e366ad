"""Exercise `corrupt`: spoil an image with noise. It is random, so it is judged by distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.compare import misfit
from coursework.checking.exercise import Case, Exercise, InterfaceError, Property
from coursework.exercises.rules import inspected

Corrupt = Callable[[Tensor, float, Generator], Tensor]


def corrupt(x: Tensor, noise_std: float, generator: Generator) -> Tensor:
    """x plus Gaussian noise of standard deviation noise_std, clamped to [0, 1]; same shape."""
    return (x + _noise(x, noise_std, generator)).clamp(0, 1)


def _noise(x: Tensor, std: float, generator: Generator) -> Tensor:
    return std * torch.randn(x.shape, generator=generator).to(x.device)


def _cases(generator: Generator) -> Iterator[Case]:
    """Half of each image is gray (0.5), where noise shows whole; a quarter black, one white."""
    x = torch.full((24, 1, 28, 28), 0.5)
    x[:, :, 14:, :14], x[:, :, 14:, 14:] = 0.0, 1.0
    noise_std = 0.08 + 0.06 * float(torch.rand((), generator=generator))
    noise_seed = Generator().manual_seed(int(torch.randint(2**60, (), generator=generator)))
    yield Case((x, noise_std, noise_seed), "24 images, half gray, a quarter black, a quarter white")


@dataclass(frozen=True, repr=False)
class Noise:
    """What is wrong first: a fault known by name, or a statistic told in a sentence, or nothing."""

    fault: str = ""
    sentence: str = ""

    def __repr__(self) -> str:
        """As a message names it."""
        return "noise of another distribution" if self.fault or self.sentence else "this noise"


def inspect_noise(fn: Corrupt, x: Tensor, noise_std: float, generator: Generator) -> Noise:
    """What is wrong with the noise of `fn`."""
    seed, before = generator.initial_seed(), x.clone()
    first = fn(x, noise_std, generator)
    if sentence := misfit(first, before, "What you return"):
        raise InterfaceError(sentence)
    if not torch.equal(x, before):
        return Noise("mutated_argument")
    if torch.equal(first, x):
        return Noise("no_noise")
    again = fn(x, noise_std, generator)
    repeated = fn(x, noise_std, Generator().manual_seed(seed))
    other = fn(x, noise_std, Generator().manual_seed(seed + 1))
    if torch.equal(first, again) or torch.equal(first, other):
        return Noise("same_noise_each_time")
    if not torch.equal(first, repeated):
        return Noise("generator_ignored")
    one = fn(x[:1], noise_std, Generator().manual_seed(seed))
    if sentence := misfit(one, before[:1], "For a batch of one, what you return"):
        raise InterfaceError(sentence)
    return _of_one_call(x, first, noise_std)


def _of_one_call(x: Tensor, y: Tensor, std: float) -> Noise:
    """What is wrong with the noise between x and y, as far as one call shows it."""
    if fault := _shared(x, y) or _range(x, y):
        return Noise(fault)
    gray, _, _ = _parts(x, y)
    measured = _measured(gray)
    if fault := _size(gray, measured, std):
        return Noise(fault)
    return Noise(sentence=_statistics(x, y, measured, std))


def _parts(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Noise of the gray pixels, and the pixels that were black and white, each (M,)."""
    gray = (y - x)[:, :, :14].flatten().double()
    return gray, y[:, :, 14:, :14].flatten(), y[:, :, 14:, 14:].flatten()


def _shared(x: Tensor, y: Tensor) -> str:
    """Is a number of noise used more than once? Only gray pixels are looked at: (N, 392)."""
    noise = (y - x)[:, 0, :14].flatten(1)
    if torch.allclose(noise[0], noise[1], atol=1e-6) and noise[0].std() > 0:
        return "one_noise_for_the_batch"
    some = noise[:2]  # `unique` sorts, and all would take longer than the rest of the check
    if y[:2].unique().numel() <= 2:
        return "rounded"
    if some.unique().numel() < some.numel() / 4 and not (noise == 0).double().mean() > 0.4:
        return "noise_shared_by_pixels"
    return ""


def _range(x: Tensor, y: Tensor) -> str:
    """How was the sum of image and noise brought back into [0, 1]?"""
    gray, black, white = _parts(x, y)
    if abs(black.mean() - 0.5) < 0.05 and abs(white.mean() - 0.731) < 0.05:
        return "sigmoid_for_clamp"
    if (gray >= 0).all():
        return "noise_only_brightens"
    if y.min() < 0 or y.max() > 1:
        return "unclamped"
    if (black == 0).all():
        return "multiplied"
    cut = max(float((black == 0).double().mean()), float((white == 1).double().mean()))
    return "rescaled" if cut < 0.05 and y.min() < 1e-6 and y.max() > 1 - 1e-6 else ""


def _measured(gray: Tensor) -> float:
    """Standard deviation of Gaussian noise by its median, which the clamp leaves alone."""
    return float(gray.abs().median()) / 0.67449


def _size(gray: Tensor, measured: float, std: float) -> str:
    for name, wrong in (("variance_used_as_std", std**2), ("std_used_as_variance", std**0.5)):
        if abs(measured / wrong - 1) < 0.06:
            return name
    if measured > 0.6:
        return "noise_std_ignored"
    tails = float((gray.abs() > 2 * std).double().mean())
    return "uniform_noise" if abs(measured / std - 1) < 0.35 and tails < 0.02 else ""


def _statistics(x: Tensor, y: Tensor, measured: float, std: float) -> str:
    """A sentence about the first statistic that is off.

    Six statistics of M = 9,408 gray and 4,704 black or white pixels are allowed 5.6 standard
    errors each: 6 · 2.1e-8 < 2e-7 false alarms a call; the property below repeats them once, which
    stays below 1e-6.
    """
    gray, black, white = _parts(x, y)
    m, share = gray.numel(), 0.5 / (gray.numel() / 2) ** 0.5
    rows = (
        ("mean of the noise", gray.mean(), 0.0, std / m**0.5),
        ("standard deviation of the noise", measured, std, 1.166 * std / m**0.5),
        ("share of noise beyond two standard deviations", (gray.abs() > 2 * std).double().mean(),
            0.0455, (0.0455 * 0.9545 / m) ** 0.5),
        ("share of black pixels that stay black", (black == 0).double().mean(), 0.5, share),
        ("share of white pixels that stay white", (white == 1).double().mean(), 0.5, share),
        ("mean of the black pixels", black.double().mean(), 0.39894 * std, 1.168 * std * share),
    )  # fmt: skip
    for what, value, right, error in rows:
        if abs(value - right) > 5.6 * error + 1e-6:
            return (
                f"With noise_std = {std:.3g}, the {what} is {value:.3g}; it should be {right:.3g}."
            )
    return ""


def _says_numbers(fn: Corrupt, generator: Generator) -> str | None:
    x, std, drawing = next(_cases(generator)).args
    return _of_one_call(x, fn(x, std, drawing), std).sentence or None


def _mean_shared(x: Tensor, std: float, generator: Generator) -> Tensor:
    return (x + std * torch.randn(len(x), 1, 1, 1, generator=generator)).clamp(0, 1)


def _in_place(x: Tensor, std: float, generator: Generator) -> Tensor:
    x += _noise(x, std, generator)
    return x.clamp_(0, 1)


def _uniform(x: Tensor, std: float, generator: Generator) -> Tensor:
    noise = 2 * torch.rand(x.shape, generator=generator) - 1
    return (x + 3**0.5 * std * noise).clamp(0, 1)


def _rescaled(x: Tensor, std: float, generator: Generator) -> Tensor:
    y = x + _noise(x, std, generator)
    return (y - y.min()) / (y.max() - y.min())


def _each_rescaled(x: Tensor, std: float, generator: Generator) -> Tensor:
    y = x + _noise(x, std, generator)
    low, high = y.amin((1, 2, 3), keepdim=True), y.amax((1, 2, 3), keepdim=True)
    return (y - low) / (high - low)


FAULTS = {
    "mutated_argument": ("Your function changes `x` in place, so the clean image is gone. Write `x "
        "= x + …` for `x += …`, and `.clamp` for `.clamp_`.", _in_place),
    "no_noise": ("The image comes back as it was: no noise was added.", lambda x, s, g: x.clone()),
    "same_noise_each_time": ("Every call gives the same noise: a seed is set inside the function. "
        "The generator comes in ready; use it, `torch.randn(x.shape, generator=generator)`, and "
        "leave its seed alone.", lambda x, s, g: corrupt(x, s, Generator().manual_seed(0))),
    "generator_ignored": ("The noise doesn't come from the generator: two calls with the same seed "
        "differ. `torch.randn_like` takes no generator; `torch.randn(x.shape, "
        "generator=generator)` does.", lambda x, s, g: (x + s * torch.randn_like(x)).clamp(0, 1)),
    "one_noise_for_the_batch": ("All images of the batch get the same noise. Draw it in the shape "
        "of the whole batch, `x.shape`, not of one image.",
        lambda x, s, g: (x + _noise(x[0], s, g)).clamp(0, 1)),
    "noise_shared_by_pixels": ("Pixels of an image share one number of noise. Draw a number per "
        "pixel: noise of shape `x.shape`.", _mean_shared),
    "rounded": ("Every pixel comes out as 0 or 1: something rounds or compares. Keep the grays.",
        lambda x, s, g: corrupt(x, s, g).round()),
    "sigmoid_for_clamp": ("You put image and noise through a sigmoid, so that black turns into "
        "gray (sigmoid(0) = 0.5) and white too. Cut off what leaves [0, 1], `.clamp(0, 1)`, and "
        "leave the rest as it is.", lambda x, s, g: (x + _noise(x, s, g)).sigmoid()),
    "noise_only_brightens": ("The noise is never negative: it comes from `torch.rand`, or was "
        "clamped by itself. Draw it with `torch.randn`, add it, and clamp the *sum* to [0, 1].",
        lambda x, s, g: (x + s * torch.rand(x.shape, generator=g)).clamp(0, 1),
        lambda x, s, g: x + _noise(x, s, g).clamp(0, 1)),
    "unclamped": ("Some pixels leave [0, 1]. Clamp the sum of image and noise: `.clamp(0, 1)`.",
        lambda x, s, g: x + _noise(x, s, g)),
    "multiplied": ("The noise multiplies the image, so black stays black. Add it: x + noise.",
        lambda x, s, g: (x * (1 + _noise(x, s, g))).clamp(0, 1)),
    "rescaled": ("You stretched the noisy image to [0, 1] by its smallest and largest pixel. That "
        "turns black and white into grays and makes every image depend on its wildest pixel. Cut "
        "off what leaves [0, 1] instead: `.clamp(0, 1)`.", _rescaled, _each_rescaled),
    "variance_used_as_std": ("The noise is too weak: its standard deviation is noise_std². You "
        "scaled it by the variance; multiply standard normal noise by `noise_std` itself.",
        lambda x, s, g: corrupt(x, s**2, g)),
    "std_used_as_variance": ("The noise is too strong: its standard deviation is √noise_std. You "
        "read `noise_std` as a variance; multiply standard normal noise by it, without a root.",
        lambda x, s, g: corrupt(x, s**0.5, g)),
    "noise_std_ignored": ("The noise has standard deviation 1 always. Multiply it by `noise_std`.",
        lambda x, s, g: corrupt(x, 1.0, g)),
    "uniform_noise": ("The noise is about the right size and has no tails: it is uniform. Gaussian "
        "noise comes from `torch.randn`, not `torch.rand`.", _uniform),
}  # fmt: skip

CORRUPT = Exercise(
    name="corrupt",
    notebook="02",
    title="add Gaussian noise and stay an image",
    reference=corrupt,
    cases=_cases,
    mistakes=inspected(FAULTS, lambda noise: {noise.fault}),
    properties=[Property("distribution", _says_numbers)],
    hints=[
        "Standard normal noise times `noise_std` has standard deviation `noise_std`. One number of "
        "noise per pixel of every image.",
        "`torch.randn(x.shape, generator=generator)` draws it, from the generator you were handed. "
        "The sum can leave [0, 1].",
        "`noise = noise_std * torch.randn(x.shape, generator=generator)`, then `(x + noise)` "
        "clamped with `.clamp(0, 1)`. The generator lives on the CPU; on a GPU the noise needs "
        "`.to(x.device)`.",
    ],
    points=1,
    observe=inspect_noise,
    same=lambda yours, truth: yours == truth == Noise(),
)
