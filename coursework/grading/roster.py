"""The roster: who is in the class, with the numbers and addresses that platforms ask for."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from coursework.grading.naming import told
from coursework.grading.spreadsheet import Line, read_table
from coursework.grading.students import Submission

NAMES = ("student", "student name", "name", "full name", "fullname", "display name")
FIRST = ("first name", "firstname", "given name")
LAST = ("last name", "lastname", "surname", "family name")
CANVAS_ID = ("id", "canvas id")
MOODLE_ID = ("identifier",)
SIS_ID = ("sis user id", "sis id", "student id", "student number", "id number", "orgdefinedid")
LOGIN = ("sis login id", "login id", "login", "username", "user name")
EMAIL = ("email", "e-mail", "email address", "e-mail address", "mail")
SECTION = ("section", "group", "groups")
NOBODY = {"points possible", "student, test", "test student"}  # rows of Canvas' export


@dataclass(frozen=True)
class Identity:
    """What the roster knows of a student. number: the platform's, as file names hold it."""

    COLUMNS: ClassVar[list[str]] = ["name", "id", "sis id", "login", "email", "section"]
    name: str = ""
    number: str = ""
    sis_id: str = ""
    login: str = ""
    email: str = ""
    section: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the student is on a roster."""
        return any(self.cells())

    def cells(self) -> list[str]:
        """Its cells, in the order of COLUMNS."""
        return [self.name, self.number, self.sis_id, self.login, self.email, self.section]

    def words(self) -> set[str]:
        """What a file's name may hold of it, as `_bare` writes it."""
        mail = self.email.partition("@")[0]
        return {
            w for text in (self.sis_id, self.login, self.email, mail) if len(w := _bare(text)) > 2
        }


@dataclass
class Roster:
    """The class, and who of it handed in."""

    people: list[Identity]
    found: dict[str, Identity] = field(default_factory=dict)  # by student
    unsure: dict[Identity, list[str]] = field(default_factory=dict)  # several may be this person

    def missing(self) -> list[Identity]:
        """Those of whom there is no file."""
        there = [*self.found.values(), *self.unsure]
        return [p for p in self.people if p not in there]


def read_roster(path: Path) -> Roster:
    """Read a roster, whose columns are found by name. Raises ValueError with what is missing."""
    table = read_table(path)
    known = {*NAMES, *LAST, *LOGIN, *EMAIL, *SIS_ID}
    if not known & set(table.columns):
        raise ValueError(
            f"{path} has the columns {', '.join(table.columns) or 'none'}; a roster needs one of: "
            "name (or first name and last name), login, email, student id"
        )
    people = [p for line in table.lines if (p := _identity(line)).is_known]
    seen: dict[str, int] = {}
    for number, p in enumerate(people):
        key = p.number or p.sis_id or p.login or p.email
        if key and seen.setdefault(key, number) != number:
            raise ValueError(f"{path} holds {key} twice ({p.name or key})")
    if not people:
        raise ValueError(f"{path} holds nobody below its first row")
    return Roster(people)


def _identity(line: Line) -> Identity:
    name = line.get(*NAMES) or f"{line.get(*FIRST)} {line.get(*LAST)}".strip()
    if name.casefold() in NOBODY:
        return Identity()
    number = line.get(*CANVAS_ID) or re.sub(r"^\D+", "", line.get(*MOODLE_ID))
    sis_id = line.get(*SIS_ID).removeprefix("#")
    login = line.get(*LOGIN).removeprefix("#")
    return Identity(name, number, sis_id, login, line.get(*EMAIL), line.get(*SECTION))


def match(roster: Roster, submissions: list[Submission]) -> list[str]:
    """Find each student on the roster; the students that are not on it.

    By the platform's number, else the name in any order, else a login, number or address in it.
    Where two people could be meant, or two students could be one person, nobody is guessed.
    """
    index = _Index(roster.people)
    strangers: list[str] = []
    claims: dict[Identity, list[tuple[int, str]]] = defaultdict(list)
    for student, file in {s.student: s.file for s in reversed(submissions)}.items():
        way, person = index.find(student, file)
        if person is None:
            strangers.append(student)
        else:
            claims[person].append((way, student))
    for person, own in claims.items():
        first = min(way for way, _ in own)
        best = sorted(student for way, student in own if way == first)
        strangers += [student for way, student in own if way > first]
        if len(best) == 1:
            roster.found[best[0]] = person
        else:
            roster.unsure[person] = best
    return sorted(strangers)


class _Index:
    """People by number, by all ways to write their name, and by words of a file's name."""

    def __init__(self, people: list[Identity]) -> None:
        self.numbers: dict[str, list[Identity]] = defaultdict(list)
        self.names: dict[str, list[Identity]] = defaultdict(list)
        self.words: dict[str, list[Identity]] = defaultdict(list)
        for p in people:
            self.numbers[p.number].append(p)
            for way in _ways(p.name):
                self.names[way].append(p)
            for word in p.words():
                self.words[word].append(p)

    def find(self, student: str, file: str) -> tuple[int, Identity | None]:
        """The one person that a student's name and file can mean, and by which way, best first."""
        name = told(file)
        words = {_bare(w) for w in (student, *re.split(r"[\s_\-,;()]+", student))}
        by_word = [p for w in sorted(words & self.words.keys()) for p in self.words[w]]
        ways = (
            self.numbers.get(name.user, []) if name.platform else [],
            self.names.get(_bare(name.name or student), []),
            list(dict.fromkeys(by_word)),
        )
        certain = ((way, found[0]) for way, found in enumerate(ways) if len(found) == 1)
        return next(certain, (len(ways), None))


def _ways(name: str) -> set[str]:
    """How a name may be written: "Lovelace, Ada", "Ada Lovelace", Canvas' lovelaceada."""
    parts = [p for p in re.split(r"[\s,]+", name) if p]
    turned = (parts, parts[1:] + parts[:1], parts[-1:] + parts[:-1])
    return {way for p in turned if (way := _bare("".join(p)))}


def _bare(text: str) -> str:
    """Letters and digits alone, without accents, in small letters."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in flat if c.isalnum())
