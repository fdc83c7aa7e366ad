"""A class of made-up students as the grader would report it, made without running anything."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coursework import exercises
from coursework.checking import Exercise, Question
from coursework.grading.gradebook import Brief, Row, counted_labs, rows
from coursework.grading.results import BatchInfo, ExerciseResult, Result, Results
from coursework.grading.status import Fault, Reason, Status

FIRST = [
    "Ada",
    "Bob",
    "Chiara",
    "Dmitri",
    "Eva",
    "Farid",
    "Grete",
    "Hana",
    "Ivan",
    "Jo",
    "Kemal",
    "Lin",
]
LAST = ["Çelik", "O'Neill", "Li", "Noor"]
STOPPED = (
    "On random inputs, your function stopped at line 2 of your function: `{0}`. The tensors' sizes "
    "don't fit. Python says: `RuntimeError: The size of tensor a (5) must match b (3)`."
)
FAR = (
    "On random inputs, yours[2] is 1.2041 where 0.60206 is right. No mistake we know by name "
    "gives this."
)
KINDS = ["passed", "mistake", "raised", "different", "not attempted"]


def source(fn: Callable[..., Any], name: str) -> str:
    """The text of a function under the exercise's name."""
    try:
        text = inspect.cleandoc("\n" + inspect.getsource(fn))
    except (OSError, TypeError):
        text = ""
    found = text.startswith("def ") and " ".join(["def", text.split("(")[0].split()[-1]])
    return text.replace(str(found), f"def {name}", 1) if found else ""


def verdict(name: str, kind: str, draw: random.Random) -> tuple[ExerciseResult, str]:
    """A verdict and the code that goes with it."""
    exercise = exercises.get(name)
    message, mistake, code = "", None, ""
    if isinstance(exercise, Question):
        kind = kind if kind in ("passed", "not attempted") else "mistake"
        wrong = list(exercise.wrong.items())
        value, (short, told) = wrong[min(len(wrong) - 1, int(draw.expovariate(1)))]
        given = exercise.answer if kind == "passed" else value
        message, mistake = (exercise.why, None) if kind == "passed" else (told, short)
        code = f'answers["{exercise.key}"] = {given!r}'
    else:
        code = source(exercise.reference, name)
        message = "Right, on random inputs and a batch of one."
        if kind == "mistake":
            found = exercise.mistakes[min(len(exercise.mistakes) - 1, int(draw.expovariate(0.7)))]
            message, mistake = found.message, found.name
            code = source(found.wrong, name) or code
        elif kind == "raised":
            message = STOPPED.format(code.split("\n")[1].strip())
        elif kind == "different":
            message = FAR
    if kind == "not attempted":
        message, mistake, code = "Not attempted yet: it ends in its TODO.", None, ""
    points = exercise.points if kind == "passed" else 0
    given_result = ExerciseResult(
        name, kind, Reason.JUDGED, message, points, exercise.points, mistake
    )
    return given_result, code


def one(student: str, lab: str, seed: int, kinds: Callable[[random.Random], str]) -> Result:
    """The result of one student's notebook."""
    draw = random.Random(f"{student} {lab} {seed}")
    result = Result(student, f"{student}/{lab}.ipynb", Status.GRADED, lab=lab, sha256=student)
    for name in exercises.names(lab):
        found, code = verdict(name, kinds(draw), draw)
        result.verdicts.append(found)
        if code:
            result.code[name] = code
    result.seconds = round(draw.uniform(0.3, 2.0), 3)
    return result


def typical(draw: random.Random) -> str:
    return draw.choices(KINDS, [62, 18, 5, 6, 9])[0]


def class_of(count: int, labs: tuple[str, ...] = ("02",), seed: int = 1) -> list[Result]:
    """`count` students with a notebook for each of `labs`; Ada has everything right."""
    found = []
    for i in range(count):
        student = f"{FIRST[i % len(FIRST)]} {LAST[i // len(FIRST) % len(LAST)]}"
        kinds = (lambda draw: "passed") if i == 0 else typical
        found += [one(student, lab, seed, kinds) for lab in labs]
    return found


def odd() -> list[Result]:
    """What else turns up in a folder: a damaged file, another lab's, a slow one, a remark."""
    damaged = Fault(Status.DAMAGED, "the file is cut short")
    slow = one("Slow Sam", "02", 1, typical)
    slow.seconds = 64.2
    slow.remarks = ["the cell `while True:` did not come back and was left out"]
    evil = one("<script>alert(1)</script>", "02", 1, typical)
    return [
        Result.ungraded("Kaputt", "Kaputt/02.ipynb", damaged),
        one("Lost Lea", "07", 1, typical),
        slow,
        evil,
    ]


def table_of(results: list[Result]) -> tuple[list[Row], list[str]]:
    """Rows as in the gradebook, and the names of the exercises that count."""
    briefs = [Brief.of(r) for r in results]
    labs = counted_labs(briefs, ())
    return rows(briefs, labs.exercises(), labs), labs.exercises()


def report(folder: Path, results: list[Result], **batch: Any) -> Path:
    """A report folder that holds these results and nothing else."""
    written = Results.start(folder / "results.jsonl", BatchInfo(seed=7, **batch))
    for result in results:
        written.add(result)
    return folder


__all__ = ["Exercise", "class_of", "odd", "one", "report", "table_of", "typical", "verdict"]
