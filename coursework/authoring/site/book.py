"""Put the pages of `docs/` and of the notebooks together in a folder, and let Sphinx build it."""

import io
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from coursework.authoring.executed import execute
from coursework.authoring.fonts import write_fonts
from coursework.authoring.ipynb import notebook_text
from coursework.authoring.project import Project
from coursework.authoring.rules import Exercises
from coursework.authoring.site.gallery import with_diagrams
from coursework.authoring.site.outline import notebook_cards
from coursework.authoring.site.pages import deck_links, has_slides, make_page
from coursework.authoring.site.question_bank import PLACE as QUESTIONS
from coursework.authoring.site.question_bank import question_bank
from coursework.authoring.site.scoreboard import PICTURES, with_scoreboard
from coursework.authoring.site.settings import settings
from coursework.authoring.site.verdict import verdict_example
from coursework.authoring.slides import write_deck
from coursework.authoring.source import Source, choose_sources, find_decks, read_source
from coursework.authoring.vendored import library

STATIC = Path(__file__).parent / "static"
MARK = Path(__file__).parents[1] / "mark.svg"
CARDS = "<!-- cards of the notebooks -->"
FORMULAS = "<!-- formulas of the notebooks -->"
VERDICT = "<!-- a verdict -->"
DECKS = "<!-- decks of the whole course -->"
ENTRIES = "NOTEBOOKS"


def write_site(project: Project, exercises: Exercises, out: Path) -> list[str]:
    """Build the site into `out` (emptied first); returns Sphinx's warnings, broken links included.

    Raises CellFailed where a notebook stops, CannotFetch where MathJax or a font is missing,
    ValueError where `out` holds anything but an earlier site.
    """
    _clear(out)
    mathjax = library("mathjax") / "es5" / "tex-svg-full.js"
    with tempfile.TemporaryDirectory() as scratch:
        book = Path(scratch) / "book"
        sources = choose_sources(project.root)
        decks = [read_source(path, project.root) for path in find_decks(project.root)]
        _write_pages(book, sources, project, exercises)
        for page in (book / "index.md", book / "teaching.md"):
            _fill(page, DECKS, deck_links(decks))
        shutil.copytree(STATIC, book / "_static", dirs_exist_ok=True)
        write_fonts(book / "_static" / "fonts")
        shutil.copy(MARK, book / "_static" / "mark.svg")
        if (loop := project.root / "docs" / "images" / "training.png").is_file():
            shutil.copy(loop, book / "_static" / loop.name)
        if (samples := project.root / "docs" / PICTURES).is_dir():
            shutil.copytree(samples, book / "_static" / PICTURES.name)
        (book / "_static" / "mathjax").mkdir()
        shutil.copy(mathjax, book / "_static" / "mathjax" / mathjax.name)
        pages = Path(scratch) / "pages"  # MyST-NB leaves a folder beside the one it is given
        warnings = _build(book, Path(scratch) / "doctrees", pages, project)
        shutil.copytree(pages, out, dirs_exist_ok=True)
        for source in [*filter(has_slides, sources), *decks]:
            write_deck(source, exercises, out / "slides")
        return warnings


def _clear(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not (out / "searchindex.js").is_file():
        raise ValueError(f"{out} holds something that is no site: name another folder")
    shutil.rmtree(out, ignore_errors=True)


def _write_pages(
    book: Path, sources: Sequence[Source], project: Project, exercises: Exercises
) -> None:
    docs = project.root / "docs"
    shutil.copytree(docs, book)
    if (contributing := project.root / "CONTRIBUTING.md").is_file():
        shutil.copy(contributing, book / "contributing.md")
    for folder in ("notebooks", "downloads"):
        (book / folder).mkdir()
    pages: dict[str, NotebookNode] = {}
    for source in sources:
        page = make_page(source, execute(source), project, exercises)
        nbformat.write(page, book / "notebooks" / f"{source.stem}.ipynb")
        student = notebook_text(source, "student", project, exercises)
        (book / "downloads" / f"{source.stem}.ipynb").write_text(student, encoding="utf-8")
        pages[source.number] = page
    outline = yaml.safe_load((docs / "outline.yml").read_text(encoding="utf-8"))
    cards = notebook_cards(outline["notebooks"], sources, pages, book / "_static")
    _fill(book / "index.md", CARDS, cards)
    entries = [f"{source.number} · {source.title} <notebooks/{source.stem}>" for source in sources]
    _fill(book / "index.md", ENTRIES, "\n".join(entries))
    _fill(book / "index.md", VERDICT, verdict_example(outline["example"], exercises))
    _fill(book / "cheatsheet.md", FORMULAS, _formulas(docs, sources))
    _fill(book / "questions.md", QUESTIONS, question_bank(docs, sources, exercises))
    stems = {source.number: source.stem for source in sources}
    for path in sorted(book.glob("*.md")):
        text = with_scoreboard(path.read_text(encoding="utf-8"), docs, stems)
        path.write_text(with_diagrams(text), encoding="utf-8")


def _fill(path: Path, place: str, text: str) -> None:
    if path.is_file():
        path.write_text(path.read_text(encoding="utf-8").replace(place, text), encoding="utf-8")


def _formulas(docs: Path, sources: Sequence[Source]) -> str:
    """The parts of the cheat sheet whose notebook exists; `NOTEBOOK` in a link becomes its page."""
    parts = []
    for source in sources:
        part = docs / "cheatsheet" / f"{source.number}.md"
        if part.is_file():
            text = part.read_text(encoding="utf-8")
            parts.append(text.replace("(#", f"(notebooks/{source.stem}.ipynb#"))
    return "\n\n".join(parts)


def _build(book: Path, doctrees: Path, out: Path, project: Project) -> list[str]:
    title = _title(book / "index.md")
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            srcdir=book,
            confdir=None,
            outdir=out,
            doctreedir=doctrees,
            buildername="html",
            confoverrides=settings(project, title),
            status=None,
            warning=warnings,
        )
        app.build()
    shutil.rmtree(out / "_sources", ignore_errors=True)
    (out / ".buildinfo").unlink(missing_ok=True)
    colors = re.compile(r"\x1b\[[0-9;]*m")
    lines = colors.sub("", warnings.getvalue()).replace(f"{book}/", "").splitlines()
    return [line for line in lines if line.strip()]


def _title(index: Path) -> str:
    heading = re.search(r"^# (.+)$", index.read_text(encoding="utf-8"), re.MULTILINE)
    return heading.group(1).strip() if heading else "Course"
