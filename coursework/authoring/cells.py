"""What a code cell is about: the exercises it poses, checks and hints at, whether it parses."""

import ast
import re
from dataclasses import dataclass

from coursework.authoring.markers import answer_keys, find_regions

OLDEST_PYTHON = (3, 11)
_MAGIC = re.compile(r"^(\s*)[%!]")


@dataclass(frozen=True)
class Todo:
    """The exercises that a cell poses, or the `fault` that hides them, at the 0-based `line`."""

    names: tuple[str, ...] = ()
    fault: str = ""
    line: int = 0


def syntax_fault(text: str) -> tuple[int, str] | None:
    """(0-based line, message) where code can't be parsed; IPython's % and ! lines are allowed."""
    try:
        parse(text)
    except SyntaxError as error:
        return (error.lineno or 1) - 1, f"this doesn't parse as Python: {error.msg}"
    return None


def parse(text: str) -> ast.Module:
    """The syntax tree of a cell; a cell that starts with %% is empty, lines of magic are `pass`."""
    if text.lstrip().startswith("%%"):
        return ast.Module(body=[], type_ignores=[])
    try:
        return _parse(text)
    except SyntaxError:
        if not any(_MAGIC.match(line) for line in text.split("\n")):
            raise
    return _parse("\n".join(_MAGIC.sub(r"\1pass #", line) for line in text.split("\n")))


def _parse(text: str) -> ast.Module:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(text, "cell", "exec", flags, dont_inherit=True)
    return ast.parse(text, feature_version=OLDEST_PYTHON) if "await" not in text else tree


def find_todo(text: str, number: str) -> Todo:
    """The exercises whose solution stands in this cell of notebook `number` ("01").

    A solution stands inside a function or class, and then the exercise has its name, or it stands
    at the top level and sets answers: `answers["1.1"]` is exercise "01.answers.1.1".
    """
    names: list[str] = []
    lines = text.split("\n")
    for region in find_regions(text)[0]:
        if region.indent:
            name = _enclosing(text, region.begin)
            if name is None:
                return Todo(fault=_NOT_IN_FUNCTION, line=region.begin)
            names.append(name)
            continue
        keys = answer_keys("\n".join(lines[region.begin + 1 : region.end]))
        if keys is None:
            return Todo(fault=_NOT_ANSWERS, line=region.begin)
        names += [f"{number}.answers.{key}" for key in keys]
    names = list(dict.fromkeys(names))
    functions = [name for name in names if ".answers." not in name]
    if len(functions) > 1 or (functions and len(names) > 1):
        return Todo(fault=f"{' and '.join(names)} share this cell: give each its own")
    return Todo(tuple(names))


_NOT_IN_FUNCTION = "a solution that is indented stands inside a function or a class"
_NOT_ANSWERS = (
    'a solution outside a function may only set `answers["…"] = …`; put other code into a function '
    'or give the whole cell the tag "solution"'
)


def _enclosing(text: str, line: int) -> str | None:
    for node in parse(text).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.lineno <= line + 1 <= (node.end_lineno or 0):
            return node.name
    return None


def find_checks(text: str, number: str) -> list[str]:
    """The exercises that `check(name)` and `check(answers, "key")` in this cell check."""
    return [name for _, call, name in find_mentions(text, number) if call == "check"]


def find_mentions(text: str, number: str) -> list[tuple[int, str, str]]:
    """(0-based line, "check", "hint" or "predict", name) for each such call in this cell."""
    if not any(call in text for call in ("check(", "hint(", "predict(")):
        return []
    found: list[tuple[int, str, str]] = []
    for node in ast.walk(parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        match node.func.id, node.args:
            case "check", [ast.Name(id="answers"), key]:
                name = _text_of(key) and f"{number}.answers.{_text_of(key)}"
            case "check", [_, key]:
                name = _text_of(key)
            case "check" | "hint", [ast.Name(id=name)]:
                pass
            case "hint", [key]:
                name = _text_of(key)
                if re.match(r"\d", name) and ".answers." not in name:
                    name = f"{number}.answers.{name}"
            case "predict", [key, *_]:
                name = _text_of(key)
            case _:
                continue
        if name and name != "answers":
            found.append((node.lineno - 1, node.func.id, name))
    return found


def _text_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
