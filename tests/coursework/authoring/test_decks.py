"""Decks that belong to no notebook, and the fonts that every deck brings along."""

import re

import pytest

from coursework import exercises
from coursework.authoring import fonts
from coursework.authoring.project import find_root
from coursework.authoring.rules import find_problems
from coursework.authoring.site.pages import deck_links
from coursework.authoring.slides import make_slides
from coursework.authoring.source import choose_sources, find_decks, find_sources, read_source

ROOT = find_root()
TALK = """\
# %% [markdown] slide_type="slide"
# # A talk

# %% slide_type="-"
print(1)
"""


def test_a_script_without_a_number_is_a_deck_and_makes_no_notebook(course):
    course.write(TALK, "talk.py")
    report = course.build()
    assert not any("talk" in file for file in report.written)
    assert [path.name for path in find_sources(course.root)] == ["01_tiny.py"]
    (source,) = choose_sources(course.root, ["talk"])
    assert (source.stem, source.number) == ("talk", "")
    with pytest.raises(ValueError, match="no notebook opening in notebooks/source; there is 01"):
        choose_sources(course.root, ["opening"])


def test_the_build_reports_a_fault_of_a_deck(course):
    course.write(TALK.replace('"-"', '"beside"'), "talk.py")
    (problem,) = course.problems()
    assert problem.file == "notebooks/source/talk.py" and 'slide_type="beside"' in problem.text


@pytest.mark.parametrize("path", find_decks(ROOT), ids=lambda path: path.stem)
def test_every_slide_of_the_whole_courses_decks_has_a_heading_and_notes(path):
    source = read_source(path, ROOT)
    assert find_problems([source], exercises) == []
    drawn = [cell for cell in source.cells if cell.kind == "code" and cell.slide_type]
    slides = make_slides(source, [[] for _ in source.cells], exercises)
    assert 15 <= len(slides) <= 20
    headed = sum(any(re.search("<h[12]", block) for block, _ in slide.blocks) for slide in slides)
    lifted = sum('title="' in cell.text or "set_" in cell.text for cell in drawn)
    assert headed + lifted == len(slides)
    for slide in slides:
        words = " ".join(slide.notes).split()
        assert 30 <= len(words) <= 85, " ".join(words)[:80]


def test_the_opening_stands_before_the_closing_and_the_site_links_both():
    decks = [read_source(path, ROOT) for path in find_decks(ROOT)]
    assert [deck.stem for deck in decks] == ["opening", "closing"]
    line = deck_links(decks)
    assert line.index('href="slides/opening.html"') < line.index('href="slides/closing.html"')
    assert deck_links([]) == ""


FACE = """@font-face {{
  font-family: 'Some Variable';
  src: url(./files/some-{script}-wght-normal.woff2) format('woff2-variations');
}}
"""


def test_latin_and_greek_are_embedded_and_nothing_else(tmp_path, monkeypatch):
    files = tmp_path / "files"
    files.mkdir()
    for script in ("latin", "greek", "cyrillic"):
        (files / f"some-{script}-wght-normal.woff2").write_bytes(script.encode())
    css = "".join(FACE.format(script=script) for script in ("latin", "greek", "cyrillic"))
    for name in ("index.css", "wght-italic.css"):
        (tmp_path / name).write_text(css if name == "index.css" else "")
    (tmp_path / "LICENSE").write_text("SIL OPEN FONT LICENSE")
    monkeypatch.setattr(fonts, "library", lambda name: tmp_path)
    page = fonts.embedded_fonts()
    assert page.count("@font-face") == 4 and page.count("data:font/woff2;base64,") == 4
    assert 'font-family: "Source Sans 3"' in page and 'font-family: "Source Code Pro"' in page
    assert "./files" not in page and "Open Font License" in page
    fonts.write_fonts(tmp_path / "out")
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [
        "LICENSE-source-code-pro.txt",
        "LICENSE-source-sans-3.txt",
        "fonts.css",
        "some-greek-wght-normal.woff2",
        "some-latin-wght-normal.woff2",
    ]
