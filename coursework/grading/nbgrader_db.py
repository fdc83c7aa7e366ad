"""Scores into nbgrader's own gradebook, so that its formgrader shows them. Uses nbgrader's API."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from coursework import exercises
from coursework.grading.gradebook import Row

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def enter_scores(database: Path, table: list[Row], names: list[str]) -> int:
    """Enter every counted row; the number of students.

    One assignment a notebook, one grade cell an exercise. An assignment that already holds the
    notebook is used, else one called like the notebook ("02") is made. Raises ValueError where
    nbgrader is not installed.
    """
    try:
        from nbgrader.api import Gradebook
    except ImportError:
        raise ValueError("--nbgrader-db needs nbgrader: pip install nbgrader") from None
    by_lab: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_lab[exercises.get(name).notebook].append(name)
    counted = [row for row in table if row.counts]
    _put_own_programs_on_path()
    with Gradebook(f"sqlite:///{database.resolve()}") as book:
        for lab, own in by_lab.items():
            assignment, notebook = _find_notebook(book, lab)
            for name in own:
                _grade_cell(book, assignment, notebook, name)
            for row in (r for r in counted if not set(own).isdisjoint(r.points)):
                _enter(book, assignment, notebook, row, own)
            book.db.commit()
    return len(counted)


def cell_id(name: str) -> str:
    """nbgrader's id of the cell that checks an exercise, as `course build` writes it."""
    return "check-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _put_own_programs_on_path() -> None:
    """nbgrader calls `alembic` by name when it makes a database."""
    own = str(Path(sys.executable).parent)
    if own not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = own + os.pathsep + os.environ.get("PATH", "")


def _find_notebook(book: Gradebook, lab: str) -> tuple[str, str]:
    for assignment in book.assignments:
        for notebook in assignment.notebooks:
            if notebook.name.startswith(lab):
                return assignment.name, notebook.name
    book.update_or_create_assignment(lab)
    book.update_or_create_notebook(lab, lab)
    return lab, lab


def _grade_cell(book: Gradebook, assignment: str, notebook: str, name: str) -> None:
    found = book.find_assignment(assignment)
    own = next(n for n in found.notebooks if n.name == notebook)
    if not any(c.name == cell_id(name) for c in own.grade_cells):
        book.update_or_create_grade_cell(
            cell_id(name),
            notebook,
            assignment,
            max_score=exercises.get(name).points,
            cell_type="code",
        )


def _enter(book: Gradebook, assignment: str, notebook: str, row: Row, names: list[str]) -> None:
    student = _student_id(row.student)
    book.update_or_create_student(student)
    book.update_or_create_submission(assignment, student)
    for name in (n for n in names if n in row.points):
        grade = book.find_grade(cell_id(name), notebook, assignment, student)
        grade.auto_score = row.points[name]
        grade.manual_score = None
        grade.needs_manual_grade = False


def _student_id(student: str) -> str:
    return re.sub(r"[\x00-\x1f/\\]", " ", student)[:120]
