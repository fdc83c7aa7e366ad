"""Runs a submission's cells, then answers calls of its functions.

Everything here may be in hostile hands.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import io
import linecache
import random
import sys
import types
from collections.abc import Callable
from typing import Any

import torch

from coursework.checking.state import own_state

from .cells import plain_python
from .peer import Peer
from .values import Encoder
from .wire import Channel, Json

PRINTED = 2000  # characters that are passed on from each call


def is_usual(value: object) -> bool:
    """Whether it is a letter, a word or a number as people type them, or no answer at all."""
    if type(value) is int:
        return value.bit_length() < 64
    return (
        value is None
        or value is ...
        or type(value) is float
        or (type(value) is str and len(value) < 200)
    )


class Capped(io.TextIOBase):
    """A standard output that keeps its first characters and forgets the rest."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: max(0, PRINTED - len(self.text))]
        return len(text)

    def take(self) -> str:
        """What was printed since the last time."""
        text, self.text = self.text, ""
        return text


class Server(Peer):
    """The worker's side: each answer carries what was printed meanwhile.

    Every request is served in a state of torch's own, cells too: what a notebook switches on or off
    must not reach the functions that are judged, nor what is sent about them.
    """

    def __init__(self, channel: Channel, output: Capped) -> None:
        super().__init__(channel)
        self.output = output

    def serve(self, header: Json, body: bytearray) -> None:
        with own_state():
            super().serve(header, body)

    def _send(self, header: Json, sent: Encoder) -> None:
        if header["do"] in ("done", "failed"):
            header["printed"] = self.output.take()
        super()._send(header, sent)


class Notebook:
    """The namespace that the cells share."""

    def __init__(self) -> None:
        self.module = types.ModuleType("__main__")
        sys.modules["__main__"] = self.module
        self.names = vars(self.module)
        self.names["display"] = lambda *things, **options: None
        self.names["get_ipython"] = lambda: None

    def run_cell(self, number: int, source: str) -> None:
        """Run one cell; what it raises, the caller gets."""
        text, name = plain_python(source), f"<cell {number}>"
        linecache.cache[name] = (len(text), None, io.StringIO(text, None).readlines(), name)
        code = compile(text, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(code, self.names))
        else:
            exec(code, self.names)

    def find(self, names: list[str]) -> dict[str, Any]:
        """Those of `names` that are defined now."""
        return {n: self.names[n] for n in names if n in self.names}

    def answer(self, key: str) -> Any:
        """One typed answer, `...` where there is none."""
        sheet = self.names.get("answers")
        return sheet[key] if isinstance(sheet, dict) and key in sheet else ...

    def look(self, names: list[str], keys: list[str]) -> dict[str, Any]:
        """What can be told at once, while nothing of the notebook's own runs.

        Those of `names` that are defined, and of `keys` each answer that is a plain value of usual
        length, `...` where there is none.
        """
        sheet, told = self.names.get("answers", {}), {}
        if type(sheet) is dict and all(type(key) is str for key in sheet):
            found = {key: sheet.get(key, ...) for key in keys}
            told = {key: value for key, value in found.items() if is_usual(value)}
        return {"defined": [n for n in names if n in self.names], "answers": told}

    def lend(self, name: str, function: Callable[..., Any]) -> None:
        """Put a function of the judge's in the place of `name`."""
        self.names[name] = function


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() waits for a person; there is none while a notebook is graded")


def serve(channel: Channel) -> None:
    """Answer the judge until it hangs up."""
    output = Capped()
    sys.stdout = sys.stderr = output
    builtins.input = _no_input
    builtins.exit = builtins.quit = sys.exit  # type: ignore[assignment]
    sys.argv = [""]
    random.seed(0)
    torch.default_generator.manual_seed(0)  # `torch.manual_seed` costs 7 ms where CUDA could be
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(0)
    notebook = Notebook()
    peer = Server(channel, output)
    own = (notebook.run_cell, notebook.find, notebook.answer, notebook.lend, notebook.look)
    peer.exports = list(own)
    while True:
        peer.serve(*channel.receive())
