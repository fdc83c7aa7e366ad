"""Diagrams on the site: in the gallery all of them, and elsewhere where a page asks for one."""

import pytest

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
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    assert sum("<!-- diagram " in text for text in texts) >= 5
    for text in texts:
        with_diagrams(text)
