"""A deck is a talk: read from the sources, without executing a notebook."""

import re
from pathlib import Path

import pytest

from coursework import exercises
from coursework.authoring.project import find_root
from coursework.authoring.slides import Slide, make_slides
from coursework.authoring.source import Source, SourceCell, choose_sources

ROOT = find_root(Path(__file__))
TALKS = [f"{number:02d}" for number in range(1, 19)]
FEWEST_WORDS, MOST_WORDS = 30, 80  # of the notes of one slide: a minute or two
LONGEST_CODE = 12  # lines
# A figure's finding is lifted into the heading where it is the only title of the figure.
FINDING = re.compile(r"\btitle=|set_finding\(|plots\.set_title\(")
OF_ONE_PANEL = re.compile(r"\bax\.set_title\(")
SHOWN = re.compile('<table|class="MathJax|\\$\\$|class="highlight"|<pre')


@pytest.fixture(scope="module", params=TALKS)
def source(request: pytest.FixtureRequest) -> Source:
    (found,) = choose_sources(ROOT, [request.param])
    return found


@pytest.fixture(scope="module")
def slides(source: Source) -> list[Slide]:
    return make_slides(source, [[] for _ in source.cells], exercises)


def grouped(source: Source) -> list[list[SourceCell]]:
    """The cells of each slide, notes left out."""
    groups: list[list[SourceCell]] = []
    for cell in source.cells:
        if cell.slide_type in ("slide", "subslide"):
            groups.append([])
        if cell.slide_type and cell.slide_type != "notes":
            groups[-1].append(cell)
    return groups


def has_heading(cells: list[SourceCell]) -> bool:
    if any(cell.kind == "markdown" and re.search("^#+ .", cell.text, re.M) for cell in cells):
        return True
    code = "\n".join(cell.text for cell in cells if cell.kind == "code")
    one_panel = OF_ONE_PANEL.search(code) and not re.search(r"canvas\([^)]*(cols|rows)=", code)
    return bool(FINDING.search(code) or one_panel)


def words_of(slide: Slide) -> int:
    return sum(len(note.striptags().split()) for note in slide.notes)


def test_every_slide_has_a_heading(source: Source) -> None:
    bare = [cells[0].header_line for cells in grouped(source) if not has_heading(cells)]
    assert not bare, f"slides without a heading, by line of {source.file}: {bare}"


def test_nine_of_ten_slides_tell_the_speaker_what_to_say(slides: list[Slide]) -> None:
    counts = [words_of(slide) for slide in slides]
    good = [FEWEST_WORDS <= count <= MOST_WORDS for count in counts]
    assert sum(good) >= 0.9 * len(slides), f"words in the notes of each slide: {counts}"


def test_no_slide_shows_a_print_out(source: Source) -> None:
    cells = [cell for cells in grouped(source) for cell in cells if cell.kind == "code"]
    printing = [cell.header_line for cell in cells if re.search(r"^ *print\(", cell.text, re.M)]
    assert not printing, (
        f"set the result as a table or a figure, lines of {source.file}: {printing}"
    )


def test_a_talk_has_15_to_25_slides_and_says_what_to_take_away(slides: list[Slide]) -> None:
    assert 15 <= len(slides) <= 25
    closing = "".join(block for slide in slides[-3:] for block, _ in slide.blocks)
    assert "take away" in closing


def test_code_on_a_slide_is_short(slides: list[Slide]) -> None:
    code = [block for slide in slides for block, _ in slide.blocks if 'class="highlight"' in block]
    assert all(block.striptags().strip().count("\n") < LONGEST_CODE for block in code)


def test_at_most_a_third_of_the_slides_is_words_alone(source: Source, slides: list[Slide]) -> None:
    alone = [
        cells[0].header_line
        for cells, slide in zip(grouped(source), slides, strict=True)
        if all(cell.kind == "markdown" for cell in cells)
        and not any(SHOWN.search(block) for block, _ in slide.blocks)
    ]
    assert len(alone) <= len(slides) / 3, f"words alone, by line of {source.file}: {alone}"


def test_a_bare_slide_is_noticed() -> None:
    def slide(text: str) -> list[SourceCell]:
        return [SourceCell("code", text, 2, 1, {"slide_type": "slide"})]

    panels = 'fig, axes = plots.canvas(width=9, cols=2)\nfor ax in axes:\n    ax.set_title("a")'
    assert not has_heading(slide(panels)) and not has_heading(slide('predict("01.roads")'))
    assert has_heading(slide(panels + '\nplots.set_finding(fig, "Found")'))
    assert has_heading(slide('fig, (ax,) = plots.canvas(width=9)\nax.set_title("Found")'))
