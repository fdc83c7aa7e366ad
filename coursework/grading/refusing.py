"""What `course grade` refuses before it reads or writes anything: paths that can't be meant."""

from __future__ import annotations

from collections.abc import Sized
from importlib.util import find_spec
from pathlib import Path

from coursework.grading.options import RELEASED, BatchOptions, ReportOptions
from coursework.grading.submissions import GIVE


def refuse_places(source: Path, options: BatchOptions, wanted: ReportOptions) -> None:
    """ValueError where a folder or a file that was named can't be what it was named for."""
    out, released, database = options.out, options.released, wanted.nbgrader_db
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file; name a folder, which need not exist yet")
    if source.is_dir() and source.resolve() == out.resolve():
        raise ValueError(f"--out {out} is the folder of the submissions; name another one")
    if released != RELEASED and not any(released.glob("[0-9][0-9]_*.ipynb")):
        raise ValueError(
            f"--released {released} holds no notebook such as 18_exam.ipynb; name the folder in "
            "which the student notebooks were written"
        )
    if database is not None and find_spec("nbgrader") is None:
        raise ValueError("--nbgrader-db needs nbgrader: pip install nbgrader")
    if database is not None and (database.is_dir() or not database.resolve().parent.is_dir()):
        raise ValueError(f"--nbgrader-db {database} can't be a file; name a gradebook.db")


def refuse_empty(source: Path, submissions: Sized, options: BatchOptions) -> None:
    """ValueError where there is nothing to grade, so that no empty report replaces a full one."""
    if not len(submissions) and not options.resume:
        raise ValueError(f"{source} holds nothing to grade; {GIVE}. Nothing was written.")
