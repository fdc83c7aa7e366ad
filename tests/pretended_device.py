"""A GPU in pretense: its tensors refuse to mix with those of the CPU, as a GPU's do.

Inside `with pretended_device() as device:` whatever is made on `device`, or sent there, computes on
the CPU with real numbers; an operation that mixes it with tensors of the CPU raises RuntimeError.
So a line that would fail on a GPU fails on a machine that has none. The device is torch's "meta".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Generator, Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")
aten = torch.ops.aten
COPYING = {aten._to_copy.default, aten.copy_.default}
INDEXING = {aten.index.Tensor, aten.index_put.default, aten.index_put_.default}
JOINING = {aten.cat.default, aten.stack.default}
WAITING = {aten._local_scalar_dense.default, aten.nonzero.default}
waits: list[str] = []  # operations for which a GPU would have kept Python waiting


class Pretended(Tensor):
    """A tensor that says it is on DEVICE; its numbers are in `inner`, on the CPU."""

    @staticmethod
    def __new__(cls, inner: Tensor) -> Pretended:
        made = Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=DEVICE,
        )
        made.inner = inner
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def __format__(self, how: str) -> str:
        return format(self.detach().cpu(), how)

    def __repr__(self, **_: Any) -> str:
        return f"Pretended({self.inner!r})"


class _Dispatching(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


class _Making(TorchFunctionMode):
    """torch.tensor(numbers, device=...) is never dispatched: make it on the CPU and send it."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func not in (torch.tensor, torch.as_tensor) or kwargs.get("device") is None:
            return func(*args, **kwargs)
        device = kwargs.pop("device")
        return func(*args, **kwargs).to(device)


@contextmanager
def pretended_device() -> Iterator[torch.device]:
    with _Making(), _Dispatching():
        yield DEVICE


def _run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """func with the numbers inside; what comes out is on DEVICE if it went in there or is to be."""
    leaves = tree_leaves((args, kwargs))
    came_from = any(isinstance(leaf, Pretended) for leaf in leaves)
    goes_to = came_from
    if kwargs.get("device") is not None:
        goes_to = torch.device(kwargs["device"]) == DEVICE
        kwargs = kwargs | {"device": torch.device("cpu")}
    if func is aten.copy_.default:
        goes_to = isinstance(args[0], Pretended)
    if came_from and (func in WAITING or (func in COPYING and not goes_to)):
        waits.append(str(func))
    if goes_to and any(isinstance(leaf, Generator) for leaf in leaves):
        raise RuntimeError(f"{func} needs a generator of the device, and got one of the CPU")
    if func not in COPYING:
        _refuse_to_mix(func, args, leaves)
    inside, named = tree_map(_numbers, (tuple(args), kwargs))
    out = func(*inside, **named)
    if not goes_to:
        return out
    out = tree_map(lambda leaf: Pretended(leaf) if isinstance(leaf, Tensor) else leaf, out)
    return return_and_correct_aliasing(func, args, kwargs, out)


def _numbers(leaf: Any) -> Any:
    return leaf.inner if isinstance(leaf, Pretended) else leaf


def _refuse_to_mix(func: Any, args: Any, leaves: list[Any]) -> None:
    """The CPU's may be: numbers without dimensions, except in a list, and indices."""
    tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
    if func in INDEXING:
        of_the_device = [index for index in args[1] if isinstance(index, Pretended)]
        tensors = [args[0], *args[2:3], *of_the_device]
    if func not in JOINING:
        tensors = [tensor for tensor in tensors if tensor.ndim or isinstance(tensor, Pretended)]
    if len({isinstance(tensor, Pretended) for tensor in tensors}) > 1:
        raise RuntimeError(f"{func}: expected all tensors to be on the same device")
