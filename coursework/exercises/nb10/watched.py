"""Networks that write down each call with its labels, and what those calls say of a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from coursework.checking.compare import shape
from coursework.checking.exercise import InterfaceError

NOTHING = torch.empty(0)


@dataclass(frozen=True, eq=False)
class Call:
    """One passage through a network, "g" or "d", "forward" or "backward"."""

    net: str
    kind: str
    x: Tensor = NOTHING
    y: Tensor = NOTHING
    made: Tensor = NOTHING

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and (self.net, self.kind) == (other.net, other.kind)


class Log(list[Call]):
    """The calls of both networks, in their order."""

    def of(self, net: str) -> list[Call]:
        """The forward calls of a network."""
        return [call for call in self if call == Call(net, "forward")]

    @property
    def first_backward(self) -> int:
        """The place of the first gradient that came back through D, or the end."""
        return self.index(Call("d", "backward")) if Call("d", "backward") in self else len(self)

    @property
    def asked_anew(self) -> bool:
        """Did D look at something after a gradient had come back? Then its logits were new."""
        return Call("d", "forward") in self[self.first_backward :]


class Tap(torch.autograd.Function):
    """Passes a tensor on, and writes down when a gradient comes back through it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, log: Log, net: str) -> Tensor:
        ctx.log, ctx.net = log, net
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        ctx.log.append(Call(ctx.net, "backward"))
        return gradient, None, None


class Watched(nn.Module):
    """A network that keeps a list of what came in, with which labels, and what came back."""

    def __init__(self, name: str, net: nn.Module, log: Log) -> None:
        super().__init__()
        self.name, self.net, self.log, self.was_in_eval = name, net, log, False

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        if y.is_floating_point() or y.ndim != 1 or not x.is_floating_point():
            takes = "generator(z, y)" if self.name == "g" else "discriminator(x, y)"
            raise InterfaceError(
                f"`{takes}` takes labels as they are, whole numbers (N,), in the second place; it "
                f"was given {shape(x)} and {shape(y)}"
            )
        self.was_in_eval |= not self.net.training
        place = len(self.log)
        self.log.append(Call(self.name, "forward", x.detach().clone(), y.clone()))
        made = self.net(x, y)
        self.log[place] = Call(
            self.name, "forward", x.detach().clone(), y.clone(), made.detach().clone()
        )
        return Tap.apply(made, self.log, self.name)

    @property
    def weights(self) -> Tensor:
        return torch.cat([p.detach().flatten() for p in self.parameters()])

    @property
    def is_frozen(self) -> bool:
        return not all(p.requires_grad for p in self.parameters())


def label_faults(log: Log, x_real: Tensor, y_real: Tensor, z: Tensor, y_fake: Tensor) -> set[str]:
    """Which labels went astray: "place:what", such as "fake_d:y_real".

    Places: g (given to G), real, fake_d (D's update), fake_g (G's update). What: y_real, y_fake,
    constant, shuffled, other. Also "mixed", where both halves went through D in one batch with the
    labels of one of them, and "stopped", where images and labels were not equally many.
    """
    found = {_fault("g", call.y, y_fake, y_real) for call in log.of("g")}
    fakes: list[Tensor] = []
    for place, call in enumerate(log):
        if call == Call("g", "forward"):
            fakes.append(call.made)
        if call == Call("d", "forward"):
            half = "fake_d" if place < log.first_backward else "fake_g"
            found |= _of_judged(call, half, fakes, x_real, y_real, y_fake)
    forward = [call for call in log if call.kind == "forward"]
    if any(len(call.x) != len(call.y) for call in forward):
        found.add("stopped")
    return found - {""}


def _of_judged(
    call: Call, half: str, fakes: list[Tensor], x_real: Tensor, y_real: Tensor, y_fake: Tensor
) -> set[str]:
    """Faults in the labels of one call of D."""
    real = _found_in(call.x, [x_real])
    fake = _found_in(call.x, fakes)
    is_real, is_fake = real >= 0, fake >= 0
    if len(call.x) != len(call.y):
        if is_real.any() and is_fake.any():
            return {"mixed"}
        right, place = (y_real, "real") if is_real.any() else (y_fake, half)
        return {_fault(place, call.y, right, y_fake if place == "real" else y_real)}
    return {
        _fault("real", call.y[is_real], y_real[real[is_real]], y_fake),
        _fault(half, call.y[is_fake], y_fake[fake[is_fake]], y_real),
    }


def _found_in(x: Tensor, batches: list[Tensor]) -> Tensor:
    """For each row of x its place in one of the batches, -1 where it is in none: (N,)."""
    places = torch.full((len(x),), -1)
    for batch in batches:
        if batch.shape[1:] == x.shape[1:] and len(batch):
            same = (x[:, None] == batch).flatten(2).all(2)  # (N, rows of the batch)
            places = torch.where(same.any(1), same.int().argmax(1), places)
    return places


def _fault(place: str, y: Tensor, right: Tensor, others: Tensor) -> str:
    """ "" where labels y are the right ones, else "place:what"."""
    if torch.equal(y, right):
        return ""
    if torch.equal(y, others[: len(y)]):
        what = "y_fake" if place == "real" else "y_real"
    elif len(y) > 1 and bool((y == y[0]).all()):
        what = "constant"
    else:
        what = "shuffled" if torch.equal(y.sort().values, right.sort().values) else "other"
    return f"{place}:{what}"
