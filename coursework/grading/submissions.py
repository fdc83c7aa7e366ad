"""Find the submissions in what a platform hands out: a folder, folders by student, or a zip."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

SKIPPED = {"__MACOSX", ".ipynb_checkpoints", "Thumbs.db", "desktop.ini"}
ENTRIES, LARGEST, LARGEST_ALL = 20_000, 200 << 20, 8 << 30  # of a zip: files, bytes of one, of all
CANVAS = re.compile(
    r"^(?P<name>[^_]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<file>.+)$"
)
AGAIN = re.compile(r"^(?P<name>.+) \(\d+\)$")


@dataclass(frozen=True)
class Submission:
    """One file.

    student: whose it is; file: its name within the folder given; fault: a sentence where it is
    not to be opened, else "".
    """

    student: str
    file: str
    path: Path
    fault: str = ""


@contextmanager
def opened(source: Path) -> Iterator[list[Submission]]:
    """The submissions in `source`; a zip is unpacked into a folder that is removed afterwards.

    Raises FileNotFoundError or ValueError with a sentence for the grader.
    """
    if source.is_dir():
        yield find(source)
    elif not source.exists():
        raise FileNotFoundError(f"{source}: no such file or folder")
    elif zipfile.is_zipfile(source):
        folder = Path(tempfile.mkdtemp(prefix="course-submissions-"))
        try:
            remarks = unpack(source, folder)
            yield find(_inner(folder)) + remarks
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    elif source.suffix == ".ipynb":
        yield [Submission(source.stem, source.name, source)]
    else:
        raise ValueError(f"{source} is neither a folder, nor a zip, nor a notebook")


def find(folder: Path) -> list[Submission]:
    """The submissions in `folder`.

    Each file that lies in it belongs to one student; so does each folder with all its notebooks.
    """
    found: list[Submission] = []
    for path in sorted(folder.iterdir(), key=lambda p: natural(p.name)):
        if path.name in SKIPPED or path.name.startswith("."):
            continue
        if path.is_symlink() and not _stays_inside(path, folder):
            found.append(
                Submission(
                    path.stem, path.name, path, "a link out of the folder; it was not followed"
                )
            )
        elif path.is_dir():
            found += _of_student(path, folder)
        else:
            found.append(
                Submission(path.stem, path.name, path.resolve() if path.is_symlink() else path)
            )
    return _with_same_student(found)


def _of_student(home: Path, folder: Path) -> list[Submission]:
    notebooks = [
        p
        for p in sorted(home.rglob("*"), key=lambda p: natural(str(p.relative_to(home))))
        if _is_candidate(p, home)
    ]
    found = []
    for path in notebooks:
        fault = "" if not path.is_symlink() else "a link; it was not followed"
        found.append(Submission(home.name, str(path.relative_to(folder)), path, fault))
    return found or [
        Submission(home.name, home.name + "/", home, "there is no notebook in the folder")
    ]


def _is_candidate(path: Path, home: Path) -> bool:
    inner = path.relative_to(home).parts
    hidden = any(part in SKIPPED or part.startswith(".") for part in inner)
    return path.suffix.lower() == ".ipynb" and not hidden and (path.is_file() or path.is_symlink())


def _stays_inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _with_same_student(found: list[Submission]) -> list[Submission]:
    """Files that a platform or browser renamed belong to the student of the first.

    Canvas writes name_USER_SUBMISSION_file, so one user number is one student; browsers write
    "jane (1).ipynb" beside "jane.ipynb". Other files of equal stem stay apart by their suffix.
    """
    stems = {s.student for s in found if "/" not in s.file}
    users: dict[str, str] = {}
    named: list[Submission] = []
    taken: set[str] = set()
    for s in found:
        student = s.student
        if "/" not in s.file:
            if canvas := CANVAS.match(s.student):
                student = users.setdefault(canvas["user"], s.student)
            elif (again := AGAIN.match(s.student)) and again["name"] in stems:
                student = again["name"]
            elif student in taken:
                student = s.file
            taken.add(student)
        named.append(Submission(student, s.file, s.path, s.fault))
    return named


def natural(name: str) -> list[tuple[int, int, str]]:
    """Sorts lab2 before lab10, and lab before lab-1 and lab (1)."""
    parts = re.split(r"(\d+)", name.removesuffix(".ipynb"))
    return [
        (0, int(p[:50]), "") if p.isascii() and p.isdecimal() else (1, 0, p.casefold())
        for p in parts
    ]


def unpack(archive: Path, folder: Path) -> list[Submission]:
    """Unpack a zip into `folder`; faulty submissions for entries that would leave or burst it.

    Raises ValueError where the whole archive can't be read.
    """
    refused: list[Submission] = []
    total = 0
    try:
        with zipfile.ZipFile(archive) as file:
            entries = file.infolist()
            if len(entries) > ENTRIES:
                raise ValueError(f"{archive.name} holds {len(entries)} files; {ENTRIES} are read")
            for entry in entries:
                if entry.is_dir():
                    if not _leaves(entry):
                        (folder / entry.filename).mkdir(parents=True, exist_ok=True)
                    continue
                fault = _refusal(entry, total)
                if not fault:
                    total += entry.file_size
                    fault = _copy(file, entry, folder)
                if fault:
                    name = PurePosixPath(entry.filename.replace("\\", "/")).name or "unnamed"
                    refused.append(
                        Submission(PurePosixPath(name).stem, entry.filename, folder, fault)
                    )
    except zipfile.BadZipFile as error:
        raise ValueError(f"{archive.name} is a damaged zip: {error}") from error
    return refused


def _leaves(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.replace("\\", "/")
    return name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name.split("/")[0]


def _refusal(entry: zipfile.ZipInfo, total: int) -> str:
    if _leaves(entry):
        return "its name in the zip leads out of the folder; it was not unpacked"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link in the zip; it was not unpacked"
    if entry.flag_bits & 1:
        return "it is encrypted"
    if entry.file_size > LARGEST or total + entry.file_size > LARGEST_ALL:
        return f"it would unpack to {entry.file_size >> 20} MB; it was not unpacked"
    return ""


def _copy(file: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> str:
    target = folder / entry.filename
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with file.open(entry) as source, target.open("xb") as out:
            left = entry.file_size  # the header may lie: never write more than it says
            while left > 0 and (piece := source.read(min(left, 1 << 20))):
                out.write(piece)
                left -= len(piece)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        return f"it can't be unpacked: {error}"
    return ""


def _inner(folder: Path) -> Path:
    """The one folder in a zip that holds everything, where there is such a wrapper."""
    inside = [p for p in folder.iterdir() if p.name not in SKIPPED]
    if len(inside) == 1 and inside[0].is_dir():
        deeper = list(inside[0].iterdir())
        if len(deeper) > 1 or (deeper and deeper[0].is_dir()):
            return inside[0]
    return folder
