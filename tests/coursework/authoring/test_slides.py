"""Decks: what stands on them, and in a browser that it fits, is rendered and stays at home."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import Markup
from nbformat.v4 import new_output

from course_utils import diagram
from coursework import exercises
from coursework.authoring.browser import open_page
from coursework.authoring.executed import execute
from coursework.authoring.project import find_root
from coursework.authoring.slides import (
    Slide,
    in_steps,
    joined,
    make_slides,
    render,
    write_deck,
    write_pdf,
)
from coursework.authoring.source import choose_sources, find_decks, find_sources, read_source
from tests import needs
from tests.coursework.authoring.deck_checks import READY, faults_of, speaker_faults

INK = "rgb(29, 36, 51)"
ROOT = find_root(Path(__file__))
SCRIPT = '''\
# ---
# course:
#   title: Demo
#   minutes: 5
# ---

# %% [markdown] slide_type="slide"
# # Demo of $p(x)$

# %% [markdown] slide_type="notes"
# Say hello.

# %% [markdown]
# Long text for the reader only.

# %% slide_type="slide"
print(1 + 1)

# %% slide_type="fragment" show_code=true lit="Two x"
def twice(x):
    """Two x."""
    ### BEGIN SOLUTION
    return secret * 2
    ### END SOLUTION
'''


PICTURE = '<p class="course-finding" style="">Found</p><img alt="" src="data:,">'


def test_a_figures_finding_is_the_heading_where_a_slide_has_none():
    slide = Slide([(Markup("<p>Words.</p>"), False), (Markup(PICTURE), False)])
    slide.lift_finding()
    assert [str(block) for block, _ in slide.blocks] == [
        "<h2>Found</h2>",
        "<p>Words.</p>",
        '<img alt="" src="data:,">',
    ]
    for kept in (
        Slide([(Markup("<h2>Said</h2>"), False), (Markup(PICTURE), False)]),
        Slide([(Markup("<p>Words.</p>"), False), (Markup(PICTURE), True)]),  # not yet told
    ):
        before = list(kept.blocks)
        kept.lift_finding()
        assert kept.blocks == before


def deck_of(tmp_path):
    folder = tmp_path / "notebooks" / "source"
    folder.mkdir(parents=True)
    path = folder / "01_demo.py"
    path.write_text(SCRIPT)
    source = read_source(path, tmp_path)
    outputs = [[] for _ in source.cells]
    outputs[3] = [new_output("stream", name="stdout", text="<2>\n")]
    known = SimpleNamespace(get=lambda name: SimpleNamespace(title="double it"))
    return make_slides(source, outputs, known)


def test_slides_hold_what_is_marked_and_no_solution(tmp_path):
    first, second = deck_of(tmp_path)
    assert first.is_title and "Say hello" in first.notes[0]
    text = "".join(block for slide in (first, second) for block, _ in slide.blocks)
    assert "&lt;2&gt;" in text and "print" not in text and "Long text" not in text
    assert "twice" in text and "secret" not in text and "NotImplementedError" not in text
    lit = [line for line in text.split("\n") if "background-color" in line]
    assert len(lit) == 1 and "Two x" in lit[0]
    assert [fragment for _, fragment in second.blocks] == [False, True]


def test_what_was_printed_in_several_goes_is_one_block_without_progress():
    printed = [new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")]
    progress = new_output("display_data", data={"text/plain": "158 steps"})
    warning = new_output("stream", name="stderr", text="careful")
    assert [o.text for o in joined([progress, printed[0], warning, printed[1]])] == ["a\nb\n"]


def test_a_diagram_appears_step_by_step():
    page = Markup(diagram("gan").html())
    block, is_fragment = in_steps(page, is_fragment=False)
    marks = re.findall(r'class="(fragment[^"]*)" data-fragment-index="(\d)"', block)
    assert marks == [*(("fragment", str(step)) for step in range(2, 7)), ("fragment whole", "7")]
    assert not is_fragment and '<g data-step="1">' in block
    block, is_fragment = in_steps(page, is_fragment=True)
    assert not is_fragment and block.count('class="fragment') == 7  # all six, and the whole
    chosen = Markup(diagram("gan", step=3).html())
    assert in_steps(chosen, is_fragment=True) == (chosen, True)
    assert in_steps(Markup("<p>words</p>"), is_fragment=False) == ("<p>words</p>", False)


SHOWN = """() => [...document.querySelectorAll('.course-diagram > g[data-step]')].map(g => {
  const look = getComputedStyle(g);
  return look.visibility === 'visible' ? Number(look.opacity) : 0; })"""


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_steps_of_a_diagram_are_pale_once_known_and_whole_at_the_end_and_in_print(tmp_path):
    folder = tmp_path / "notebooks" / "source"
    folder.mkdir(parents=True)
    (folder / "01_demo.py").write_text(SCRIPT)
    block = in_steps(Markup(diagram("conditional_gan").html()), is_fragment=False)
    slides = [Slide([(Markup("<h2>A GAN with labels</h2>"), False), block])]
    deck = tmp_path / "deck.html"
    deck.write_text(render(read_source(folder / "01_demo.py", tmp_path), slides), encoding="utf-8")
    assert faults_of(deck) == []
    with open_page(1280, 720) as page:
        page.emulate_media(color_scheme="dark")  # of the room's computer; a deck is light
        page.goto(deck.as_uri())
        page.wait_for_function(READY)
        seen = []
        for _ in range(5):
            seen.append(page.evaluate(SHOWN))
            page.keyboard.press("ArrowRight")
        assert page.evaluate("getComputedStyle(document.querySelector('svg text')).fill") == INK
        page.goto(f"{deck.as_uri()}?print-pdf")
        page.wait_for_function(READY)
        assert page.evaluate(SHOWN) == [1] * 4
    known = 0.6
    assert seen == [
        [1, 0, 0, 0],
        [known, 1, 0, 0],
        [known, known, 1, 0],
        [known, known, known, 1],
        [1, 1, 1, 1],
    ]
    assert_printed(write_pdf(deck), pages=1, pictures=1)


def assert_printed(path, pages, pictures=0):
    """A page a slide; for a screen reader, language, a heading a slide and pictures in words."""
    printed = path.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == pages
    assert b"/Marked true" in printed and b"/Lang (en)" in printed and b"/Outlines" in printed
    assert len(re.findall(rb"/S /H[123]\b", printed)) >= pages
    assert len(re.findall(rb"/Alt\b", printed)) >= pictures


SEEN = """([x, y]) => {
  const slide = document.querySelector('section.present');
  return slide.contains(document.elementFromPoint(x, y)); }"""


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_a_c_covers_what_is_right_of_the_pointer_or_below_it(tmp_path):
    folder = tmp_path / "notebooks" / "source"
    folder.mkdir(parents=True)
    (folder / "01_demo.py").write_text(SCRIPT)
    slides = [Slide([(Markup(f"<h2>{word}</h2>"), False)]) for word in ("First", "Second")]
    deck = tmp_path / "deck.html"
    deck.write_text(render(read_source(folder / "01_demo.py", tmp_path), slides), encoding="utf-8")
    with open_page(640, 360) as page:  # half the size of a slide
        page.goto(deck.as_uri())
        page.wait_for_function(READY)
        page.mouse.move(320, 300)
        places = [(100, 100), (500, 100), (100, 330)]
        assert [page.evaluate(SEEN, place) for place in places] == [True, True, True]
        page.keyboard.press("c")
        page.keyboard.press("ArrowRight")  # the next slide comes covered
        assert [page.evaluate(SEEN, place) for place in places] == [True, False, False]
        page.mouse.move(600, 300)
        assert [page.evaluate(SEEN, place) for place in places] == [True, True, False]
        page.keyboard.press("c")
        assert [page.evaluate(SEEN, place) for place in places] == [True, True, True]


DECKS = [path.name[:2] for path in find_sources(ROOT)] + [path.stem for path in find_decks(ROOT)]


@pytest.fixture(scope="module", params=DECKS)
def deck(request, tmp_path_factory):
    (source,) = choose_sources(ROOT, [request.param])
    with needs.drawn_data():
        return write_deck(source, exercises, tmp_path_factory.mktemp("decks"))


@pytest.fixture
def course_slides(deck):
    name = deck.name[:2] if deck.name[:2].isdigit() else deck.stem
    (source,) = choose_sources(ROOT, [name])
    with needs.drawn_data():
        return make_slides(source, execute(source), exercises)


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_every_slide_fits_is_rendered_and_asks_nobody(deck):
    text = deck.read_text(encoding="utf-8")
    assert not re.search(r'src="http|url\(["\']?http', text)
    assert faults_of(deck) == []


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_a_deck_has_15_to_25_slides_and_a_page_for_each(deck):
    text = deck.read_text(encoding="utf-8")
    slides = text.count("<section")
    assert 15 <= slides <= 25
    assert_printed(write_pdf(deck), slides, pictures=text.count('<img alt="'))


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_the_speaker_sees_the_notes_of_every_slide(deck, course_slides):
    has_notes = [bool(slide.notes) for slide in course_slides]
    assert any(has_notes)
    assert speaker_faults(deck, has_notes) == []
