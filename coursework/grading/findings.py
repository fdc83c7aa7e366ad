"""What is found in a submission, in an exercise, and in a cell that stopped."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from coursework.checking import Exercise, Question, Verdict
from coursework.checking.running import TookTooLong
from coursework.grading.inside.errors import place_of
from coursework.grading.status import Reason

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


def raised(exercise: Exercise | Question, reason: Reason, message: str) -> Finding:
    """A finding without an answer that could be judged."""
    return Finding(Verdict(exercise.name, "raised", message, exercise.points), reason)


def cell_stopped(exercise: Exercise | Question, error: BaseException) -> Finding:
    """The finding where the cell that defines an exercise raised `error`."""
    if isinstance(error, TookTooLong):
        return raised(exercise, Reason.CELL_TOO_LONG, NO_END)
    said = " ".join(str(error).split())[:300]
    place = place_of(error)
    where = f" at {place.within('the cell')}" if place else ""
    told = f"Python says: `{type(error).__name__}: {said}`."
    message = f"The cell that defines it stopped{where}. {told}"
    finding = raised(exercise, Reason.CELL_STOPPED, message)
    return replace(finding, verdict=replace(finding.verdict, place=place))


def opening(cell: str) -> str:
    """The first line of a cell that is no comment, by which its author finds it."""
    lines = [" ".join(line.split()) for line in cell.splitlines() if line.strip()]
    first = next((line for line in lines if line[0] != "#"), "".join(lines[:1]))
    return first if len(first) <= 60 else first[:59] + "…"
