"""What every widget of the course is made of: controls above one picture, and words below it.

Only what ipywidgets 7.7.1 (Colab) and 8 share is used.
"""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import ipywidgets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course_utils.display import places_of_images

DPI = 144
VIEW = "application/vnd.jupyter.widget-view+json"


class Panel:
    """Controls in a box above one picture, with a still picture for pages without a kernel."""

    def __init__(self, controls: ipywidgets.Widget) -> None:
        self.picture = ipywidgets.Image(format="png", layout={"max_width": "100%"})
        self.caption = ipywidgets.HTML()
        self.box = ipywidgets.VBox([controls, self.picture, self.caption])
        self.alt = self.images = ""

    def put(self, fig: Figure, alt: str) -> None:
        """Show `fig` as the picture, and `alt`, what it shows in words, below it."""
        self.picture.value, self.images = png(fig), places_of_images(fig)
        self.picture.layout.width = f"{round(96 * fig.get_figwidth())}px"
        self.alt = alt
        self.caption.value = f"<div>{html.escape(alt)}</div>"

    def still(self) -> str:
        """HTML that stands in where there is no kernel."""
        return image_tag(
            self.picture.value, self.alt, self.images, f"width:{self.picture.layout.width};"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        return {VIEW: view, "text/html": self.still(), "text/plain": f"[picture: {self.alt}]"}


def image_tag(png_bytes: bytes, alt: str, images: str, style: str = "") -> str:
    """An `<img>` that holds its PNG and is never wider than the page; style: more CSS for it."""
    source = f"data:image/png;base64,{base64.b64encode(png_bytes).decode()}"
    told = f'alt="{html.escape(alt)}" data-images="{images}"'
    return f'<img {told} style="{style}max-width:100%" src="{source}">'


def png(fig: Figure) -> bytes:
    """The figure as PNG, lightly compressed: three times as fast as `savefig`."""
    canvas = fig.canvas if isinstance(fig.canvas, FigureCanvasAgg) else FigureCanvasAgg(fig)
    fig.set_dpi(DPI)
    canvas.draw()
    width, height = canvas.get_width_height(physical=True)
    picture = Image.frombuffer("RGBA", (width, height), canvas.buffer_rgba()).convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, format="png", compress_level=1)
    return buffer.getvalue()
