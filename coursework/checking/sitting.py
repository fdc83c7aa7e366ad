"""An exam to practice on or to sit: `sit` begins it, and `report` says what to read again.

In a timed sitting `check` records and says nothing of right or wrong, and there are no hints.
Nothing stops when its time is over: later answers are recorded as late, and don't count. What
a sitting draws from stands with the exercises of its notebook: `OBJECTIVES`, `PLACES` and
`draw_sitting` in `coursework/exercises/nb18`.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from course_utils.cards import HOUSE, QUIET, RIGHT, WRONG, Card
from course_utils.display import emit
from coursework import exercises
from coursework.checking.copies import this_copy
from coursework.checking.exercise import Verdict
from coursework.checking.progress import short
from coursework.checking.record import record
from coursework.checking.variants import dice

Clock = Callable[[], float]


@dataclass
class Sitting:
    """names: of the exercises that count. ends: by `clock`, in seconds.

    late: the last answers given after that, which are shown beside those that count.
    """

    notebook: str
    names: Sequence[str]
    ends: float
    clock: Clock = time.time
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    late: dict[str, Verdict] = field(default_factory=dict)

    def keep(self, verdict: Verdict) -> None:
        """Record an answer and say that it is recorded, or why it can't be read."""
        left = (self.ends - self.clock()) / 60
        shown = f"`{short(verdict.name)}`"
        if verdict.name not in self.names:
            _say(f"{shown} is not in this sitting", "It isn't counted, and nothing is said of it.")
        elif verdict.kind == "not attempted":
            _say(f"{shown} · not attempted yet · {_minutes(left)}", verdict.message)
        elif verdict.kind == "interface":
            _say(f"{shown} · not recorded: the form is wrong · {_minutes(left)}", verdict.message)
        elif left < 0:
            self.late[verdict.name] = verdict
            _say(f"{shown} · recorded as late · the time is over", LATE)
        else:
            self.verdicts[verdict.name] = verdict
            done = f"{len(self.verdicts)} of {len(self.names)} recorded."
            _say(f"{shown} · recorded · {_minutes(left)}", f"{done} The last answer counts.")


LATE = (
    "Only what was recorded in time has points. The report shows this answer too, as a late "
    "one. Call `report` now, or go on: nothing is lost."
)

_running: dict[str, Sitting] = {}


def running(name: str) -> Sitting | None:
    """The timed sitting in which the exercise `name` would be recorded, if one is going on."""
    return _running.get(exercises.get(name).notebook) if _running else None


def sit(
    notebook: str, timed: bool = False, draw: int = 1, minutes: float = 60, clock: Clock = time.time
) -> None:
    """Begin: to practice, with verdicts and hints, or timed, with twelve questions drawn.

    draw: which sitting; the same number draws the same questions. A new call begins anew.
    """
    exam = _exam(notebook)
    if not isinstance(timed, bool):
        raise TypeError(f"timed is True or False; yours is {timed!r}")
    if not (isinstance(minutes, (int, float)) and 0 < minutes <= 600):
        raise ValueError(f"minutes is a number from 1 to 600; yours is {minutes!r}")
    _running.pop(notebook, None)
    if not timed:
        said = "Each check replies, with hints. `report` at the end says what to read again."
        _say(f"Practice: all {len(exam.PLACES)} questions of notebook {notebook}", said)
        return
    keys = exam.draw_sitting(dice(draw, "sitting"))
    _running[notebook] = Sitting(
        notebook, [_name(notebook, key) for key in keys], clock() + 60 * minutes, clock
    )
    numbers = [f"18.{list(exam.PLACES).index(key) + 1}" for key in keys]
    told = [
        f"Questions **{', '.join(numbers)}**. The others are not in this sitting.",
        "Checks record and don't reply, and there are no hints. "
        f'When you are done: `report("{notebook}")`, which ends the sitting. Nothing stops when '
        "the time is over: what you check later is recorded as late, and doesn't count.",
    ]
    title = f"Sitting {draw}: {len(keys)} questions, {minutes:g} minutes, from now"
    emit(Card(title, told, HOUSE, "→"))


def report(notebook: str) -> None:
    """Say by objective what is right, and what to read again. It ends a timed sitting."""
    exam = _exam(notebook)
    sitting = _running.pop(notebook, None)
    kept = record()
    kept.read()
    if sitting:
        for verdict in {**sitting.late, **sitting.verdicts}.values():
            kept.note(verdict)
        kinds = {name: v.kind for name, v in sitting.verdicts.items()}
        names = list(sitting.names)
    else:
        names = exercises.names(notebook, this_copy().seed)
        kinds = {name: kept.kinds[name] for name in names if name in kept.kinds}
    if not kinds and not (sitting and sitting.late):
        _say("Report: nothing answered yet", "Answer a question, run its check, and come back.")
        return
    points = {name: exercises.get(name).points for name in names}
    earned = sum(points[name] for name in names if kinds.get(name) == "passed")
    title = f"Report: {earned} of {sum(points.values())} points"
    paragraphs = _by_objective(exam, notebook, names, kinds)
    if sitting and sitting.late:
        paragraphs.append(_after_the_end(sitting.late))
    full = earned == sum(points.values())
    emit(Card(title, paragraphs, RIGHT if full else WRONG, "✓" if full else "○"))


def _after_the_end(late: dict[str, Verdict]) -> str:
    """What was answered when the time was over."""
    right = [name for name, verdict in late.items() if verdict.passed]
    wrong = [name for name in late if name not in right]
    said = [
        f"{word}: {_listed(names)}" for word, names in (("right", right), ("wrong", wrong)) if names
    ]
    return f"**After the end**, and not counted: {'; '.join(said)}."


def _by_objective(
    exam: Any, notebook: str, names: Sequence[str], kinds: dict[str, str]
) -> list[str]:
    """A paragraph for each objective that was asked about."""
    paragraphs = []
    for number, objective in enumerate(exam.OBJECTIVES, 1):
        places = {
            name: exam.place_drawn(key, dice(this_copy().seed, name))
            for key, p in exam.PLACES.items()
            if p.objective == number and (name := _name(notebook, key))
        }
        asked = [name for name in names if name in places]
        if not asked:
            continue
        right = [name for name in asked if kinds.get(name) == "passed"]
        wrong = [name for name in asked if name in kinds and name not in right]
        open_ = [name for name in asked if name not in kinds]
        said = f"**{number}. {objective}**: {len(right)} of {len(asked)} right."
        if wrong:
            again = dict.fromkeys(f"{places[name]} ({_listed([name])})" for name in wrong)
            said += f" Read again: {'; '.join(again)}."
        if open_:
            said += f" Not answered: {_listed(open_)}."
        paragraphs.append(said)
    return paragraphs


def _exam(notebook: str) -> Any:
    """The exercises of a notebook that has sittings; ValueError for another one."""
    try:
        module = importlib.import_module(f"coursework.exercises.nb{notebook}")
    except ModuleNotFoundError:
        module = None
    if not hasattr(module, "draw_sitting"):
        raise ValueError(f"notebook {notebook!r} is no exam; the exam is notebook '18'")
    return module


def _name(notebook: str, key: str) -> str:
    return f"{notebook}.answers.{key}" if key[0].isdigit() else key


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name.rpartition('.answers.')[2]}`" for name in names)


def _minutes(left: float) -> str:
    return f"{max(0, int(left))} minutes left" if left >= 0 else "the time is over"


def _say(title: str, text: str) -> None:
    emit(Card(title, [text], QUIET, "○"))
