"""What a notebook shows: figures with alt text, and cards that read well light and dark, and as plain text."""

from __future__ import annotations

import base64
import html
import io
import re
from typing import Any

from matplotlib.figure import Figure

from course_utils.plots.style import HOUSE

RIGHT = "#2f8f5b"
WRONG = "#c2571a"
QUIET = "#7a7f8c"


class Card:
    """A small panel with a title and paragraphs. Text may hold `code`, **bold** and *emphasis*."""

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
        head = (
            f'<span aria-hidden="true" style="color:{self.color}">{html.escape(self.mark)} </span>'
            if self.mark
            else ""
        )
        parts = [
            f'<div style="font-weight:600;margin-bottom:2px">{head}{marked_up(self.title)}</div>'
        ]
        parts += [f'<div style="margin-top:4px">{marked_up(p)}</div>' for p in self.paragraphs]
        parts += [
            f'<details style="margin-top:6px"><summary style="cursor:pointer">{marked_up(summary)}</summary>'
            f'<div style="margin:4px 0 4px 18px">{marked_up(text)}</div></details>'
            for summary, text in self.folds
        ]
        style = (
            f"border-left:4px solid {self.color};background:{self.color}14;padding:10px 14px;margin:6px 0;"
            "border-radius:0 6px 6px 0;line-height:1.5;max-width:46em;font-family:system-ui,sans-serif;font-size:14px"
        )
        return f'<div style="{style}">{"".join(parts)}</div>'

    def __repr__(self) -> str:
        lines = [f"{self.mark} {self.title}".strip(), *self.paragraphs]
        lines += [f"{summary}: {text}" for summary, text in self.folds]
        return "\n".join(line.replace("**", "") for line in lines)


def marked_up(text: str) -> str:
    """`code`, **bold** and *emphasis* as HTML, everything else escaped, line breaks kept."""
    safe = html.escape(text, quote=False)
    code = '<code style="background:rgba(127,127,127,.15);padding:0 3px;border-radius:3px;color:inherit">\\1</code>'
    safe = re.sub(r"`([^`\n]+)`", code, safe)
    pieces = re.split(r"(<code.*?</code>)", safe)  # stars inside code are products
    pieces[::2] = [_emphasized(piece) for piece in pieces[::2]]
    safe = "".join(pieces)
    return safe.replace("\n", "<br>")


def _emphasized(text: str) -> str:
    text = re.sub(r"\*\*([^*\n]+)\*\*", r"<b>\1</b>", text)
    return re.sub(r"(?<!\w)\*([^*\s][^*\n]*?)\*(?!\w)", r"<i>\1</i>", text)


def emit(thing: Any) -> None:
    """Display in a notebook; print the plain text anywhere else."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(thing)
        return
    if get_ipython() is None:
        print(thing)
    else:
        display(thing)


class Picture:
    """A figure as an `<img>` with alt text, the one form that keeps it in Lab, nbconvert and the site."""

    def __init__(self, fig: Figure, alt: str) -> None:
        self.alt = alt
        self.width = round(fig.get_figwidth() * 96)
        buffer = io.BytesIO()
        fig.savefig(buffer, format="png", dpi=192, metadata={"Software": None})
        self.png = buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        data = base64.b64encode(self.png).decode()
        style = (
            f"width:{self.width}px;max-width:100%;height:auto;background:white;border-radius:4px"
        )
        tag = f'<img alt="{html.escape(self.alt)}" style="{style}" src="data:image/png;base64,{data}">'
        return {"text/html": tag, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"[figure: {self.alt}]"


def show(fig: Figure, alt: str) -> None:
    """Show a figure with alt text that says what a sighted reader would conclude.

    Raises ValueError where `alt` says nothing. The figure is closed, so that memory stays flat.
    """
    if len(alt.split()) < 3:
        raise ValueError(
            "alt text should say in a sentence what a sighted reader would conclude from the figure"
        )
    emit(Picture(fig, alt))
    from matplotlib import pyplot

    pyplot.close(fig)
