"""Unpack zips that may be hostile, odd, or made on Windows."""

from __future__ import annotations

import contextlib
import hashlib
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LARGEST = 200 << 20  # bytes of one file
LONGEST = 200  # bytes of one part of a path
UTF8 = 0x800  # flag of an entry whose name is UTF-8


@dataclass
class Budget:
    """What may still be unpacked: files and bytes."""

    entries: int = 20_000
    size: int = 8 << 30


@dataclass(frozen=True)
class Refused:
    """An entry that was not unpacked, and why."""

    name: str
    fault: str


def unpack(archive: Path, folder: Path, budget: Budget) -> list[Refused]:
    """Unpack a zip into `folder`; the entries that would leave or burst it are refused.

    Of two entries of one name the second is called "name (2)". Raises ValueError where the whole
    archive can't be read.
    """
    refused: list[Refused] = []
    try:
        with zipfile.ZipFile(archive) as file:
            entries = file.infolist()
            if len(entries) > budget.entries:
                raise ValueError(
                    f"{archive.name} holds {len(entries)} files; {budget.entries} are read"
                )
            budget.entries -= len(entries)
            folders = _folders(entries)
            for entry in entries:
                if fault := _unpack_entry(file, entry, folder, folders, budget):
                    refused.append(Refused(_name(entry).rstrip("/") or "unnamed", fault))
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise ValueError(f"{archive.name} is a damaged zip: {error}") from error
    return refused


def _unpack_entry(
    file: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, folders: set[str], budget: Budget
) -> str:
    """Unpack one entry; why not, where it is refused."""
    name = _name(entry)
    if _leaves(name):
        return "its name in the zip leads out of the folder; it was not unpacked"
    parts = [_short(part) for part in PurePosixPath(name).parts]
    if not parts:
        return ""
    if name.endswith("/"):
        folder.joinpath(*parts).mkdir(parents=True, exist_ok=True)
        return ""
    if fault := _refusal(entry, budget):
        return fault
    budget.size -= entry.file_size
    if "/".join(parts) in folders:  # a file called like a folder
        parts[-1] = _numbered(parts[-1], 2)
    return _copy(file, entry, folder.joinpath(*parts))


def _folders(entries: list[zipfile.ZipInfo]) -> set[str]:
    """All folders that entries lie in, as they will be called."""
    found: set[str] = set()
    for entry in entries:
        name = _name(entry)
        parts = [_short(part) for part in PurePosixPath(name).parts]
        last = len(parts) + (1 if name.endswith("/") else 0)
        found |= {"/".join(parts[:n]) for n in range(1, last)}
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """The name with slashes; that of an archiver which forgot to say so is read as UTF-8."""
    name = entry.filename
    if not entry.flag_bits & UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return "".join(c if ord(c) >= 32 else "_" for c in name.replace("\\", "/"))


def _leaves(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.startswith("/") or ".." in parts or bool(re.match(r"[A-Za-z]:(/|$)", name))


def _short(part: str) -> str:
    """A part of a path that the system can hold; a digest keeps what was cut unique."""
    if len(part.encode("utf-8", "replace")) <= LONGEST:
        return part
    digest = hashlib.sha256(part.encode("utf-8", "replace")).hexdigest()[:8]
    suffix = PurePosixPath(part).suffix[:20]
    while len(part.encode("utf-8", "replace")) > LONGEST - len(suffix.encode()) - 9:
        part = part[:-1]
    return f"{part}-{digest}{suffix}"


def _refusal(entry: zipfile.ZipInfo, budget: Budget) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link in the zip; it was not unpacked"
    if entry.flag_bits & 1:
        return "it is encrypted"
    if entry.file_size > min(LARGEST, budget.size):
        return f"it would unpack to {entry.file_size >> 20} MB; it was not unpacked"
    return ""


def _copy(file: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target = _free(target)
        with file.open(entry) as source, target.open("xb") as out:
            left = entry.file_size  # the header may lie: never write more than it says
            while left > 0 and (piece := source.read(min(left, 1 << 20))):
                out.write(piece)
                left -= len(piece)
    except OSError as error:
        return f"it can't be unpacked: {error.strerror or 'a fault of the archive'}"
    except Exception as error:  # whatever a damaged stream makes zipfile and its decoders raise
        target.unlink(missing_ok=True)
        return f"it can't be unpacked: {error}"
    return ""


def _free(target: Path) -> Path:
    """The path itself, or "name (2)" where it is taken."""
    number, free = 1, target
    while free.exists():
        number += 1
        free = target.with_name(_numbered(target.name, number))
    return free


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"
