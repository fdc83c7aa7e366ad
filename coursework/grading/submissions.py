"""Find the submissions in what a platform hands out: a folder, folders by student, or a zip."""

from __future__ import annotations

import json
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from coursework.grading.naming import natural, stem, told
from coursework.grading.students import (
    Submission as Submission,
)
from coursework.grading.students import (
    is_notebook,
    joined,
    listed,
    not_looked_at,
    with_students,
)
from coursework.grading.unpacking import LARGEST, Budget, unpack

JUNK = {"__MACOSX", ".ipynb_checkpoints", "Thumbs.db", "desktop.ini", ".DS_Store"}
NESTED = 2  # zips in zips that are unpacked
LINK = "a link; it was not followed"
GIVE = "give the folder or the zip that the platform let you download"


class Submissions(list[Submission]):
    """The submissions found, and in `left_out` the names that are nobody's submission."""

    def __init__(self, found: list[Submission], left_out: list[str]) -> None:
        super().__init__(found)
        self.left_out = left_out


@contextmanager
def opened(source: Path) -> Iterator[Submissions]:
    """The submissions in `source`; zips are unpacked into a folder that is removed afterwards.

    Raises FileNotFoundError or ValueError with a sentence for the grader.
    """
    with tempfile.TemporaryDirectory(
        prefix=f"course-submissions-{os.getpid()}-", ignore_cleanup_errors=True
    ) as room:
        if source.is_dir() and _is_report(source):
            raise ValueError(f"{source} is a report of the grader; {GIVE}")
        if source.is_dir():
            yield find(source, Path(room))
        elif not source.exists():
            raise FileNotFoundError(f"{source}: no such file or folder; {GIVE}")
        elif zipfile.is_zipfile(source):
            yield _in_zip(source, Path(room))
        elif is_notebook(source):
            yield Submissions([Submission(stem(source.name), source.name, source)], [])
        else:
            raise ValueError(f"{source} is neither a folder, nor a zip, nor a notebook; {GIVE}")


def _in_zip(source: Path, room: Path) -> Submissions:
    budget = Budget()
    folder = room / "all"
    folder.mkdir()
    refused = unpack(source, folder, budget)
    inner = _inner(folder)
    wrapper = "" if inner == folder else inner.name + "/"
    found = find(inner, room, budget)
    faulty = [
        Submission("", r.name.removeprefix(wrapper).lstrip("/"), folder, r.fault) for r in refused
    ]
    return Submissions(with_students([*found, *faulty]), found.left_out)


def find(folder: Path, room: Path | None = None, budget: Budget | None = None) -> Submissions:
    """The submissions in `folder`. room: where students' own zips may be unpacked.

    Each file that lies in it belongs to one student; so does each folder with all its notebooks.
    """
    finder = _Finder(room, budget or Budget())
    entries = sorted(folder.iterdir(), key=lambda p: natural(p.name))
    names = [p.name for p in entries]
    found: list[Submission] = []
    left_out: list[str] = []
    for path in entries:
        if why := _not_a_submission(path, names):
            left_out += [f"{path.name} ({why})"] if path.name not in JUNK else []
        elif path.is_symlink():
            found.append(Submission("", path.name, path, LINK))
        elif path.is_dir():
            found += finder.of_student(path, path.name)
        elif _is_zip(path):
            found += finder.in_zip(path, path.name, depth=1)
        else:
            found.append(Submission("", path.name, path))
    return Submissions(with_students(found), left_out)


def _not_a_submission(path: Path, names: list[str]) -> str:
    """Why an entry is nobody's submission, "" where it may be one."""
    if path.name in JUNK or path.name.startswith("."):
        return "hidden"
    if path.name == "index.html" and any(told(n).platform == "brightspace" for n in names):
        return "Brightspace's list of files"
    if _is_report(path):
        return "a report of the grader"
    return ""


def _is_report(folder: Path) -> bool:
    """Whether the grader wrote this folder: its results file says so in the first line."""
    results = folder / "results.jsonl"
    if folder.is_symlink() or results.is_symlink() or not results.is_file():
        return False
    try:
        with results.open("rb") as lines:
            first = json.loads(lines.readline(10_000))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and bool(first.keys() & {"batch", "run"})


@dataclass(frozen=True)
class _Finder:
    """Looks into folders and zips of one student after the other."""

    room: Path | None
    budget: Budget

    def of_student(self, home: Path, name: str, depth: int = 0) -> list[Submission]:
        """All notebooks in a student's folder, or what says that there is none."""
        found: list[Submission] = []
        files, others = _walk(home)
        for path, inner in files:
            file = f"{name}/{inner}"
            if path.is_symlink():
                found.append(Submission("", file, path, LINK))
            elif is_notebook(path):
                found.append(Submission("", file, path))
            elif depth < NESTED and self.room is not None and _is_zip(path):
                found += self.in_zip(path, file, depth + 1)
            else:
                others.append(inner)
        if not found:
            only = f", only {listed(others)}" if others else ""
            return [Submission("", name + "/", home, f"there is no notebook in the folder{only}")]
        if others:
            found[0] = replace(found[0], note=joined(found[0].note, not_looked_at(others)))
        return found

    def in_zip(self, archive: Path, name: str, depth: int) -> list[Submission]:
        """All notebooks in a student's own zip."""
        if self.room is None:
            return [Submission("", name, archive, "a zip; it was not unpacked")]
        folder = Path(tempfile.mkdtemp(dir=self.room))
        own = Budget(min(500, self.budget.entries), min(2 * LARGEST, self.budget.size))
        entries, size = own.entries, own.size
        try:
            refused = unpack(archive, folder, own)
        except ValueError as error:
            return [Submission("", name, archive, f"it was not unpacked: {error}")]
        finally:
            self.budget.entries -= entries - own.entries
            self.budget.size -= size - own.size
        faulty = [Submission("", f"{name}/{r.name.lstrip('/')}", folder, r.fault) for r in refused]
        found = self.of_student(folder, name, depth)
        if faulty and found[0].fault.startswith("there is no notebook"):
            return faulty
        return [replace(s, fault=s.fault.replace("in the folder", "in it")) for s in found] + faulty


def _walk(home: Path) -> tuple[list[tuple[Path, str]], list[str]]:
    """All files below a folder, with their names within it, and the names that are passed over.

    Links are files here. Hidden files and reports of the grader are passed over.
    """
    found: list[Path] = []
    passed: list[Path] = []
    for place, folders, files in os.walk(home, followlinks=False):
        here = Path(place)
        linked = [d for d in folders if (here / d).is_symlink()]
        closed = [d for d in folders if d.startswith(".") or d in JUNK or _is_report(here / d)]
        folders[:] = [d for d in folders if d not in linked and d not in closed]
        hidden = [n for n in files if n.startswith(".") or n in JUNK]
        found += [here / n for n in (*files, *linked) if n not in hidden]
        passed += [here / n for n in (*closed, *hidden) if n not in JUNK and n[:2] != "._"]
    pairs = [(p, p.relative_to(home).as_posix()) for p in found]
    names = [p.relative_to(home).as_posix() for p in passed]
    return sorted(pairs, key=lambda pair: natural(pair[1])), sorted(names)


def _is_zip(path: Path) -> bool:
    """Whether a file is a zip to unpack; Word's and Excel's files are zips as well, and are not."""
    try:
        regular = stat.S_ISREG(path.lstat().st_mode)
        return regular and path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)
    except OSError:
        return False


def _inner(folder: Path) -> Path:
    """The one folder in a zip that holds everything, where there is such a wrapper."""
    inside = [p for p in folder.iterdir() if p.name not in JUNK]
    if len(inside) == 1 and inside[0].is_dir() and not told(inside[0].name).platform:
        deeper = [p for p in inside[0].iterdir() if p.name not in JUNK]
        one = len(deeper) == 1 and (deeper[0].is_dir() or bool(told(deeper[0].name).platform))
        if len(deeper) > 1 or one:
            return inside[0]
    return folder
