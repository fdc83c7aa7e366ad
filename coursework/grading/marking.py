"""From results to the rows of the class: who is who, marks by hand, and what coming late costs."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace

from coursework.grading.choices import Choices
from coursework.grading.gradebook import Brief, Row, counted_labs, rows
from coursework.grading.labs import Labs, exercises_of, handed_in_where, most_of
from coursework.grading.late import lateness
from coursework.grading.lookalikes import look_alike
from coursework.grading.naming import natural
from coursework.grading.overrides import apply_overrides
from coursework.grading.roster import Roster
from coursework.grading.students import Submission
from coursework.saying import counted
from coursework.seeds import PUBLIC

SHOWN = 10  # warnings of one kind


@dataclass(frozen=True)
class Marks:
    """The rows, the notebooks that count, and what the instructor should look at."""

    table: list[Row]
    labs: Labs
    warnings: list[str]


def mark(
    briefs: list[Brief],
    submissions: list[Submission],
    choices: Choices,
    wanted: tuple[str, ...],
    variant: int = PUBLIC,
) -> Marks:
    """The marks of the class. wanted: the notebooks that the batch was begun for; variant: the
    seed of the copies that were handed out.
    """
    labs = replace(counted_labs(briefs, choices.labs or wanted), variant=variant)
    beside = {s.file: s.note for s in submissions if s.note}
    table = rows(briefs, labs.exercises(), labs, beside)
    warnings = [*_not_graded(briefs), *_of_other_labs(briefs, labs)]
    warnings += _without_result(briefs, submissions)
    warnings += look_alike(row.student for row in table if row.counts)
    if choices.roster is not None:
        warnings += _identify(table, choices.roster)
    warnings += apply_overrides(table, choices.by_hand)
    for row in table:
        if row.counts:
            _take_off(row, choices)
    return Marks(table, labs, warnings)


def _take_off(row: Row, choices: Choices) -> None:
    """Take off what coming late costs, and say so; a mark by hand goes first."""
    for lab, file in row.labs.items():
        late = lateness(file, choices.due) if file else None
        if late is None or lab in row.late:
            continue
        earned, taken = row.earned(lab), 0.0
        if choices.policy is not None:
            taken = choices.policy.taken_off(earned, late.seconds)
        where = f"notebook {lab}: " if len(row.labs) > 1 else ""
        if taken:
            row.late[lab] = taken
            row.notes.append(
                f"{where}{late}; {taken:g} of {counted(earned, 'point')} taken off "
                f"({choices.policy})"
            )
        else:
            row.notes.append(f"{where}{late}; nothing taken off")


def _identify(table: list[Row], roster: Roster) -> list[str]:
    """Put what the roster knows into the rows, and add a row for those who handed in nothing."""
    for row in table:
        row.identity = roster.found.get(row.student, row.identity)
    missing = roster.missing()
    for person in missing:
        name = person.name or person.login or person.email or person.sis_id
        notes = ["nothing handed in"]
        table.append(Row(name, [], notes=notes, counts=False, identity=person))
    table.sort(key=lambda r: (natural(r.student), not r.counts, r.files))
    names = [p.name or p.login or p.email for p in missing]
    told = [
        f"{', '.join(students)}: each may be {p.name or p.login or p.email} of the roster, so none "
        "gets the numbers; keep one of these names, or rename the other files"
        for p, students in roster.unsure.items()
    ]
    count = f"{len(roster.people) - len(missing)} of {len(roster.people)} on the roster handed in"
    return [*told, count + (f"; nothing from {', '.join(names)}" if names else "")]


def _not_graded(briefs: list[Brief]) -> list[str]:
    """The students of whom nothing could be graded, and why."""
    graded = {b.student for b in briefs if b.is_graded}
    faults = {b.student: f"{b.file}: {b.fault}" for b in briefs if b.student not in graded}
    return _first(list(faults.values()), "files that could not be graded")


def _first(told: list[str], what: str) -> list[str]:
    more = len(told) - SHOWN
    return [*told[:SHOWN], *([f"… and {more} more {what}"] if more > 0 else [])]


def _of_other_labs(briefs: list[Brief], labs: Labs) -> list[str]:
    odd = [b for b in briefs if b.is_graded and b.lab in labs.odd]
    told = [
        f"{b.file}: {handed_in_where(b.lab, labs.counted)}; it does not count "
        f"(--resume --labs {','.join(sorted({*labs.counted, b.lab}))} counts both)"
        for b in odd
    ]
    return _first(told, "files of other notebooks")


def _without_result(briefs: list[Brief], submissions: list[Submission]) -> list[str]:
    if not submissions and not briefs:
        return ["there is nothing to grade here"]
    graded = {b.file for b in briefs}
    open_ = sum(s.file not in graded for s in submissions)
    without = f"{counted(open_, 'file')} without a result yet; --resume grades what is missing"
    return [without] if open_ else []


def by_lab(marks: Marks) -> list[str]:
    """A line on each notebook: how many handed it in, and the median of those."""
    told = []
    for lab in marks.labs.counted:
        totals = [r.total(lab) for r in marks.table if r.counts and r.labs.get(lab)]
        if totals:
            most = most_of(exercises_of([lab], marks.labs.variant))
            median = f"{statistics.median(totals):g} of {counted(most, 'point')}"
            told.append(f"notebook {lab}: {counted(len(totals), 'student')}, median {median}")
    return told
