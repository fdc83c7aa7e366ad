"""Cells of a notebook as plain Python, without IPython's magics and shell lines."""

from __future__ import annotations

import ast
import re

KEEP_BODY = ("time", "timeit", "capture", "prun")
LINE = re.compile(r"^(\s*)(?:[%!?]|\w+\s*=\s*[%!]).*$|^(\s*)[\w.]+\?{1,2}\s*$")


def plain_python(source: str) -> str:
    """The cell without magics; empty where a cell magic gives it to another program.

    Only text that doesn't parse is changed, so a `%` in a string stays. Line numbers stay.
    """
    source = source.removeprefix("\ufeff")
    if source.lstrip().startswith("%%"):
        magic, _, body = source.lstrip().partition("\n")
        name, *_ = [*magic[2:].split(), ""]
        above = source[: len(source) - len(body)].count("\n")
        return "\n" * above + plain_python(body) if name in KEEP_BODY else ""
    if parses(source):
        return source
    lines = [LINE.sub(lambda m: f"{m[1] or m[2] or ''}pass", line) for line in source.split("\n")]
    changed = "\n".join(lines)
    return changed if parses(changed) else source


def parses(source: str) -> bool:
    """Whether Python can parse this, `await` at the top included."""
    try:
        tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def tree(source: str) -> ast.Module:
    """The syntax tree of a cell.

    Raises SyntaxError, or ValueError, RecursionError or MemoryError for freaks.
    """
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(source, "<cell>", "exec", flags, dont_inherit=True)
