"""Read `notebooks/source/NN_topic.py`, a jupytext percent script, into cells that know their line.

A script without a number, such as `opening.py`, is a deck and no notebook.

A cell's header line may say `slide_type="slide"` (slide, subslide, -, fragment, notes),
`only="slides"`, `show_code=true`, `lit="# 2."` (the line of it that a slide lights) and
`tags=["setup", "solution", "plot", "nbval-check-output"]`.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jupytext
import yaml

from coursework.authoring.problems import Problem

MARKER = re.compile(r"^# *%%")
_TAGS_AS_TEXT = re.compile(r"""^(# *%%.*\btags=)("[^"]*"|'[^']*')""", re.MULTILINE)
NAME = re.compile(r"^(\d\d)_[a-z0-9_]+\.py$")
DECK = re.compile(r"^[a-z_]+\.py$")


@dataclass
class SourceCell:
    """One cell: `kind` is "code" or "markdown", `line` the file's line of its first text line.

    born: the text in the source, where the cell of a copy has another (`posing.py`).
    """

    kind: str
    text: str
    line: int
    header_line: int
    metadata: dict[str, Any] = field(default_factory=dict)
    born: str = ""

    @property
    def tags(self) -> list[str]:
        return list(self.metadata.get("tags", []))

    @property
    def lit(self) -> str:
        return self.metadata.get("lit", "")

    @property
    def slide_type(self) -> str | None:
        return self.metadata.get("slide_type")

    @property
    def in_notebooks(self) -> bool:
        """False for speaker notes and for cells that exist only on slides."""
        return self.slide_type != "notes" and self.metadata.get("only") != "slides"


@dataclass
class Source:
    """One script: `file` is its path from the repository root, `number` its two digits.

    A deck that belongs to no notebook has the number "". picture: of the title slide, or "".
    """

    path: Path
    file: str
    number: str
    title: str
    minutes: int
    cells: list[SourceCell]
    problems: list[Problem]
    picture: str = ""

    @property
    def stem(self) -> str:
        return self.path.stem


def find_sources(root: Path) -> list[Path]:
    """Every `NN_topic.py` in `notebooks/source`, in course order."""
    folder = root / "notebooks" / "source"
    return sorted(path for path in folder.glob("*.py") if NAME.match(path.name))


def find_decks(root: Path) -> list[Path]:
    """Every script in `notebooks/source` without a number: a deck, and no notebook.

    From the end of the alphabet, so that the opening stands before the closing.
    """
    folder = root / "notebooks" / "source"
    found = (path for path in folder.glob("*.py") if DECK.match(path.name))
    return sorted(found, reverse=True)


def choose_sources(root: Path, numbers: Sequence[str] = ()) -> list[Source]:
    """The sources with these numbers ("1" or "01") or, for decks, names; all notebooks if none.

    ValueError lists what there is.
    """
    paths = {path.name[:2]: path for path in find_sources(root)}
    wanted = [number.zfill(2) for number in numbers] or list(paths)
    paths |= {path.stem: path for path in find_decks(root)}
    if unknown := [number for number in wanted if number not in paths]:
        there = ", ".join(paths) or "none"
        raise ValueError(f"no notebook {', '.join(unknown)} in notebooks/source; there is {there}")
    return [read_source(paths[number], root) for number in wanted]


def read_source(path: Path, root: Path) -> Source:
    """Parse one script. What is wrong with its form is collected in `.problems`, not raised."""
    file = path.relative_to(root).as_posix()
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    problems = _tag_problems(file, text)
    text = _TAGS_AS_TEXT.sub(r"\1[\2]", text)
    parsed = list(_parsed(text))
    course: dict[str, Any] = {}
    if parsed and parsed[0].cell_type == "raw" and parsed[0].source.startswith("---"):
        try:
            course = _course_header(parsed.pop(0).source)
            problems += _header_problems(file, course)
        except yaml.YAMLError as error:
            problems.append(_unreadable_header(file, text, error))
    else:
        problems += _header_problems(file, course)
    marker_lines = [n for n, line in enumerate(text.split("\n"), 1) if MARKER.match(line)]
    if len(marker_lines) != len(parsed):
        line = marker_lines[0] if marker_lines else 1
        problems.append(Problem(file, line, _UNCLEAR_CELLS))
        marker_lines = (marker_lines + [1] * len(parsed))[: len(parsed)]
    cells = [_cell(cell, line) for cell, line in zip(parsed, marker_lines, strict=True)]
    return Source(
        path=path,
        file=file,
        number=path.name[:2] if NAME.match(path.name) else "",
        title=str(course.get("title", path.stem)),
        minutes=int(course.get("minutes", 0)) if str(course.get("minutes", 0)).isdigit() else 0,
        cells=[cell for cell in cells if cell.text or "setup" in cell.tags],
        problems=problems,
        picture=str(course.get("picture", "")),
    )


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[Any, ...]:
    """The cells of a script: the same script is read several times, and its cells are only read."""
    return tuple(jupytext.reads(text, fmt="py:percent").cells)


_UNCLEAR_CELLS = (
    "the cells can't be told apart: keep text out of the space above the first `# %%`, and start "
    "no line inside a string with `# %%`"
)


def _course_header(text: str) -> dict[str, Any]:
    header = yaml.safe_load(text.strip().strip("-")) or {}
    course = header.get("course") if isinstance(header, dict) else None
    return course if isinstance(course, dict) else {}


def _unreadable_header(file: str, text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    faulty = mark.buffer.rstrip("\0").split("\n")[mark.line].strip() if mark else ""
    lines = enumerate(text.split("\n"), 1)
    line = next((n for n, line in lines if faulty and line.endswith(faulty)), 1)
    said = getattr(error, "problem", None) or "it is no YAML"
    what = f"the header can't be read, {said}: put a text that holds a colon into quotes"
    return Problem(file, line, what)


def _tag_problems(file: str, text: str) -> list[Problem]:
    found = [
        (text.count("\n", 0, match.start()) + 1, match[2]) for match in _TAGS_AS_TEXT.finditer(text)
    ]
    return [Problem(file, line, f"write tags=[{tag}]: tags are a list") for line, tag in found]


def _header_problems(file: str, course: dict[str, Any]) -> list[Problem]:
    problems = []
    if not course.get("title"):
        problems.append(Problem(file, 1, "no title: add `course:` with `title:` to the header"))
    if not str(course.get("minutes", "")).isdigit():
        text = "no minutes: add `minutes:`, a whole number, under `course:` in the header"
        problems.append(Problem(file, 1, text))
    if picture := course.get("picture"):
        problems += _picture_problems(file, str(picture))
    return problems


def _picture_problems(file: str, picture: str) -> list[Problem]:
    from coursework.diagrams.title_pictures import title_pictures  # loads torch

    if picture in title_pictures():
        return []
    there = ", ".join(title_pictures())
    return [Problem(file, 1, f"there is no title picture `{picture}`; there is {there}")]


def _cell(parsed: Any, header_line: int) -> SourceCell:
    lines = parsed.source.split("\n")
    blank = next((n for n, line in enumerate(lines) if line.strip()), 0)
    kept = {key: value for key, value in parsed.metadata.items() if key not in _IGNORED}
    text = parsed.source.strip("\n").rstrip()
    return SourceCell(parsed.cell_type, text, header_line + 1 + blank, header_line, deepcopy(kept))


_IGNORED = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "title"}
