"""An exception as data: its type's name, its message, and the student's line."""

from __future__ import annotations

import builtins
import inspect
import linecache
import re
import traceback
import types
from dataclasses import dataclass
from typing import Any

import torch

from .values import clean_name
from .wire import Json

SPECIAL = {
    "BaseExceptionGroup",
    "ExceptionGroup",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeTranslateError",
}
EXCEPTIONS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and name == kind.__name__
}
KNOWN: dict[str, type[BaseException]] = {
    **{name: kind for name, kind in EXCEPTIONS.items() if name not in SPECIAL},
    "_LinAlgError": torch.linalg.LinAlgError,  # type: ignore[attr-defined]
}
CELL = re.compile(r"<cell \d{1,9}>")  # what Python calls a cell, and nobody else


@dataclass(frozen=True)
class Place:
    """The line of the student's own text at which an exception arose.

    cell, line: counted from 1, the line within the cell. number: the line within the function that
    was called, 0 where another function of its cell stopped: `of`.
    """

    cell: int
    line: int
    number: int
    of: str
    text: str

    def within(self, what: str) -> str:
        """The place in words; `what` holds the line."""
        where = f"line {self.number} of {what}" if self.number else f"a line of your {self.of}"
        return f"{where}: `{self.text}`"


def pack(error: BaseException, fn: Any = None) -> Json:
    """The data of an exception that a call of `fn` raised."""
    known = next(
        (k.__name__ for k in type(error).__mro__ if KNOWN.get(k.__name__) is k), "Exception"
    )
    line = line_of(error, fn)
    try:
        message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        if isinstance(error, SyntaxError) and CELL.fullmatch(str(error.filename)):
            message, number = str(error.msg), int(error.lineno or 1)
            line = _told(str(error.filename), number, number)
    except Exception:  # a student's own __str__
        message = ""
    return {
        "type": type(error).__name__,
        "base": known,
        "message": message[:2000],
        "line": line,
    }


def line_of(error: BaseException, fn: Any) -> Json | None:
    """The deepest line in the cell of `fn`, or else in the cell that ran; None where none is."""
    frames = [
        (frame.f_code, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if CELL.fullmatch(frame.f_code.co_filename)
    ]
    if not frames:
        return None
    own = getattr(inspect.unwrap(fn), "__code__", None) if callable(fn) else None
    ran = frames[0][0]
    if isinstance(own, types.CodeType) and any(c.co_filename == own.co_filename for c, _ in frames):
        ran = own
    code, number = [f for f in frames if f[0].co_filename == ran.co_filename][-1]
    if ran.co_name == "<module>":
        return _told(code.co_filename, number, number)
    last = max(line or 0 for *_, line in ran.co_lines())
    within = number - ran.co_firstlineno + 1 if ran.co_firstlineno <= number <= last else 0
    return _told(code.co_filename, number, within, code.co_name)


def _told(cell: str, line: int, number: int, of: str = "") -> Json:
    text = linecache.getline(cell, line).strip()[:200]
    return {"cell": int(cell[6:-1]), "line": line, "number": number, "of": of, "text": text}


def unpack(data: Any) -> BaseException:
    """The exception again, of a builtin type or a fresh subclass of one.

    It carries the student's line: `place`, and `their_line`, which is what the engine reads.
    """
    data = data if isinstance(data, dict) else {}
    base = KNOWN.get(str(data.get("base")), Exception)
    name = str(data.get("type"))
    kind = (
        base
        if KNOWN.get(name) is base
        else type(clean_name(name), (base,), {"__module__": "builtins"})
    )
    message = CELL.sub("your notebook", str(data.get("message", ""))[:2000])
    try:
        error = kind(message)
    except Exception:
        error = Exception(message)
    place = _place(data.get("line"))
    told = place.within("your function") if place else ""
    vars(error).update(place=place, their_line=told)
    return error


def is_unpacked(error: BaseException) -> bool:
    """Whether an exception came from the other side."""
    return hasattr(error, "their_line")


def place_of(error: BaseException) -> Place | None:
    """The student's line of an exception that came from the other side, None where it has none."""
    return getattr(error, "place", None)


def _place(told: Any) -> Place | None:
    if not isinstance(told, dict):
        return None
    text = quoted(str(told.get("text")))
    cell, line, number = (_count(told.get(key)) for key in ("cell", "line", "number"))
    of = str(told.get("of"))
    name = "notebook" if of.startswith("<") else f"`{clean_name(of)}`"
    return Place(cell, line, number, name, text) if text else None


def quoted(line: str) -> str:
    """A line of code as messages quote it."""
    return " ".join(line.strip()[:200].replace("`", "'").split())


def _count(value: Any) -> int:
    return min(max(value, 0), 99999) if type(value) is int else 0
