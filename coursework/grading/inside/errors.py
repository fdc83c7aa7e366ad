"""An exception as data: its type's name, its message, and the student's line."""

from __future__ import annotations

import builtins
import inspect
import linecache
import re
import traceback
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
CELL = re.compile(r"<cell \d+>")  # what Python calls a cell, and nobody else


@dataclass(frozen=True)
class Place:
    """The line of the student's own text at which an exception arose."""

    number: int
    text: str

    def within(self, what: str) -> str:
        """The place in words; `what` holds the line."""
        return f"line {self.number} of {what}: `{self.text}`"


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
            line = [number, linecache.getline(str(error.filename), number).strip()[:200]]
    except Exception:  # a student's own __str__
        message = ""
    return {
        "type": type(error).__name__,
        "base": known,
        "message": message[:2000],
        "line": line,
    }


def line_of(error: BaseException, fn: Any) -> list[int | str] | None:
    """[number within the function, text] of the deepest frame in a cell, None where none is."""
    code = getattr(inspect.unwrap(fn), "__code__", None) if callable(fn) else None
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<cell")
    ]
    if code is not None:
        frames = [f for f in frames if f.filename == code.co_filename] or frames
    if not frames:
        return None
    number = frames[-1].lineno or 0
    text = linecache.getline(frames[-1].filename, number).strip()
    first = (
        code.co_firstlineno if code is not None and code.co_filename == frames[-1].filename else 1
    )
    return [max(1, number - first + 1), text[:200]]


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


def _place(line: Any) -> Place | None:
    if not isinstance(line, list) or len(line) != 2:
        return None
    number = line[0] if isinstance(line[0], int) else 0
    text = " ".join(str(line[1])[:200].replace("`", "'").split())
    return Place(min(number, 99999), text) if text else None
