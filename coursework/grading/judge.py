"""One submission: run it in a worker, judge each exercise from outside, start over where the worker ends.

A cell or function that loops, exits or crashes costs its own exercise: the worker is killed, a new
one runs the cells again without the offender, and judging goes on with the next exercise.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from coursework import exercises
from coursework.checking import Exercise, Question, Verdict, evaluate
from coursework.checking.running import TookTooLong
from coursework.grading.demos import definitions_only
from coursework.grading.notebook import definitions
from coursework.grading.sandbox import SandboxError, Zygote, one_core
from coursework.grading.session import Session, WorkerLost

SUBMISSION = 240.0  # seconds for all of a submission, restarts included
RESTARTS = 40
STOPPED = "The cell that defines it stopped"
CHANGED = (
    "Your function changes one of its arguments in place, so the caller's data are changed too."
)


@dataclass
class Run:
    """The verdicts of one submission and what is worth a remark."""

    verdicts: list[Verdict] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Grading:
    """The state of one submission under judgement: its cells, its errors, its worker."""

    def __init__(
        self, zygote: Zygote, cells: list[str], seed: int, student: str, seconds: float
    ) -> None:
        self.zygote, self.seed, self.student, self.seconds = zygote, seed, student, seconds
        self.plan = list(cells)
        self.defined = [definitions(c) for c in cells]
        self.errors: dict[int, BaseException] = {}
        self.faults: dict[int, BaseException] = {}  # of cells that had to be cut down
        self.second_chances: set[int] = set()  # cells at which a worker ended once
        self.lent: list[str] = []  # exercises that were not right
        self.ends = time.monotonic() + SUBMISSION
        self.session: Session | None = None
        self.starts = 0

    def ready(self) -> Session | None:
        """A living worker that has run all cells, None where no more can be had."""
        while self.session is None or not self.session.alive:
            self.stop()
            if self.starts > RESTARTS or time.monotonic() > self.ends:
                return None
            self.starts += 1
            self.session = Session(self.zygote, self.ends)
            self._run_cells(self.session)
            for name in self.lent:
                self._lend(name)
        return self.session

    def stop(self) -> float:
        """End the worker; the processor seconds it had."""
        if self.session is None:
            return 0.0
        self.session.close()
        self.session = None
        return self.zygote.kill()

    def _run_cells(self, session: Session) -> None:
        self.errors.clear()
        for i, cell in enumerate(self.plan):
            if not cell.strip():
                continue
            error = session.run_cell(i + 1, cell, self.seconds)
            if error is not None:
                self.errors[i] = error
            if not session.alive and error is not None:
                self._blame(i, error)
                return

    def _blame(self, i: int, error: BaseException) -> None:
        """Cut a cell down that loops or ends its worker; what may have been bad luck gets a second chance."""
        unlucky = self._was_starved() if isinstance(error, TookTooLong) else True
        if unlucky and i not in self.second_chances:
            self.second_chances.add(i)
            return
        self.faults[i] = error
        cut = definitions_only(self.plan[i])
        self.plan[i] = cut if cut != self.plan[i] else ""

    def _was_starved(self) -> bool:
        """End a worker that is late; whether a busy machine may have been the reason."""
        limit = self.session.limit if self.session else 0.0
        return self.stop() < 0.6 * limit

    def _lend(self, name: str) -> None:
        """As `check` does in the notebook: from here on the student's code calls the course's own `name`."""
        exercise = exercises.get(name)
        if not any(name in cell for cell in self.plan):
            return  # nobody calls it
        if self.session and self.session.alive and isinstance(exercise, Exercise):
            with contextlib.suppress(TookTooLong, WorkerLost):
                self.session.lend(name, exercise.reference, self.seconds / 2)

    def error_of(self, short: str) -> BaseException | None:
        """Why the last cell that defines a name stopped, None where it ran or there is none."""
        places = [i for i, names in enumerate(self.defined) if short in names]
        return next(
            (e for i in reversed(places) if (e := self.faults.get(i) or self.errors.get(i))), None
        )

    def verdict(self, name: str) -> Verdict:
        """The verdict on one exercise, whatever its code does; later exercises get the course's own where it is wrong."""
        verdict = self._verdict(exercises.get(name))
        if not verdict.passed and isinstance(exercises.get(name), Exercise):
            self.lent.append(name)
            self._lend(name)
        return verdict

    def _verdict(self, exercise: Exercise | Question) -> Verdict:
        verdict = _raised(exercise, "The time for this notebook was used up before this exercise.")
        for _ in range(2):  # a worker that ended, or had no processor, gets a second chance
            session = self.ready()
            if session is None:
                return verdict
            try:
                verdict = self._ask(session, exercise)
            except (TookTooLong, WorkerLost):
                verdict = _raised(
                    exercise,
                    "Your notebook's process ended before this exercise could be looked at.",
                )
            except (
                BaseException
            ) as error:  # out of an answer sheet, or an answer that is a function
                if not hasattr(error, "their_line"):
                    raise
                return _raised(exercise, _cell_stopped(error))
            if session.alive or (session.judge.late and not self._was_starved()):
                break
        return verdict

    def _ask(self, session: Session, exercise: Exercise | Question) -> Verdict:
        if isinstance(exercise, Question):
            given, short = session.answer(exercise.key, self.seconds / 2), f"answers.{exercise.key}"
        else:
            given, short = session.find(exercise.name, self.seconds / 2), exercise.name
        if given is ... and (error := self.error_of(short) or self._syntax_error(exercise)):
            return _raised(exercise, _cell_stopped(error))
        session.judge.argument_changed = False
        session.allow(self.seconds - 1)
        verdict = evaluate(
            exercise.name, given, seed=self._seed(exercise.name), seconds=self.seconds
        )
        if verdict.passed and session.judge.argument_changed:
            return Verdict(
                exercise.name,
                "mistake",
                CHANGED,
                exercise.points,
                "mutated_argument",
                verdict.printed,
            )
        return replace(
            verdict,
            message=verdict.message.removesuffix(" It has been interrupted; you can go on."),
        )

    def _syntax_error(self, exercise: Exercise | Question) -> BaseException | None:
        """The error of a cell that doesn't parse and speaks of the exercise."""
        faulty = [
            i
            for i, e in self.errors.items()
            if isinstance(e, SyntaxError | ValueError | MemoryError | RecursionError)
        ]
        return next((self.errors[i] for i in faulty if speaks_of(self.plan[i], exercise)), None)

    def _seed(self, name: str) -> int:
        text = f"{self.seed}\n{self.student}\n{name}"
        return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:7], "big")


def speaks_of(cell: str, exercise: Exercise | Question) -> bool:
    """Whether a cell that may not parse is about an exercise."""
    if isinstance(exercise, Question):
        words = (f'answers["{exercise.key}"]', f"answers['{exercise.key}']")
    else:
        words = (f"def {exercise.name}(", f"class {exercise.name}")
    return any(w in cell for w in words)


def _raised(exercise: Exercise | Question, message: str) -> Verdict:
    return Verdict(exercise.name, "raised", message, exercise.points)


def _cell_stopped(error: BaseException) -> str:
    if isinstance(error, TookTooLong):
        return (
            "The cell that defines it did not come back in time. Is there a loop that never ends?"
        )
    said = " ".join(str(error).split())[:300]
    where = getattr(error, "their_line", "").replace("of your function", "of the cell")
    return f"{STOPPED}{' at ' + where if where else ''}. Python says: `{type(error).__name__}: {said}`."


def judge(
    zygote: Zygote,
    cells: list[str],
    names: list[str],
    seed: int,
    student: str,
    seconds: float = 20.0,
) -> Run:
    """Judge the exercises `names` in a submission's cells. Raises SandboxError where the sandbox fails."""
    run = Run()
    with _quiet(), one_core():
        grading = Grading(zygote, cells, seed, student, seconds)
        try:
            for name in names:
                run.verdicts.append(_one(grading, name, run))
        finally:
            grading.stop()
    for i, error in sorted(grading.faults.items()):
        what = "did not come back" if isinstance(error, TookTooLong) else "ended its process"
        run.remarks.append(f"the cell `{_opening(cells[i])}` {what} and was left out")
    return run


def _opening(cell: str) -> str:
    """The first line of a cell that is no comment, by which its author finds it."""
    lines = [" ".join(line.split()) for line in cell.splitlines() if line.strip()]
    first = next((line for line in lines if line[0] != "#"), "".join(lines[:1]))
    return first if len(first) <= 60 else first[:59] + "…"


def _one(grading: Grading, name: str, run: Run) -> Verdict:
    try:
        return grading.verdict(name)
    except SandboxError:
        raise
    except (
        Exception
    ) as error:  # an answer so odd that the engine stumbles: no mark, and the grader is told
        run.remarks.append(
            f"{name}: the engine stopped with {type(error).__name__}; look at it by hand"
        )
        return _raised(
            exercises.get(name), f"Your answer could not be judged ({type(error).__name__})."
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()):
        yield
