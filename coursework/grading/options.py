"""What the instructor asks for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coursework.seeds import PUBLIC

RELEASED = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """How the submissions are graded.

    only: students to grade again; released: the folder of the notebooks as handed out.
    variant: the seed with which they were made.
    """

    out: Path
    seed: int | None = None
    labs: tuple[str, ...] = ()
    resume: bool = False
    only: tuple[str, ...] = ()
    confined: bool = True
    partial: bool = False
    variant: int = PUBLIC
    released: Path = RELEASED


@dataclass(frozen=True)
class Decisions:
    """What changes marks after grading. late, due: as typed, None where nothing was typed."""

    labs: tuple[str, ...] = ()
    override: Path | None = None
    late: str | None = None
    due: str | None = None
    roster: Path | None = None


@dataclass(frozen=True)
class ReportOptions:
    """What is written beside gradebook, feedback and summary."""

    show_solutions: bool = False
    gradescope: bool = False
    canvas: bool = False
    moodle: bool = False
    brightspace: bool = False
    nbgrader_db: Path | None = None
