"""What the cells of a submission define: names, answers, and so the notebook that it is about."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from coursework import exercises
from coursework.checking import Exercise, Question
from coursework.grading.inside.cells import plain_python, tree
from coursework.grading.inside.errors import Place, quoted

LONGEST_CODE = 8000  # characters of an answer that feedback shows


@lru_cache(maxsize=256)  # a cell is looked at several times, and a notebook has over 100
def syntax(source: str) -> ast.Module | None:
    """The syntax tree of a cell without its magics, None where it doesn't parse.

    It is shared, and must not be changed.
    """
    try:
        return tree(plain_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=256)
def definitions(source: str) -> frozenset[str]:
    """Names that a cell defines at its top level, and answers it sets as "answers.KEY".

    `f = check(f)` defines nothing.
    """
    parsed = syntax(source)
    names: set[str] = set()
    for node in parsed.body if parsed else []:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        is_check = isinstance(node, ast.Assign) and is_call_of(node.value, "check")
        for target in node.targets if isinstance(node, ast.Assign) and not is_check else []:
            match target:
                case ast.Name(id=name):
                    names.add(name)
                case ast.Subscript(
                    value=ast.Name(id="answers"), slice=ast.Constant(value=str(key))
                ):
                    names.add(f"answers.{key}")
    return frozenset(names)


def is_call_of(node: ast.AST, name: str) -> bool:
    """Whether a node is the call `name(…)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def defined_as(exercise: Exercise | Question) -> str:
    """The name under which `definitions` tells of an exercise."""
    return f"answers.{exercise.key}" if isinstance(exercise, Question) else exercise.name


def speaks_of(cell: str, exercise: Exercise | Question) -> bool:
    """Whether a cell that may not parse is about an exercise."""
    if isinstance(exercise, Question):
        words = (f'answers["{exercise.key}"]', f"answers['{exercise.key}']")
    else:
        words = (f"def {exercise.name}(", f"class {exercise.name}")
    return any(w in cell for w in words)


@cache
def _asked() -> dict[str, tuple[set[str], set[str]]]:
    """The functions and the answers that each notebook asks for, as `definitions` tells of them."""
    asked: dict[str, tuple[set[str], set[str]]] = {}
    for name in exercises.names():
        exercise = exercises.get(name)
        kinds = asked.setdefault(exercise.notebook, (set(), set()))
        kinds[isinstance(exercise, Question)].add(defined_as(exercise))
    return asked


def find_lab(cells: list[str], file: str, labs: tuple[str, ...]) -> str:
    """The notebook ("01") whose exercises a submission defines most of, "" for none."""
    defined = set().union(*(definitions(c) for c in cells)) if cells else set()
    text = "\n".join(cells)
    score: dict[str, float] = {}
    for lab, (functions, answers) in _asked().items():
        if labs and lab not in labs:
            continue
        is_sheet = f'answer_sheet("{lab}")' in text or f"answer_sheet('{lab}')" in text
        spoken_of = sum(f"def {name}(" in text for name in functions)
        score[lab] = len(functions & defined) + spoken_of / 100
        score[lab] += len(answers & defined) / 2 if is_sheet else 0
    best = max(score, key=lambda lab: (score[lab], Path(file).name.startswith(lab)), default="")
    return best if best and score[best] > 0 else ""


@dataclass(frozen=True)
class Excerpt:
    """The student's own text of an exercise. cell, line: where it begins, counted from 1."""

    text: str
    cell: int
    line: int

    def row(self, place: Place | None) -> int:
        """Which of its lines, counted from 1, is the one at `place`; 0 where none is."""
        if place is None or place.cell != self.cell:
            return 0
        rows, row = self.text.split("\n"), place.line - self.line + 1
        return row if 0 < row <= len(rows) and quoted(rows[row - 1]) == place.text else 0


def answers_code(
    cells: list[str], names: list[str], stopped: Collection[str]
) -> dict[str, Excerpt]:
    """The student's own text of each exercise: the last definition, or the line of an answer.

    Of those in `stopped`, and where a cell doesn't parse, the whole cell.
    """
    found: dict[str, Excerpt] = {}
    for number, cell in enumerate(cells, 1):
        parsed = syntax(cell)
        for name in names:
            exercise = exercises.get(name)
            node = _node_of(parsed, exercise) if parsed else None
            if node and name not in stopped:
                text = ast.get_source_segment(cell, node) or ""
                found[name] = Excerpt(text[:LONGEST_CODE], number, node.lineno)
            elif node or (parsed is None and speaks_of(cell, exercise)):
                found[name] = Excerpt(cell[:LONGEST_CODE], number, 1)
    return found


def _node_of(parsed: ast.Module, exercise: Exercise | Question) -> ast.stmt | None:
    key = exercise.key if isinstance(exercise, Question) else None
    for node in reversed(parsed.body):
        match node:
            case ast.FunctionDef(name=n) | ast.AsyncFunctionDef(name=n) | ast.ClassDef(name=n) if (
                n == exercise.name
            ):
                return node
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id="answers"), slice=ast.Constant(value=k))]
            ) if key and k == key:
                return node
    return None
