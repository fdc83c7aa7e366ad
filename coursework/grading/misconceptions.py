"""Which named mistakes a class makes, by exercise and over weeks: counted from reports alone.

Nobody is named, and what fewer than FEW students did is never told as a number: not as a count, and
not as a sum from which the count follows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from coursework import exercises
from coursework.checking import Exercise
from coursework.grading.gradebook import Brief, superseded
from coursework.grading.results import BatchInfo, Result, Results, ResultsError

FEW = 5
ANY = "A mistake that a function of any exercise can make; the students' feedback pages explain it."
Key = tuple[str, str]  # exercise, short name of a mistake


@dataclass
class Report:
    """One report: who handed in which notebook, and who made which mistake.

    Students are kept to count each of them once. They are not told.
    """

    students: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    made: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    messages: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, result: Result) -> None:
        """Count one student's notebook. Exercises that the course no longer has are left out."""
        known = set(exercises.names(result.lab))
        self.students[result.lab].add(result.student)
        for v in result.verdicts:
            if v.mistake and v.name in known:
                self.made[v.name, v.mistake].add(result.student)
                self.messages[v.name, v.mistake][v.message] += 1


@dataclass(frozen=True)
class Cell:
    """How many made a mistake, as it may be told. count: None where it is not told.

    everyone: how many could have made it; at_least_few: whether FEW or more made it.
    """

    count: int | None
    everyone: int
    at_least_few: bool

    @property
    def share(self) -> int | None:
        """In percent."""
        return None if self.count is None else round(100 * self.count / self.everyone)

    @property
    def words(self) -> str:
        """For example "11 of 34", or "fewer than 5"."""
        if self.count is not None:
            return f"{self.count} of {self.everyone}"
        return f"{FEW} or more" if self.at_least_few else f"fewer than {FEW}"


def cell(parts: Iterable[set[str]], everyone: set[str]) -> Cell:
    """The cell of all who stand in one of `parts`.

    Parts are told one by one as well. The sum of all is told only where the small ones can't be
    found out from it: they are none, or together they have FEW students and are not all at most.
    """
    made = [p for p in parts if p]
    small = [p for p in made if len(p) < FEW]
    count, hidden = len(set().union(*made)), len(set().union(*small))
    safe = not small or FEW <= hidden < (FEW - 1) * len(small)
    told = count == 0 or (count >= FEW and safe)
    return Cell(count if told and everyone else None, len(everyone), count >= FEW)


def read_reports(paths: Iterable[Path]) -> list[Report]:
    """The reports in the order given, each once. Raises ResultsError where one can't be read."""
    files = [p / "results.jsonl" if p.is_dir() else p for p in paths]
    return [_read(path) for path in dict.fromkeys(p.resolve() for p in files)]


def _read(path: Path) -> Report:
    try:
        with path.open("rb") as lines:
            batch = BatchInfo.from_json(lines.readline())
    except OSError:
        raise ResultsError(
            f"{path} can't be read; name the folder that `course grade --out` wrote"
        ) from None
    except ValueError:
        raise ResultsError(
            f"{path} does not begin as a results file does; name the folder that `course grade --out` wrote"
        ) from None
    if batch is None:
        raise ResultsError(f"{path} was written by another version; grade that week again")
    results = Results(path, batch)
    briefs = {r.file: Brief.of(r) for r in results if r.lab}
    counts = set(briefs) - set(superseded(list(briefs.values())))
    last = {r.file: r for r in results if r.lab and r.file in counts}
    report = Report()
    for result in last.values():
        report.add(result)
    return report


def sentence(key: Key, reports: Iterable[Report]) -> str:
    """The sentence that explains a mistake, in words that no student's code has shaped."""
    exercise = exercises.get(key[0])
    if isinstance(exercise, Exercise):
        known = {m.name: m.message for m in exercise.mistakes}
    else:
        known = dict(exercise.wrong.values())
    if key[1] in known:
        return known[key[1]]
    said: Counter[str] = sum((r.messages[key] for r in reports), Counter())
    commonest = said.most_common(1)
    return commonest[0][0] if commonest and commonest[0][1] >= FEW else ANY


def keys(reports: Iterable[Report]) -> list[Key]:
    """All mistakes of these reports, in course order."""
    found = {k for r in reports for k, students in r.made.items() if students}
    order = {n: i for i, n in enumerate(exercises.names())}
    return sorted(found, key=lambda k: (order[k[0]], k[1]))


def everyone(lab: str, reports: Iterable[Report]) -> set[str]:
    """All who handed in a notebook."""
    return set().union(*(r.students.get(lab, set()) for r in reports))
