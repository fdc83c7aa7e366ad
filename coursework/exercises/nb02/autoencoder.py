"""Exercise `build_autoencoder`: any network that squeezes images through latent_dim numbers.

It is judged by what it does, never by how it is built. `inspect_network` returns the short name of
the first fault it meets, "" where there is none; `wrong_autoencoders` holds the message of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Generator, Tensor, nn

from course_utils.models.autoencoder import Autoencoder
from coursework.checking.compare import describe
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.nb02.wrong_autoencoders import FAULTS
from coursework.exercises.rules import inspected

Layer = Callable[[Tensor], Tensor]


def build_autoencoder(latent_dim: int) -> nn.Module:
    """For (N, 1, 28, 28): .encode to (N, latent_dim), .decode and forward to logits."""
    return Autoencoder(latent_dim)


def _cases(generator: Generator) -> Iterator[Case]:
    latent_dim = int(torch.randint(2, 13, (), generator=generator))
    yield Case((latent_dim,), f"codes of 1 and {latent_dim} numbers, batches of 1, 3 and 8 images")


def inspect_network(fn: Callable[[int], nn.Module], latent_dim: int) -> str:
    """Name of the first fault of the networks that `fn` builds, "" for none."""
    for width in (latent_dim, 1):
        net = _network(fn, width)
        fault = _shapes(net, width) or _meaning(net) or _training(net)
        fault = fault or _logit_range(net) or _bends(net, width)
        fault = fault or _code_range(net) or _leaks(net, width)
        if fault:
            return fault
    return ""


def _network(fn: Callable[[int], nn.Module], width: int) -> nn.Module:
    net = fn(width)
    if isinstance(net, type):
        raise InterfaceError(
            f"You return the class `{net.__name__}`; make one: `return {net.__name__}(…)`"
        )
    if not isinstance(net, nn.Module):
        raise InterfaceError(f"An `nn.Module` should come back; yours is {describe(net)}")
    if isinstance(net, nn.Sequential) and not hasattr(net, "encode"):
        raise InterfaceError(
            "You return one `nn.Sequential`. Make two, an encoder and a decoder, and "
            "`return Autoencoder(encoder, decoder)`, which has `.encode` and `.decode`"
        )
    for method in ("encode", "decode"):
        if not callable(getattr(net, method, None)):
            raise InterfaceError(
                f"The network has no `.{method}`: define a method `{method}` beside `forward`"
            )
    if _layers_in_a_list(net):
        raise InterfaceError(
            "Layers stand in a plain Python list, where PyTorch doesn't find them, so they would "
            "never be trained: use `nn.Sequential(*layers)` or `nn.ModuleList(layers)`"
        )
    if not list(net.parameters()):
        raise InterfaceError(
            "The network has no parameters, so there is nothing to train. Make the layers in "
            "`__init__` and keep them as `self.…`"
        )
    return net.eval()


def _layers_in_a_list(net: nn.Module) -> bool:
    """Is a layer with parameters kept in a list or tuple, and nowhere else?"""
    known = set(net.modules())
    held = [v for m in known for v in vars(m).values() if isinstance(v, (list, tuple))]
    layers = [e for v in held for e in v if isinstance(e, nn.Module) and e not in known]
    return any(list(layer.parameters()) for layer in layers)


def _shapes(net: nn.Module, width: int) -> str:
    """Shapes of code and image, for several batch sizes."""
    if not _runs(net, 3) and any(_runs(net, n) for n in (1, 8, 16, 32, 64, 100, 128, 256)):
        return "batch_size_baked_in"
    x = torch.rand(3, 1, 28, 28)
    z = _tensor(net.encode(x), "`encode`")  # raises the learner's own error where it can't run
    if z.ndim != 2:
        return "code_not_flat"
    if z.shape[1] > width:
        return "no_bottleneck"
    if z.shape[1] < width:
        return "latent_dim_ignored"
    for name, logits in (("`decode`", net.decode(z)), ("`forward`", net(x))):
        shape = tuple(_tensor(logits, name).shape)
        if shape == (3, 28, 28):
            return "channel_forgotten"
        if shape == (3, 784):
            return "flat_output"
        if shape != (3, 1, 28, 28):
            raise InterfaceError(f"{name} gives {shape} for 3 images; it should be (3, 1, 28, 28)")
    return "" if _runs(net, 1) and _runs(net, 8) else "batch_size_baked_in"


def _runs(net: nn.Module, n: int) -> bool:
    x = torch.rand(n, 1, 28, 28)
    try:
        return len(net.encode(x)) == n == len(net.decode(net.encode(x))) and len(net(x)) == n
    except Exception:
        return False


def _tensor(value: Any, name: str) -> Tensor:
    if isinstance(value, (tuple, list)):
        raise InterfaceError(f"{name} gives {describe(value)}; it should give one tensor")
    if not isinstance(value, Tensor):
        raise InterfaceError(f"{name} should give a tensor; yours is {describe(value)}")
    return value


@torch.no_grad()
def _meaning(net: nn.Module) -> str:
    """Is forward the same as decode after encode?"""
    x = 4 * torch.randn(6, 1, 28, 28)
    z, logits = net.encode(x), net(x)
    if not torch.equal(z, net.encode(x)):
        return "random_in_eval"
    there = net.decode(z)
    if not torch.allclose(there, logits, rtol=1e-4, atol=1e-4):
        probabilities = torch.allclose(there.sigmoid(), logits, atol=1e-4)
        return "sigmoid_inside" if probabilities else "forward_bypasses_code"
    return ""


@torch.no_grad()
def _bends(net: nn.Module, width: int) -> str:
    """Is something nonlinear on each side? Weights are stirred, since some layers start at 0."""
    x, z = 4 * torch.randn(48, 1, 28, 28), 10 * torch.randn(48, width)
    with _stirred(net):
        sides = _affine(net.encode, x), _affine(net.decode, z)
    return {
        (True, True): "linear_all_the_way",
        (True, False): "linear_encoder",
        (False, True): "linear_decoder",
    }.get(sides, "")


@contextmanager
def _stirred(net: nn.Module, scale: float = 1.0) -> Iterator[None]:
    """For a while: weights and biases of random sign, a little off what they were, times scale."""
    kept = [parameter.clone() for parameter in net.parameters()]
    for parameter in net.parameters():
        sign = 1 if torch.rand(()) < 0.5 else -1
        parameter.copy_(scale * (sign * parameter + 0.1 * torch.randn_like(parameter)))
    yield
    for parameter, value in zip(net.parameters(), kept, strict=True):
        parameter.copy_(value)


def _affine(function: Layer, x: Tensor) -> bool:
    """Superposition: f(a + b - c) = f(a) + f(b) - f(c) for an affine f and for no other."""
    a, b, c = x.chunk(3)
    fa, fb, fc = function(a), function(b), function(c)
    gap = (function(a + b - c) - fa - fb + fc).abs().max()
    spread = torch.stack([fa - fc, fb - fc]).abs().max()
    return bool(gap <= 1e-3 * spread + 1e-6 * fa.abs().max())


def _training(net: nn.Module) -> str:
    """Does a training step run, and does its gradient reach the encoder's side?"""
    net.train()
    x = torch.rand(8, 1, 28, 28, requires_grad=True)
    logits = net(x)
    if not logits.requires_grad:
        return "graph_cut"
    grads = torch.autograd.grad(logits.square().sum(), [x, *net.parameters()], allow_unused=True)
    net.eval()
    return "graph_cut" if grads[0] is None else ""


@torch.no_grad()
def _reach(net: nn.Module, side: Layer, x: Tensor) -> tuple[float, float]:
    """Lowest and highest output with weights 30 times as large: far beyond ±3 for a plain layer.

    A code of one number may have one sign by chance, so other weights are tried.
    """
    low = high = 0.0
    for _ in range(24):
        with _stirred(net, 30):
            y = side(x)
        low, high = min(low, float(y.min())), max(high, float(y.max()))
        if low < -3 and high > 3:
            break
    return low, high


def _logit_range(net: nn.Module) -> str:
    low, high = _reach(net, net.forward, 2 * torch.randn(6, 1, 28, 28))
    if low >= 0:
        return "sigmoid_inside" if high <= 1 else "relu_at_the_end"
    if low >= -1 and high <= 1:
        return "tanh_at_the_end"
    return "bounded_logits" if low > -3 or high < 3 else ""


def _code_range(net: nn.Module) -> str:
    low, high = _reach(net, net.encode, 4 * torch.randn(12, 1, 28, 28))
    if low >= 0:
        return "code_never_negative"
    return "bounded_code" if low > -3 or high < 3 else ""


@torch.no_grad()
def _leaks(net: nn.Module, width: int) -> str:
    """Is something like a LeakyReLU the last layer of a side?"""
    if _kinked(net, net.encode, 4 * torch.randn(24, 1, 28, 28)):
        return "leaky_code"
    return "leaky_logits" if _kinked(net, net.decode, 10 * torch.randn(24, width)) else ""


def _kinked(net: nn.Module, side: Layer, x: Tensor) -> bool:
    """Does the slope jump at 0 for three sets of weights? A layer before the last may, for one."""
    jumps = 0
    for _ in range(24):
        with _stirred(net):
            jump = _slope_jumps(side, x)
        jumps += bool(jump)
        if jump is False or jumps == 3:
            break
    return jumps == 3


def _slope_jumps(side: Layer, x: Tensor, step: float = 2e-3) -> bool | None:
    """Does an output's slope jump where it crosses 0 between two inputs? None: no crossing."""
    y = side(x).flatten(1)
    place = int(torch.minimum(-y.amin(0), y.amax(0)).argmax())
    if not y[:, place].min() < 0 < y[:, place].max():
        return None
    start, end = x[y[:, place].argmin()], x[y[:, place].argmax()]

    def at(*ways: float) -> Tensor:
        return side(torch.stack([start + t * (end - start) for t in ways])).flatten(1)[:, place]

    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle) < 0 else (low, middle)
    left, right = at(low - step, low, low + step).diff()
    return bool(max(left, right) > 1.5 * min(left, right))


BUILD_AUTOENCODER = Exercise(
    name="build_autoencoder",
    notebook="02",
    title="an encoder, a bottleneck and a decoder that gives logits",
    reference=build_autoencoder,
    cases=_cases,
    mistakes=inspected(FAULTS, lambda fault: {fault}),
    hints=[
        "An encoder is an `nn.Sequential` that starts with `nn.Flatten()` and ends in `latent_dim` "
        "numbers. The decoder is the same walk backwards.",
        "Encoder: flatten, `nn.Linear(784, 400)`, `nn.ReLU()`, and one more `nn.Linear` down to "
        "`latent_dim`. The decoder has the same sizes in reverse and ends with `nn.Unflatten`.",
        "Decoder: `nn.Sequential(nn.Linear(latent_dim, 400), nn.ReLU(), nn.Linear(400, 784), "
        "nn.Unflatten(1, (1, 28, 28)))`, with no sigmoid after it. Then "
        "`return Autoencoder(encoder, decoder)`.",
    ],
    points=3,
    hides=("Autoencoder",),
    observe=inspect_network,
    same=lambda yours, reference: yours == reference == "",
)
