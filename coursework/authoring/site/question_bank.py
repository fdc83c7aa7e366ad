"""The question bank for instructors: every exercise under its objective, read from the sources."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from coursework.authoring.cells import find_todo
from coursework.authoring.rules import Exercises
from coursework.authoring.source import Source
from coursework.checking.exercise import Exercise, Prediction, Question

PLACE = "<!-- question bank -->"
Objectives = Mapping[str, Sequence[Sequence[int]]]
_HEADING = re.compile(r"^### (Exercises? \d+\.(\d+)[a-z]?(?: to \d+\.(\d+))? · .+)$", re.MULTILINE)
_SIZE = re.compile(r"^Difficulty (\S+) · importance (\S+) · (.+)$", re.MULTILINE)
_GOALS = re.compile(r"^\d+\. (.+?)[;.]?$", re.MULTILINE)


@dataclass
class Posed:
    """An exercise as its notebook poses it: heading, numbers behind the dot, difficulty, names."""

    heading: str
    numbers: range
    difficulty: str = ""
    minutes: str = ""
    names: list[str] = field(default_factory=list)


def question_bank(docs: Path, sources: Sequence[Source], exercises: Exercises) -> str:
    """MyST: for each notebook its objectives with their exercises, and questions to vote on."""
    path = docs / "objectives.yml"
    objectives = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return "\n\n".join(
        part for source in sources for part in _notebook(source, objectives, exercises)
    )


def _notebook(source: Source, objectives: Objectives, exercises: Exercises) -> Iterator[str]:
    posed = list(find_posed(source))
    if not posed:
        return
    yield f"## {source.number} · {source.title}"
    groups = objectives.get(source.number, [])
    for number, (goal, members) in enumerate(zip(find_goals(source), groups, strict=False), 1):
        yield f"**{number}. {goal[0].upper()}{goal[1:]}**"
        there = [p for p in posed if set(p.numbers) & set(members)]
        yield (
            _table(source, there, exercises) if there else "The notebook shows it and asks nothing."
        )
    named = {m for group in groups for m in group}
    if rest := [p for p in posed if not set(p.numbers) & named]:
        yield "**Under no single objective**"
        yield _table(source, rest, exercises)
    if votes := _votes(source, exercises):
        yield ":::{dropdown} To vote on before a run\n" + votes + "\n:::"


def find_goals(source: Source) -> list[str]:
    """The numbered lines below "At the end you can"."""
    for cell in source.cells:
        if "At the end you can" in cell.text:
            return _GOALS.findall(cell.text.partition("At the end you can")[2])
    return []


def find_posed(source: Source) -> Iterator[Posed]:
    """The exercises of a notebook in its order, each with the names of what is checked."""
    current: Posed | None = None
    for cell in source.cells:
        if not cell.in_notebooks:
            continue
        if cell.kind == "code":
            if current:
                current.names += find_todo(cell.text, source.number).names
            continue
        for heading in _HEADING.finditer(cell.text):
            if current and current.names:
                yield current
            size = _SIZE.search(cell.text, heading.end())
            last = int(heading[3] or heading[2])
            current = Posed(heading[1], range(int(heading[2]), last + 1), *_size(size))
    if current and current.names:
        yield current


def _size(found: re.Match[str] | None) -> tuple[str, str]:
    return (found[1], found[3].removesuffix("utes").removesuffix("ute")) if found else ("", "")


def _table(source: Source, posed: Sequence[Posed], exercises: Exercises) -> str:
    rows = [
        "| Exercise | Asks for | Difficulty | Time | Points | Named mistakes |",
        "|---|---|---|---|---|---|",
    ]
    for one in posed:
        shown = one.heading.replace("|", "\\|")
        link = f"[{shown}](notebooks/{source.stem}.ipynb#{slug(one.heading)})"
        entries = [exercises.get(name) for name in one.names]
        points = sum(entry.points for entry in entries)
        mistakes = sum(_mistakes(entry) for entry in entries)
        row = (link, _kind(entries[0]), one.difficulty, one.minutes, points, mistakes or "")
        rows.append("| " + " | ".join(map(str, row)) + " |")
    return "\n".join(rows)


def _kind(entry: object) -> str:
    if isinstance(entry, Question):
        return "a choice" if entry.choices else "a number"
    return "code"


def _mistakes(entry: object) -> int:
    if isinstance(entry, Question):
        return len(entry.wrong)
    return len(entry.mistakes) if isinstance(entry, Exercise) else 0


def _votes(source: Source, exercises: Exercises) -> str:
    """The predictions of a notebook with their options, without what comes true."""
    find = getattr(exercises, "predictions", None)
    asked: Sequence[Prediction] = find(source.number) if find else ()
    return "\n\n".join(
        "\n".join([f"{one.question}", "", *(f"- {option}" for option in one.options)])
        for one in asked
    )


def slug(heading: str) -> str:
    """The anchor that the site gives a heading, as on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
