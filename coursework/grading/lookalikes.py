"""Names of two students that look like one: letters of another alphabet, or what nobody sees."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

TWINS = str.maketrans(
    "АаВЕеНһІіЈјКМОоРрСсТУуХхЅѕԁԛԝӀӏΑαΒΕΖΗΙΚΜΝνΟοΡρΤΥΧχIı1|0",
    "AaBEeHhliJjKMOoPpCcTYyXxSsdqwllAaBEZHlKMNvOoPpTYXxlillO",
)


def look_alike(students: Iterable[str]) -> list[str]:
    """A sentence on each group of names that a reader takes for one."""
    groups: dict[str, list[str]] = defaultdict(list)
    for student in students:
        groups[_as_seen(student)].append(student)
    return [_told(names) for names in groups.values() if len(names) > 1]


def _as_seen(name: str) -> str:
    """What a reader sees of a name; the same for all names that look the same."""
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).translate(TWINS))
    seen = "".join(c for c in composed if unicodedata.category(c) not in ("Cf", "Cc", "Mn"))
    return " ".join(seen.split())


def _told(names: list[str]) -> str:
    listed = ", ".join(f"{name} ({len(name)} characters{_strange(name)})" for name in names)
    return f"these names look alike and are {len(names)} students to the grader: {listed}"


def _strange(name: str) -> str:
    """Which character is the first that does not belong to plain Latin, "" where none is."""
    strange = next((c for c in name if ord(c) > 0x24F or not c.isprintable()), "")
    return f", with {unicodedata.name(strange, f'U+{ord(strange):04X}')}" if strange else ""
