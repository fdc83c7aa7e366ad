"""Diagrams on the site: in the gallery all of them, and elsewhere where a page asks for one."""

import pytest

from coursework.authoring.first_screen import PICTURES
from coursework.authoring.site.gallery import with_diagrams
from coursework.diagrams import diagram, names
from tests.coursework.authoring.site.conftest import ROOT


def test_the_gallery_shows_and_describes_all():
    page = with_diagrams((ROOT / "docs" / "diagrams.md").read_text(encoding="utf-8"))
    for name in names():
        shown = diagram(name)
        assert f"## {shown.title}\n" in page and shown.html() in page
        assert f'diagram("{name}")' in page
        assert all(f". {caption}\n" in page for caption in shown.captions)


def test_a_page_gets_the_diagram_it_asks_for():
    assert with_diagrams("a\n\n<!-- diagram gan -->\n\nb").count("<svg") == 1
    assert with_diagrams("nothing here") == "nothing here"
    told = "`<!-- diagram its_name -->` shows it"
    assert with_diagrams(told) == told
    assert 'class="math' not in diagram("vae").html()  # MathJax looks for that on pages
    with pytest.raises(KeyError, match="the nearest name is 'gan'"):
        with_diagrams("<!-- diagram gun -->")


def test_pages_ask_for_diagrams_that_exist():
    for path in (ROOT / "docs").rglob("*.md"):
        with_diagrams(path.read_text(encoding="utf-8"))


def test_the_cheat_sheet_has_the_diagram_that_a_notebook_is_first_to_open_with():
    seen = {"family"}  # of the whole course, not of one notebook
    for number, name in PICTURES.items():
        sheet = (ROOT / "docs" / "cheatsheet" / f"{number}.md").read_text(encoding="utf-8")
        assert name in seen or f"<!-- diagram {name} -->" in sheet, number
        seen.add(name)
