"""`course slides`: one self-contained deck a notebook, from cells that carry a `slide_type`.

A code cell shows what it printed and drew; its code only with `show_code=true`, and then as the
student sees it. Solutions never. `subslide` starts a slide like `slide`, so that one key, the right
arrow, walks through the whole deck. `-` stands on the slide it follows, `fragment` appears there
after a key press. A diagram appears step by step: see `in_steps`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode
from nbformat.v4 import new_output
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from coursework.authoring.cells import find_todo
from coursework.authoring.executed import execute
from coursework.authoring.fonts import embedded_fonts
from coursework.authoring.ipynb import todo_stub
from coursework.authoring.markers import student_text
from coursework.authoring.rules import Exercises
from coursework.authoring.source import Source, SourceCell
from coursework.authoring.vendored import library
from coursework.diagrams.title_pictures import title_picture

TEMPLATES = Path(__file__).parent / "deck"
MARK = Path(__file__).parent / "mark.svg"
SPARSE_WORDS = 40
SPARSE_LINES, SPARSE_COLUMNS = 5, 60  # of printed text


@dataclass
class Slide:
    """What stands on one slide: blocks of HTML, whether each is a fragment, and speaker notes."""

    blocks: list[tuple[Markup, bool]] = field(default_factory=list)
    notes: list[Markup] = field(default_factory=list)
    is_title: bool = False

    @property
    def is_sparse(self) -> bool:
        """Few words, short lines, no picture and no code: set larger, to fill the screen."""
        html = Markup("").join(block for block, _ in self.blocks)
        if self.is_title or re.search('<img|<iframe|<svg|class="highlight"', html):
            return False
        words = re.sub("<pre>.*?</pre>", "", html, flags=re.DOTALL)
        printed = "\n".join(re.findall("<pre>(.*?)</pre>", html, re.DOTALL)).split("\n")
        is_short = len(printed) <= SPARSE_LINES and max(map(len, printed)) <= SPARSE_COLUMNS
        return is_short and len(Markup(words).striptags().split()) <= SPARSE_WORDS

    def lift_finding(self) -> None:
        """Where a slide has no heading, the finding of the first figure becomes one."""
        if any(re.search("<h[1-6]", block) for block, _ in self.blocks):
            return
        for number, (block, is_fragment) in enumerate(self.blocks):
            found = re.match(r'<p class="course-finding"[^>]*>(.*?)</p>', block)
            if found and not is_fragment:
                self.blocks[number] = Markup(block[found.end() :]), False
                self.blocks.insert(0, (Markup(f"<h2>{found[1]}</h2>"), False))
                return


def write_deck(source: Source, exercises: Exercises, folder: Path) -> Path:
    """Write `folder/NN_topic.html` and return its path.

    Raises CellFailed where the notebook stops, CannotFetch where reveal.js or MathJax is missing.
    """
    slides = make_slides(source, execute(source), exercises)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.stem}.html"
    path.write_text(render(source, slides), encoding="utf-8")
    return path


def make_slides(
    source: Source, outputs: list[list[NotebookNode]], exercises: Exercises
) -> list[Slide]:
    """The slides of a source, given the outputs of its cells."""
    slides: list[Slide] = []
    for cell, produced in zip(source.cells, outputs, strict=True):
        kind = cell.slide_type
        if kind in ("slide", "subslide") or (kind and not slides):
            slides.append(Slide(is_title=not slides))
        if kind == "notes":
            slides[-1].notes.append(_markdown(cell.text))
        elif kind:
            for block in _blocks(source, cell, produced, exercises):
                slides[-1].blocks.append(in_steps(block, kind == "fragment"))
    for slide in slides:
        slide.lift_finding()
    if slides and source.picture:
        slides[0].blocks.append((Markup(title_picture(source.picture).html()), False))
    return slides


def _blocks(
    source: Source, cell: SourceCell, produced: list[NotebookNode], exercises: Exercises
) -> list[Markup]:
    if cell.kind == "markdown":
        return [_markdown(cell.text)]
    blocks = []
    if cell.metadata.get("show_code") and "solution" not in cell.tags:
        names = find_todo(cell.text, source.number).names
        text = student_text(cell.text, todo_stub(names[0], exercises) if names else "")
        text = "\n".join(line for line in text.split("\n") if "NotImplementedError(" not in line)
        lit = [n for n, line in enumerate(text.split("\n"), 1) if cell.lit and cell.lit in line][:1]
        formatter = HtmlFormatter(noclasses=True, nobackground=True, style="xcode", hl_lines=lit)
        blocks.append(Markup(highlight(text, PythonLexer(), formatter)))
    return blocks + [block for output in joined(produced) if (block := _output(output))]


def in_steps(block: Markup, is_fragment: bool) -> tuple[Markup, bool]:
    """A diagram of n steps as n fragments, the last of which shows all of it in full again.

    Its first step stands on the slide from the start, or is one more fragment if the cell is.
    Returns other blocks, and diagrams of which the notebook chose one step, as they are.
    """
    steps = re.findall(r'<g data-step="(\d+)">', block)
    if len(steps) < 2 or "course-diagram" not in block:
        return block, is_fragment
    page = str(block)
    for step in steps[0 if is_fragment else 1 :]:
        marked = f'<g class="fragment" data-fragment-index="{step}" data-step="{step}">'
        page = page.replace(f'<g data-step="{step}">', marked)
    whole = f'<g class="fragment whole" data-fragment-index="{len(steps) + 1}"></g></svg>'
    return Markup(page.replace("</svg>", whole)), False


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs without warnings and progress lines; pieces of printed text are joined."""
    kept: list[NotebookNode] = []
    for output in outputs:
        is_progress = output.output_type == "display_data" and set(output.data) == {"text/plain"}
        if is_progress or (output.output_type == "stream" and output.name != "stdout"):
            continue
        if kept and kept[-1].output_type == output.output_type == "stream":
            kept[-1] = new_output("stream", name="stdout", text=kept[-1].text + output.text)
        else:
            kept.append(output)
    return kept


def _output(output: NotebookNode) -> Markup | None:
    """One output as HTML: pictures and pages as they are, text as text, errors not."""
    if output.output_type == "stream":
        text = output.text.strip("\n")
        return Markup("<pre>{}</pre>").format(text) if text else None
    data = output.get("data", {})
    if "text/html" in data:
        return Markup(data["text/html"])
    if "image/png" in data:
        return Markup('<img alt="" src="data:image/png;base64,{}">').format(data["image/png"])
    return Markup("<pre>{}</pre>").format(data["text/plain"]) if "text/plain" in data else None


def _markdown(text: str) -> Markup:
    html = markdown2html_mistune(text)
    return Markup(re.sub(r'<a class="anchor-link".*?</a>', "", html))


def render(source: Source, slides: list[Slide]) -> str:
    """The page of a deck, with everything that it needs inside."""
    reveal, mathjax = library("reveal.js"), library("mathjax")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )

    def inline(path: Path) -> Markup:
        return Markup(path.read_text(encoding="utf-8").replace("</script", "<\\/script"))

    return environment.get_template("deck.html.j2").render(
        title=f"{source.number} · {source.title}" if source.number else source.title,
        slides=slides,
        mark=inline(MARK),
        reveal_css=inline(reveal / "dist" / "reveal.css"),
        reveal_js=inline(reveal / "dist" / "reveal.js"),
        notes_js=inline(reveal / "plugin" / "notes" / "notes.js"),
        mathjax_js=inline(mathjax / "es5" / "tex-svg-full.js"),
        fonts_css=Markup(embedded_fonts()),
        deck_css=inline(TEMPLATES / "deck.css"),
    )


def write_pdf(deck: Path) -> Path:
    """Print a deck to `deck.pdf`, a page a slide, tagged and with its headings as bookmarks.

    Takes Playwright and the Chromium it finds; raises NoBrowser.
    """
    from coursework.authoring.browser import open_page

    path = deck.with_suffix(".pdf")
    with open_page() as page:
        page.goto(f"{deck.resolve().as_uri()}?print-pdf")
        page.wait_for_function("window.deckReady === true")
        page.pdf(
            path=str(path),
            width="1280px",
            height="720px",
            print_background=True,
            tagged=True,
            outline=True,
        )
    return path
