"""The minutes of a notebook, counted for all in one way. docs/instructor.md gives the same rule."""

import re

import pytest

from coursework.authoring.source import Source, choose_sources
from tests.test_project import ROOT

WORDS, LINES, PREDICTION, FIGURE, WAITING = 110, 20, 1.0, 0.5, 1.0  # docs/instructor.md, "Minutes"
SOLUTION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
SOURCES = choose_sources(ROOT)


def counted(source: Source) -> float:
    """Minutes for a reader who works alone and does every exercise."""
    cells = [cell for cell in source.cells if cell.in_notebooks]
    text = "\n".join(cell.text for cell in cells if cell.kind == "markdown")
    read = [cell for cell in cells if cell.kind == "code" and "solution" not in cell.tags]
    code = SOLUTION.sub("", "\n".join(cell.text for cell in read))
    shown = SOLUTION.sub("", "\n".join(cell.text for cell in read if "plot" not in cell.tags))
    exercises = sum(int(n) for n in re.findall(r"^Difficulty .* (\d+) minutes?", text, re.M))
    words = len(re.findall(r"\w+", FORMULA.sub(" a formula counts five ", text)))
    lines = sum(bool(line.strip()) for line in shown.splitlines())
    figures = len(re.findall(r"\b(?:show|explore|embed|guess_which)\(", code))
    reading = words / WORDS + lines / LINES + FIGURE * figures
    return exercises + reading + PREDICTION * code.count("predict(") + WAITING


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.number)
def test_the_stated_minutes_agree_with_the_counted_ones_within_a_third(source):
    assert abs(source.minutes - counted(source)) < counted(source) / 3, f"{counted(source):.0f}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.number)
def test_the_first_text_says_the_same_minutes_as_the_header(source):
    shown = [cell.text for cell in source.cells if cell.in_notebooks and cell.kind == "markdown"]
    assert f"{source.minutes} minutes" in "\n".join(shown[:4])


def test_the_rule_is_written_down_with_these_numbers():
    rule = (ROOT / "docs" / "instructor.md").read_text(encoding="utf-8").split("## Minutes")[1]
    for said in (f"{WORDS} words a minute", f"{LINES} lines of code a minute", "half a minute"):
        assert said in " ".join(rule.split())
