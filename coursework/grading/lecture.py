"""`misconceptions.html`: the page that an instructor opens before the next lecture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from markupsafe import Markup

from coursework import exercises
from coursework.grading.misconceptions import FEW, Cell, Key, Report, cell, everyone, keys, sentence
from coursework.grading.outline import Place, link, outline
from coursework.grading.pages import label, page, printable, prose
from coursework.saying import counted

FIRST = 8  # mistakes to speak about


@dataclass(frozen=True)
class Named:
    """A mistake as the page tells it: its place in the course, its sentence, how common it is."""

    key: Key
    label: Markup
    name: str
    cell: Cell
    message: Markup
    lab: str
    place: Place | None
    link: str

    @property
    def rank(self) -> tuple[bool, int, bool, str]:
        """Most frequent first; of what is not told, the order tells nothing."""
        told = self.cell.count
        return (told is None, -(self.cell.share or 0), not self.cell.at_least_few, str(self.label))


class Week(TypedDict):
    """A mistake in one report."""

    title: str
    cell: Cell | None


class Family(TypedDict):
    """A mistake that comes back in another report, by its short name, and in which exercises."""

    name: str
    where: list[str]
    weeks: list[Week]


class Lab(TypedDict):
    """The mistakes of one notebook, by exercise."""

    called: str
    exercises: list[tuple[Markup, list[Named], list[Named]]]


def named(reports: list[Report]) -> list[Named]:
    """All mistakes, most frequent first."""
    return sorted((_named(k, reports) for k in keys(reports)), key=lambda m: m.rank)


def _named(key: Key, reports: list[Report]) -> Named:
    name, mistake = key
    lab = exercises.get(name).notebook
    place = outline(lab).places.get(name)
    return Named(
        key=key,
        label=label(name),
        name=printable(mistake.replace("_", " ")),
        cell=cell([r.made.get(key, set()) for r in reports], everyone(lab, reports)),
        message=prose(sentence(key, reports)),
        lab=outline(lab).called,
        place=place,
        link=link(lab, name),
    )


def lecture_html(reports: list[Report], found: list[Named]) -> str:
    """The page. found: what `named` gives."""
    students = set().union(*(s for r in reports for s in r.students.values()))
    return page(
        "misconceptions.html.j2",
        broad=True,
        few=FEW,
        students=f"{len(students)}" if len(students) >= FEW else f"fewer than {FEW}",
        reports=len(reports),
        first=[m for m in found if m.cell.count is not None][:FIRST],
        labs=_labs(found),
        families=_families(reports),
        titles=_titles(reports),
    )


def _labs(found: list[Named]) -> list[Lab]:
    course = {n: i for i, n in enumerate(exercises.names())}
    labs: dict[str, dict[Markup, list[Named]]] = {}
    for m in sorted(found, key=lambda m: course[m.key[0]]):
        labs.setdefault(m.lab, {}).setdefault(m.label, []).append(m)
    return [
        {"called": lab, "exercises": [(called, *_by_size(own)) for called, own in of_lab.items()]}
        for lab, of_lab in labs.items()
    ]


def _by_size(own: list[Named]) -> tuple[list[Named], list[Named]]:
    """Mistakes that FEW or more made, and the others."""
    return [m for m in own if m.cell.at_least_few], [m for m in own if not m.cell.at_least_few]


def _families(reports: list[Report]) -> list[Family]:
    """Mistakes whose short name comes back in another report, made by FEW or more in both."""
    members: dict[str, list[Key]] = {}
    for key in keys(reports):
        members.setdefault(key[1], []).append(key)
    titles = _titles(reports)
    found: list[Family] = []
    for name, own in members.items():
        weeks: list[Week] = [
            {"title": title, "cell": _in_one(report, own)}
            for title, report in zip(titles, reports, strict=True)
        ]
        if sum(w["cell"] is not None and w["cell"].at_least_few for w in weeks) > 1:
            where = [_bare(n) for n, _ in own]
            found.append(
                {"name": printable(name.replace("_", " ")), "where": where, "weeks": weeks}
            )
    return found


def _in_one(report: Report, own: list[Key]) -> Cell | None:
    """A family in one report; None where no exercise in it could show the mistake."""
    labs = {exercises.get(name).notebook for name, _ in own}
    handed_in = set().union(*(report.students.get(lab, set()) for lab in labs))
    return cell([report.made.get(k, set()) for k in own], handed_in) if handed_in else None


def _titles(reports: list[Report]) -> list[str]:
    """Reports by their notebooks, "02" or "02, 03": folders may have people's names."""
    return [", ".join(sorted(r.students)) or "none" for r in reports]


def table(found: list[Named]) -> list[str]:
    """The ten most frequent, for the terminal."""
    told = [m for m in found if m.cell.count is not None]
    lines = [
        f"{m.cell.share:3d} %  {m.cell.words:>9}  {m.lab[:2]}  {_bare(m.key[0])}: {m.name}"
        for m in told[:10]
    ]
    rest = len(found) - len(lines)
    if lines and rest:
        lines.append(f"and {rest} more on the page")
    elif rest:
        hidden = counted(rest, "mistake")
        lines.append(f"{hidden} on the page, each made by fewer than {FEW} students")
    return lines or ["no named mistake in these reports"]


def _bare(name: str) -> str:
    return name.split(".answers.")[-1]
