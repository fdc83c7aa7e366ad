"""Everything that is written once the batch has been graded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursework.grading.choices import Choices
from coursework.grading.feedback import feedback_html, file_name
from coursework.grading.feedback_zip import write_feedback_zip
from coursework.grading.gradebook import Row, gradebook_csv, latest
from coursework.grading.labs import Labs, exercises_of, most_of
from coursework.grading.marking import by_lab, mark
from coursework.grading.options import ReportOptions
from coursework.grading.platforms import (
    brightspace_csv,
    canvas_csv,
    gradescope_results,
    moodle_csv,
)
from coursework.grading.results import Results
from coursework.grading.side_by_side import similar_html
from coursework.grading.students import Submission
from coursework.grading.summary import summary_html
from coursework.grading.tally import Tally
from coursework.grading.writing import write, write_json
from coursework.saying import counted


@dataclass(frozen=True)
class Marked:
    """The class as graded: rows, exercises and notebooks that count, and where results are."""

    table: list[Row]
    names: list[str]
    labs: Labs
    places: dict[str, int]


def write_all(
    results: Results,
    submissions: list[Submission],
    out: Path,
    wanted: ReportOptions,
    choices: Choices | None = None,
) -> Iterator[str]:
    """Write all files into `out`; yields a line on each for the instructor."""
    briefs = latest(results, submissions)
    batch = results.batch
    marks = mark(briefs, submissions, choices or Choices(), batch.labs, batch.variant)
    places = {b.file: b.at for b in briefs}
    marked = Marked(marks.table, marks.labs.exercises(), marks.labs, places)
    with_late = any(row.late for row in marked.table)
    write(out / "gradebook.csv", gradebook_csv(marked.table, marked.labs, with_late))
    found = _write_students(results, marked, out, wanted)
    pairs = found.similar.pairs()
    page = summary_html(found, marked.table, marked.names, results.batch, len(pairs))
    write(out / "summary.html", page)
    alike = {file for pair in pairs for file in pair.files}
    page = similar_html(pairs, {r.file: r for r in results if r.file in alike and r.code})
    write(out / "similar.html", page)
    students = counted(sum(r.counts for r in marked.table), "student")
    without = f"{len(found.failed)} without anything to grade"
    yield f"{students}, {found.graded} graded, {without}"
    yield from by_lab(marks)
    yield from (f"look at this: {warning}" for warning in marks.warnings)
    yield f"wrote {out}/gradebook.csv, summary.html, similar.html, feedback/, feedback.zip"
    yield from _write_platforms(marked, out, wanted)


def _write_students(results: Results, marked: Marked, out: Path, wanted: ReportOptions) -> Tally:
    """Feedback pages and Gradescope files, a student at a time, so that memory stays flat."""
    found = Tally()
    counted = [row for row in marked.table if row.counts]
    names = page_names(counted)
    for row in counted:
        own = [results.at(marked.places[f]) for f in row.files if f in marked.places]
        for result in own:
            found.add(result)
        name = names[row.student]
        page = feedback_html(row, own, marked.names, wanted.show_solutions, results.batch.variant)
        write(out / "feedback" / name, page)
        if wanted.gradescope:
            folder = out / "gradescope" / name.removesuffix(".html")
            write_json(folder / "results.json", gradescope_results(row, own, list(row.points)))
    pages = ((row, out / "feedback" / names[row.student]) for row in counted)
    write_feedback_zip(out / "feedback.zip", pages)
    return found


def page_names(table: list[Row]) -> dict[str, str]:
    """The page of each student; no two are one name where capitals don't count."""
    names: dict[str, str] = {}
    taken = {"autograder.zip.html"}  # beside the folders that Gradescope's results lie in
    for row in table:
        name = file_name(row.student)
        digest = hashlib.sha256(row.student.encode("utf-8", "replace")).hexdigest()
        while name.casefold() in taken:  # a student may have foreseen the digest of another
            name, digest = f"{name.removesuffix('.html')}-{digest[:8]}.html", digest[8:] or "0"
        taken.add(name.casefold())
        names[row.student] = name
    return names


def _write_platforms(marked: Marked, out: Path, wanted: ReportOptions) -> Iterator[str]:
    if wanted.canvas:
        most = most_of(marked.names)
        write(out / "canvas.csv", canvas_csv(marked.table, most, marked.labs.counted))
        yield f"wrote {out}/canvas.csv"
    if wanted.moodle:
        yield from _write_moodle(marked, out)
    if wanted.brightspace:
        write(out / "brightspace.csv", brightspace_csv(marked.table, marked.labs.counted))
        yield f"wrote {out}/brightspace.csv"
        yield from _unknown_to_brightspace(marked.table)
    if wanted.gradescope:
        from coursework.grading.autograder import write_autograder

        write_autograder(out / "gradescope" / "autograder.zip")
        yield f"wrote {out}/gradescope/: results.json a student, and autograder.zip"
    if wanted.nbgrader_db is not None:
        from coursework.grading.nbgrader_db import enter_scores

        count = enter_scores(wanted.nbgrader_db, marked.table, marked.names)
        yield f"entered {counted(count, 'student')} into {wanted.nbgrader_db}"


def _unknown_to_brightspace(table: list[Row]) -> list[str]:
    """A warning where Brightspace would find nobody for a row of its import."""
    unknown = [r for r in table if r.counts and not (r.identity.sis_id or r.identity.login)]
    if not unknown:
        return []
    return [
        f"look at this: brightspace.csv has no OrgDefinedId or Username for "
        f"{counted(len(unknown), 'student')}; give --roster a file that has"
    ]


def _write_moodle(marked: Marked, out: Path) -> Iterator[str]:
    """One worksheet, or one for each notebook where there are several."""
    several = marked.labs.counted if len(marked.labs.counted) > 1 else [""]
    for lab in several:
        path = out / (f"moodle-{lab}.csv" if lab else "moodle.csv")
        most = most_of(exercises_of([lab]) if lab else marked.names)
        write(path, moodle_csv(marked.table, most, lab))
        yield f"wrote {path}"
