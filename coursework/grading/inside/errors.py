"""An exception as data: its type's name, its message, and the student's line. Nothing else crosses."""

from __future__ import annotations

import builtins
import inspect
import linecache
import re
import traceback
from typing import Any

import torch

from .values import clean_name

SPECIAL = {
    "BaseExceptionGroup",
    "ExceptionGroup",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeTranslateError",
}
KNOWN: dict[str, type[BaseException]] = {
    name: kind for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and name == kind.__name__ and name not in SPECIAL
}  # fmt: skip
CELL = re.compile(r"<cell \d+>")  # what Python calls a cell, and nobody else
KNOWN["_LinAlgError"] = torch.linalg.LinAlgError


def pack(error: BaseException, fn: Any = None) -> dict[str, Any]:
    """The data of an exception that a call of `fn` raised."""
    known = next(
        (k.__name__ for k in type(error).__mro__ if KNOWN.get(k.__name__) is k), "Exception"
    )
    line = their_line(error, fn)
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


def their_line(error: BaseException, fn: Any) -> list[Any] | None:
    """[number within the function, text] of the deepest frame in a cell; None where there is none."""
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
    """The exception again, of a builtin type or a fresh subclass of one, with `their_line` on it."""
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
    line = data.get("line")
    error.their_line = _where(line) if isinstance(line, list) and len(line) == 2 else ""  # type: ignore[attr-defined]
    return error


def _where(line: list[Any]) -> str:
    number = line[0] if isinstance(line[0], int) else 0
    text = " ".join(str(line[1])[:200].replace("`", "'").split())
    return f"line {min(number, 99999)} of your function: `{text}`" if text else ""
