"""The cards on the landing page: every notebook of `docs/outline.yml`, linked once it exists."""

import base64
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursework.authoring.source import Source

_PICTURE = re.compile(  # of a picture that has a dark version, the light one
    r'<img (?:class="on-light" )?alt="([^"]+)"[^>]*src="data:image/png;base64,([^"]+)"'
)


def notebook_cards(
    outline: Sequence[Mapping[str, Any]],
    sources: Sequence[Source],
    pages: Mapping[str, NotebookNode],
    folder: Path,
) -> str:
    """MyST for a grid of cards; pictures, cut from the executed notebooks, go into `folder`.

    outline: {number, title, question, picture (words of its alt text; else the first)} each; a
    notebook that the outline doesn't know gets a card all the same.
    """
    known = {entry["number"]: entry for entry in outline}
    there = {source.number: source for source in sources}
    ready, planned = [], []
    for number in sorted({*known, *there}):
        entry = known.get(number, {})
        if source := there.get(number):
            picture = _picture(
                pages[number], entry.get("picture", ""), folder / f"card_{number}.png"
            )
            ready.append(_card(source, entry.get("question", ""), picture))
        else:
            planned.append(f"- **{number} · {entry['title']}.** {entry['question']}")
    cards = "\n".join(["::::{grid} 1 1 2 2", ":gutter: 4", "", *ready, "::::"]) if ready else ""
    if not planned:
        return cards
    return f"{cards}\n\n:::{{rubric}} In preparation\n:::\n\n" + "\n".join(planned)


def _card(source: Source, question: str, alt: str) -> str:
    image = [
        f":img-top: _static/card_{source.number}.png",
        f":img-alt: {alt}",
    ]
    return "\n".join(
        [
            f":::{{grid-item-card}} {source.number} · {source.title}",
            f":link: notebooks/{source.stem}",
            ":link-type: doc",
            f":link-alt: Notebook {source.number}, {source.title}",
            *(image if alt else []),
            "",
            f"{question} *{source.minutes} minutes.*",
            ":::",
            "",
        ]
    )


def _picture(page: NotebookNode, words: str, path: Path) -> str:
    """Write the notebook's picture whose alt text holds `words` to `path`, and return that text.

    The first picture stands in where none does; "" is returned where there is no picture at all.
    """
    pictures = [
        found
        for cell in page.cells
        for output in cell.get("outputs", [])
        for found in _PICTURE.findall(output.get("data", {}).get("text/html", ""))
    ]
    if not pictures:
        return ""
    alt, data = next((found for found in pictures if words in found[0]), pictures[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(data))
    return " ".join(html.unescape(alt).split())
