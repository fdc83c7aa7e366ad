"""Which values may cross between judge and worker, and how: a JSON tree and a table of tensors.

Numbers, strings, None, `...`, tensors, NumPy arrays, tuples, lists, dicts, generators and
optimizers cross as data; functions and modules stay where they are and cross as numbers by which
the other side may call them. Anything else arrives as an `Opaque` of the same type name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Generator, Tensor, nn

try:  # from 3.12 on NumPy may be missing beside torch
    import numpy
except ImportError:  # pragma: no cover
    numpy = None  # type: ignore[assignment]

from .wire import Json, Malformed

DTYPES: dict[str, torch.dtype] = {
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
    "uint8": torch.uint8,
    "int8": torch.int8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "bool": torch.bool,
    "complex64": torch.complex64,
    "complex128": torch.complex128,
}
KINDS = {
    "tensor",
    "tuple",
    "list",
    "dict",
    "generator",
    "numpy",
    "ellipsis",
    "function",
    "module",
    "optimizer",
    "other",
}
DEPTH = 20  # of nested tuples, lists and dicts
LENGTH = 10_000  # of a tuple, list or dict
NUMBER = 4096  # bits of a whole number


class Exchange(Protocol):
    """What turns functions and modules into numbers and back: a `Peer`."""

    accepts: set[str]

    def export(self, thing: Any) -> Json: ...
    def import_function(self, tree: Json) -> Callable[..., Any]: ...
    def import_module(self, tree: Json, state: dict[str, Tensor]) -> nn.Module: ...


class Opaque:
    """Stands for a value that can't cross. Its class carries the name of the value's class."""

    @staticmethod
    def named(name: Any) -> Opaque:
        """An instance of a fresh class called `name`, cleaned."""
        return type(clean_name(name), (Opaque,), {"__module__": "elsewhere"})()


def clean_name(name: Any) -> str:
    """An identifier of at most 40 characters, whatever was sent."""
    return re.sub(r"\W", "", str(name)[:40], flags=re.ASCII) or "object"


class Encoder:
    """Turns values into a tree; `tensors` is the table that the tree's numbers point into."""

    def __init__(self, peer: Exchange) -> None:
        self.peer = peer
        self.tensors: list[Tensor] = []
        self.generators: list[Generator] = []
        self.optimizers: list[torch.optim.Optimizer] = []
        self.modules: list[nn.Module] = []
        self.in_modules: set[int] = set()  # places of tensors that modules and optimizers hold
        self._index: dict[int, int] = {}

    def tensor(self, value: Tensor) -> int:
        """Place of a tensor in the table; the same tensor has one place."""
        if id(value) not in self._index:
            self._index[id(value)] = len(self.tensors)
            self.tensors.append(value)
        return self._index[id(value)]

    def tree(self, value: Any, depth: int = 0) -> Any:
        """The JSON form of a value."""
        if numpy is not None and isinstance(value, numpy.generic):  # float64 is a float as well
            return self._rest(value)
        if value is None or isinstance(value, (bool, float, str)):
            return (
                value
                if type(value) in (type(None), bool, float, str)
                else {"is": "other", "name": type(value).__name__}
            )
        if isinstance(value, int):
            return int(value) if value.bit_length() <= NUMBER else {"is": "other", "name": "int"}
        if depth > DEPTH:
            return {"is": "other", "name": type(value).__name__}
        return self._compound(value, depth)

    def _compound(self, value: Any, depth: int) -> Json:
        if (
            isinstance(value, Tensor)
            and str(value.dtype).removeprefix("torch.") in DTYPES
            and value.layout == torch.strided
        ):
            return {"is": "tensor", "at": self.tensor(value)}
        if isinstance(value, (tuple, list)):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return {"is": kind, "of": [self.tree(v, depth + 1) for v in value]}
        if isinstance(value, dict):
            pairs = [[self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in value.items()]
            return {"is": "dict", "of": pairs}
        if isinstance(value, Generator):
            self.generators.append(value)
            return {"is": "generator", "at": self.tensor(value.get_state())}
        if isinstance(value, nn.Module):
            self.modules.append(value)
            return {**self.peer.export(value), "is": "module", "tensors": self._state(value)}
        if isinstance(value, torch.optim.Optimizer):
            return self._optimizer(value, depth)
        return self._rest(value)

    def _rest(self, value: Any) -> Json:
        if value is ...:
            return {"is": "ellipsis"}
        if numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)):
            try:
                entries = torch.as_tensor(numpy.ascontiguousarray(value)).reshape(value.shape)
            except (TypeError, ValueError):
                return {"is": "other", "name": type(value).__name__}
            return {"is": "numpy", "at": self.tensor(entries)}
        if callable(value):
            return {**self.peer.export(value), "is": "function"}
        return {"is": "other", "name": type(value).__name__}

    def _state(self, module: nn.Module) -> dict[str, int]:
        named = [
            *module.named_parameters(remove_duplicate=False),
            *module.named_buffers(remove_duplicate=False),
        ]
        places = {name: self.tensor(t) for name, t in named}
        self.in_modules |= set(places.values())
        return places

    def _optimizer(self, value: torch.optim.Optimizer, depth: int) -> Json:
        self.optimizers.append(value)
        groups = [[self.tensor(p) for p in g["params"]] for g in value.param_groups]
        kinds = [k.__name__ for k in type(value).__mro__ if k.__module__.startswith("torch.optim")]
        before = len(self.tensors)
        state = self.tree(value.state_dict(), depth + 1)
        self.in_modules |= {place for group in groups for place in group}
        self.in_modules |= set(range(before, len(self.tensors)))
        return {"is": "optimizer", "name": kinds[0], "groups": groups, "state": state}


def describe(tensor: Tensor) -> Json:
    """The line of the table that says how to read a tensor's bytes."""
    line: Json = {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
    }
    if not tensor.is_contiguous():
        line["stride"] = list(tensor.stride())
    if tensor.requires_grad:
        line["grad"] = "leaf" if tensor.is_leaf else "inner"
    if isinstance(tensor, nn.Parameter):
        line["parameter"] = True
    return line


def to_bytes(tensor: Tensor) -> memoryview:
    """A tensor's entries in row order, as bytes."""
    flat = as_bytes(tensor.detach().resolve_conj().resolve_neg().cpu())
    return flat.numpy().data if flat.numel() else memoryview(b"")


def as_bytes(tensor: Tensor) -> Tensor:
    """A tensor's entries in row order, as uint8; a single entry may have any stride, even 0."""
    flat = tensor.contiguous().reshape(-1)
    if flat.numel() == 1:
        flat = flat.clone(memory_format=torch.contiguous_format)
    return flat.view(torch.uint8) if flat.numel() else flat


def whole(value: Any, below: int) -> int:
    """A whole number in [0, below); Malformed for anything else."""
    if type(value) is not int or not 0 <= value < below:
        raise Malformed("a number outside its range")
    return value
