"""Pictures that follow sliders, and a guessing game. Without a kernel, a still picture stands in.

Only what ipywidgets 7.7.1 and 8 share is used. Let the object be the last line of its cell.
"""

from __future__ import annotations

import base64
import html
import io
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from course_utils.plots import image_grid

DPI = 144
VIEW = "application/vnd.jupyter.widget-view+json"


class Panel:
    """Widgets in a box around one picture, with a still picture for pages without a kernel."""

    def __init__(self, controls: ipywidgets.Widget) -> None:
        self.picture = ipywidgets.Image(format="png", layout={"max_width": "100%"})
        self.caption = ipywidgets.HTML()
        self.box = ipywidgets.VBox([controls, self.picture, self.caption])
        self.alt = ""

    def put(self, fig: Figure, alt: str) -> None:
        """Write `fig` into the picture, and below it in words what it shows."""
        self.picture.value = png(fig)
        self.picture.layout.width = f"{round(96 * fig.get_figwidth())}px"
        self.alt = alt
        self.caption.value = f"<div>{html.escape(alt)}</div>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        data = base64.b64encode(self.picture.value).decode()
        style = f"width:{self.picture.layout.width};max-width:100%"
        still = f'<img alt="{html.escape(self.alt)}" style="{style}" src="data:image/png;base64,{data}">'
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        return {VIEW: view, "text/html": still, "text/plain": f"[picture: {self.alt}]"}


class Explorer(Panel):
    """What `explore` returns. `controls` holds the widgets by name, `error` the last one's text."""

    def __init__(
        self,
        draw: Callable[..., Figure],
        alt: str | Callable[..., str],
        controls: Mapping[str, ipywidgets.Widget],
    ) -> None:
        self.draw, self.alt_of, self.controls = draw, alt, dict(controls)
        super().__init__(ipywidgets.VBox(list(self.controls.values())))
        self.error, self.fig = "", None
        self.redraw()
        for control in self.controls.values():
            control.observe(self.redraw, names="value")

    def redraw(self, change: Any = None) -> None:
        """Draw the picture for the values the controls have now. An error is shown, and raised."""
        values = {name: control.value for name, control in self.controls.items()}
        try:
            self.fig = self.draw(self.fig, **values)
            self.put(self.fig, self.alt_of(**values) if callable(self.alt_of) else self.alt_of)
            self.error = ""
        except Exception:
            self.error = traceback.format_exc()
            self.caption.value = f'<pre style="color:#c2571a">{html.escape(self.error)}</pre>'
            raise


def explore(
    draw: Callable[..., Figure], *, alt: str | Callable[..., str], **controls: Any
) -> Explorer:
    """A picture that follows its controls.

    draw(fig, **values) returns a Figure. fig is None at first and then the figure it returned, to
    draw into again, which takes half the time: pass it on as `fig=fig` to a function of `plots`.
    alt: the conclusion in words, or a function of the values that gives it.
    controls: (low, high, start) for a slider, in steps of 1 if all three are int; a list for a
    menu; True or False for a checkbox; or any ipywidgets control.
    """
    return Explorer(draw, alt, {name: _control(name, what) for name, what in controls.items()})


def _control(name: str, what: Any) -> ipywidgets.Widget:
    look = {"description": name.replace("_", " "), "style": {"description_width": "initial"}}
    if isinstance(what, ipywidgets.Widget):
        return what
    if isinstance(what, bool):
        return ipywidgets.Checkbox(value=what, **look)
    if isinstance(what, tuple) and len(what) == 3:
        low, high, start = what
        kind = ipywidgets.FloatSlider if any(isinstance(v, float) for v in what) else None
        step = (high - low) / 100 if kind else 1
        kind = kind or ipywidgets.IntSlider
        return kind(value=start, min=low, max=high, step=step, layout={"width": "28em"}, **look)
    if isinstance(what, list):
        return ipywidgets.Dropdown(options=what, **look)
    raise TypeError(f"{name} must be (low, high, start), a list, a bool or a control, got {what!r}")


class GuessWhich(Panel):
    """What `guess_which` returns: `guess(side)` answers as a click does, `score` counts."""

    def __init__(self, real: Tensor, generated: Tensor, rounds: int, seed: int) -> None:
        order = torch.Generator().manual_seed(seed)
        self.rounds = min(rounds, len(real), len(generated))
        self.real = real[torch.randperm(len(real), generator=order)[: self.rounds]]
        self.generated = generated[torch.randperm(len(generated), generator=order)[: self.rounds]]
        self.sides = torch.randint(0, 2, (self.rounds,), generator=order).tolist()  # 0: real left
        self.score = self.number = 0
        self.buttons = [ipywidgets.Button(description=f"{side} is real")
                        for side in ("Left", "Right")]  # fmt: skip
        for side, button in enumerate(self.buttons):
            button.on_click(lambda _, side=side: self.guess(side))
        super().__init__(ipywidgets.HBox(self.buttons))
        self.fig = None
        self._show("Which one is real?")

    def guess(self, side: int) -> None:
        """Say that the picture at the left (0) or at the right (1) is the real one."""
        if self.number == self.rounds:
            return
        right = side == self.sides[self.number]
        self.score += right
        self.number += 1
        self._show("Right." if right else "No, that one was generated.")

    def _show(self, verdict: str) -> None:
        score = f"{verdict} {self.score} of {self.number} found." if self.number else verdict
        if self.number < self.rounds:
            self.fig = image_grid(self._pair(self.number), titles=["left", "right"], fig=self.fig)
            self.put(self.fig, f"{score} Pair {self.number + 1} of {self.rounds}.")
            return
        chance, spread = self.rounds / 2, self.rounds**0.5 / 2
        self.caption.value = f"<div>{score} Guessing blindly finds {chance:g} ± {spread:.1f}.</div>"
        for button in self.buttons:
            button.disabled = True

    def _pair(self, number: int) -> Tensor:
        pair = [self.real[number], self.generated[number]]
        return torch.stack(pair[::-1] if self.sides[number] else pair)  # (2, C, H, W)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        pairs = torch.cat([self._pair(number) for number in range(self.rounds)])
        titles = [f"{n // 2 + 1} {'left' if n % 2 == 0 else 'right'}" for n in range(len(pairs))]
        fig = image_grid(pairs, columns=min(10, len(pairs)), titles=titles)
        answers = ", ".join(
            f"{n + 1} {('left', 'right')[side]}" for n, side in enumerate(self.sides)
        )
        data = base64.b64encode(png(fig)).decode()
        alt = f"{self.rounds} pairs of images, one of each real and one generated"
        still = (
            f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{data}">'
            f"<details><summary>Which ones are real</summary>{answers}</details>"
        )
        return {
            **super()._repr_mimebundle_(),
            "text/html": still,
            "text/plain": f"[picture: {alt}]",
        }


def guess_which(real: Tensor, generated: Tensor, rounds: int = 10, seed: int = 0) -> GuessWhich:
    """A game: of two images (C, H, W), one from each set (N, C, H, W), which one is real?"""
    return GuessWhich(real, generated, rounds, seed)


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
