"""Figures with alt text: a picture in a notebook, and a sentence everywhere else."""

from __future__ import annotations

import base64
import html
import io
import sys
from typing import Any, Protocol

from matplotlib.figure import Figure

from course_utils.letters import in_letters_of


class Describes(Protocol):
    """A diagram: it knows its own alt text."""

    @property
    def alt(self) -> str: ...


def show(fig: Figure | Describes, alt: str = "") -> None:
    """Show a figure with alt text that says what a sighted reader would conclude.

    The figure is closed afterwards, so that memory stays flat. A diagram brings its own alt text.
    Raises ValueError if that of a figure has fewer than three words.
    """
    if not isinstance(fig, Figure):
        emit(fig)
        return
    if len(alt.split()) < 3:
        raise ValueError(
            "alt text should say in a sentence what a sighted reader would conclude from the figure"
        )
    emit(Picture(fig, alt))
    from matplotlib import pyplot  # slow to import, and a notebook that shows no figure needs none

    pyplot.close(fig)


class Picture:
    """A figure as an `<img>` tag: the form whose alt text Lab, nbconvert and the site all keep."""

    def __init__(self, fig: Figure, alt: str) -> None:
        self.alt = alt
        self.width = round(fig.get_figwidth() * 96)  # pixels of the page: 96 to the inch
        buffer = io.BytesIO()
        fig.savefig(buffer, format="png", dpi=192, metadata={"Software": None})
        self.png = buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        source = f"data:image/png;base64,{base64.b64encode(self.png).decode()}"
        size = f"width:{self.width}px;max-width:100%;height:auto"
        style = f"{size};background:white;border-radius:4px"
        tag = f'<img alt="{html.escape(self.alt)}" style="{style}" src="{source}">'
        return {"text/html": tag, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"[figure: {self.alt}]"


def emit(thing: object) -> None:
    """Display `thing` in a notebook; print its plain text, in the terminal's letters, elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(in_letters_of(getattr(sys.stdout, "encoding", None) or "utf-8", str(thing)))
    else:
        display(thing)
