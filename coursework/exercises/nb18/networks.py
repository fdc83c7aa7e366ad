"""Two networks that the reader builds, judged by what they do and not by their widths.

`inspect_…` returns the short name of the first fault it meets, "" where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.compare import describe
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.nb18.places import PLACES
from coursework.exercises.rules import Wrong, inspected


class _Apply(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Wrong) -> None:
        super().__init__()
        self.function = function

    def forward(self, *args: Tensor) -> Any:
        return self.function(*args)


def _module(net: Any) -> nn.Module:
    if isinstance(net, type):
        raise InterfaceError(f"You return the class `{net.__name__}`; make one: `{net.__name__}()`")
    if isinstance(net, (list, tuple)):
        raise InterfaceError("Put the layers into one network: `nn.Sequential(layer, layer, …)`")
    if not isinstance(net, nn.Module):
        raise InterfaceError(f"An `nn.Module` should come back; yours is {describe(net)}")
    return net.eval()


def _tensor(made: Any) -> Tensor:
    if not isinstance(made, Tensor):
        raise InterfaceError(f"The network should give a tensor; yours is {describe(made)}")
    return made


def _odd_shape(made: Tensor, wanted: tuple[int, ...]) -> InterfaceError:
    return InterfaceError(f"It gave the shape {tuple(made.shape)}; asked for is {wanted}")


def _extremes(net: nn.Module, *args: Tensor) -> tuple[float, float]:
    """The lowest and highest value that comes out when the last weights are made large."""
    last = list(net.parameters())[-2:]
    kept = [p.detach().clone() for p in last]
    low, high = float("inf"), float("-inf")
    with torch.no_grad():
        for sign in (1, -1, 1, -1):
            for p in last:
                p.add_(sign * 40 * torch.rand_like(p))
            made = net(*args)
            low, high = min(low, float(made.min())), max(high, float(made.max()))
            for p, value in zip(last, kept, strict=True):
                p.copy_(value)
    return low, high


# Images of clothing, asked for by their kind.


class _Clothing(nn.Module):
    """G(z, y): the label as a one-hot row beside the noise."""

    def __init__(
        self, latents: int, kinds: int, end: nn.Module | None = None, side: int = 28
    ) -> None:
        super().__init__()
        self.kinds, self.side = kinds, side
        self.layers = nn.Sequential(
            nn.Linear(latents + kinds, 24), nn.ReLU(), nn.Linear(24, side * side),
            end or nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        told = torch.cat([z, F.one_hot(y, self.kinds).float()], dim=1)
        return self.layers(told).view(-1, 1, self.side, self.side)


def clothing_generator(latents: int, kinds: int) -> nn.Module:
    """A network G(z, y): noise (N, latents) and labels (N,) to images (N, 1, 28, 28) in [0, 1]."""
    return _Clothing(latents, kinds)


def _clothing_cases(generator: Generator) -> Iterator[Case]:
    latents, kinds = (int(torch.randint(3, 14, (), generator=generator)) for _ in range(2))
    yield Case((latents, kinds), f"noise of {latents} numbers, {kinds} kinds")


def inspect_clothing(fn: Wrong, latents: int, kinds: int) -> str:
    """Name of the first fault of the generators that `fn` builds, "" for none."""
    for width, count in ((latents, kinds), (latents + 2, kinds + 9)):
        net = _module(fn(width, count))
        z, y = torch.randn(6, width), torch.arange(6) % count
        y[-1] = count - 1
        fault = "" if list(net.parameters()) else "nothing_to_train"
        fault = fault or _picture(net, z, y) or _listens(net, z, y, count)
        if fault:
            return fault
    return ""


def _picture(net: nn.Module, z: Tensor, y: Tensor) -> str:
    made = _tensor(net(z, y))
    known = {(6, 784): "flat", (6, 28, 28): "channel_missing", (6, 1, 32, 32): "starts_at_8",
             (6, 3, 28, 28): "three_channels"}  # fmt: skip
    if tuple(made.shape) in known:
        return known[tuple(made.shape)]
    if made.shape != (6, 1, 28, 28):
        raise _odd_shape(made, (6, 1, 28, 28))
    if not made.requires_grad:
        return "graph_cut"
    low, high = _extremes(net, z, y)
    if low >= -1e-6 and high <= 1 + 1e-6:
        return ""
    return "tanh" if low >= -1 - 1e-6 and high <= 1 + 1e-6 else "not_bounded"


def _listens(net: nn.Module, z: Tensor, y: Tensor, kinds: int) -> str:
    with torch.no_grad():
        made, again = net(z, y), net(z, y)
        if not torch.equal(made, again):
            return "random_in_eval"
        if torch.equal(net(z, (y + 1) % kinds), made):
            return "label_ignored"
        if torch.equal(net(z.flip(0), y), made):
            return "noise_ignored"
    return "label_as_a_number" if _takes_any_number(net, z, y, kinds) else ""


def _takes_any_number(net: nn.Module, z: Tensor, y: Tensor, kinds: int) -> bool:
    """Does the network tell apart two labels for which a table of kinds has no rows?

    `nn.Embedding(kinds, 1)` doesn't: its one number for each kind is learned, so no kind is twice
    another, and none lies between two others unless training puts it there. That is right.
    """
    with torch.no_grad():
        try:
            one, other = (net(z, torch.full_like(y, kinds + 20 + n)) for n in range(2))
        except Exception:  # one-hot rows and embeddings end there
            return False
    return not torch.equal(one, other)


class _AsANumber(_Clothing):
    def __init__(self, latents: int, kinds: int) -> None:
        super().__init__(latents, 1)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.layers(torch.cat([z, y[:, None].float()], 1)).view(-1, 1, 28, 28)


def _after(change: Wrong, end: type[nn.Module] = nn.Sigmoid) -> Wrong:
    """The right network, and what comes out of it changed."""

    def build(latents: int, kinds: int) -> nn.Module:
        net = _Clothing(latents, kinds, end())
        wrong = _Apply(lambda z, y: change(net, z, y))
        wrong.add_module("net", net)
        return wrong

    return build


CLOTHING_FAULTS = {
    "nothing_to_train": ("The network has no weights. Layers in a plain list aren't found: "
        "`nn.Sequential(…)`.",
        lambda k, kinds: _Apply(lambda z, y: z.new_zeros(len(z), 1, 28, 28))),
    "label_ignored": ("The images don't depend on the label: nobody could ask for shoes.",
        _after(lambda net, z, y: net(z, torch.zeros_like(y)))),
    "noise_ignored": ("The images don't depend on the noise: one image for each kind.",
        _after(lambda net, z, y: net(torch.zeros_like(z), y))),
    "label_as_a_number": ("The label goes in as one number, as if kind 4 were twice kind 2. Give "
        "each kind a column of its own (one-hot), or a learned row (`nn.Embedding`).", _AsANumber),
    "flat": ("You return 784 numbers in a row. Images have the shape (N, 1, 28, 28).",
        _after(lambda net, z, y: net(z, y).flatten(1))),
    "channel_missing": ("The channel is missing: (N, 1, 28, 28).",
        _after(lambda net, z, y: net(z, y)[:, 0])),
    "three_channels": ("You draw three channels. These images are gray: one.",
        _after(lambda net, z, y: net(z, y).expand(-1, 3, -1, -1))),
    "starts_at_8": ("Your images have 32 × 32 pixels. Asked for are 28 × 28: 7, 14, 28.",
        lambda k, kinds: _Clothing(k, kinds, side=32)),
    "tanh": ("Your pixels lie in [−1, 1], those of the data in [0, 1]: end with a sigmoid.",
        _after(lambda net, z, y: net(z, y), nn.Tanh)),
    "not_bounded": ("Your pixels can have any value. The data's lie in [0, 1]: end with a sigmoid.",
        _after(lambda net, z, y: net(z, y), nn.Identity)),
    "graph_cut": ("No gradient comes back from your images: a `detach()` or `no_grad()`.",
        _after(lambda net, z, y: net(z, y).detach())),
    "random_in_eval": ("In `eval()` the same noise and label give two images: there is noise or "
        "dropout inside. All that is random should be in z.",
        _after(lambda net, z, y: net(z + 0.1 * torch.randn_like(z), y))),
}  # fmt: skip

CLOTHING_GENERATOR = Exercise(
    name="clothing_generator", notebook="18", title="a generator that can be asked for a kind",
    reference=clothing_generator, cases=_clothing_cases, observe=inspect_clothing, points=3,
    same=lambda yours, reference: yours == reference == "",
    mistakes=inspected(CLOTHING_FAULTS, lambda fault: {fault}),
    hints=["How does the label become numbers? A row of zeros with a 1, or `nn.Embedding`.",
           "Put that row beside z: `torch.cat([z, F.one_hot(y, kinds).float()], 1)`. The first "
           "layer takes latents + kinds numbers.",
           "Then `nn.Linear(latents + kinds, 784)`, `nn.Sigmoid()` and `.view(-1, 1, 28, 28)` are "
           f"enough for the check. The course shows it in {PLACES['clothing_generator']}."],
)  # fmt: skip


# An encoder, by its shapes.


def _encoder(latents: int, *end: nn.Module, out: int = 2, stride: int = 2) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, stride=stride, padding=1), nn.ReLU(),
        nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(),
        nn.Linear(8 * (32 // stride // 2) ** 2, out * latents), *end,
    )  # fmt: skip


def small_encoder(latents: int) -> nn.Module:
    """A network from images (N, 1, 32, 32) to mu and log sigma² of a code, (N, 2 · latents)."""
    return _encoder(latents)


def _encoder_cases(generator: Generator) -> Iterator[Case]:
    latents = int(torch.randint(3, 12, (), generator=generator))
    yield Case((latents,), f"{latents} latents")


def inspect_encoder(fn: Wrong, latents: int) -> str:
    """Name of the first fault of the encoders that `fn` builds, "" for none."""
    x = torch.rand(5, 1, 32, 32)
    if len({tuple(_tensor(_module(fn(w))(x)).shape) for w in (latents, latents + 3)}) == 1:
        return "width_fixed"
    for width in (latents, latents + 3):
        net = _module(fn(width))
        made = _tensor(net(x))
        known = {(5, width): "one_number", (5, 3 * width): "three_numbers",
                 (5, 2, width): "stacked", (5, 2 * width, 1, 1): "not_flat"}  # fmt: skip
        if made.shape != (5, 2 * width):
            if tuple(made.shape) in known:
                return known[tuple(made.shape)]
            raise _odd_shape(made, (5, 2 * width))
        if not list(net.parameters()) or not made.requires_grad:
            return "graph_cut"
        low, high = _extremes(net, x)
        if low >= -1.5 or high <= 1.5:
            return "never_negative" if low >= -1e-6 else "bounded"
        kinds = [m for m in net.modules() if not list(m.children())]
        if not any(isinstance(m, nn.Conv2d) for m in kinds):
            return "no_convolutions"
    return ""


ENCODER_FAULTS = {
    "one_number": ("You return one number for each latent. An encoder returns two: mu and log "
        "sigma².", lambda k: _encoder(k, out=1)),
    "three_numbers": ("You return three numbers for each latent. Two are asked for: mu and log "
        "sigma².", lambda k: _encoder(k, out=3)),
    "width_fixed": ("The width doesn't follow `latents`. The caller chooses it.",
        lambda k: _encoder(20)),
    "stacked": ("You return (N, 2, latents). Asked for is one row for each image, (N, 2 · "
        "latents).", lambda k: _encoder(k, nn.Unflatten(1, (2, k)))),
    "not_flat": ("You return (N, 2 · latents, 1, 1). `nn.Flatten()` makes rows of it.",
        lambda k: _encoder(k, nn.Unflatten(1, (2 * k, 1, 1)))),
    "graph_cut": ("No gradient reaches the network's weights.",
        lambda k: nn.Sequential(_encoder(k), _Apply(Tensor.detach))),
    "never_negative": ("What comes out is never negative: a ReLU (or softplus) at the end. A mean "
        "and a log-variance may be. End with a linear layer.", lambda k: _encoder(k, nn.ReLU())),
    "bounded": ("What comes out is bounded: a tanh or sigmoid at the end. A mean may be any "
    "number. "
        "End with a linear layer.", lambda k: _encoder(k, nn.Tanh())),
    "no_convolutions": ("There is no convolution. A linear layer doesn't know which pixels are "
        "neighbors.", lambda k: nn.Sequential(nn.Flatten(), nn.Linear(1024, 2 * k))),
}  # fmt: skip

SMALL_ENCODER = Exercise(
    name="small_encoder", notebook="18", title="from images to mu and log sigma², by shapes",
    reference=small_encoder, cases=_encoder_cases, observe=inspect_encoder, points=3,
    same=lambda yours, reference: yours == reference == "",
    mistakes=inspected(ENCODER_FAULTS, lambda fault: {fault}),
    hints=["Write down the shapes first: (N, 1, 32, 32), (N, 16, 16, 16), (N, 32, 8, 8), then a "
           "row.",
           "`nn.Conv2d(1, 16, 3, stride=2, padding=1)` halves the side; ReLU behind it; twice.",
           "`nn.Flatten()` and `nn.Linear(32 * 8 * 8, 2 * latents)` end it, with no ReLU behind. "
           f"The course shows it in {PLACES['small_encoder']}."],
)  # fmt: skip
