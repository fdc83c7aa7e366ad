"""What is counted over a class while results go by, one at a time, for `summary.html`."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TypedDict

from markupsafe import Markup

from coursework import exercises
from coursework.grading.pages import printable, prose
from coursework.grading.results import ExerciseResult, Result
from coursework.grading.similarity import Similar
from coursework.grading.status import Status

SLOW = 10.0  # seconds


class Remark(TypedDict):
    """Something about a file that deserves a look."""

    file: str
    text: Markup


@dataclass
class Count:
    """How one exercise went: how often each kind of verdict was given, and each named mistake."""

    kinds: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)
    messages: dict[str, str] = field(default_factory=dict)

    def add(self, verdict: ExerciseResult) -> None:
        self.kinds[verdict.kind] += 1
        if verdict.mistake:
            self.mistakes[verdict.mistake] += 1
            self.messages.setdefault(verdict.mistake, verdict.message)


@dataclass
class Tally:
    """Counts by exercise, students by notebook, and what deserves a look."""

    exercises: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    students: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    slow: list[tuple[float, str]] = field(default_factory=list)
    failed: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    similar: Similar = field(default_factory=Similar)
    graded: int = 0

    def add(self, result: Result) -> None:
        """Count one result that counts."""
        file = printable(result.file)
        if result.status is not Status.GRADED:
            self.failed.append({"file": file, "text": prose(result.fault)})
            return
        self.graded += 1
        self.students[result.lab].append(result.student)
        self.files[result.lab].append(file)
        if result.seconds > SLOW:
            self.slow.append((result.seconds, file))
        self.remarks += [Remark(file=file, text=prose(r)) for r in result.remarks]
        for v in result.verdicts:
            self.exercises[v.name].add(v)
        self.similar.add(result)

    def strays(self) -> list[str]:
        """Notebooks that hardly anybody handed in while nearly all handed in another one."""
        most = max(map(len, self.files.values()), default=0)
        return [lab for lab, files in sorted(self.files.items()) if 10 * len(files) <= most]


def points_of(names: list[str]) -> int:
    """How many points these exercises have together."""
    return sum(exercises.get(n).points for n in names)
