"""The question bank: every exercise once, under its objective, with a link that leads there."""

import re

import yaml

from coursework import exercises
from coursework.authoring.site.question_bank import find_goals, find_posed, question_bank, slug
from coursework.authoring.source import choose_sources
from tests.coursework.authoring.site.conftest import ROOT

SOURCES = choose_sources(ROOT)
OBJECTIVES = yaml.safe_load((ROOT / "docs" / "objectives.yml").read_text(encoding="utf-8"))


def test_every_exercise_of_the_course_is_in_the_bank():
    for source in SOURCES:
        posed = [name for one in find_posed(source) for name in one.names]
        assert posed == exercises.names(source.number), source.file
    page = question_bank(ROOT / "docs", SOURCES, exercises)
    for source in SOURCES:
        for one in find_posed(source):
            assert page.count(f"#{slug(one.heading)})") >= 1, one.heading


def test_objectives_fit_their_notebooks():
    for source in SOURCES:
        if groups := OBJECTIVES.get(source.number):
            numbers = {number for one in find_posed(source) for number in one.numbers}
            listed = [number for group in groups for number in group]
            assert len(groups) == len(find_goals(source)), f"objectives of {source.number}"
            assert set(listed) <= numbers, f"exercises of {source.number} that are gone"
            assert len(listed) == len(set(listed)), f"an exercise of {source.number} twice"


def test_a_row_says_what_an_exercise_asks_for(tmp_path):
    page = question_bank(ROOT / "docs", choose_sources(ROOT, ["04"]), exercises)
    (row,) = [line for line in page.split("\n") if "Exercise 4.2 · By hand" in line]
    assert re.search(r"\| a number \| ●○○ \| 8 min \| 4 \| \d+ \|$", row)
    assert "**1. Say what entropy" in page and "Under no single objective" not in page
    page = question_bank(tmp_path, choose_sources(ROOT, ["04"]), exercises)
    assert "Under no single objective" in page


def test_votes_show_options_and_not_what_comes_true():
    page = question_bank(ROOT / "docs", choose_sources(ROOT, ["01"]), exercises)
    asked = exercises.predictions("01")
    assert asked and all(one.question in page for one in asked)
    assert not any(reply in page for one in asked for reply in one.options.values())
