"""`feedback.zip`: the pages under the names by which the platform knows whose they are.

Canvas reads the two numbers in the name of the file that was handed in, Moodle the participant's
number and "assignsubmission_file", Brightspace the name of the file or folder that it gave out.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from coursework.grading.gradebook import Row
from coursework.grading.naming import stem, told
from coursework.grading.results import ResultsError

STAMP = (2020, 1, 1, 0, 0, 0)  # the same bytes each time


def name_for_upload(row: Row, page: str) -> str:
    """What a student's page is called in the zip; `page` where no platform named the file."""
    for file in (*row.labs.values(), *row.files):
        found, first = told(file), file.split("/")[0]
        if found.platform == "canvas":
            return f"{stem(first)}.html"
        if found.platform == "moodle":
            return f"{found.name}_{found.user}_assignsubmission_file_feedback.html"
        if found.platform == "brightspace":
            is_folder = "/" in file and not first.lower().endswith(".zip")
            return f"{first}/feedback.html" if is_folder else f"{stem(first)}.html"
    return page


def write_feedback_zip(target: Path, pages: Iterable[tuple[Row, Path]]) -> None:
    """Write the zip whole or not at all. pages: of each student the page in the report."""
    temporary = target.with_name(target.name + ".part")
    taken: set[str] = set()
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for row, page in pages:
                name = name_for_upload(row, page.name)
                name = page.name if name.casefold() in taken else name
                taken.add(name.casefold())
                entry = zipfile.ZipInfo(name.encode("utf-8", "replace").decode(), STAMP)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, page.read_bytes())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ResultsError(
            f"{target} can't be written: {error.strerror}. The marks are safe in results.jsonl; "
            "make room and run again with --resume."
        ) from error
