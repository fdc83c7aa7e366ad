"""Exercise `corrupt`: spoil an image with noise.

It is random, so it is judged by distribution. `inspect_noise` returns the short name of the
first fault it meets, a sentence with numbers for one without a name, "" for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import misfit
from coursework.checking.exercise import Case, Exercise, InterfaceError, Mistake, Property

Corrupt = Callable[[Tensor, float, Generator], Tensor]


def corrupt(x: Tensor, noise_std: float, generator: Generator) -> Tensor:
    """x plus Gaussian noise of standard deviation noise_std, clamped to [0, 1]; same shape."""
    return (x + _noise(x, noise_std, generator)).clamp(0, 1)


def _noise(x: Tensor, std: float, generator: Generator) -> Tensor:
    return std * torch.randn(x.shape, generator=generator).to(x.device)


def _corrupt_cases(generator: Generator) -> Iterator[Case]:
    """Half of each image is gray (0.5), where noise shows whole; a quarter black, a quarter white."""
    x = torch.full((64, 1, 28, 28), 0.5)
    x[:, :, 14:, :14], x[:, :, 14:, 14:] = 0.0, 1.0
    noise_std = 0.08 + 0.06 * float(torch.rand((), generator=generator))
    noise_seed = Generator().manual_seed(int(torch.randint(2**60, (), generator=generator)))
    yield Case((x, noise_std, noise_seed), "64 images, half gray, a quarter black, a quarter white")


def inspect_noise(fn: Corrupt, x: Tensor, noise_std: float, generator: Generator) -> str:
    """Name of the first fault of `fn`, or a sentence, or "" for none."""
    seed, before = generator.initial_seed(), x.clone()
    first, again = fn(x, noise_std, generator), None
    if sentence := misfit(first, before, "What you return"):
        raise InterfaceError(sentence)
    if not torch.equal(x, before):
        return "mutated_argument"
    if torch.equal(first, x):
        return "no_noise"
    again = fn(x, noise_std, generator)
    repeated = fn(x, noise_std, Generator().manual_seed(seed))
    other = fn(x, noise_std, Generator().manual_seed(seed + 1))
    if torch.equal(first, again) or torch.equal(first, other):
        return "same_noise_each_time"
    if not torch.equal(first, repeated):
        return "generator_ignored"
    one = fn(x[:1], noise_std, Generator().manual_seed(seed))
    if sentence := misfit(one, before[:1], "For a batch of one, what you return"):
        raise InterfaceError(sentence)
    return _shared(x, first) or _shape_of_noise(x, first, noise_std)


def _shared(x: Tensor, y: Tensor) -> str:
    """Is a number of noise used more than once? Only gray pixels are looked at: (N, 392)."""
    noise = (y - x)[:, 0, :14].flatten(1)
    if torch.allclose(noise[0], noise[1], atol=1e-6) and noise[0].std() > 0:
        return "one_noise_for_the_batch"
    some = noise[:8]  # `unique` sorts, and all would take longer than the rest of the check
    if some.unique().numel() < some.numel() / 4 and not (noise == 0).double().mean() > 0.4:
        return "noise_shared_by_pixels"
    return ""


def _shape_of_noise(x: Tensor, y: Tensor, std: float) -> str:
    """Distribution of the noise. Six statistics of M = 25,088 gray and 12,544 black or white pixels
    are allowed 5.6 standard errors each: 6 · 2.1e-8 < 2e-7 false alarms a call; the property below
    repeats them once, which stays below 1e-6."""
    gray = (y - x)[:, :, :14].flatten().double()
    black, white = y[:, :, 14:, :14].flatten(), y[:, :, 14:, 14:].flatten()
    if (gray >= 0).all():
        return "noise_only_brightens"
    if y.min() < 0 or y.max() > 1:
        return "unclamped"
    if (black == 0).all():
        return "multiplied"
    measured = float(gray.abs().median()) / 0.67449  # not disturbed by the clamp
    for name, wrong in (("variance_used_as_std", std**2), ("std_used_as_variance", std**0.5)):
        if abs(measured / wrong - 1) < 0.06:
            return name
    if measured > 0.6:
        return "noise_std_ignored"
    m, ratio = gray.numel(), measured / std
    tails = float((gray.abs() > 2 * std).double().mean())
    if abs(ratio - 1) < 0.35 and tails < 0.02:
        return "uniform_noise"
    found = [
        ("mean of the noise", float(gray.mean()), 0.0, std / m**0.5),
        ("standard deviation of the noise", measured, std, 1.166 * std / m**0.5),
        ("share of noise beyond two standard "
            "deviations", tails, 0.0455, (0.0455 * 0.9545 / m) ** 0.5),
        ("share of black pixels that stay "
            "black", float((black == 0).double().mean()), 0.5, 0.5 / (m / 2) ** 0.5),
        ("share of white pixels that stay "
            "white", float((white == 1).double().mean()), 0.5, 0.5 / (m / 2) ** 0.5),
        ("mean of the black "
            "pixels", float(black.double().mean()), 0.39894 * std, 0.584 * std / (m / 2) ** 0.5),
    ]  # fmt: skip
    for what, value, right, error in found:
        if abs(value - right) > 5.6 * error + 1e-6:
            return (
                f"With noise_std = {std:.3g}, the {what} is {value:.3g}; it should be {right:.3g}."
            )
    return ""


def _says_numbers(fn: Corrupt, generator: Generator) -> str | None:
    found = inspect_noise(fn, *next(iter(_corrupt_cases(generator))).args)
    return found if " " in found else None


def _mean_shared(x: Tensor, std: float, generator: Generator) -> Tensor:
    return (x + std * torch.randn(len(x), 1, 1, 1, generator=generator)).clamp(0, 1)


def _in_place(x: Tensor, std: float, generator: Generator) -> Tensor:
    x += _noise(x, std, generator)
    return x.clamp_(0, 1)


def _uniform(x: Tensor, std: float, generator: Generator) -> Tensor:
    noise = 2 * torch.rand(x.shape, generator=generator) - 1
    return (x + 3**0.5 * std * noise).clamp(0, 1)


def _fault(name: str, message: str, example: Corrupt) -> Mistake:
    return Mistake(name, message, example, when=lambda seen, case: seen.value == name)


CORRUPT_MISTAKES = [
    _fault(
        "mutated_argument",
        "Your function changes `x` in place, so the clean image is gone and nothing is left to "
        "compare with. Write `x = x + …` where you wrote `x += …`, and `.clamp` for `.clamp_`.",
        _in_place,
    ),
    _fault(
        "no_noise", "The image comes back as it was: no noise was added.", lambda x, s, g: x.clone()
    ),
    _fault(
        "same_noise_each_time",
        "Every call gives the same noise: a seed is set inside the function. "
        "The generator comes in "
        "ready; use it, `torch.randn(x.shape, generator=generator)`, and leave its seed alone.",
        lambda x, s, g: corrupt(x, s, Generator().manual_seed(0)),
    ),
    _fault(
        "generator_ignored",
        "The noise doesn't come from the generator: two calls with the same seed differ. "
        "`torch.randn_like` takes no generator; `torch.randn(x.shape, generator=generator)` does.",
        lambda x, s, g: (x + s * torch.randn_like(x)).clamp(0, 1),
    ),
    _fault(
        "one_noise_for_the_batch",
        "All images of the batch get the same noise. Draw it in the shape of the whole batch, "
        "`x.shape`, not of one image.",
        lambda x, s, g: (x + _noise(x[0], s, g)).clamp(0, 1),
    ),
    _fault(
        "noise_shared_by_pixels",
        "Pixels of an image share one number of noise. Draw a number per pixel: noise of shape "
        "`x.shape`.",
        _mean_shared,
    ),
    _fault(
        "noise_only_brightens",
        "The noise is never negative: it comes from `torch.rand`, or was clamped by itself. "
        "Draw it "
        "with `torch.randn`, add it, and clamp the *sum* to [0, 1].",
        lambda x, s, g: (x + s * torch.rand(x.shape, generator=g)).clamp(0, 1),
    ),
    _fault(
        "noise_only_brightens",
        "The noise is never negative: it comes from `torch.rand`, or was clamped by itself. "
        "Draw it "
        "with `torch.randn`, add it, and clamp the *sum* to [0, 1].",
        lambda x, s, g: x + _noise(x, s, g).clamp(0, 1),
    ),
    _fault(
        "unclamped",
        "Some pixels leave [0, 1], which no image does. `.clamp(0, 1)` the sum of image and noise.",
        lambda x, s, g: x + _noise(x, s, g),
    ),
    _fault(
        "multiplied",
        "The noise multiplies the image, so black stays black. Add it: x + noise.",
        lambda x, s, g: (x * (1 + _noise(x, s, g))).clamp(0, 1),
    ),
    _fault(
        "variance_used_as_std",
        "The noise is too weak: its standard deviation is noise_std². You scaled it by the "
        "variance; multiply standard normal noise by `noise_std` itself.",
        lambda x, s, g: corrupt(x, s**2, g),
    ),
    _fault(
        "std_used_as_variance",
        "The noise is too strong: its standard deviation is √noise_std. You read `noise_std` as a "
        "variance; multiply standard normal noise by it, without a root.",
        lambda x, s, g: corrupt(x, s**0.5, g),
    ),
    _fault(
        "noise_std_ignored",
        "The noise has standard deviation 1 whatever `noise_std` is. Multiply it by `noise_std`.",
        lambda x, s, g: corrupt(x, 1.0, g),
    ),
    _fault(
        "uniform_noise",
        "The noise is about the right size and has no tails: it is uniform. Gaussian noise comes "
        "from `torch.randn`, not `torch.rand`.",
        _uniform,
    ),
]

CORRUPT = Exercise(
    name="corrupt",
    notebook="02",
    title="add Gaussian noise and stay an image",
    reference=corrupt,
    cases=_corrupt_cases,
    mistakes=CORRUPT_MISTAKES,
    properties=[Property("distribution", _says_numbers)],
    hints=[
        "Standard normal noise times `noise_std` has standard deviation `noise_std`. One number of "
        "noise per pixel of every image.",
        "`torch.randn(x.shape, generator=generator)` draws it, from the generator you were handed. "
        "The sum can leave [0, 1].",
        "`noise = noise_std * torch.randn(x.shape, generator=generator)`, then `(x + noise)` "
        "clamped "
        "with `.clamp(0, 1)`. The generator lives on the CPU; on a GPU the noise needs "
        "`.to(x.device)`.",
    ],
    points=1,
    observe=inspect_noise,
    same=lambda yours, reference: yours == reference == "",
)
