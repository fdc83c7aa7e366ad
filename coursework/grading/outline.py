"""What the released notebooks call themselves and their sections, for pages that people read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from coursework import exercises
from coursework.authoring.project import find_root, read_project
from coursework.checking import Question
from coursework.grading.options import RELEASED

HEADING = re.compile(r"^(#{1,3}) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where a notebook teaches an exercise: section, the exercise's own heading, and its cell."""

    section: str
    heading: str
    cell: str = ""


@dataclass(frozen=True)
class Outline:
    """The title of a notebook, its file, and the place of each of its exercises."""

    lab: str
    title: str = ""
    file: str = ""
    places: dict[str, Place] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """ "02 · Autoencoders", or the number alone where the notebook is not at hand."""
        return f"{self.lab} · {self.title}" if self.title else self.lab


@cache
def outline(lab: str, folder: Path = RELEASED) -> Outline:
    """The outline of notebook `lab` as it was handed out; empty where it can't be read."""
    for path in sorted(folder.glob(f"{lab}_*.ipynb")):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            title, places = _read(lab, cells)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return Outline(lab, title, path.name, places)
    return Outline(lab)


def _read(lab: str, cells: list[dict[str, Any]]) -> tuple[str, dict[str, Place]]:
    title, section, heading, at = "", "", "", ""
    places: dict[str, Place] = {}
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for marks, words in HEADING.findall(text):
                title = title or (words if marks == "#" else "")
                section = words if marks == "##" else section
                heading = words if marks == "###" else "" if marks == "##" else heading
                at = cell.get("id", "")
        elif cell["cell_type"] == "code":
            for name in exercises.names(lab):
                if _task(name) in text:
                    places.setdefault(name, Place(section, heading, at))
    return title, places


@cache
def link(lab: str, name: str) -> str:
    """The address of an exercise in Colab, "" where the course has no address of its own."""
    found = outline(lab)
    try:
        project = read_project(find_root(RELEASED))
    except (OSError, ValueError):
        return ""
    if not project.repository or name not in found.places:
        return ""
    return f"{project.colab_address(Path(found.file).stem)}#scrollTo={found.places[name].cell}"


def _task(name: str) -> str:
    """How a released cell that sets an exercise is recognized."""
    exercise = exercises.get(name)
    return f'answers["{exercise.key}"] =' if isinstance(exercise, Question) else f"def {name}("
