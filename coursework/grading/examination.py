"""One submission: run it in a worker, judge each exercise from outside, start over if it ends.

A cell or function that loops, exits or crashes costs its own exercise: the worker is killed, a new
one runs the cells again without the offender, and judging goes on with the next exercise.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from coursework import exercises
from coursework.checking import Exercise, Question, Verdict, evaluate
from coursework.checking.parts import all_but_edges
from coursework.checking.running import THREAD, TookTooLong, limited
from coursework.grading.definitions import defined_as, definitions, speaks_of
from coursework.grading.demos import definitions_only
from coursework.grading.findings import Examined, Finding, cell_stopped, opening, raised
from coursework.grading.inside.errors import is_unpacked
from coursework.grading.judge import ProcessEnded
from coursework.grading.meter import Meter
from coursework.grading.sandbox import SandboxError, Zygote, one_core
from coursework.grading.session import Session, is_plain
from coursework.grading.status import Reason
from coursework.seeds import PUBLIC

SUBMISSION = 240.0  # seconds for all of a submission, restarts included, as `Meter` counts them
RESTARTS = 40
PROCESSOR = 500.0  # seconds of this process's own: then the system ends it, whatever it is doing
CHANGED = "Your function changes one of its arguments in place: the caller's data change, too."
NO_TIME = "The time for this notebook was used up before this exercise."
ENDED = "Your notebook's process ended before this exercise could be looked at."
NO_ANSWER = "Your answer was not there in time. Is it worked out by a loop that never ends?"

Found = TypeVar("Found")


class Examination:
    """The state of one submission under examination: its cells, its errors, its worker."""

    def __init__(
        self,
        zygote: Zygote,
        cells: list[str],
        names: list[str],
        seed: int,
        student: str,
        seconds: float,
        partial: bool = False,
        variant: int = PUBLIC,
    ) -> None:
        self.zygote, self.names, self.seed = zygote, names, seed
        self.student, self.seconds = student, seconds
        self.partial, self.variant = partial, variant
        self.plan = list(cells)
        self.defined = [definitions(c) for c in cells]
        self.errors: dict[int, BaseException] = {}
        self.faults: dict[int, BaseException] = {}  # of cells that had to be cut down
        self.second_chances: set[int] = set()  # cells at which a worker ended once
        self.lent: list[str] = []  # exercises that were not right
        self.meter = Meter()
        self.session: Session | None = None
        self.starts = 0

    def ready(self) -> Session | None:
        """A living worker that has run all cells, None where no more can be had."""
        while self.session is None or not self.session.alive:
            self.stop()
            if self.starts > RESTARTS or self.meter.spent() > SUBMISSION:
                return None
            self.starts += 1
            self.session = Session(self.zygote, self.meter, SUBMISSION)
            self._run_cells(self.session)
            self.session.look(self.names, self.seconds / 2)
            for name in list(self.lent):
                self._lend(name)
        return self.session

    def stop(self) -> None:
        """End the worker."""
        if self.session is None:
            return
        self.session.close()
        self.session = None
        self.meter.ended(self.zygote.kill())

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

        One that ended may have been short of memory, and gets a second chance.
        """
        if not isinstance(error, TookTooLong) and i not in self.second_chances:
            self.second_chances.add(i)
            return
        self.faults[i] = error
        cut = definitions_only(self.plan[i])
        self.plan[i] = cut if cut != self.plan[i] else ""

    def _lend(self, name: str) -> None:
        """As `check` does: from here on the student's code calls the course's own `name`."""
        exercise = exercises.get(name)
        if not any(name in cell for cell in self.plan):
            return  # nobody calls it
        if self.session and self.session.alive and isinstance(exercise, Exercise):
            try:
                self.session.lend(name, exercise.reference, self.seconds / 2)
            except (TookTooLong, ProcessEnded):
                self.lent.remove(name)  # never again: the next worker would end as well

    def error_of(self, short: str) -> BaseException | None:
        """Why the last cell that defines a name stopped, None where it ran or there is none."""
        places = [i for i, names in enumerate(self.defined) if short in names]
        return next(
            (e for i in reversed(places) if (e := self.faults.get(i) or self.errors.get(i))), None
        )

    def finding(self, name: str) -> Finding:
        """The finding on one exercise; after a wrong one, or a variant, others get the course's."""
        exercise = exercises.get(name, self.variant)
        finding = self._finding(exercise)
        if isinstance(exercise, Exercise) and not (finding.verdict.passed and not exercise.public):
            self.lent.append(name)
            self._lend(name)
        return finding

    def _finding(self, exercise: Exercise | Question) -> Finding:
        finding = raised(exercise, Reason.TIME_USED_UP, NO_TIME)
        for _ in range(2):  # a worker that ended gets a second chance
            session = self.ready()
            if session is None:
                return finding
            try:
                finding = self._ask(session, exercise)
            except TookTooLong:
                return raised(exercise, Reason.CALL_TOO_LONG, NO_ANSWER)
            except ProcessEnded:
                finding = raised(exercise, Reason.PROCESS_ENDED, ENDED)
            except BaseException as error:
                if not is_unpacked(error):
                    raise
                return cell_stopped(exercise, error)  # of an answer sheet that is the student's
            if session.alive or session.judge.late:
                break
        return finding

    def _ask(self, session: Session, exercise: Exercise | Question) -> Finding:
        if isinstance(exercise, Question) and exercise.key in session.answers:
            given = session.answers[exercise.key]
        elif isinstance(exercise, Question):
            given = self._in_time(session, lambda: session.answer(exercise.key, self.seconds / 2))
        else:
            given = session.find(exercise.name, self.seconds / 2)
        if given is ...:
            error = self.error_of(defined_as(exercise)) or self._syntax_error(exercise)
            if error is not None:
                return cell_stopped(exercise, error)
        session.judge.argument_changed = False
        session.allow(self.seconds - 1)
        verdict = self._verdict(session, exercise, given)
        if verdict.passed and session.judge.argument_changed:
            verdict = replace(verdict, kind="mistake", message=CHANGED, mistake="mutated_argument")
            if self.partial and isinstance(exercise, Exercise):
                verdict = all_but_edges(exercise, verdict)
        return Finding(verdict, Reason.ABSENT if given is ... else _reason(session))

    def _verdict(self, session: Session, exercise: Exercise | Question, given: Any) -> Verdict:
        how = {"clock": self.meter.spent, "partial": self.partial, "variant": self.variant}
        seed = self._seed(exercise.name)
        judged = functools.partial(evaluate, exercise.name, given, seed, self.seconds, **how)
        if given is ... or is_plain(given):
            return judged()  # nothing of theirs is called
        if isinstance(exercise, Question):  # one that is a function is called without a limit
            return self._in_time(session, judged)
        with session.judging():
            verdict = judged()
        _until_free()
        return verdict

    def _in_time(self, session: Session, work: Callable[[], Found]) -> Found:
        """What `work` gives, or TookTooLong where it does not come back in time."""
        found: list[Found] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                found.append(work())
            except BaseException as error:
                errors.append(error)

        with session.judging():
            in_time, _ = limited(run, self.seconds, self.meter.spent)
        _until_free()
        if errors and in_time:
            raise errors[0]
        if not found:
            session.judge.late = True
            raise TookTooLong
        return found[0]

    def _syntax_error(self, exercise: Exercise | Question) -> BaseException | None:
        """The error of a cell that doesn't parse and speaks of the exercise."""
        unread = SyntaxError | ValueError | MemoryError | RecursionError
        faulty = [i for i, e in self.errors.items() if isinstance(e, unread)]
        return next((self.errors[i] for i in faulty if speaks_of(self.plan[i], exercise)), None)

    def _seed(self, name: str) -> int:
        text = f"{self.seed}\n{self.student}\n{name}"
        return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:7], "big")


def _reason(session: Session) -> Reason:
    """Why an answer that was there got its verdict."""
    if session.judge.late:
        return Reason.CALL_TOO_LONG
    return Reason.PROCESS_ENDED if session.judge.lost else Reason.JUDGED


def examine(
    zygote: Zygote,
    cells: list[str],
    names: list[str],
    *,
    seed: int,
    student: str,
    seconds: float = 20.0,
    partial: bool = False,
    variant: int = PUBLIC,
) -> Examined:
    """Judge the exercises `names` in a submission's cells.

    seconds: that a cell, and all calls of a function, may take. partial: whether parts earn points.
    variant: the seed of the copies that were handed out.
    Raises SandboxError where the sandbox fails.
    """
    examined = Examined()
    with _quiet(), one_core():
        work = Examination(zygote, cells, names, seed, student, seconds, partial, variant)
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR)
        try:
            for name in names:
                examined.findings.append(_one(work, name, examined.remarks))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            work.stop()
    for i, error in sorted(work.faults.items()):
        what = "did not come back" if isinstance(error, TookTooLong) else "ended its process"
        examined.remarks.append(f"the cell `{opening(cells[i])}` {what} and was left out")
    return examined


def _one(examination: Examination, name: str, remarks: list[str]) -> Finding:
    try:
        return examination.finding(name)
    except SandboxError:
        raise
    except BaseException as error:  # the engine stumbles over an odd answer; the grader is told
        if isinstance(error, KeyboardInterrupt | SystemExit) and not is_unpacked(error):
            raise  # ours, and not the student's
        kind = type(error).__name__
        remarks.append(f"{name}: the engine stopped with {kind}; look at it by hand")
        told = f"Your answer could not be judged ({kind})."
        return raised(exercises.get(name), Reason.ENGINE_STOPPED, told)


def _until_free() -> None:
    """Wait for a call of ours that can't be interrupted: two at once would disturb each other.

    One that never comes back ends this process (see `PROCESSOR`).
    """
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()):
        yield
