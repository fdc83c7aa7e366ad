"""From a file to its result, in a process that holds the exercises: the unit of all parallelism."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coursework import exercises
from coursework.grading.definitions import Excerpt, answers_code, find_lab
from coursework.grading.demos import released, to_run
from coursework.grading.examination import examine
from coursework.grading.findings import Examined, Finding
from coursework.grading.inside.errors import Place
from coursework.grading.labs import handed_in_where
from coursework.grading.package import hidden_names
from coursework.grading.results import ExerciseResult, Result
from coursework.grading.sandbox import SandboxError, Zygote
from coursework.grading.status import Fault, Reason, Status
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import (
    SubmittedNotebook,
    parse,
    read_bytes,
    unreadable,
)
from coursework.seeds import PUBLIC

TRIES = 2  # sandboxes that may fail under one submission
LONGEST_MESSAGE = 3000  # characters
NO_EXERCISE = Fault(
    Status.NO_EXERCISE, "none of the functions and answers that are graded is in it"
)
SANDBOX_FAILED = Fault(
    Status.SANDBOX_FAILED, f"{TRIES} sandboxes, one after the other, failed under this submission"
)
NO_SANDBOX = Fault(
    Status.NO_SANDBOX,
    "the sandbox did not start, which is no fault of the submission's; go on with --resume",
)


@dataclass(frozen=True)
class Settings:
    """What all submissions of a batch share.

    labs: those that count; empty: whatever a notebook is about.
    released: the folder of the notebooks as handed out.
    """

    seed: int
    labs: tuple[str, ...]
    released: str
    confined: bool = True
    seconds: float = 20.0  # that a cell, and all calls of a function, may take
    partial: bool = False  # whether parts of an exercise earn points
    variant: int = PUBLIC  # the seed of the copies that were handed out


# Grades many submissions; the results come in the order in which they are ready.
Mapper = Callable[[Settings, list[Submission]], Iterator[Result]]


class Grader:
    """Grades files one after the other, with one zygote, which knows the lab it saw last."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.zygote: Zygote | None = None
        self.lab = ""
        self.starting = 0.0  # seconds that starting the sandbox took, no submission's fault

    def grade(self, student: str, file: str, path: Path) -> Result:
        """The result of one file."""
        try:
            data = read_bytes(path)
        except (OSError, ValueError) as error:
            return Result.ungraded(student, file, unreadable(error))
        return self.grade_bytes(student, file, data)

    def grade_bytes(self, student: str, file: str, data: bytes) -> Result:
        """The result of a file that has been read."""
        start, self.starting = time.perf_counter(), 0.0
        result = self._grade(student, file, parse(data))
        result.sha256 = hashlib.sha256(data).hexdigest()
        result.seconds = round(time.perf_counter() - start - self.starting, 3)
        return result

    def _grade(self, student: str, file: str, submitted: SubmittedNotebook) -> Result:
        lab = find_lab(submitted.cells, file, self.settings.labs)
        fault = submitted.fault or (None if lab else self._no_exercise(submitted.cells, file))
        examined = fault or self._examine(lab, submitted.cells, student)
        if isinstance(examined, Fault):
            result = Result.ungraded(student, file, examined)
            result.remarks = submitted.remarks
        else:
            result = _graded(student, file, submitted.cells, examined)
            result.remarks = submitted.remarks + examined.remarks
        result.lab = "" if fault else lab
        return result

    def _no_exercise(self, cells: list[str], file: str) -> Fault:
        """Why nothing in a notebook counts: it may be that of another lab."""
        other = find_lab(cells, file, ()) if self.settings.labs else ""
        if not other:
            return NO_EXERCISE
        return Fault(Status.NO_EXERCISE, handed_in_where(other, self.settings.labs))

    def _examine(self, lab: str, cells: list[str], student: str) -> Examined | Fault:
        """What is found in a submission, or the fault where the sandbox fails under it."""
        names = exercises.names(lab, self.settings.variant)
        demos = released(Path(self.settings.released), lab, frozenset(names))
        plan = to_run(cells, demos)
        fault = SANDBOX_FAILED
        for _ in range(TRIES):
            try:
                zygote = self._zygote_for(lab)
            except SandboxError:
                fault = NO_SANDBOX
                continue
            try:
                return examine(
                    zygote,
                    plan,
                    names,
                    seed=self.settings.seed,
                    student=student,
                    seconds=self.settings.seconds,
                    partial=self.settings.partial,
                    variant=self.settings.variant,
                )
            except SandboxError:
                fault = SANDBOX_FAILED
                self.close()
        return fault

    def _zygote_for(self, lab: str) -> Zygote:
        if self.zygote is None or self.lab != lab:
            start = time.perf_counter()
            self.lab = ""
            if self.zygote is None:
                self.zygote = Zygote(hidden_names(lab), self.settings.confined)
            else:
                self._turn_to(lab, self.zygote)
            self.lab = lab
            self.starting += time.perf_counter() - start
        return self.zygote

    def _turn_to(self, lab: str, zygote: Zygote) -> None:
        try:
            zygote.turn_to(hidden_names(lab))
        except SandboxError:
            self.close()
            raise

    def close(self) -> None:
        """End the sandbox."""
        if self.zygote is not None:
            self.zygote.close()
            self.zygote = None


def _graded(student: str, file: str, cells: list[str], examined: Examined) -> Result:
    findings = examined.findings
    names = [f.verdict.name for f in findings]
    stopped = {f.verdict.name for f in findings if f.reason is Reason.CELL_STOPPED}
    result = Result(student, file, Status.GRADED)
    shown = answers_code(cells, names, stopped)
    result.verdicts = [_exercise_result(f, shown.get(f.verdict.name)) for f in findings]
    result.code = {name: excerpt.text for name, excerpt in shown.items()}
    return result


def _exercise_result(finding: Finding, shown: Excerpt | None) -> ExerciseResult:
    verdict = finding.verdict
    place = verdict.place if isinstance(verdict.place, Place) else None
    return ExerciseResult(
        name=verdict.name,
        kind=verdict.kind,
        reason=finding.reason,
        message=verdict.message[:LONGEST_MESSAGE],
        points=verdict.points,
        max_points=verdict.max_points,
        mistake=verdict.mistake,
        printed=verdict.printed,
        credit=verdict.credit,
        line=shown.row(place) if shown else 0,
    )
