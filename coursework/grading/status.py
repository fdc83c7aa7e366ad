"""What became of a submission, and why an exercise got its verdict, in words that programs read.

A result also holds sentences for people. No program reads those.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a submission."""

    GRADED = "graded"
    NOT_OPENED = "not_opened"  # a link, an empty folder, an entry of a zip that was refused
    UNREADABLE = "unreadable"  # the system does not hand the file out, or it is too large
    EMPTY = "empty"
    DAMAGED = "damaged"  # it begins like a notebook and is not JSON
    NOT_A_NOTEBOOK = "not_a_notebook"
    NO_CODE = "no_code"  # a notebook without a code cell
    NO_EXERCISE = "no_exercise"  # a notebook in which nothing is graded
    SANDBOX_FAILED = "sandbox_failed"  # under this submission; see `GRADINGS` in `standing.py`
    NO_SANDBOX = "no_sandbox"  # it did not start: no fault of the submission's
    STOPPED_GRADER = "stopped_grader"  # judging it took for ever: look at it by hand
    UNKNOWN = "unknown"  # a faulty file in a report from before there was a status

    @property
    def is_final(self) -> bool:
        """Whether the same file needs no second grading."""
        return self not in (Status.SANDBOX_FAILED, Status.NO_SANDBOX, Status.UNKNOWN)


class Reason(StrEnum):
    """Why an exercise got its verdict."""

    JUDGED = "judged"  # there is an answer, and the engine judged it: the verdict's kind says how
    ABSENT = "absent"  # no cell defines it
    CELL_STOPPED = "cell_stopped"  # the cell that defines it raised an exception
    CELL_TOO_LONG = "cell_too_long"  # the cell that defines it did not come back
    CALL_TOO_LONG = "call_too_long"  # the function did not come back
    PROCESS_ENDED = "process_ended"  # the worker ended, or answered with nonsense
    TIME_USED_UP = "time_used_up"  # no time was left for this exercise
    ENGINE_STOPPED = "engine_stopped"  # the engine stumbled over the answer: look at it by hand
    UNKNOWN = "unknown"  # in a report from before there were reasons


@dataclass(frozen=True)
class Fault:
    """Why a submission could not be graded: a status, and a sentence for people."""

    status: Status
    sentence: str
