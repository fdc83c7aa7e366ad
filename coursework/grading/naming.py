"""What a learning platform writes into the names of files: whose it is, and when it came.

Canvas: `ada_LATE_123_456_04_kl-1.ipynb`.
Moodle: `Ada L_77_assignsubmission_file_/04.ipynb`, or with everything in one name.
Brightspace: `12345-67890 - Ada L - Nov 3, 2026 1010 AM - 04.ipynb`, or a folder of that name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal

Platform = Literal["", "canvas", "moodle", "brightspace"]

CANVAS = re.compile(
    r"^(?P<name>[^_/]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<submission>\d+)_(?P<file>.+)$"
)
CANVAS_TEXT = re.compile(
    r"^(?P<name>[^_/]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>(?:text|link)\.html)$"
)
CANVAS_ANONYMOUS = re.compile(
    r"^(?P<name>anon)(?P<late>_LATE)?_(?P<user>(?=\w*[A-Za-z])[A-Za-z0-9]{5})_(?P<submission>\d+)_(?P<file>.+)$"
)
MOODLE = re.compile(
    r"^(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)$"
)
BRIGHTSPACE = re.compile(
    r"^(?P<user>\d+)-(?P<submission>\d+) - (?:(?P<org>[A-Za-z]?\d{5,}) - )?(?P<name>.+?) ?- "
    r"(?P<date>[^-]*\b\d{4}\b,? \d{3,4}(?: ?[AP]M)?)(?: - (?P<file>.+))?$",
    re.IGNORECASE,
)
DATES = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%Y %b %d", "%Y %B %d")
LAB_NAME = re.compile(
    r"^(copy of |kopie von |copia de |copie de |(labs?|nb|notebook|hw|homework|assignment|exercise"
    r"|sheet|week|untitled|solution|submission)([ _-]?\d+)?(?![a-z])|\d{1,2}(?!\d))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """What one name tells. user: the platform's number; file: the student's own name for it."""

    platform: Platform = ""
    name: str = ""
    user: str = ""
    submission: str = ""
    file: str = ""
    late: bool = False
    handed_in: datetime | None = None

    @property
    def student(self) -> str:
        """The key of a student: name and the platform's number, which never changes."""
        return f"{self.name}_{self.user}" if self.platform else self.name


@lru_cache(maxsize=4096)
def told(file: str) -> Named:
    """What the name of a file tells, or that of the folder in which it lies."""
    first, _, rest = file.partition("/")
    if found := MOODLE.match(first):
        return Named("moodle", found["name"], found["user"], file=rest or found["file"])
    if found := BRIGHTSPACE.match(first):
        own, when = rest or found["file"] or "", _date(found["date"])
        name, user = found["name"].strip(), found["user"]
        return Named("brightspace", name, user, found["submission"], own, handed_in=when)
    found = CANVAS.match(first) or CANVAS_ANONYMOUS.match(first) or CANVAS_TEXT.match(first)
    if found and not is_lab_name(found["name"]):  # lab_3_2026_ada is no Canvas name
        parts = found.groupdict()
        return Named(
            "canvas",
            parts["name"],
            parts["user"],
            parts.get("submission", ""),
            parts["file"],
            late=bool(parts["late"]),
        )
    return Named(name=stem(first))


def _date(text: str) -> datetime | None:
    """Brightspace's dates, as several languages order them: "Nov 3, 2026 1010 AM"."""
    found = re.match(r"^(.*\b\d{4}\b.*?),? (\d{1,2})(\d\d)(?: ?([AP]M))?$", text.strip(), re.I)
    if found is None:
        return None
    day = " ".join(found[1].replace(",", " ").replace(".", " ").split())
    hour, minute = int(found[2]), int(found[3])
    if found[4]:
        hour = hour % 12 + (12 if found[4].upper() == "PM" else 0)
    for pattern in DATES:
        try:
            return datetime.strptime(day, pattern).replace(hour=hour, minute=minute)
        except ValueError:
            continue
    return None


def person(student: str, files: list[str] | tuple[str, ...] = ()) -> str:
    """The name alone, without what a platform puts around it in the names of files."""
    for file in files:
        if (found := told(file)).platform and found.student == student:
            return found.name
    found = told(student)
    return found.name if found.platform else student


def order(file: str) -> tuple[datetime, list[tuple[int, int, str]]]:
    """Sorts files as they were handed in: by the platform's date, else by their name."""
    return (told(file).handed_in or datetime.min, natural(file))


def natural(name: str) -> list[tuple[int, int, str]]:
    """Sorts lab2 before lab10, and lab before lab-1 and lab (1)."""
    parts = re.split(r"(\d+)", name.removesuffix(".ipynb"))
    return [
        (0, int(p[:50]), "") if p.isascii() and p.isdecimal() else (1, 0, p.casefold())
        for p in parts
    ]


def stem(name: str) -> str:
    """A file's name without its suffix; of `ada.ipynb.txt` without both."""
    lower = name.lower()
    for suffix in (".ipynb.txt", ".ipynb.json", ".ipynb.zip"):
        if lower.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return PurePosixPath(name).stem if name.strip(".") else name


def is_lab_name(name: str) -> bool:
    """Whether a file is called like a notebook (`Copy of 04_kl`), so not like a person."""
    return bool(LAB_NAME.match(name.strip()))
