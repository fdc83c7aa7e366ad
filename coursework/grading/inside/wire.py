"""Frames between judge and worker: two lengths, a JSON header, raw bytes. Never pickle.

The judge reads what a hostile process may have written: lengths are capped, every wait has a
deadline, and any fault is one of three exceptions.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

LENGTHS = struct.Struct(">II")
Json = dict[str, Any]  # JSON as it came: whoever reads it checks each entry
Given = TypeVar("Given")
Got = TypeVar("Got")
Buffer = bytes | bytearray | memoryview


class Gone(Exception):
    """The other process has ended, or has closed its end."""


class Late(Exception):
    """No complete answer came before the deadline."""


class Malformed(Exception):
    """What came is not what may come."""


class Channel:
    """One end of a stream socket.

    max_header, max_body: bytes of one frame that are accepted.
    deadline: seconds on the monotonic clock after which `send` and `receive` raise Late.
    """

    def __init__(
        self, sock: socket.socket, max_header: int = 4 << 20, max_body: int = 64 << 20
    ) -> None:
        self.sock, self.max_header, self.max_body = sock, max_header, max_body
        self.deadline = math.inf
        self.came = bytearray()  # what has come and is not read yet

    def send(self, header: Json, body: Sequence[Buffer] = ()) -> None:
        """Send one frame. Raises Gone or Late."""
        head = json.dumps(header).encode()
        lengths = LENGTHS.pack(len(head), sum(len(b) for b in body))
        left = memoryview(b"".join([lengths, head, *body]))  # one write wakes the other side once
        while left:
            self._wait()
            left = left[self._try(self.sock.send, left) :]

    def receive(self) -> tuple[Json, bytearray]:
        """One frame: (header, body). Raises Gone, Late or Malformed."""
        head_length, body_length = LENGTHS.unpack(self._exactly(LENGTHS.size))
        if head_length > self.max_header or body_length > self.max_body:
            raise Malformed("a message of more bytes than are allowed")
        head = self._exactly(head_length)
        body = self._exactly(body_length)
        try:
            header = json.loads(head)
        except (ValueError, RecursionError) as error:
            raise Malformed("a message that is no JSON") from error
        if not isinstance(header, dict):
            raise Malformed("a message that is no JSON object")
        return header, body

    def _exactly(self, length: int) -> bytearray:
        while len(self.came) < length:  # grows with what comes: a lie about lengths costs no memory
            self._wait()
            piece = self._try(self.sock.recv, min(max(length - len(self.came), 1 << 16), 1 << 20))
            if not piece:
                raise Gone("the process has ended")
            self.came += piece
        data = self.came[:length]
        del self.came[:length]
        return data

    def _wait(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Late("the deadline has passed")
        self.sock.settimeout(None if left == math.inf else left)

    def _try(self, operation: Callable[[Given], Got], argument: Given) -> Got:
        try:
            return operation(argument)
        except TimeoutError as error:
            raise Late("the deadline has passed") from error
        except OSError as error:
            raise Gone("the process has ended") from error

    def close(self) -> None:
        """Close this end; the other then reads Gone."""
        self.sock.close()
