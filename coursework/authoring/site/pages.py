"""An executed source as a page to read: the student's code and its outputs, without solutions."""

import html
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursework.authoring.cells import find_checks, find_todo
from coursework.authoring.first_screen import PICTURES, folded_cells
from coursework.authoring.ipynb import KERNEL, todo_stub
from coursework.authoring.markers import student_text
from coursework.authoring.project import Project
from coursework.authoring.rules import Exercises
from coursework.authoring.site.dark_figures import for_both
from coursework.authoring.site.gallery import drawn
from coursework.authoring.site.question_bank import slug
from coursework.authoring.source import Source

# What a page can show of an output, the best first. Live widgets need a kernel and are left out.
FORMS = ("text/html", "image/svg+xml", "image/png", "text/plain")
_SECTION = re.compile(r"(\(\d\d_\w+\.ipynb)#([^)\s]+)\)")
_LEARNERS_OWN = re.compile(r"^(hint|progress)\(", re.MULTILINE)
WIDGET = "application/vnd.jupyter.widget-view+json"


def make_page(
    source: Source,
    outputs: list[list[NotebookNode]],
    project: Project,
    exercises: Exercises,
) -> NotebookNode:
    """The notebook that Sphinx sees. `outputs` are those of the source's cells, in order.

    The setup cell is left out. So are verdicts and progress, which are the
    solution's and not the reader's, and hints, of which the last is nearly the solution.
    """
    page = new_notebook(metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    folded = folded_cells(source.cells)
    for number, (cell, produced) in enumerate(zip(source.cells, outputs, strict=True)):
        if not cell.in_notebooks or {"solution", "setup"} & set(cell.tags):
            continue
        if cell.kind == "markdown":
            page.cells.append(new_markdown_cell(with_slugs(cell.text)))
            if len(page.cells) == 1:
                page.cells.append(new_markdown_cell(_below_the_title(source, project)))
            continue
        names = find_todo(cell.text, source.number).names
        text = student_text(cell.text, todo_stub(names[0], exercises) if names else "")
        tells = names or find_checks(cell.text, source.number) or _LEARNERS_OWN.search(cell.text)
        shown = [] if tells else readable(produced)
        tags = ["hide-input"] if number in folded else []
        page.cells.append(new_code_cell(text, outputs=shown, metadata={"tags": tags}))
    for number, cell in enumerate(page.cells):
        cell.id = f"{source.number}-{number}"
    return page


def with_slugs(text: str) -> str:
    """Links to a section of another notebook, from JupyterLab's anchors to those of the site."""
    return _SECTION.sub(lambda found: f"{found[1]}#{slug(unquote(found[2]))})", text)


def readable(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs as a page can show them: what was printed, pictures, HTML; no errors, no widgets."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stdout":
            kept.append(new_output("stream", name="stdout", text=output.text))
        data: dict[str, Any] = output.get("data", {})
        form = next((form for form in FORMS if form in data), None)
        if form and not (form == "text/plain" and WIDGET in data):
            shown = for_both(data[form]) if form == "text/html" else data[form]
            kept.append(new_output("display_data", data={form: shown}))
    return kept


def _below_the_title(source: Source, project: Project) -> str:
    """The notebook's diagram, and where else the notebook is to be had."""
    name = PICTURES.get(source.number)
    return (f"{drawn(name)}\n\n" if name else "") + _links(source, project)


def has_slides(source: Source) -> bool:
    return any(cell.slide_type not in (None, "notes") for cell in source.cells)


def deck_links(decks: Sequence[Source]) -> str:
    """MyST of a line with the decks that belong to no notebook, "" if there are none."""
    if not decks:
        return ""
    links = [f'<a href="slides/{d.stem}.html">{html.escape(d.title)}</a>' for d in decks]
    return f"```{{raw}} html\n<p>Slides of the whole course: {' · '.join(links)}</p>\n```"


def _links(source: Source, project: Project) -> str:
    """Where else this notebook is: as a file, in Colab, and as slides, folded in below."""
    links = [f"{{download}}`Download the notebook <../downloads/{source.stem}.ipynb>`"]
    if project.repository:
        links.append(f"[Open in Colab]({project.colab_address(source.stem)})")
    text = ":::{div} notebook-links\n" + " · ".join(links) + "\n:::"
    if not has_slides(source):
        return text
    deck, title = f"../slides/{source.stem}.html", html.escape(source.title)
    return f"""{text}

```{{raw}} html
<details class="slides-below"><summary>Slides</summary>
<p><a href="{deck}">Alone on a page</a>: right arrow for the next one, <kbd>s</kbd> for the
speaker's window.</p>
<iframe src="{deck}" loading="lazy" title="Slides of {title}"></iframe></details>
```"""
