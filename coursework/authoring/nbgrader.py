"""nbgrader's cell metadata, schema 3, so that its validate and autograde run on student notebooks.

A learner's cell is a `solution` that isn't graded; the check cell after it holds the points.
"""

import hashlib
import re
from typing import Any


def solution_metadata(name: str, source: str) -> dict[str, Any]:
    """Metadata of the cell in which exercise `name` is solved; `source` is the cell's text."""
    return _metadata(_grade_id(name), source, is_solution=True, points=None)


def check_metadata(name: str, source: str, points: float) -> dict[str, Any]:
    """Metadata of the cell that checks exercise `name` and is worth `points`."""
    return _metadata("check-" + _grade_id(name), source, is_solution=False, points=points)


def _grade_id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _metadata(
    grade_id: str, source: str, is_solution: bool, points: float | None
) -> dict[str, Any]:
    is_grade = points is not None
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": is_grade,
        "solution": is_solution,
        "locked": is_grade,
        "task": False,
        "cell_type": "code",
    }
    if points is not None:
        metadata["points"] = points
    metadata["checksum"] = _checksum(source, grade_id, is_grade, is_solution, points)
    return metadata


def _checksum(
    source: str, grade_id: str, is_grade: bool, is_solution: bool, points: float | None
) -> str:
    """As in nbgrader.utils.compute_checksum: md5 of text, type, flags, id and points."""
    parts = [source, "code", str(is_grade), str(is_solution), str(is_grade), grade_id]
    if points is not None:
        parts.append(str(float(points)))
    return hashlib.md5("".join(parts).encode()).hexdigest()
