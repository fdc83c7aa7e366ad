"""What a submission sees of the course: a copy of the learner's part without a single answer in it.

No exercises, checking, grading or authoring; `check`, `hint`, `predict` and `answer_sheet` do
nothing; functions that an exercise of the graded notebook asks for raise when they are called.
"""

from __future__ import annotations

import ast
import compileall
import shutil
from collections.abc import Collection
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEFT_OUT = {"exercises", "checking", "grading", "authoring", "checking.py", "cli.py", "__pycache__"}
ABSENT = 'raise NotImplementedError("not available while this exercise is graded")'
STAND_INS = '''"""Stand-ins while a submission is graded: the judge checks, from outside."""


def check(given, name=None):
    return given


def hint(name):
    return None


def predict(name):
    return None


class AnswerSheet(dict):
    def __init__(self, notebook=""):
        super().__init__()
        self.notebook = notebook


answer_sheet = AnswerSheet
'''


def write_copy(target: Path, hidden: Collection[str]) -> None:
    """Write `target/course_utils` and `target/inside`, with the functions in `hidden` emptied."""
    source, copy = HERE.parent, target / "course_utils"
    for path in sorted(source.rglob("*.py")):
        inner = path.relative_to(source)
        if inner.parts[0] in LEFT_OUT:
            continue
        (copy / inner).parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        (copy / inner).write_text(without(text, hidden), encoding="utf-8")
    (copy / "checking").mkdir(parents=True)
    for name in ("__init__.py", "notebook.py"):
        (copy / "checking" / name).write_text(STAND_INS, encoding="utf-8")
    shutil.copytree(
        HERE / "inside", target / "inside", ignore=shutil.ignore_patterns("__pycache__")
    )
    compileall.compile_dir(target, quiet=2, force=True)


def without(text: str, hidden: Collection[str]) -> str:
    """Source in which the functions, methods and classes called `hidden` have lost their bodies."""
    lines = text.split("\n")
    found = [
        n
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name in hidden
    ]
    for node in sorted(found, key=lambda n: -n.lineno):
        if node.end_lineno is None or lines[node.lineno - 1] == "":
            continue
        indent = " " * node.col_offset
        stub = [f"{indent}def {node.name}(*args, **kwargs):", f"{indent}    {ABSENT}"]
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        lines[first - 1 : node.end_lineno] = stub + [""] * (node.end_lineno - first + 1 - len(stub))
    return "\n".join(lines)
