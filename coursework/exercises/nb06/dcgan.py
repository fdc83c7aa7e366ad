"""Exercise `dcgan_generator`: from noise to images, through the shapes of a DCGAN.

It is judged by what it does and by which kinds of layers it has, never by their number or widths.
`inspect_generator` returns the short name of the first fault it meets, "" where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.compare import describe
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.rules import Wrong, inspected

NORMS = (nn.BatchNorm2d, nn.BatchNorm1d, nn.SyncBatchNorm, nn.LazyBatchNorm2d)
ENLARGE = (nn.ConvTranspose2d, nn.Upsample, nn.PixelShuffle)
POOLS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


def dcgan_generator(latent_dim: int) -> nn.Module:
    """A network from noise (N, latent_dim) to images (N, 1, 28, 28) in [0, 1]."""
    return nn.Sequential(
        nn.Linear(latent_dim, 48 * 7 * 7, bias=False),
        nn.Unflatten(1, (48, 7, 7)), nn.BatchNorm2d(48), nn.ReLU(),
        nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(24), nn.ReLU(),
        nn.ConvTranspose2d(24, 1, 4, stride=2, padding=1), nn.Sigmoid(),
    )  # fmt: skip


def _network(
    latent_dim: int,
    *end: nn.Module,
    norm: type[nn.Module] = nn.BatchNorm2d,
    bend: type[nn.Module] = nn.ReLU,
    kernel: int = 4,
    padding: int = 1,
    last: nn.Module | None = None,
) -> nn.Sequential:
    """Small, and right unless asked otherwise. end: what follows the last convolution."""
    return nn.Sequential(
        nn.Linear(latent_dim, 8 * 7 * 7), nn.Unflatten(1, (8, 7, 7)), norm(8), bend(),
        nn.ConvTranspose2d(8, 4, kernel, stride=2, padding=padding), norm(4), bend(),
        last or nn.ConvTranspose2d(4, 1, kernel, stride=2, padding=padding),
        *(end or (nn.Sigmoid(),)),
    )  # fmt: skip


def _cases(generator: Generator) -> Iterator[Case]:
    latent_dim = int(torch.randint(5, 30, (), generator=generator))
    yield Case((latent_dim,), f"noise of {latent_dim} numbers, batches of 1, 4 and 8")


def inspect_generator(fn: Wrong, latent_dim: int) -> str:
    """Name of the first fault of the networks that `fn` builds, "" for none."""
    for width in (latent_dim, latent_dim + 3):
        net = _module(fn(width))
        fault = _takes_noise(net, width) or _shape(net, width)
        fault = fault or _range(net, width) or _behavior(net, width) or _layers(net)
        if fault:
            return fault
    return ""


def _module(net: Any) -> nn.Module:
    if isinstance(net, type):
        raise InterfaceError(
            f"You return the class `{net.__name__}`; make one: `return {net.__name__}(…)`"
        )
    if isinstance(net, (list, tuple)):
        raise InterfaceError("Put the layers into one network: `nn.Sequential(layer, layer, …)`")
    if not isinstance(net, nn.Module):
        raise InterfaceError(f"An `nn.Module` should come back; yours is {describe(net)}")
    return net.eval()  # batch norm then changes nothing of its own when it is asked


def _noise(n: int, width: int) -> Tensor:
    return torch.randn(n, width)


def _takes_noise(net: nn.Module, width: int) -> str:
    """Does the first layer with weights take `width` numbers?"""
    first = next((m for m in net.modules() if isinstance(m, nn.Linear)), None)
    if first is not None and first.in_features != width:
        return "latent_dim_ignored"
    return "" if list(net.parameters()) else "nothing_to_train"


def _shape(net: nn.Module, width: int) -> str:
    made = net(_noise(4, width))
    if not isinstance(made, Tensor):
        raise InterfaceError(f"The network should give a tensor; yours is {describe(made)}")
    shape = tuple(made.shape)
    if shape == (4, 1, 28, 28):
        return ""
    known = {
        (4, 784): "flat",
        (4, 28, 28): "channel_missing",
        (4, 1, 32, 32): "starts_at_8",
        (4, 1, 14, 14): "stops_at_14",
        (4, 1, 56, 56): "goes_on_to_56",
        (4, 1, 34, 34): "no_padding",
        (4, 1, 25, 25): "one_pixel_short",
        (4, 1, 31, 31): "one_pixel_over",
        (4, 1, 7, 7): "stays_at_7",
        (4, 3, 28, 28): "three_channels",
    }
    if shape in known:
        return known[shape]
    if len(shape) == 4 and shape[2:] != (28, 28):
        raise InterfaceError(
            f"For 4 rows of noise the images have the shape {shape}; asked for is (4, 1, 28, 28). "
            "A transposed convolution makes (side − 1) · stride − 2 · padding + kernel pixels of a "
            "side: kernel 4, stride 2, padding 1 doubles it"
        )
    raise InterfaceError(f"4 rows of noise gave images of shape {shape}, not (4, 1, 28, 28)")


def _range(net: nn.Module, width: int) -> str:
    """Which values can the images have? Weights of the last layer are made large, to see."""
    kept = [p.detach().clone() for p in net.parameters()]
    low, high = 0.0, 0.0
    with torch.no_grad():
        for sign in (1, -1, 1, -1):
            for p in list(net.parameters())[-2:]:
                p.add_(sign * 40 * torch.rand_like(p))
            made = net(_noise(8, width))
            low, high = min(low, float(made.min())), max(high, float(made.max()))
            for p, value in zip(net.parameters(), kept, strict=True):
                p.copy_(value)
    if low >= -1e-6 and high <= 1 + 1e-6:
        return ""
    if low >= -1 - 1e-6 and high <= 1 + 1e-6:
        return "tanh"
    return "relu_at_the_end" if low >= -1e-6 else "no_bounded_end"


def _behavior(net: nn.Module, width: int) -> str:
    z = _noise(8, width).requires_grad_()
    made = net(z)
    if not made.requires_grad:
        return "graph_cut"
    slopes = torch.autograd.grad(made.square().sum(), z, allow_unused=True)[0]
    if slopes is None or slopes.abs().max() == 0:
        return "ignores_the_noise"
    with torch.no_grad():
        noise = _noise(1, width)
        if not torch.equal(net(noise), net(noise)):
            return "random_in_eval"
    return ""


def _layers(net: nn.Module) -> str:
    kinds = [m for m in net.modules() if not list(m.children())]
    if any(isinstance(m, POOLS) for m in kinds):
        return "pooling"
    if not any(isinstance(m, (*ENLARGE, nn.Conv2d)) for m in kinds):
        return "no_convolutions"
    norms = [i for i, m in enumerate(kinds) if isinstance(m, NORMS)]
    layers = [
        i for i, m in enumerate(kinds) if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear))
    ]
    if not norms:
        return "no_batch_norm"
    if norms[-1] > layers[-1]:
        return "batch_norm_at_the_end"
    bends = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Tanh)
    is_plain = isinstance(net, nn.Sequential)
    if is_plain and not any(isinstance(m, bends) for m in kinds[: layers[-1]]):
        return "nothing_bends"
    return ""


class _Apply(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Wrong) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def _up(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)


def _of_side(side: int, *rest: nn.Module) -> Wrong:
    return lambda k: nn.Sequential(
        nn.Linear(k, 8 * side * side), nn.Unflatten(1, (8, side, side)), nn.BatchNorm2d(8),
        nn.ReLU(), *rest, nn.Sigmoid(),
    )  # fmt: skip


def _linear(k: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(k, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid(),
        nn.Unflatten(1, (1, 28, 28)),
    )  # fmt: skip


def _no_noise(k: int) -> nn.Module:
    return nn.Sequential(_Apply(lambda z: 0 * z), *_network(k))


FAULTS = {
    "latent_dim_ignored": ("The first layer takes a number of your own, not `latent_dim`. The "
        "noise has `latent_dim` numbers, and the caller chooses how many.", lambda k: _network(32)),
    "nothing_to_train": ("The network has no weights, so there is nothing to train. Layers in a "
        "plain list aren't found: `nn.Sequential(…)`.",
        lambda k: _Apply(lambda z: z.new_zeros(len(z), 1, 28, 28))),
    "flat": ("You return 784 numbers in a row. Images have the shape (N, 1, 28, 28).",
        lambda k: nn.Sequential(*_network(k), nn.Flatten())),
    "channel_missing": ("The channel is missing: (N, 1, 28, 28), one gray channel.",
        lambda k: nn.Sequential(*_network(k), _Apply(lambda x: x[:, 0]))),
    "three_channels": ("You draw three channels. Digits are gray: one channel, (N, 1, 28, 28).",
        lambda k: _network(k, last=_up(4, 3))),
    "starts_at_8": ("Your images are 32 × 32: you begin with 8 × 8, and double it twice. 28 is "
        "twice 14, which is twice 7: begin with 7 × 7.", _of_side(8, _up(8, 4), _up(4, 1))),
    "stays_at_7": ("Your images stay at 7 × 7: no layer enlarges them. A transposed convolution "
        "with kernel 4, stride 2 and padding 1 doubles each side.", _of_side(7, nn.Conv2d(8, 1, 3,
        padding=1))),
    "stops_at_14": ("Your images are 14 × 14. One more doubling is missing.",
        _of_side(7, _up(8, 1))),
    "goes_on_to_56": ("Your images are 56 × 56: one doubling too many.",
        _of_side(7, _up(8, 4), _up(4, 2), _up(2, 1))),
    "no_padding": ("Without padding a transposed convolution with kernel 4 and stride 2 makes 2 "
        "more pixels than twice as many: 7, 16, 34. With `padding=1` it is 7, 14, 28.",
        lambda k: _network(k, padding=0)),
    "one_pixel_short": ("Your images are 25 × 25: the sides go 7, 13, 25. A transposed convolution "
        "with kernel 3, stride 2 and padding 1 makes one pixel less than twice as many. With "
        "kernel 4 it is 7, 14, 28.", lambda k: _network(k, kernel=3),
        lambda k: _network(k, kernel=5, padding=2)),
    "one_pixel_over": ("Your images are 31 × 31: the sides go 7, 15, 31. Each transposed "
        "convolution makes one pixel more than twice as many: (7 − 1) · stride − 2 · padding + "
        "kernel is 15. With kernel 4, stride 2 and padding 1 it is 14.",
        lambda k: _network(k, kernel=3, padding=0), lambda k: _network(k, kernel=5)),
    "tanh": ("Your images lie in [−1, 1]: a tanh at the end. The digits lie in [0, 1], so D would "
        "know a fake by its negative pixels. Take a sigmoid.",
        lambda k: _network(k, nn.Tanh())),
    "no_bounded_end": ("Your pixels can have any value. The digits lie in [0, 1]: end with a "
        "sigmoid. (Logits are what D returns; nobody takes a log of G's pixels.)",
        lambda k: _network(k, nn.Identity())),
    "relu_at_the_end": ("A ReLU at the end keeps pixels from being negative, and lets them grow "
        "above 1. It also has slope 0 wherever it gives 0. End with a sigmoid.",
        lambda k: _network(k, nn.ReLU())),
    "graph_cut": ("No gradient comes back from your images: a `detach()`, a `.data` or a "
        "`no_grad()` on the way. G would never learn.",
        lambda k: nn.Sequential(*_network(k), _Apply(Tensor.detach))),
    "ignores_the_noise": ("Your images don't depend on the noise, so all are the same.", _no_noise),
    "random_in_eval": ("In `eval()` the same noise gives two different images: a dropout or noise "
        "of your own inside. All that is random in an image should be in z.",
        lambda k: nn.Sequential(*_network(k), _Apply(lambda x: x * torch.rand_like(x))),
        lambda k: nn.Sequential(_Apply(lambda z: F.dropout(z, 0.5)), *_network(k))),
    "pooling": ("There is a pooling layer inside. A DCGAN has none: strided convolutions shrink, "
        "transposed ones enlarge.",
        lambda k: nn.Sequential(*_network(k), _up(1, 1), nn.MaxPool2d(2), nn.Sigmoid())),
    "no_convolutions": ("All layers are linear: that is no DCGAN. A linear layer has no idea which "
        "pixels are neighbors. Begin with (7, 7), and double it twice with transposed "
        "convolutions.",
        _linear),
    "no_batch_norm": ("There is no batch norm. The recipe has one in front of each ReLU of G, and "
        "without it G's first layers hardly learn.", lambda k: _network(k, norm=_Same)),
    "batch_norm_at_the_end": ("There is a batch norm behind the last layer with weights. It would "
        "give every batch of fakes the same mean and contrast, and D would see it. The recipe has "
        "none at G's end.", lambda k: _network(k, nn.BatchNorm2d(1), nn.Sigmoid())),
    "nothing_bends": ("There is no ReLU between the layers. Without one a chain of convolutions is "
        "one linear map.", lambda k: _network(k, bend=nn.Identity)),
}  # fmt: skip


class _Same(nn.Identity):
    """Takes the number of channels, as a norm does, and does nothing."""


DCGAN_GENERATOR = Exercise(
    name="dcgan_generator", notebook="06", title="from noise to images, by the shapes of a DCGAN",
    reference=dcgan_generator, cases=_cases, observe=inspect_generator, points=3,
    same=lambda yours, reference: yours == reference == "",
    mistakes=inspected(FAULTS, lambda fault: {fault}),
    hints=["Write down the shapes first: (N, latent_dim), (N, 48, 7, 7), (N, 24, 14, 14), "
           "(N, 1, 28, 28). Which layer leads from each to the next?",
           "`nn.Linear` and `nn.Unflatten(1, (48, 7, 7))` begin; `nn.ConvTranspose2d(48, 24, 4, "
           "stride=2, padding=1)` doubles the side. Behind each, but for the last, "
           "`nn.BatchNorm2d` and `nn.ReLU`.",
           "`nn.Sequential(nn.Linear(latent_dim, 48 * 7 * 7), nn.Unflatten(1, (48, 7, 7)), "
           "nn.BatchNorm2d(48), nn.ReLU(), nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1), "
           "nn.BatchNorm2d(24), nn.ReLU(), nn.ConvTranspose2d(24, 1, 4, stride=2, padding=1), "
           "nn.Sigmoid())`"],
)  # fmt: skip
