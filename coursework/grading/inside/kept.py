"""Weights go over once: the judge calls a network a hundred times, and they rarely change.

The judge tells the other side to keep the bytes of a large parameter in a slot, and later names the
slot instead of sending the same bytes again. It compares bytes, so no change can be missed. The
judge itself keeps nothing for a worker.
"""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor, nn

from .values import DTYPES, describe, to_bytes
from .wire import Buffer, Json, Malformed

LARGE, SLOTS, MOST = 16 << 10, 256, 64 << 20  # bytes of one; how many; bytes of all


class Sent:
    """The judge's side: what the other side keeps."""

    def __init__(self) -> None:
        self.slots: dict[int, tuple[int, bytes]] = {}  # by the parameter's id
        self.size = 0

    def pack(self, tensor: Tensor) -> tuple[Json, Buffer]:
        """The line of the table for a tensor, and the bytes that have to go along."""
        line, data = describe(tensor), to_bytes(tensor)
        if not isinstance(tensor, nn.Parameter) or len(data) < LARGE:
            return line, data
        now = bytes(data)
        slot, before = self.slots.get(id(tensor), (len(self.slots), b""))
        if now == before:
            return {**line, "same": slot}, b""
        self.size += len(now) - len(before)
        if self.size > MOST or slot >= SLOTS:
            self.slots.clear()
            slot, self.size = 0, len(now)
        self.slots[id(tensor)] = slot, now
        return {**line, "keep": slot}, now


class Kept:
    """The other side: the bytes in each slot."""

    def __init__(self) -> None:
        self.slots: dict[int, bytes] = {}

    def whole(self, table: Any, body: bytearray) -> bytearray:
        """The body of a message with the bytes that were left out. Raises Malformed."""
        if not isinstance(table, list) or not any("same" in x or "keep" in x for x in table):
            return body
        found, at = [], 0
        for line in table:
            if "same" in line:
                found.append(self.slots[line["same"]])
                continue
            size = DTYPES[line["dtype"]].itemsize * math.prod(line["shape"])
            piece = bytes(body[at : at + size])
            if "keep" in line:
                self.slots[line["keep"]] = piece
            found.append(piece)
            at += size
        if at != len(body):
            raise Malformed("bytes are left over")
        return bytearray(b"").join(found)
