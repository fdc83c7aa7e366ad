"""One submission: run it in a worker, judge each exercise from outside, start over if it ends.

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
from coursework.grading.definitions import defined_as, definitions, speaks_of
from coursework.grading.demos import definitions_only
from coursework.grading.inside.errors import is_unpacked, place_of
from coursework.grading.judge import ProcessEnded
from coursework.grading.sandbox import SandboxError, Zygote, one_core
from coursework.grading.session import Session
from coursework.grading.status import Reason

SUBMISSION = 240.0  # seconds for all of a submission, restarts included
RESTARTS = 40
CHANGED = (
    "Your function changes one of its arguments in place, so the caller's data are changed too."
)
NO_TIME = "The time for this notebook was used up before this exercise."
ENDED = "Your notebook's process ended before this exercise could be looked at."
NO_END = "The cell that defines it did not come back in time. Is there a loop that never ends?"


@dataclass(frozen=True)
class Finding:
    """The verdict on one exercise and the reason for it."""

    verdict: Verdict
    reason: Reason


@dataclass
class Examined:
    """What is found in one submission, and what is worth a remark."""

    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Examination:
    """The state of one submission under examination: its cells, its errors, its worker."""

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
        """Cut a cell down that loops or ends its worker.

        What may have been bad luck gets a second chance.
        """
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
        """As `check` does: from here on the student's code calls the course's own `name`."""
        exercise = exercises.get(name)
        if not any(name in cell for cell in self.plan):
            return  # nobody calls it
        if self.session and self.session.alive and isinstance(exercise, Exercise):
            with contextlib.suppress(TookTooLong, ProcessEnded):
                self.session.lend(name, exercise.reference, self.seconds / 2)

    def error_of(self, short: str) -> BaseException | None:
        """Why the last cell that defines a name stopped, None where it ran or there is none."""
        places = [i for i, names in enumerate(self.defined) if short in names]
        return next(
            (e for i in reversed(places) if (e := self.faults.get(i) or self.errors.get(i))), None
        )

    def finding(self, name: str) -> Finding:
        """The finding on one exercise, whatever its code does.

        Where it is wrong, later exercises get the course's own function.
        """
        finding = self._finding(exercises.get(name))
        if not finding.verdict.passed and isinstance(exercises.get(name), Exercise):
            self.lent.append(name)
            self._lend(name)
        return finding

    def _finding(self, exercise: Exercise | Question) -> Finding:
        finding = _raised(exercise, Reason.TIME_USED_UP, NO_TIME)
        for _ in range(2):  # a worker that ended, or had no processor, gets a second chance
            session = self.ready()
            if session is None:
                return finding
            try:
                finding = self._ask(session, exercise)
            except (TookTooLong, ProcessEnded):
                finding = _raised(exercise, Reason.PROCESS_ENDED, ENDED)
            except BaseException as error:
                if not is_unpacked(error):
                    raise
                return _cell_stopped(exercise, error)  # of an answer sheet that is the student's
            if session.alive or (session.judge.late and not self._was_starved()):
                break
        return finding

    def _ask(self, session: Session, exercise: Exercise | Question) -> Finding:
        if isinstance(exercise, Question):
            given = session.answer(exercise.key, self.seconds / 2)
        else:
            given = session.find(exercise.name, self.seconds / 2)
        if given is ...:
            error = self.error_of(defined_as(exercise)) or self._syntax_error(exercise)
            if error is not None:
                return _cell_stopped(exercise, error)
        session.judge.argument_changed = False
        session.allow(self.seconds - 1)
        seed = self._seed(exercise.name)
        verdict = evaluate(exercise.name, given, seed=seed, seconds=self.seconds)
        if verdict.passed and session.judge.argument_changed:
            verdict = replace(verdict, kind="mistake", message=CHANGED, mistake="mutated_argument")
        return Finding(verdict, Reason.ABSENT if given is ... else _reason(session))

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


def _reason(session: Session) -> Reason:
    """Why an answer that was there got its verdict."""
    if session.judge.late:
        return Reason.CALL_TOO_LONG
    return Reason.PROCESS_ENDED if session.judge.lost else Reason.JUDGED


def _raised(exercise: Exercise | Question, reason: Reason, message: str) -> Finding:
    return Finding(Verdict(exercise.name, "raised", message, exercise.points), reason)


def _cell_stopped(exercise: Exercise | Question, error: BaseException) -> Finding:
    if isinstance(error, TookTooLong):
        return _raised(exercise, Reason.CELL_TOO_LONG, NO_END)
    said = " ".join(str(error).split())[:300]
    place = place_of(error)
    where = f" at {place.within('the cell')}" if place else ""
    told = f"Python says: `{type(error).__name__}: {said}`."
    message = f"The cell that defines it stopped{where}. {told}"
    return _raised(exercise, Reason.CELL_STOPPED, message)


def examine(
    zygote: Zygote,
    cells: list[str],
    names: list[str],
    *,
    seed: int,
    student: str,
    seconds: float = 20.0,
) -> Examined:
    """Judge the exercises `names` in a submission's cells.

    seconds: that a cell, and all calls of a function, may take.
    Raises SandboxError where the sandbox fails.
    """
    examined = Examined()
    with _quiet(), one_core():
        examination = Examination(zygote, cells, seed, student, seconds)
        try:
            for name in names:
                examined.findings.append(_one(examination, name, examined.remarks))
        finally:
            examination.stop()
    for i, error in sorted(examination.faults.items()):
        what = "did not come back" if isinstance(error, TookTooLong) else "ended its process"
        examined.remarks.append(f"the cell `{_opening(cells[i])}` {what} and was left out")
    return examined


def _opening(cell: str) -> str:
    """The first line of a cell that is no comment, by which its author finds it."""
    lines = [" ".join(line.split()) for line in cell.splitlines() if line.strip()]
    first = next((line for line in lines if line[0] != "#"), "".join(lines[:1]))
    return first if len(first) <= 60 else first[:59] + "…"


def _one(examination: Examination, name: str, remarks: list[str]) -> Finding:
    try:
        return examination.finding(name)
    except SandboxError:
        raise
    except Exception as error:  # the engine stumbles over an odd answer; the grader is told
        kind = type(error).__name__
        remarks.append(f"{name}: the engine stopped with {kind}; look at it by hand")
        told = f"Your answer could not be judged ({kind})."
        return _raised(exercises.get(name), Reason.ENGINE_STOPPED, told)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()):
        yield
