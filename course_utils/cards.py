"""Cards: small panels of text that read well on light and dark pages, and printed as plain text.

Their mini-markdown is done here, and not by markdown-it-py, because Colab may not have that, and
the course's first cell installs nothing but the course.
"""

from __future__ import annotations

import html
import re
from typing import Any

from course_utils.plots.style import HOUSE, QUIET

__all__ = ["HOUSE", "QUIET", "RIGHT", "WRONG", "Card", "marked_up"]
RIGHT = "#2f8f5b"
WRONG = "#c2571a"

BOX = (
    "padding:10px 14px;margin:6px 0;border-radius:0 6px 6px 0;line-height:1.5;max-width:46em;"
    "font-family:system-ui,sans-serif;font-size:14px"
)
CODE = "background:rgba(127,127,127,.15);padding:0 3px;border-radius:3px;color:inherit"


class Card:
    """A small panel with a title and paragraphs, displayed as HTML or printed as text.

    All texts may hold `code`, **bold** and *emphasis*. color: of the left edge, "#rrggbb" · mark: a
    sign before the title, such as "✓" · folds: pairs of a summary and the text that it unfolds.
    """

    def __init__(
        self,
        title: str,
        paragraphs: list[str],
        color: str = HOUSE,
        mark: str = "",
        folds: list[tuple[str, str]] | None = None,
    ) -> None:
        self.title, self.paragraphs, self.color, self.mark = title, paragraphs, color, mark
        self.folds = folds or []

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def html(self) -> str:
        """The card as HTML with inline styles only: Colab and JupyterLab both keep those."""
        mark = (
            f'<span aria-hidden="true" style="color:{self.color}">{html.escape(self.mark)} </span>'
        )
        title = (mark if self.mark else "") + marked_up(self.title)
        parts = [_div("font-weight:600;margin-bottom:2px", title)]
        parts += [_div("margin-top:4px", marked_up(text)) for text in self.paragraphs]
        parts += [_fold(summary, text) for summary, text in self.folds]
        edge = f"border-left:4px solid {self.color};background:{self.color}14;"
        return _div(edge + BOX, "".join(parts))

    def __repr__(self) -> str:
        lines = [f"{self.mark} {self.title}".strip(), *self.paragraphs]
        lines += [f"{summary}: {text}" for summary, text in self.folds]
        return "\n".join(line.replace("**", "") for line in lines)


def marked_up(text: str) -> str:
    """`code`, **bold** and *emphasis* as HTML, everything else escaped, line breaks kept."""
    safe = html.escape(text, quote=False)
    safe = re.sub(r"`([^`\n]+)`", rf'<code style="{CODE}">\1</code>', safe)
    pieces = re.split(r"(<code.*?</code>)", safe)  # every second one is code: its * is a product
    pieces[::2] = [_emphasized(piece) for piece in pieces[::2]]
    return "".join(pieces).replace("\n", "<br>")


def _emphasized(text: str) -> str:
    text = re.sub(r"\*\*([^*\n]+)\*\*", r"<b>\1</b>", text)
    return re.sub(r"(?<!\w)\*([^*\s][^*\n]*?)\*(?!\w)", r"<i>\1</i>", text)


def _div(style: str, inner: str) -> str:
    return f'<div style="{style}">{inner}</div>'


def _fold(summary: str, text: str) -> str:
    head = f'<summary style="cursor:pointer">{marked_up(summary)}</summary>'
    body = _div("margin:4px 0 4px 18px", marked_up(text))
    return f'<details style="margin-top:6px">{head}{body}</details>'
