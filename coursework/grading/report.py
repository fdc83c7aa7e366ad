"""Everything that is written once the batch has been graded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursework import exercises
from coursework.grading.feedback import feedback_html, file_name
from coursework.grading.gradebook import Row, counted_exercises, gradebook_csv, latest, rows
from coursework.grading.options import ReportOptions
from coursework.grading.overrides import apply_overrides, keep_overrides
from coursework.grading.platforms import canvas_csv, gradescope_results, moodle_csv
from coursework.grading.results import Results
from coursework.grading.submissions import Submission
from coursework.grading.summary import Tally, summary_html
from coursework.grading.writing import write, write_json


@dataclass(frozen=True)
class Marked:
    """The class as graded: rows, the exercises that count, and their points."""

    table: list[Row]
    names: list[str]
    most: float


def write_all(
    results: Results, submissions: list[Submission], out: Path, wanted: ReportOptions
) -> Iterator[str]:
    """Write all files into `out`; yields a line on each for the instructor."""
    briefs = latest(results, submissions)
    names = counted_exercises(briefs, results.batch.labs)
    most = sum(exercises.get(n).points for n in names)
    marked = Marked(rows(briefs, names), names, most)
    kept = keep_overrides(out, wanted.override)
    if kept is not None:
        yield from apply_overrides(marked.table, kept)
    write(out / "gradebook.csv", gradebook_csv(marked.table, names))
    found = _write_students(results, marked, out, wanted)
    page = summary_html(found, marked.table, names, marked.most, results.batch)
    write(out / "summary.html", page)
    students = sum(r.counts for r in marked.table)
    without = f"{len(found.failed)} without anything to grade"
    yield f"{students} students, {found.graded} graded, {without}"
    yield f"wrote {out}/gradebook.csv, summary.html, feedback/"
    yield from _write_platforms(marked, out, wanted)


def _write_students(results: Results, marked: Marked, out: Path, wanted: ReportOptions) -> Tally:
    """Feedback pages and Gradescope files, a student at a time, so that memory stays flat."""
    found = Tally()
    counted = [row for row in marked.table if row.counts]
    files = {file for row in counted for file in row.files}
    places = {file: at for file, at in results.places() if file in files}  # of each the last
    for row in counted:
        own = [results.at(places[file]) for file in row.files if file in places]
        for result in own:
            found.add(result)
        name = file_name(row.student)
        page = feedback_html(row, own, marked.names, wanted.show_solutions)
        write(out / "feedback" / name, page)
        if wanted.gradescope:
            folder = out / "gradescope" / name.removesuffix(".html")
            write_json(folder / "results.json", gradescope_results(row, own, marked.names))
    return found


def _write_platforms(marked: Marked, out: Path, wanted: ReportOptions) -> Iterator[str]:
    if wanted.canvas:
        write(out / "canvas.csv", canvas_csv(marked.table, marked.most))
        yield f"wrote {out}/canvas.csv"
    if wanted.moodle:
        write(out / "moodle.csv", moodle_csv(marked.table, marked.most))
        yield f"wrote {out}/moodle.csv"
    if wanted.gradescope:
        from coursework.grading.autograder import write_autograder

        write_autograder(out / "gradescope" / "autograder.zip")
        yield f"wrote {out}/gradescope/: results.json a student, and autograder.zip"
    if wanted.nbgrader_db is not None:
        from coursework.grading.nbgrader_db import enter_scores

        count = enter_scores(wanted.nbgrader_db, marked.table, marked.names)
        yield f"entered {count} students into {wanted.nbgrader_db}"
