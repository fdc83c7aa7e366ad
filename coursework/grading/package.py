"""What a submission sees of the course: a copy of `course_utils` without a single answer in it.

Of `coursework` there are `checking/state.py` and the diagrams alone; `check`, `hint` and the like
do nothing; functions that an exercise of the graded notebook asks for raise when they are called.
"""

from __future__ import annotations

import ast
import compileall
import shutil
from collections.abc import Collection
from pathlib import Path

import course_utils
from coursework import exercises
from coursework.checking import state

HERE = Path(__file__).resolve().parent
LEARNERS = Path(course_utils.__path__[0]).resolve()
ABSENT = 'raise NotImplementedError("not available while this exercise is graded")'
STAND_INS = '''"""Stand-ins while a submission is graded: the judge checks, from outside."""


def check(given, name=None):
    return given


def hint(name):
    return None


def record_only(*names, minutes=0):
    return None


def draw_with(seed):
    return None


def sit(notebook, timed=False, draw=1, minutes=60):
    return None


def report(notebook):
    return None


def predict(name, guess=None, sure=False):
    return None


def progress(notebook=None):
    return None


class AnswerSheet(dict):
    def __init__(self, notebook=""):
        super().__init__()
        self.notebook = notebook


answer_sheet = AnswerSheet
'''


def hidden_names(lab: str) -> list[str]:
    """Names in the package that would answer the exercises of a notebook."""
    names = set(exercises.names(lab))
    hides = {n for e in names for n in getattr(exercises.get(e), "hides", ())}
    return sorted(names | hides)


def write_copy(target: Path, hidden: Collection[str]) -> None:
    """Write what the sandbox sees of the course: `write_rest`, and `write_learners` beside it."""
    write_rest(target)
    write_learners(target, hidden)


def write_rest(target: Path) -> None:
    """Write what is the same for all notebooks.

    `target/coursework` with nothing but the stand-ins, `state.py` and the diagrams, and
    `target/inside`.
    """
    stand_ins = target / "coursework" / "checking"
    stand_ins.mkdir(parents=True)
    (stand_ins.parent / "__init__.py").touch()
    for name in ("__init__.py", "notebook.py", "progress.py", "copies.py", "sitting.py"):
        (stand_ins / name).write_text(STAND_INS, encoding="utf-8")
    shutil.copy(state.__file__, stand_ins)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(HERE.parent / "diagrams", stand_ins.parent / "diagrams", ignore=unwanted)
    shutil.copytree(HERE / "inside", target / "inside", ignore=unwanted)
    compileall.compile_dir(target, quiet=2, force=True)


def write_learners(target: Path, hidden: Collection[str]) -> None:
    """Write `target/course_utils` with the functions in `hidden` emptied, in place of another."""
    learners = target / "course_utils"
    if learners.exists():
        shutil.rmtree(learners)
    for path in sorted(LEARNERS.rglob("*.py")):
        copy = learners / path.relative_to(LEARNERS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(without(path.read_text(encoding="utf-8"), hidden), encoding="utf-8")
    compileall.compile_dir(learners, quiet=2, force=True)


def without(text: str, hidden: Collection[str]) -> str:
    """Source in which the functions, methods and classes called `hidden` have lost their bodies."""
    if not any(name in text for name in hidden):
        return text
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
