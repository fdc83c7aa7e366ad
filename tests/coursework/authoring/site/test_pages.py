"""What a page holds, and what it must not: a solution, a verdict on one, a live widget."""

import html
import json
import re

import pytest

from coursework.authoring.leaks import secret_lines
from coursework.authoring.source import choose_sources
from tests import needs
from tests.coursework.authoring.site.conftest import ROOT

pytestmark = [pytest.mark.slow, needs.libraries]

SECRETS = ("the_secret_sum", "hidden in the executed", "only_for_the_instructor", "For the speaker")


def test_no_solution_anywhere(tiny_site):
    for path in tiny_site.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", errors="ignore")
            secrets = SECRETS[:-1] if "slides" in path.parts else SECRETS  # decks have notes
            assert not [secret for secret in secrets if secret in text], path
    assert not (tiny_site / "_sources").exists()


def test_page_shows_the_stub_the_picture_and_the_links(tiny_site):
    page = (tiny_site / "notebooks" / "01_everything.html").read_text(encoding="utf-8")
    assert "TODO double: double it" in page
    assert 'alt="Eight squares of noise, none like another"' in page
    assert 'alt="As many squares as the slider says"' in page
    assert "progress" not in page and "jupyter.widget" not in page
    assert "blob/v1/notebooks/01_everything.ipynb" in page
    (student,) = tiny_site.glob("_downloads/*/01_everything.ipynb")
    assert json.loads(student.read_text(encoding="utf-8"))["cells"]


def test_slides_are_folded_in_below_the_title_and_stand_alone(tiny_site):
    page = (tiny_site / "notebooks" / "01_everything.html").read_text(encoding="utf-8")
    assert '<iframe src="../slides/01_everything.html" loading="lazy" title="Slides of Some' in page
    deck = (tiny_site / "slides" / "01_everything.html").read_text(encoding="utf-8")
    assert "Something of everything" in deck and "reveal" in deck


def test_a_figure_is_there_for_light_and_for_dark_pages(tiny_site):
    page = (tiny_site / "notebooks" / "01_everything.html").read_text(encoding="utf-8")
    assert page.count('alt="Eight squares of noise, none like another"') == 2
    assert page.count('alt="As many squares as the slider says"') == 2
    assert page.count('class="on-dark dark-light"') == 2


def test_nothing_is_left_beside_the_site(tiny_site):
    beside = sorted(path.name for path in tiny_site.parent.iterdir())
    assert beside == ["CONTRIBUTING.md", "docs", "notebooks", "site"]


def test_contributing_is_a_page(tiny_site):
    assert "Write a test." in (tiny_site / "contributing.html").read_text(encoding="utf-8")
    assert 'href="contributing.html"' in (tiny_site / "index.html").read_text(encoding="utf-8")


def test_the_landing_page_grows_by_itself(tiny_site):
    index = (tiny_site / "index.html").read_text(encoding="utf-8")
    assert 'href="notebooks/01_everything.html"' in index and "card_01.png" in index
    assert '<img alt="Eight squares of noise, none like another"' in index
    assert "02 · More" in index and "02_" not in index


def test_the_cheat_sheet_links_into_the_notebooks_that_exist(tiny_site):
    sheet = (tiny_site / "cheatsheet.html").read_text(encoding="utf-8")
    assert 'href="notebooks/01_everything.html#exercise"' in sheet and "not yet" not in sheet


def test_no_line_of_a_solution_in_the_course(course_site):
    secrets = secret_lines(choose_sources(ROOT))
    assert secrets
    for path in course_site.rglob("*"):
        if path.suffix in (".html", ".ipynb", ".js", ".txt") and "_static" not in path.parts:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html":
                text = html.unescape(re.sub(r"<[^>]+>", "", text))
            elif path.suffix == ".ipynb":
                text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
            assert not [line for line in secrets if line in text], path
    assert not (course_site / "_sources").exists()
