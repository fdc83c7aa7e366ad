"""In-place changes that a call made to its arguments, reported and applied on the other side."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .reading import Decoder
from .values import Encoder, to_bytes, whole
from .wire import Json, Malformed


def receive_gradients(header: Json, tensors: list[Tensor]) -> dict[int, Tensor]:
    """Put the `.grad`s that came along where they belong; {place: gradient}. Raises Malformed."""
    found = {
        whole(i, len(tensors)): tensors[whole(g, len(tensors))]
        for i, g in header.get("grads") or []
    }
    for place, gradient in found.items():
        tensors[place].grad = gradient.detach().clone()
    return found


def is_same(tensor: Tensor, before: Tensor) -> bool:
    """Whether nothing changed. Faster than torch.equal, which a notebook can replace."""
    if tensor.shape != before.shape or tensor.dtype != before.dtype:
        return False
    return bytes(to_bytes(tensor)) == bytes(to_bytes(before))


def difference(
    place: int, tensor: Tensor, before: Tensor, had: Tensor | None, sent: Encoder
) -> Json | None:
    """What a call did to one of its tensors, None where nothing. had: its `.grad` before."""
    change: Json = {}
    if not is_same(tensor, before):
        change["now"] = sent.tensor(tensor.detach().clone())
    if tensor.is_leaf and (tensor.grad is not None or had is not None):
        change["grad"] = None if tensor.grad is None else sent.tensor(tensor.grad.detach())
    if tensor.is_leaf and tensor.requires_grad != before.requires_grad:
        change["wants"] = tensor.requires_grad
    return {"at": place, **change} if change else None


def entries(changes: Any, tensors: int) -> list[Json]:
    """The differences that came, at most one for each of our `tensors`. Raises Malformed."""
    changes = changes or []
    if not isinstance(changes, list) or not all(isinstance(c, dict) for c in changes):
        raise Malformed("changes that are none")
    if len(changes) > tensors or len({str(c.get("at")) for c in changes}) < len(changes):
        raise Malformed("more changes than tensors")
    return changes


def tensor_at(value: Decoder, place: Any) -> Tensor:
    """The tensor at a place of the table that came, without its graph. Raises Malformed."""
    return value.tensors[whole(place, len(value.tensors))].detach()
