"""Whose each file is: platforms and browsers rename what students hand in."""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coursework.grading.naming import is_lab_name, stem, told
from coursework.grading.unpacking import LARGEST

AGAIN = re.compile(r"^(?P<name>.+) \(\d+\)$")
NAMED = 5  # files that a sentence names; of the others it gives the number


@dataclass(frozen=True)
class Submission:
    """One file.

    student: whose it is; file: its name within the folder given; fault: a sentence where it is
    not to be opened, else ""; note: a sentence on files beside it that nobody looked at.
    """

    student: str
    file: str
    path: Path
    fault: str = ""
    note: str = ""


def with_students(found: list[Submission]) -> list[Submission]:
    """Say whose each file is, and let one student's other files be notes on the notebook.

    The platform's number is one student, whatever the files are called; a number of a submission
    that Canvas would never give twice shows that the names are not Canvas'. Browsers write
    "jane (1).ipynb" beside "jane.ipynb"; "Copy of 04 (1).ipynb" is another person's. Other files
    of equal stem stay apart by their suffix.
    """
    flat = [told(s.file) for s in found if "/" not in s.file]
    pairs = Counter((n.user, n.submission) for n in flat if n.platform == "canvas")
    shared = {user for (user, number), n in pairs.items() if n > 1 and number}
    stems = {stem(s.file) for s in found if "/" not in s.file}
    taken: set[str] = set()
    named: list[Submission] = []
    for s in found:
        name, first = told(s.file), s.file.split("/")[0]
        student = name.student
        if "/" in s.file and not name.platform and not first.lower().endswith(".zip"):
            student = first
        elif name.platform == "canvas" and name.user in shared and "/" not in s.file:
            student = stem(first)
        elif not name.platform:
            again = AGAIN.match(student)
            if again and again["name"] in stems and not is_lab_name(student):
                student = again["name"]
            elif student in taken and "/" not in s.file:
                student = s.file
            taken.add(student)
        named.append(replace(s, student=student))
    return _with_notes(named)


def _with_notes(found: list[Submission]) -> list[Submission]:
    """What a platform adds to a student's notebook (typed text, pictures) becomes a note on it."""
    first: dict[str, int] = {}
    for i, s in enumerate(found):
        if not s.fault and is_notebook(s.path):
            first.setdefault(s.student, i)
    kept = dict(enumerate(found))
    for i, s in enumerate(found):
        beside = first.get(s.student, i)
        if told(s.file).platform and beside != i and _is_beside(s):
            note = joined(kept[beside].note, not_looked_at([s.file]))
            kept[beside] = replace(kept[beside], note=note)
            del kept[i]
    return list(kept.values())


def _is_beside(s: Submission) -> bool:
    if s.fault:
        return s.file.endswith("/") and s.fault.startswith("there is no notebook")
    return not is_notebook(s.path) and s.path.is_file()


def not_looked_at(files: list[str]) -> str:
    return f"not looked at: {listed(files)}"


def joined(*sentences: str) -> str:
    return "; ".join(s for s in sentences if s)


def listed(files: list[str]) -> str:
    more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
    return ", ".join(files[:NAMED]) + more


def is_notebook(path: Path) -> bool:
    """Whether a file is a notebook by its name, or by its content where browsers renamed it."""
    lower = path.name.lower()
    if lower.endswith((".ipynb", ".ipynb.txt", ".ipynb.json")):
        return True
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= LARGEST:
            return False
        with path.open("rb") as file:
            if not file.read(200).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
                return False
            file.seek(0)
            return b'"cells"' in file.read(LARGEST)
    except OSError:
        return False


def find_students(wanted: str, files: Mapping[str, Iterable[str]]) -> list[str]:
    """The students whom a text may mean: one, several, or none. files: those of each student.

    Tried in this order: as the gradebook writes it, the name alone, the platform's number, the
    name of a file.
    """
    text = wanted.strip().casefold()
    if wanted.strip() in files:
        return [wanted.strip()]
    for ways in (_as_written, _as_named, _as_numbered, _as_file):
        if found := [s for s, own in files.items() if text in ways(s, list(own))]:
            return sorted(found)
    return []


def _as_written(student: str, files: list[str]) -> set[str]:
    return {student.casefold()}


def _as_named(student: str, files: list[str]) -> set[str]:
    return {told(f).name.casefold() for f in files if told(f).platform}


def _as_numbered(student: str, files: list[str]) -> set[str]:
    return {told(f).user.casefold() for f in files if told(f).platform}


def _as_file(student: str, files: list[str]) -> set[str]:
    firsts = {f.split("/")[0] for f in files}
    return {n.casefold() for f in files for n in (f, f.rstrip("/"))} | {
        n.casefold() for f in firsts for n in (f, stem(f))
    }
