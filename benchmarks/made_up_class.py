"""A made-up class: notebooks of nine labs as students hand them in, some of them odd or hostile.

Each comes from a solution notebook in which named mistakes are put, or exercises left open. The
same seed makes the same bytes, and `Made` says what the grader should find.
"""

from __future__ import annotations

import json
import math
import random
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.class_mistakes import CHANGES
from benchmarks.odd_submissions import HOSTILE, ODD_FILES, ONCE, Notebook
from coursework import exercises
from coursework.checking import Exercise, Question

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
SCRATCH = (
    "fig, ax = plt.subplots(); ax.plot([1, 2, 3])",
    "for i in range(3):\n    print(i)",
    "loss = 0\nstep = 1\nname = 'mine'",
    "%timeit 1 + 1",
    "# todo: ask about this",
)


@dataclass(frozen=True)
class Made:
    """One submission: its file, its lab, and what should be found in it.

    kind: "honest", or what is odd about it. points: None where it has no mark. mistakes: by
    exercise, "" for one that was left open.
    """

    file: str
    lab: str
    kind: str
    points: int | None
    mistakes: dict[str, str] = field(default_factory=dict)


@cache
def _labs() -> list[str]:
    return sorted({exercises.get(n).notebook for n in exercises.names()})


@cache
def _read(lab: str, folder: str = "") -> str:
    (path,) = (NOTEBOOKS / folder).glob(f"{lab}_*.ipynb")
    return path.read_text(encoding="utf-8")


def solution(lab: str) -> Notebook:
    """The solution notebook of a lab, its answers typed as numbers: one is asked of a function."""
    notebook = json.loads(_read(lab, "solutions"))
    for name in exercises.names(lab):
        exercise = exercises.get(name)
        if isinstance(exercise, Question):
            _answer(notebook, exercise, _typed(exercise.answer))
    return notebook


def _typed(value: float | str) -> str:
    if isinstance(value, str):
        return repr(value)
    return repr(value) if math.isfinite(value) else f"float('{value}')"


def _answer(notebook: Notebook, question: Question, text: str) -> None:
    """Type `text` as the answer to a question."""
    line = re.compile(rf'^(answers\["{re.escape(question.key)}"\] = ).*$', re.MULTILINE)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = line.sub(lambda found: found[1] + text, "".join(cell["source"]))


@cache
def _open_cells(lab: str) -> dict[str, str]:
    """{exercise: its cell as it is handed out}"""
    found = ((_task(c), "".join(c["source"])) for c in json.loads(_read(lab))["cells"])
    return {task: text for task, text in found if task}


def _task(cell: dict[str, Any]) -> str:
    told = cell["metadata"].get("nbgrader", {})
    return told["grade_id"] if told.get("solution") else ""


def most(lab: str) -> int:
    """The points of a lab."""
    return sum(exercises.get(n).points for n in exercises.names(lab))


def make_class(folder: Path, count: int = 300, odd: int = 60, seed: int = 0) -> list[Made]:
    """Write `count` submissions into `folder`, `odd` of them odd or hostile; what they are."""
    folder.mkdir(parents=True)
    draw = random.Random(seed)
    kinds = _kinds(odd, draw)
    labs = [_labs()[i % len(_labs())] for i in range(count)]
    draw.shuffle(labs)
    made = []
    for i, lab in enumerate(labs):
        kind = kinds.pop() if draw.random() < len(kinds) / (count - i) else ""
        path = folder / f"student{i:03d}.ipynb"
        made.append(_odd(path, lab, kind, draw) if kind else _honest(path, lab, draw))
    return made


def _kinds(odd: int, draw: random.Random) -> list[str]:
    """Kinds of oddities in any order, each about as often; of those that take long one each."""
    quick = [kind for kind in [*ODD_FILES, *HOSTILE] if kind not in ONCE]
    once = sorted(ONCE) if odd >= len(quick) + len(ONCE) else []
    draw.shuffle(quick)
    kinds = once + [quick[i % len(quick)] for i in range(odd - len(once))]
    draw.shuffle(kinds)
    return kinds


def _honest(path: Path, lab: str, draw: random.Random) -> Made:
    notebook = solution(lab)
    names = exercises.names(lab)
    mistakes: dict[str, str] = {}
    for name in draw.sample(names, draw.randint(0, min(5, len(names)))):
        mistakes[name] = _spoiled(notebook, lab, name, draw)
    for text in draw.sample(SCRATCH, draw.randint(0, 2)):
        notebook["cells"].insert(draw.randint(2, len(notebook["cells"])), code_cell(text))
    path.write_text(json.dumps(notebook), encoding="utf-8")
    points = most(lab) - sum(exercises.get(n).points for n in mistakes)
    return Made(path.name, lab, "honest", points, mistakes)


def _spoiled(notebook: Notebook, lab: str, name: str, draw: random.Random) -> str:
    """Put a mistake into an exercise, or leave it open; the mistake's name, "" for none."""
    exercise = exercises.get(name)
    if isinstance(exercise, Exercise):
        cell = next(c for c in notebook["cells"] if _task(c) == name)
        if draw.random() < 0.3 or name not in CHANGES:
            cell["source"] = _open_cells(lab)[name]
            return ""
        mistake, old, new = draw.choice(CHANGES[name])
        cell["source"] = "".join(cell["source"]).replace(old, new)
        return mistake
    wrong = [(_typed(value), told[0]) for value, told in exercise.wrong.items()]
    text, mistake = draw.choice([*wrong, ("...", "")])
    _answer(notebook, exercise, text)
    return mistake


def code_cell(text: str) -> dict[str, Any]:
    """A cell that a student added; Colab gives it no id."""
    return {
        "cell_type": "code",
        "metadata": {},
        "source": text,
        "outputs": [],
        "execution_count": None,
    }


def _odd(path: Path, lab: str, kind: str, draw: random.Random) -> Made:
    notebook = solution(lab)
    if kind in ODD_FILES:
        write, has_mark = ODD_FILES[kind]
        write(path, notebook)
        return Made(path.name, lab, kind, most(lab) if has_mark else None)
    text, spoils = HOSTILE[kind]
    functions = [n for n in exercises.names(lab) if isinstance(exercises.get(n), Exercise)]
    name = draw.choice(functions)
    cell = code_cell(text.replace("NAME", name))
    places = [i for i, c in enumerate(notebook["cells"]) if _task(c) == name]
    if spoils:
        notebook["cells"][places[0]] = cell
    else:
        notebook["cells"].insert(places[0], cell)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    lost = exercises.get(name).points if spoils else 0
    return Made(path.name, lab, kind, most(lab) - lost)
