"""Which sentences, pages and pictures speak of a notebook that this edition doesn't have."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from coursework.authoring.problems import Problem
from coursework.authoring.source import Source

FOLDERS = ("notebooks/source", "coursework/exercises", "course_utils", "docs", "data")
TESTS = "tests/coursework/exercises"
KINDS = (".py", ".md", ".yml", ".html")
HISTORY = ("CHANGELOG.md",)
# "notebook 05", "notebooks 03, 06 and 08", "03_vae_elbo", "nb05", `progress("05")`, "number: 05",
# "(05)", `Place(4, "05", …)` of the exam, `"05": [[1, 12], …` of the objectives
_NUMBERS = r"\d\d(?:(?:, | and | or | to |–)\d\d)*"
_MENTIONS = re.compile(
    rf"\b[Nn]otebooks? ({_NUMBERS})\b"
    r"|\b(\d\d)_[a-z][a-z_]+(?:\.ipynb|\.py|\b)(?<!\.png)"
    r"|\bnb(\d\d)\b"
    r"""|\b(?:progress|answer_sheet)\("(\d\d)"\)|^\s*- number: "(\d\d)\""""
    r"""|\w \((\d\d)\)|\bPlace\(\d+, "(\d\d)"|^"(\d\d)": \["""
)
# In a deck of the whole course, numbers stand by themselves: "| 04 KL, 03 the bound | 09, 15 |",
# "Notebook 10 measures it, 15 translates"; "| 10 to 1,000 passes |" is none.
_LISTED = re.compile(r"[|,] (\d\d)(?= (?!to\b)[A-Za-z]| \||, \d\d\b)")


def dead_references(root: Path, sources: Sequence[Source]) -> list[Problem]:
    """Each place that names a notebook without a source; what belongs to one is a line in all."""
    there = {source.number for source in sources}
    found = [
        Problem(path.relative_to(root).as_posix(), 1, f"belongs to notebook {number}: delete it")
        for path, number in _belongings(root)
        if number not in there
    ]
    theirs = tuple(problem.file for problem in found)
    for path in _texts(root):
        file = path.relative_to(root).as_posix()
        if file.startswith(theirs):
            continue
        for line, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            named = set(_mentioned(text))
            is_deck = path.parent.name == "source" and not path.stem[:2].isdigit()
            if is_deck and text.startswith("#"):
                named |= set(_LISTED.findall(text))
            for number in sorted(named - there):
                found.append(Problem(file, line, f"names notebook {number}, which isn't here"))
    return sorted(found)


def _belongings(root: Path) -> Iterator[tuple[Path, str]]:
    """Files and folders that exist for one notebook: (path, its number)."""
    for pattern in ("coursework/exercises/nb*", f"{TESTS}/test_nb*", "docs/cheatsheet/*.md"):
        for path in root.glob(pattern):
            if number := re.search(r"(\d\d)(?:_\w+)?(?:\.\w+)?$", path.name):
                yield path, number[1]


def _texts(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in KINDS and path.is_file():
                yield path
    for path in sorted(root.glob("*.md")):
        if path.name not in HISTORY:
            yield path


def _mentioned(text: str) -> Iterator[str]:
    for groups in _MENTIONS.findall(text):
        yield from re.findall(r"\d\d", " ".join(groups))
