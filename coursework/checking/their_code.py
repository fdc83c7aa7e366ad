"""What the learner's own text shows, if it can be read: a TODO, a result not kept, a helper."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from types import CodeType, FunctionType
from typing import Any

# Methods of tensors that leave the tensor as it is.
COPIES = (
    "abs add clamp clone cumsum detach div exp expand flatten flip log mul permute relu repeat reshape "
    "sigmoid softmax sort sqrt square squeeze sub transpose unsqueeze view"
)


def definition(fn: Any) -> ast.FunctionDef | None:
    """The `def` of a function, None where its text can't be read."""
    try:
        found = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(fn)))).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    return found if isinstance(found, ast.FunctionDef) else None


def is_todo(line: ast.AST) -> bool:
    """Is it the line that raises NotImplementedError?"""
    return isinstance(line, ast.Raise) and "NotImplementedError" in ast.unparse(line)


def is_written(function: ast.FunctionDef) -> bool:
    """Does more stand in it than a docstring and the TODO?"""
    nothing = (ast.Pass, ast.Expr)  # `...` and docstrings are expressions
    return any(not isinstance(s, nothing) and not is_todo(s) for s in function.body)


def definitions_of(name: str, cells: Sequence[str]) -> Iterator[ast.FunctionDef]:
    """Every `def name` in cells that have been run, the first one first."""
    for cell in cells:
        if f"def {name}" not in cell:
            continue
        try:
            tree = ast.parse(cell)
        except (SyntaxError, ValueError):  # magics, for one
            continue
        yield from (s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == name)


def why_not_attempted(name: str, fn: Any, cells: Sequence[str]) -> str | None:
    """What keeps a function that may have been written a TODO, None where that can't be told."""
    function = definition(fn)
    if function is None:
        return None
    if is_written(function):
        lines = [s for s in ast.walk(function) if isinstance(s, ast.Raise) and is_todo(s)]
        line = (
            f"line {lines[0].lineno - function.lineno + 1} of it" if lines else "one of its lines"
        )
        todo = f"Not finished yet: {line} still raises NotImplementedError."
        return f"{todo} If the function is written, delete that line."
    if any(is_written(earlier) for earlier in definitions_of(name, cells)):
        return (
            f"You have written `{name}`, and after it a cell was run that holds the TODO alone, so the TODO is what "
            "counts. Delete that cell, or clear it, and run yours again."
        )
    return None


def unquoted(key: str, cells: Sequence[str]) -> str:
    """`c` where the last cell that answers `key` says `answers["2.10"] = c`, else ""."""
    for cell in reversed(cells):
        try:
            lines = ast.parse(cell).body if "answers[" in cell else []
        except (SyntaxError, ValueError):
            continue
        for line in reversed(lines):
            match line:
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Name(id="answers"), slice=ast.Constant(k))],
                    value=value,
                ) if str(k) == key:
                    return value.id if isinstance(value, ast.Name) else ""
    return ""


def dropped(fn: Any) -> str:
    """A sentence on a result that is not kept, as in a line that is `x.sort()` alone, else ""."""
    function = definition(fn)
    if function is None:
        return ""
    for line in ast.walk(function):
        match line:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method)) as call) if (
                method in COPIES.split()
            ):
                number = line.lineno - function.lineno + 1
                return (
                    f"Line {number} of your function, `{ast.unparse(call)}`, gives a changed copy of a tensor, and "
                    "nothing keeps it: the tensor itself stays as it was. Give the copy a name, with `=`."
                )
    return ""


def helpers_of(fn: Any, names: Collection[str]) -> list[str]:
    """Those of `names` that `fn` looks up in its notebook, itself or by functions that it calls."""
    found: list[str] = []
    seen: set[CodeType] = set()
    ahead: list[Callable[..., Any]] = [fn]
    while ahead:
        function = inspect.unwrap(ahead.pop())
        if not isinstance(function, FunctionType) or function.__code__ in seen:
            continue
        seen.add(function.__code__)
        for name in _names(function.__code__):
            value = function.__globals__.get(name)
            if name in names and callable(value) and name not in found:
                found.append(name)
            elif isinstance(value, FunctionType) and value.__globals__ is function.__globals__:
                ahead.append(value)
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
