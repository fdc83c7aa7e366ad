"""Everything that is written once the batch has been graded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursework import exercises
from coursework.grading import batch, feedback, gradebook, platforms
from coursework.grading.results import Results
from coursework.grading.submissions import Submission
from coursework.grading.summary import Class, summary_html


@dataclass(frozen=True)
class Wanted:
    """What comes out beside gradebook, feedback and summary."""

    show_solutions: bool = False
    gradescope: bool = False
    canvas: bool = False
    moodle: bool = False
    nbgrader_db: Path | None = None
    override: Path | None = None


@dataclass(frozen=True)
class Marked:
    """The class as graded: rows, the exercises that count, and their points."""

    table: list[gradebook.Row]
    names: list[str]
    most: float


def write_all(
    results: Results, submissions: list[Submission], options: batch.Options, wanted: Wanted
) -> Iterator[str]:
    """Write all files; yields a line on each for the instructor."""
    briefs = batch.latest(results, submissions)
    names = gradebook.counted_exercises(briefs, tuple(results.run["labs"]))
    marked = Marked(
        gradebook.rows(briefs, names), names, sum(exercises.get(n).points for n in names)
    )
    kept = batch.keep_overrides(options.out, wanted.override)
    if kept is not None:
        yield from gradebook.apply_overrides(marked.table, kept)
    batch.write(options.out / "gradebook.csv", gradebook.gradebook_csv(marked.table, names))
    found = _write_students(results, marked, options.out, wanted)
    batch.write(
        options.out / "summary.html",
        summary_html(found, marked.table, names, marked.most, results.run),
    )
    counted = [r for r in marked.table if r.counts]
    yield f"{len(counted)} students, {found.graded} graded, {len(found.failed)} without anything to grade"
    yield f"wrote {options.out}/gradebook.csv, summary.html, feedback/"
    yield from _write_platforms(marked, options.out, wanted)


def _write_students(results: Results, marked: Marked, out: Path, wanted: Wanted) -> Class:
    """Feedback pages and Gradescope files, a student at a time, so that memory stays flat."""
    found = Class()
    row_of = {file: row for row in marked.table if row.counts for file in row.files}
    places = _places(results, set(row_of))
    for row in marked.table:
        if not row.counts:
            continue
        own = [result for file in row.files if (result := _at(results.path, places.get(file)))]
        for result in own:
            found.add(result)
        name = feedback.file_name(row.student)
        batch.write(
            out / "feedback" / name,
            feedback.feedback_html(row, own, marked.names, wanted.show_solutions),
        )
        if wanted.gradescope:
            data = platforms.gradescope_results(row, own, marked.names)
            batch.write(
                out / "gradescope" / name.removesuffix(".html") / "results.json",
                batch.as_json(data),
            )
    return found


def _places(results: Results, files: set[str]) -> dict[str, int]:
    """Where in the results file the last line of each file begins."""
    return {file: at for file, at in results.places() if file in files}


def _at(path: Path, place: int | None) -> dict[str, Any] | None:
    if place is None:
        return None
    with path.open("rb") as lines:
        lines.seek(place)
        return json.loads(lines.readline())


def _write_platforms(marked: Marked, out: Path, wanted: Wanted) -> Iterator[str]:
    if wanted.canvas:
        batch.write(out / "canvas.csv", platforms.canvas_csv(marked.table, marked.most))
        yield f"wrote {out}/canvas.csv"
    if wanted.moodle:
        batch.write(out / "moodle.csv", platforms.moodle_csv(marked.table, marked.most))
        yield f"wrote {out}/moodle.csv"
    if wanted.gradescope:
        from coursework.grading.autograder import write_autograder

        write_autograder(out / "gradescope" / "autograder.zip")
        yield f"wrote {out}/gradescope/: results.json a student, and autograder.zip"
    if wanted.nbgrader_db is not None:
        from coursework.grading.nbgrader_db import enter_scores

        count = enter_scores(wanted.nbgrader_db, marked.table, marked.names)
        yield f"entered {count} students into {wanted.nbgrader_db}"
