"""Read what `values.py` has written: tensors from bytes, values from trees.

Nothing is taken on trust.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .values import DEPTH, DTYPES, LENGTH, Exchange, Opaque, whole
from .wire import Json, Malformed

DIMENSIONS = 16
OPTIMIZERS = {
    kind.__name__: kind
    for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop)
}


def read_table(table: Any, body: bytearray, max_numel: int = 1 << 28) -> list[Tensor]:
    """The tensors of a message, with `requires_grad` as told. Raises Malformed for anything odd."""
    if not isinstance(table, list) or len(table) > LENGTH:
        raise Malformed("a table of tensors that is none")
    tensors, at = [], 0
    for line in table:
        tensor, size = _read_tensor(line, body, at, max_numel)
        tensors.append(tensor)
        at += size
    if at != len(body):
        raise Malformed("bytes are left over")
    return tensors


def _read_tensor(line: Any, body: bytearray, at: int, max_numel: int) -> tuple[Tensor, int]:
    try:
        dtype, shape = (
            DTYPES[line["dtype"]],
            [whole(n, 1 << 40) for n in line["shape"][:DIMENSIONS]],
        )
        if len(line["shape"]) > DIMENSIONS:  # the product of many takes for ever
            raise Malformed("a tensor of too many dimensions")
    except (KeyError, TypeError) as error:
        raise Malformed("a tensor without dtype or shape") from error
    numel = 1
    for n in shape:
        numel *= n
    size = numel * dtype.itemsize
    if numel > max_numel or at + size > len(body):
        raise Malformed("a tensor larger than what came")
    if numel == 0:
        tensor = torch.empty(shape, dtype=dtype)
    elif dtype == torch.bool:  # a byte of 2 is no bool
        tensor = (torch.frombuffer(body, dtype=torch.uint8, count=size, offset=at) != 0).reshape(
            shape
        )
    else:
        raw = torch.frombuffer(body, dtype=torch.uint8, count=size, offset=at).clone()
        tensor = raw.view(dtype).reshape(shape)
    return _dress(tensor, line), size


def _dress(tensor: Tensor, line: Json) -> Tensor:
    """Strides (of dense tensors: transposes and the like), parameter and gradient as told."""
    stride = line.get("stride")
    if stride is not None and tensor.numel():
        if not isinstance(stride, list) or len(stride) != tensor.ndim:
            raise Malformed("strides that don't fit")
        order = sorted(range(tensor.ndim), key=lambda i: -whole(stride[i], 1 << 40))
        tensor = (
            tensor.permute(order).contiguous().permute([order.index(i) for i in range(tensor.ndim)])
        )
    wants = line.get("grad") is not None and (tensor.is_floating_point() or tensor.is_complex())
    if line.get("parameter"):
        return nn.Parameter(tensor, requires_grad=wants)
    return tensor.requires_grad_(wants)


class Decoder:
    """Turns a tree back into values; `tensors` may be replaced before `value` is called."""

    def __init__(self, peer: Exchange, tensors: list[Tensor]) -> None:
        self.peer, self.tensors = peer, tensors
        self.generators: list[tuple[Generator, Tensor]] = []
        self.optimizers: list[torch.optim.Optimizer] = []
        self.modules: list[nn.Module] = []

    def value(self, tree: Any, depth: int = 0) -> Any:
        """The value of a tree. Raises Malformed."""
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if not isinstance(tree, dict) or depth > DEPTH + 5:
            raise Malformed("a value of no known form")
        read = getattr(
            self, f"_{tree.get('is')}" if tree.get("is") in self.peer.accepts else "_other"
        )
        return read(tree, depth)

    def _at(self, tree: Json) -> Tensor:
        return self.tensors[whole(tree.get("at"), len(self.tensors))]

    def _tensor(self, tree: Json, depth: int) -> Tensor:
        return self._at(tree)

    def _of(self, tree: Json) -> list[Any]:
        items = tree.get("of")
        if not isinstance(items, list) or len(items) > LENGTH:
            raise Malformed("a sequence that is none, or too long")
        return items

    def _tuple(self, tree: Json, depth: int) -> tuple[Any, ...]:
        return tuple(self.value(v, depth + 1) for v in self._of(tree))

    def _list(self, tree: Json, depth: int) -> list[Any]:
        return [self.value(v, depth + 1) for v in self._of(tree)]

    def _dict(self, tree: Json, depth: int) -> dict[Any, Any]:
        try:
            return {self.value(k, depth + 1): self.value(v, depth + 1) for k, v in self._of(tree)}
        except (TypeError, ValueError) as error:
            raise Malformed("a dict that is none") from error

    def _generator(self, tree: Json, depth: int) -> Generator:
        generator, state = Generator(), self._at(tree)
        try:
            generator.set_state(state)
        except (RuntimeError, TypeError) as error:
            raise Malformed("a generator without a state") from error
        self.generators.append((generator, state))
        return generator

    def _numpy(self, tree: Json, depth: int) -> Any:
        return self._at(tree).detach().numpy()

    def _ellipsis(self, tree: Json, depth: int) -> Any:
        return ...

    def _function(self, tree: Json, depth: int) -> Callable[..., Any]:
        return self.peer.import_function(tree)

    def _module(self, tree: Json, depth: int) -> nn.Module:
        places = tree.get("tensors")
        if not isinstance(places, dict) or len(places) > LENGTH:
            raise Malformed("a module without its tensors")
        state = {str(n): self._at({"at": i}) for n, i in places.items()}
        self.modules.append(self.peer.import_module(tree, state))
        return self.modules[-1]

    def _optimizer(self, tree: Json, depth: int) -> torch.optim.Optimizer | Opaque:
        if tree.get("name") not in OPTIMIZERS or not isinstance(tree.get("groups"), list):
            return Opaque.named(tree.get("name"))
        groups = [{"params": [self._at({"at": i}) for i in g]} for g in tree["groups"]]
        optimizer = OPTIMIZERS[tree["name"]](groups, lr=1.0)
        optimizer.load_state_dict(self.value(tree.get("state"), depth + 1))
        self.optimizers.append(optimizer)
        return optimizer

    def _other(self, tree: Json, depth: int) -> Opaque:
        return Opaque.named(tree.get("name"))
