"""What a learner calls on an exercise: `check`, `hint` and `answer_sheet`."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from course_utils.cards import HOUSE, QUIET, RIGHT, WRONG, Card
from course_utils.display import emit
from coursework import exercises
from coursework.checking.copies import this_copy
from coursework.checking.evaluation import evaluate
from coursework.checking.exercise import Exercise, Question, Verdict
from coursework.checking.missing import explain_missing_names
from coursework.checking.progress import short
from coursework.checking.record import record
from coursework.checking.sitting import running
from coursework.checking.their_code import unquoted, why_not_attempted

HEADLINES = {
    "passed": (RIGHT, "✓", "right"),
    "not attempted": (QUIET, "○", "not attempted yet"),
    "raised": (WRONG, "✗", "stopped with an error"),
    "interface": (WRONG, "✗", "the answer has the wrong form"),
    "mistake": (WRONG, "✗", "a mistake we know"),
    "property": (WRONG, "✗", "something that must hold does not"),
    "different": (WRONG, "✗", "the values differ"),
}


CLEARED = (
    'You have answered, and later a cell was run in which `answers["{0}"] = ...` still stands. '
    "That is what counts now. Delete that cell, and run the one with your answer again."
)


UNQUOTED = (
    "`{1}` without quotes is the name of a variable, and there is none, so nothing was kept. "
    'Write `answers["{0}"] = "{1}"`.'
)


KEPT = (
    "This copy doesn't judge it: your answer is kept in the notebook, and is judged when that is "
    "graded. Where other cells need this function, they go on with the course's own."
)


class CheckFailed(AssertionError):
    """Raised by `check` under COURSE_STRICT=1 and under nbgrader, so that graders see it."""


class AnswerSheet(dict[str, Any]):
    """The typed answers of a notebook: `answers["1.1"] = "b"`; KeyError for a key nobody asks for.

    cleared: keys that had an answer, and were set to `...` after it.
    """

    def __init__(self, notebook: str) -> None:
        super().__init__()
        self.notebook = notebook
        self.cleared: set[str] = set()

    def __setitem__(self, key: str | float, answer: Any) -> None:
        key = self.exercise(key).key
        if answer is ... and self.get(key, ...) is not ...:
            self.cleared.add(key)
        elif answer is not ...:
            self.cleared.discard(key)
        super().__setitem__(key, answer)

    def exercise(self, key: str | float) -> Question:
        """The question that `answers[key]` answers; `1.1` is taken for `"1.1"`."""
        found = exercises.get(f"{self.notebook}.answers.{key}")
        if not isinstance(found, Question):
            raise KeyError(f"{key!r} is no question of this notebook")
        return found


def answer_sheet(notebook: str) -> AnswerSheet:
    """An empty sheet for the typed answers of a notebook ("01")."""
    explain_missing_names()
    return AnswerSheet(notebook)


def check(given: Any, name: str | float | None = None) -> Any:
    """Check a function, `f = check(f)`, or a typed answer, `check(answers, "1.1")`.

    It says what is wrong. For a function it returns yours where it is right, and else the course's
    own, so that the rest of the notebook runs; the card says which. Where the environment variable
    COURSE_STRICT is 1, or nbgrader runs the notebook, it raises CheckFailed for what is not right.
    """
    if isinstance(given, AnswerSheet):
        return _check_answers(given, name)
    name = name or getattr(given, "__name__", None)
    if not isinstance(name, str):
        raise TypeError(
            "check(f) reads the exercise from the name of the function. "
            'Yours has none, so say it here: check(f, "name")'
        )
    copy = this_copy()
    exercise = exercises.get(name, copy.seed)
    if copy.keeps(name) and isinstance(exercise, Exercise):
        _keep(name, written=not _is_stub(given, name))
        return on_loan(exercise)
    if getattr(given, "on_loan", False):
        verdict = Verdict(
            name,
            "not attempted",
            "This is the course's own function, lent by the last check. "
            "Run the cell with your `def` again, then this one.",
            exercise.points,
        )
    else:
        verdict = evaluate(name, given, variant=copy.seed)
        if verdict.kind == "not attempted" and (why := why_not_attempted(name, given, _cells())):
            verdict = replace(verdict, message=why)
    public = exercise.public if isinstance(exercise, Exercise) else None
    lent = not verdict.passed or public is not None
    _tell(verdict, lent)
    if not lent or not isinstance(exercise, Exercise) or running(name):
        return given
    return on_loan(public or exercise)


def _keep(name: str, written: bool) -> None:
    """Say that an answer is kept for the grader, or that there is none yet."""
    title = f"`{short(name)}` · {'kept' if written else 'not answered yet'}{this_copy().left()}"
    told = KEPT if written else "Write your answer, run its cell, then this one."
    emit(Card(title, [told], HOUSE if written else QUIET, "○"))


def _is_stub(given: Any, name: str) -> bool:
    """Whether a function still has its TODO."""
    constants = getattr(getattr(given, "__code__", None), "co_consts", ())
    return any(isinstance(c, str) and c.startswith(f"TODO {name}:") for c in constants)


def _cells() -> list[str]:
    """The cells that have been run, the first one first, where IPython keeps them."""
    return [str(cell) for cell in _names().get("In", [])]


def _names() -> dict[str, Any]:
    """What the notebook has given a name to, where IPython keeps it."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell.user_ns if shell else {}


def on_loan(exercise: Exercise) -> Callable[..., Any]:
    """The reference under the exercise's name, marked, so that checking it earns nothing."""

    @functools.wraps(exercise.reference)
    def lent(*args: Any, **kwargs: Any) -> Any:
        return exercise.reference(*args, **kwargs)

    lent.__name__ = lent.__qualname__ = exercise.name
    lent.on_loan = True  # type: ignore[attr-defined]
    return lent


def _check_answers(answers: AnswerSheet, key: str | float | None) -> None:
    prefix = f"{answers.notebook}.answers."
    asked = [n for n in exercises.names(answers.notebook) if n.startswith(prefix)]
    names = asked if key is None else [answers.exercise(key).name]
    for name in names:
        asked_key = name.removeprefix(prefix)
        copy = this_copy()
        if copy.keeps(name):
            _keep(name, written=answers.get(asked_key, ...) is not ...)
            continue
        verdict = evaluate(name, answers.get(asked_key, ...), variant=copy.seed)
        if asked_key in answers.cleared:
            verdict = replace(verdict, message=CLEARED.format(asked_key))
        bare = unquoted(asked_key, _cells())
        if bare and bare not in _names():
            message = UNQUOTED.format(asked_key, bare)
            verdict = Verdict(name, "not attempted", message, verdict.max_points)
        _tell(verdict, lent=False)


def _tell(verdict: Verdict, lent: bool) -> None:
    color, mark, headline = HEADLINES[verdict.kind]
    if not _is_strict() and (sitting := running(verdict.name)):
        sitting.keep(verdict)
        return
    unit = "point" if verdict.max_points == 1 else "points"
    title = (
        f"`{short(verdict.name)}` · {headline} · {verdict.points} of {verdict.max_points} {unit}"
    )
    paragraphs = [f"{verdict.message} {verdict.advice}".strip()]
    if verdict.printed.strip():
        paragraphs.append(
            "Your function printed: `"
            + " ⏎ ".join(verdict.printed.strip().splitlines()[:3])[:200]
            + "`"
        )
    if lent:
        paragraphs.append(
            f"From here the notebook goes on with the course's own `{verdict.name}`, so nothing below is held up."
        )
    emit(Card(title, paragraphs, color, mark, [] if verdict.passed else _folds(verdict.name)))
    if not _is_strict():
        record().note(verdict)
    elif not verdict.passed:
        raise CheckFailed(f"{verdict.name}: {verdict.kind}. {verdict.message}")


def _is_strict() -> bool:
    """Whether a grader runs this notebook: COURSE_STRICT=1, or nbgrader's validate or autograde."""
    return os.environ.get("COURSE_STRICT") == "1" or "NBGRADER_EXECUTION" in os.environ


def hint(name: str | Callable[..., Any]) -> None:
    """Show the hints of an exercise, folded: open the next only when the last was not enough.

    name: an exercise ("gaussian_mle", or the function itself) or a typed answer ("1.4").
    """
    exercise = exercises.get(_exercise_name(name))
    if this_copy().keeps(exercise.name):
        emit(Card(f"`{short(exercise.name)}`", ["This copy gives no hints on it."], QUIET, "?"))
        return
    if running(exercise.name):
        emit(Card("No hints in a timed sitting", ["They are back after `report`."], QUIET, "○"))
        return
    title = f"Hints for `{short(exercise.name)}`"
    emit(Card(title, [exercise.title], HOUSE, "?", _folds(exercise.name)))


def _folds(name: str) -> list[tuple[str, str]]:
    hints = exercises.get(name).hints
    return [(f"Hint {i} of {len(hints)}", text) for i, text in enumerate(hints, 1)]


def _exercise_name(given: Any) -> str:
    """The full name behind a function, "gaussian_mle", "1.4" or 1.4."""
    name = str(getattr(given, "__name__", given))
    ends = [known for known in exercises.names() if known.endswith(f".answers.{name}")]
    return ends[0] if len(ends) == 1 else name
