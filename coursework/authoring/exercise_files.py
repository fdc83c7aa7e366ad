"""The course's exercises, or the file and line at which Python can't read one of them."""

import ast
import traceback
from pathlib import Path

from coursework.authoring.problems import BuildError, Problem
from coursework.authoring.rules import Exercises

FOLDER = Path(__file__).parents[1] / "exercises"


def load_exercises(folder: Path = FOLDER) -> Exercises:
    """The module `coursework.exercises`, with every entry looked at.

    Raises BuildError with a sentence for each file that doesn't parse, or else for the one that
    stops while it is imported.
    """
    stop_at_syntax_errors(folder)
    from coursework import exercises

    try:
        exercises.names()
    except Exception as error:
        raise BuildError([_stopped(error, folder)]) from error
    return exercises


def stop_at_syntax_errors(folder: Path = FOLDER) -> None:
    """BuildError with a sentence for each file that doesn't parse; imports nothing."""
    if problems := [fault for path in sorted(folder.rglob("*.py")) if (fault := _unparsed(path))]:
        raise BuildError(problems)


def _unparsed(path: Path) -> Problem | None:
    try:
        ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        return Problem(
            _named(path), error.lineno or 1, f"this doesn't parse as Python: {error.msg}"
        )
    except UnicodeDecodeError:
        return Problem(_named(path), 1, "this is no UTF-8: save it as UTF-8")
    return None


def _stopped(error: Exception, folder: Path) -> Problem:
    """The innermost line of the course on the way to the error."""
    course = folder.parents[1]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(course)]
    inside = [frame for frame in ours if Path(frame.filename).is_relative_to(folder)] or ours
    said = f"importing it stops with {type(error).__name__}: {error}"
    return Problem(_named(Path(inside[-1].filename)), inside[-1].lineno or 1, said)


def _named(path: Path) -> str:
    """From the root of the repository where the path lies in it, as in `coursework/exercises/…`."""
    parts = path.parts
    start = max((n for n, part in enumerate(parts) if part == "coursework"), default=0)
    return "/".join(parts[start:])
