"""What the instructor asks for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RELEASED = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """How the submissions are graded. released: the folder of the notebooks as handed out."""

    out: Path
    seed: int | None = None
    labs: tuple[str, ...] = ()
    resume: bool = False
    confined: bool = True
    released: Path = RELEASED


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """What is written beside gradebook, feedback and summary."""

    show_solutions: bool = False
    gradescope: bool = False
    canvas: bool = False
    moodle: bool = False
    nbgrader_db: Path | None = None
    override: Path | None = None
