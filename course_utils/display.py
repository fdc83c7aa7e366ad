"""Figures with alt text: a picture in a notebook, and a sentence everywhere else."""

from __future__ import annotations

import base64
import html
import io
import sys
import wave
from typing import Any, Protocol

from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from course_utils.legible import make_legible
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
    """A figure as an `<img>` tag: the form whose alt text Lab, nbconvert and the site all keep.

    Its title, which states the finding, is text above the image: it follows the page's font, size
    and colors, can be searched, and is the heading of a slide.
    """

    def __init__(self, fig: Figure, alt: str) -> None:
        self.alt = alt
        self.width = round(fig.get_figwidth() * 96)  # pixels of the page: 96 to the inch
        title = _title_of(fig)
        self.finding = " ".join(title.get_text().split()) if title else ""
        drawn = title.get_text() if title else ""
        if title:
            title.set_text("")
        self.smallest = make_legible(fig)
        buffer = io.BytesIO()
        engine = fig.get_layout_engine()
        fig.set_layout_engine("none")  # it is laid out already
        fig.savefig(buffer, format="png", dpi=192, metadata={"Software": None})
        fig.set_layout_engine(engine)
        if title:
            title.set_text(drawn)
        self.png = buffer.getvalue()
        self.images = places_of_images(fig)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        source = f"data:image/png;base64,{base64.b64encode(self.png).decode()}"
        size = f"width:{self.width}px;max-width:100%;height:auto"
        style = f"{size};background:white;border-radius:4px"
        alt, images = html.escape(self.alt), self.images
        data = f'data-images="{images}" data-smallest="{self.smallest:.1f}"'
        tag = f'<img alt="{alt}" {data} style="{style}" src="{source}">'
        if self.finding:
            style = f"max-width:{self.width}px;margin:4px 0 6px;font-size:1.1em;font-weight:600"
            finding = html.escape(self.finding, quote=False)
            tag = f'<p class="course-finding" style="{style}">{finding}</p>{tag}'
        return {"text/html": tag, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"[figure: {self.finding}. {self.alt}]" if self.finding else f"[figure: {self.alt}]"


def places_of_images(fig: Figure) -> str:
    """Left, bottom, width, height of each image: the site's dark pages leave images alone."""
    inside = fig.transFigure.inverted()
    parts = [part for ax in fig.axes for part in ax.get_children()]
    boxes = (p.get_window_extent() for p in parts if isinstance(p, (AxesImage, QuadMesh)))
    return " ".join(",".join(f"{n:.4f}" for n in box.transformed(inside).bounds) for box in boxes)


def _title_of(fig: Figure) -> Text | None:
    """The title of all of a figure, or of its only axes; None where it is a formula or missing."""
    axes = [ax for ax in fig.axes if ax.get_label() != "<colorbar>"]
    told = {fig.get_suptitle()} - {""}
    if not told and len(axes) == 1:
        told = {axes[0].get_title(place) for place in ("left", "center", "right")} - {""}
    drawn = [*fig.texts, *(axes[0].get_children() if len(axes) == 1 else [])]
    found = [t for t in drawn if isinstance(t, Text) and t.get_text() in told]
    return found[0] if len(found) == 1 and "$" not in found[0].get_text() else None


class Sound:
    """A sound as a player with keyboard control and its transcript below. It doesn't start alone.

    samples: numbers in [-1, 1], `rate` of them in a second · transcript: what one hears.
    """

    def __init__(self, samples: Any, rate: int, transcript: str) -> None:
        import numpy as np

        self.transcript, buffer = transcript, io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes((32767 * np.clip(samples, -1, 1)).astype("<i2").tobytes())
        self.wav = buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        words = html.escape(self.transcript)
        source = f"data:audio/wav;base64,{base64.b64encode(self.wav).decode()}"
        player = f'<audio controls preload="metadata" aria-label="{words}" src="{source}"></audio>'
        return {"text/html": f"<p>{player}<br>{words}</p>", "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"[sound: {self.transcript}]"


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
