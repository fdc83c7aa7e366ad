"""From a file to its result, in a process that holds the exercises: the unit of all parallelism."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coursework import exercises
from coursework.grading.definitions import answers_code, find_lab
from coursework.grading.demos import released, to_run
from coursework.grading.examination import Examined, Finding, examine
from coursework.grading.package import hidden_names
from coursework.grading.results import ExerciseResult, Result
from coursework.grading.sandbox import SandboxError, Zygote
from coursework.grading.status import Fault, Reason, Status
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import parse, read_bytes, unreadable

ATTEMPTS = 3  # sandboxes that may fail under one submission
LONGEST_MESSAGE = 3000  # characters
NO_EXERCISE = Fault(
    Status.NO_EXERCISE, "none of the functions and answers that are graded is in it"
)
SANDBOX_FAILED = Fault(
    Status.SANDBOX_FAILED,
    "the sandbox failed under this submission; grade it again with --resume",
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


# Grades many submissions; the results come in the order in which they are ready.
Mapper = Callable[[Settings, list[Submission]], Iterator[Result]]


class Grader:
    """Grades files one after the other; keeps one zygote, for the notebook it saw last."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.zygote: Zygote | None = None
        self.lab = ""
        self.starting = 0.0  # seconds that starting the sandbox took, no submission's fault

    def grade(self, student: str, file: str, path: Path) -> Result:
        """The result of one file."""
        start, self.starting = time.perf_counter(), 0.0
        result = self._grade(student, file, path)
        result.seconds = round(time.perf_counter() - start - self.starting, 3)
        return result

    def _grade(self, student: str, file: str, path: Path) -> Result:
        try:
            data = read_bytes(path)
        except (OSError, ValueError) as error:
            return Result.ungraded(student, file, unreadable(error))
        digest = hashlib.sha256(data).hexdigest()
        submitted = parse(data)
        del data
        lab = find_lab(submitted.cells, file, self.settings.labs)
        fault = submitted.fault or (None if lab else NO_EXERCISE)
        examined = None if fault else self._examine(lab, submitted.cells, student)
        if examined is None:
            result = Result.ungraded(student, file, fault or SANDBOX_FAILED)
            result.remarks = submitted.remarks
        else:
            result = _graded(student, file, submitted.cells, examined)
            result.remarks = submitted.remarks + examined.remarks
        result.sha256, result.lab = digest, "" if fault else lab
        return result

    def _examine(self, lab: str, cells: list[str], student: str) -> Examined | None:
        """What is found in a submission, None where the sandbox fails under it."""
        names = exercises.names(lab)
        demos = released(Path(self.settings.released), lab, frozenset(names))
        plan = to_run(cells, demos)
        for _ in range(ATTEMPTS):
            try:
                return examine(
                    self._zygote_for(lab),
                    plan,
                    names,
                    seed=self.settings.seed,
                    student=student,
                    seconds=self.settings.seconds,
                )
            except SandboxError:
                self.close()
        return None

    def _zygote_for(self, lab: str) -> Zygote:
        if self.zygote is None or self.lab != lab:
            start = time.perf_counter()
            self.close()
            self.zygote, self.lab = Zygote(hidden_names(lab), self.settings.confined), lab
            self.starting += time.perf_counter() - start
        return self.zygote

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
    result.verdicts = [_exercise_result(f) for f in findings]
    result.code = answers_code(cells, names, stopped)
    return result


def _exercise_result(finding: Finding) -> ExerciseResult:
    verdict = finding.verdict
    return ExerciseResult(
        name=verdict.name,
        kind=verdict.kind,
        reason=finding.reason,
        message=verdict.message[:LONGEST_MESSAGE],
        points=verdict.points,
        max_points=verdict.max_points,
        mistake=verdict.mistake,
        printed=verdict.printed,
    )
