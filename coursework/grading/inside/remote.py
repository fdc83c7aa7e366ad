"""A function of the other side, callable here.

Where gradients are wanted, a call is one node of autograd's graph.
"""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from .values import Encoder, whole
from .wire import Json, Malformed


@dataclass
class Reply:
    """What came back from a call: its tensors, the tree of its value, and what the call changed."""

    header: Json
    tensors: list[Tensor]
    carries: list[int] = field(default_factory=list)  # places of the tensors that have a graph


class Caller(Protocol):
    """What a remote function or module needs of the side that it is called from: a `Peer`."""

    def call(
        self,
        target: int,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        part: list[str] | None = None,
    ) -> Any: ...

    def vjp(
        self, graph: int, cotangents: list[Tensor | None], inputs: Sequence[Tensor]
    ) -> list[Tensor | None]: ...

    def exchange(self, header: Json, sent: Encoder) -> Reply: ...


@dataclass
class Graph:
    """A call that may be differentiated. order: 0 for a call, 1 for its gradients, and so on."""

    outputs: list[Tensor]
    leaves: list[Tensor]
    order: int

    @property
    def size(self) -> int:
        """Bytes that it keeps, at least."""
        return sum(t.nbytes for t in (*self.outputs, *self.leaves))


class RemoteFunction:
    """A function of the other side."""

    def __init__(self, peer: Caller, target: int, name: str, parameters: Any) -> None:
        self.peer, self.target, self.__name__ = peer, target, name
        if isinstance(parameters, list):
            self.__signature__ = _signature(parameters)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.peer.call(self.target, args, kwargs)

    def __deepcopy__(self, memo: Any) -> RemoteFunction:
        return self


class RemoteCall(torch.autograd.Function):
    """A call of the other side, or a gradient asked of it, as one node of this side's graph.

    live: the tensors that went along and want gradients. They are saved as torch's own layers save
    theirs, so that an optimizer's step before `backward`, or a second `backward`, raises here too.
    """

    @staticmethod
    def forward(
        ctx: Any, peer: Caller, header: Json, sent: Encoder, box: list[Reply], *live: Tensor
    ) -> tuple[Tensor, ...]:
        reply = peer.exchange(header, sent)
        box.append(reply)
        ctx.peer, ctx.graph, ctx.count = peer, reply.header.get("graph"), len(live)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*live)
        if ctx.graph is None:
            reply.carries = []
        carried = [reply.tensors[i] for i in reply.carries]
        if not carried:
            nothing = torch.zeros(())
            ctx.mark_non_differentiable(nothing)
            return (nothing,)
        return tuple(t.data if isinstance(t, nn.Parameter) else t for t in carried)

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor | None) -> tuple[Any, ...]:
        live = ctx.saved_tensors
        if ctx.graph is None or all(c is None for c in cotangents):
            return (None, None, None, None, *[None] * ctx.count)
        found = ctx.peer.vjp(ctx.graph, list(cotangents), live)
        if (
            not isinstance(found, list)
            or len(found) != ctx.count
            or not all(g is None or isinstance(g, Tensor) for g in found)
        ):
            raise Malformed("gradients that are none")
        return (None, None, None, None, *found)


def gradients(graph: Graph, cotangents: list[Tensor | None], again: bool) -> list[Tensor | None]:
    """The vector-Jacobian product of each leaf. again: whether it will be differentiated itself."""
    pairs = [(o, c) for o, c in zip(graph.outputs, cotangents, strict=True) if c is not None]
    if not pairs:
        return [None for _ in graph.leaves]
    outputs, given = zip(*pairs, strict=True)
    found = torch.autograd.grad(
        outputs, graph.leaves, given, allow_unused=True, retain_graph=True, create_graph=again
    )
    return list(found)


def parameters_of(fn: Any) -> list[list[Any]] | None:
    """[name, kind, whether it has a default] of each parameter, None where they can't be read."""
    try:
        return [
            [p.name, int(p.kind), p.default is not p.empty]
            for p in inspect.signature(fn).parameters.values()
        ]
    except (TypeError, ValueError):
        return None


def _signature(parameters: list[Any]) -> inspect.Signature:
    kinds = list(inspect._ParameterKind)
    empty = inspect.Parameter.empty
    named = [
        inspect.Parameter(_name(name, i), kinds[whole(kind, 5)], default=... if default else empty)
        for i, (name, kind, default) in enumerate(parameters[:100])
    ]
    return inspect.Signature(named)


def _name(name: Any, place: int) -> str:
    """A parameter's name as it was, Greek letters too, or one by its place where it is none."""
    fits = (
        isinstance(name, str)
        and len(name) < 100
        and name.isidentifier()
        and not keyword.iskeyword(name)
    )
    return name if fits else f"argument_{place}"
