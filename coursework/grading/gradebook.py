"""From results to rows: whose file counts, and `gradebook.csv`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from coursework.grading.labs import Labs, choose, exercises_of, handed_in_where, lab_of, most_of
from coursework.grading.naming import natural, order, told
from coursework.grading.results import Result, Results
from coursework.grading.roster import Identity
from coursework.grading.spreadsheet import csv_text
from coursework.grading.standing import Standing, standing
from coursework.grading.status import Status
from coursework.grading.students import Submission
from coursework.saying import counted


@dataclass
class Row:
    """One line of the gradebook.

    points: by exercise, of the notebooks that count for this student; labs: of these notebooks
    the file, where there is one; late: what is taken off, by notebook; by_hand: comments on marks
    set by hand; notes: sentences on its files; identity: what the roster knows.
    """

    student: str
    files: list[str]
    points: dict[str, float] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    counts: bool = True
    seconds: float = 0.0
    labs: dict[str, str] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)

    def earned(self, lab: str = "") -> float:
        """The points of a notebook, or of all, before anything is taken off."""
        own = [p for n, p in self.points.items() if not lab or lab_of(n) == lab]
        return _round(sum(own))

    def taken_off(self, lab: str = "") -> float:
        """What coming late costs in a notebook, or in all."""
        return _round(sum(p for of, p in self.late.items() if not lab or of == lab))

    def total(self, lab: str = "") -> float:
        """What counts of a notebook, or of all."""
        return _round(self.earned(lab) - self.taken_off(lab))

    def most(self, lab: str = "") -> float:
        """The points that this student could have got in a notebook, or in all."""
        return most_of(n for n in self.points if not lab or lab_of(n) == lab)


def _round(points: float) -> float:
    found = round(points, 2)
    return int(found) if found == int(found) else found


@dataclass(frozen=True)
class Brief:
    """What a gradebook needs of a result."""

    student: str
    file: str
    lab: str
    status: Status
    fault: str
    remarks: tuple[str, ...]
    points: dict[str, float]
    seconds: float
    at: int = 0  # where its line begins in the results file

    @classmethod
    def of(cls, result: Result, standing: Standing | None = None) -> Brief:
        stands = standing or Standing(0, result.student, ())
        return cls(
            student=stands.student,
            file=result.file,
            lab=result.lab,
            status=result.status,
            fault=result.fault,
            remarks=(*result.remarks, *stands.remarks),
            points={v.name: v.points for v in result.verdicts},
            seconds=result.seconds,
            at=stands.at,
        )

    @property
    def is_graded(self) -> bool:
        return self.status is Status.GRADED


def latest(results: Results, submissions: Iterable[Submission]) -> list[Brief]:
    """What stands for each file that is still among the submissions."""
    found = standing(results, submissions).values()
    return [Brief.of(results.at(s.at), s) for s in sorted(found, key=lambda s: s.at)]


def counted_labs(briefs: Iterable[Brief], wanted: Collection[str]) -> Labs:
    """Which notebooks count: those wanted, else what the class handed in."""
    by_student: dict[str, set[str]] = defaultdict(set)
    for b in briefs:
        if b.is_graded:
            by_student[b.student].add(b.lab)
    return choose(by_student.values(), wanted)


def superseded(briefs: list[Brief]) -> dict[str, str]:
    """{file: the file that counts instead}.

    Of one student's files for one notebook the last counts: by the platform's date, or by name.
    """
    last: dict[tuple[str, str], str] = {}
    ordered = sorted(briefs, key=lambda b: order(b.file))
    for b in ordered:
        if b.is_graded:
            last[b.student, b.lab] = b.file
    by_student: dict[str, list[str]] = {}
    for (student, _), file in last.items():
        by_student.setdefault(student, []).append(file)
    replaced = {
        b.file: last[b.student, b.lab]
        for b in ordered
        if b.is_graded and last[b.student, b.lab] != b.file
    }
    faulty = [b for b in ordered if not b.is_graded]
    for b in faulty:  # an unreadable file of a student who also handed in a readable one
        if b.student in by_student:
            replaced[b.file] = by_student[b.student][-1]
    first = {b.student: b.file for b in reversed(faulty) if b.student not in by_student}
    for b in faulty:
        if b.student in first and first[b.student] != b.file:
            replaced[b.file] = first[b.student]
    return replaced


def rows(
    briefs: list[Brief],
    names: list[str],
    labs: Labs | None = None,
    beside: Mapping[str, str] | None = None,
) -> list[Row]:
    """A row a student, and one for each file that another replaces; every file is named in one.

    names: the exercises that count, for everybody unless `labs` says for whom. beside: by file, a
    sentence on what lay beside it and was not looked at.
    """
    labs = labs or Labs(tuple(sorted({lab_of(n) for n in names})))
    replaced = superseded(briefs)
    handed_in: dict[str, dict[str, str]] = defaultdict(dict)
    for b in briefs:
        if b.is_graded and b.file not in replaced:
            handed_in[b.student][b.lab] = b.file
    by_student: dict[str, Row] = {}
    extra: list[Row] = []
    for b in sorted(briefs, key=lambda b: order(b.file)):
        if b.file in replaced:
            why = "" if b.is_graded else f" ({b.fault})"
            note = f"not counted: {replaced[b.file]} counts instead{why}"
            extra.append(Row(b.student, [b.file], notes=[note], counts=False, seconds=b.seconds))
            continue
        if b.student not in by_student:
            by_student[b.student] = _empty_row(b.student, labs.of(handed_in[b.student]), names)
        _add(by_student[b.student], b, labs)
        by_student[b.student].notes += [note] if (note := (beside or {}).get(b.file, "")) else []
    for file, by in replaced.items():
        row = next(r for r in by_student.values() if by in r.files)
        row.notes.append(f"{file} was handed in too; {by} counts, the last by {_by_what(by)}")
    return sorted(
        [*by_student.values(), *extra], key=lambda r: (natural(r.student), not r.counts, r.files)
    )


def _empty_row(student: str, labs: list[str], names: list[str]) -> Row:
    points: dict[str, float] = {n: 0 for n in names if lab_of(n) in labs}
    return Row(student, [], points, labs=dict.fromkeys(labs, ""))


def _add(row: Row, b: Brief, labs: Labs) -> None:
    """Put what a file earned into its student's row."""
    row.files.append(b.file)
    row.points |= {n: p for n, p in b.points.items() if n in row.points}
    row.notes += [] if b.is_graded else [f"nothing could be graded: {b.fault}"]
    row.notes += b.remarks
    row.seconds += b.seconds
    if b.lab in row.labs:
        row.labs[b.lab] = b.file
    elif b.is_graded:
        row.notes.append(_odd(b, labs))


def _odd(b: Brief, labs: Labs) -> str:
    """What to say of a notebook that does not count."""
    most = counted(most_of(exercises_of([b.lab])), "point")
    points = f"{_round(sum(b.points.values()))} of {most}"
    return f"{handed_in_where(b.lab, labs.counted)}; it has {points}, not counted"


def _by_what(file: str) -> str:
    return "name" if told(file).handed_in is None else "its date"


def gradebook_csv(table: list[Row], labs: Labs, with_late: bool = False) -> str:
    """`gradebook.csv`: student, exercises, total, max, status, file.

    Of several notebooks each has its points and its maximum; a cell is empty where a notebook does
    not count for the student. What coming late takes off has a column, and the total is without it.
    """
    names, several = labs.exercises(), labs.counted if len(labs.counted) > 1 else []
    head = ["student", *names]
    head += [column for lab in several for column in (lab, f"{lab} max")]
    head += [*(["taken off, late"] if with_late else []), "total", "max", "status", "file"]
    known = any(r.identity.is_known for r in table)
    lines: list[list[object]] = []
    for r in table:
        marks: list[object] = [""] * (len(head) - 3)
        if r.counts:
            marks = [r.points.get(n, "") for n in names]
            for lab in several:
                marks += [r.total(lab), r.most(lab)] if lab in r.labs else ["", ""]
            marks += [*([r.taken_off()] if with_late else []), r.total(), r.most()]
        status = "; ".join(r.notes) or "graded"
        who = r.identity.cells() if known else []
        lines.append([r.student, *marks, status, "; ".join(r.files), *who])
    return csv_text([*head, *(Identity.COLUMNS if known else [])], lines)
