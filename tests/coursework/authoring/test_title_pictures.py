"""The picture beside a deck's question: it fits, it can be read, and it says what it shows."""

import re
from xml.etree import ElementTree

import pytest

from coursework import exercises
from coursework.authoring.project import find_root
from coursework.authoring.slides import make_slides
from coursework.authoring.source import choose_sources, find_decks, find_sources
from coursework.diagrams.title_pictures import title_picture, title_pictures
from tests.coursework.authoring.conftest import Course

ROOT = find_root()
DECKS = [path.name[:2] for path in find_sources(ROOT)] + [path.stem for path in find_decks(ROOT)]
ROOM = 510  # pixels of the title slide, see deck.css


@pytest.mark.parametrize("name", title_pictures())
def test_it_fits_without_getting_smaller_and_has_alt_text(name: str) -> None:
    drawn = title_picture(name)
    svg = ElementTree.fromstring(drawn.svg())
    sizes = [int(e.get("font-size", "18")) for e in svg.iter() if e.get("font-size")]
    assert max(drawn.size) <= ROOM and min(sizes, default=18) >= 18
    assert len(drawn.alt.split()) >= 12 and drawn.alt[-1] in ".?" and drawn.title


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(KeyError, match="'out_of_noise'"):
        title_picture("out_of_nois")


@pytest.mark.parametrize("name", DECKS)
def test_every_deck_opens_with_a_question_and_a_picture_of_its_own(name: str) -> None:
    (source,) = choose_sources(ROOT, [name])
    first = make_slides(source, [[] for _ in source.cells], exercises)[0]
    words, *_, picture = (block for block, _ in first.blocks)
    assert re.search(r"<p>[^<]*\?</p>", words), words
    assert 'class="course-diagram"' in picture and 'class="fragment' not in picture


def test_no_two_decks_open_with_the_same_picture() -> None:
    chosen = [source.picture for source in choose_sources(ROOT, DECKS)]
    assert sorted(chosen) == sorted(title_pictures())


def test_the_build_knows_the_pictures(course: Course) -> None:
    header = "# ---\n# course:\n#   title: Tiny\n#   minutes: 5\n#   picture: codez\n# ---\n\n"
    talk = course.root / "notebooks" / "source" / "talk.py"
    talk.parent.mkdir(parents=True, exist_ok=True)
    talk.write_text(header + '# %% [markdown] slide_type="slide"\n# # A talk?\n')
    (problem,) = [p for p in course.problems() if "picture" in p.text]
    assert "there is no title picture `codez`" in problem.text and "out_of_noise" in problem.text
