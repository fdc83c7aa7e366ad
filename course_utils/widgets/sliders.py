"""`explore`: a picture that is drawn anew whenever one of its controls is moved."""

from __future__ import annotations

import html
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
from matplotlib.figure import Figure

from course_utils.cards import WRONG
from course_utils.widgets.panel import Panel


class Explorer(Panel):
    """What `explore` returns: its `controls` by name, and the text of the last `error`, or ""."""

    def __init__(
        self,
        draw: Callable[..., Figure],
        alt: str | Callable[..., str],
        controls: Mapping[str, ipywidgets.Widget],
    ) -> None:
        self.draw, self.alt_of, self.controls = draw, alt, dict(controls)
        super().__init__(ipywidgets.VBox(list(self.controls.values())))
        self.error = ""
        self.fig: Figure | None = None
        self.redraw()
        for control in self.controls.values():
            control.observe(self.redraw, names="value")

    def redraw(self, change: Any = None) -> None:
        """Draw the picture for the values the controls have now. An error is shown, and raised.

        change: what ipywidgets passes to an observer; not used.
        """
        values = {name: control.value for name, control in self.controls.items()}
        try:
            self.fig = self.draw(self.fig, **values)
            self.put(self.fig, self.alt_of(**values) if callable(self.alt_of) else self.alt_of)
            self.error = ""
        except Exception:
            self.error = traceback.format_exc()
            self.caption.value = f'<pre style="color:{WRONG}">{html.escape(self.error)}</pre>'
            raise


def explore(
    draw: Callable[..., Figure], *, alt: str | Callable[..., str], **controls: Any
) -> Explorer:
    """A picture that follows its controls.

    draw(fig, **values) returns a Figure. fig is None at first and then the figure it returned, to
    draw into again, which takes half the time: pass it on as `fig=fig` to a function of `plots`.
    alt: the conclusion in words, or a function of the values that gives it.
    controls: (low, high, start) for a slider, in steps of 1 if all three are int; a list for a
    menu; True or False for a checkbox; or any ipywidgets control. TypeError for anything else.
    """
    return Explorer(draw, alt, {name: _control(name, what) for name, what in controls.items()})


def _control(name: str, what: Any) -> ipywidgets.Widget:
    """The widget that `explore` makes of one of its keyword arguments."""
    if isinstance(what, ipywidgets.Widget):
        return what
    look = {"description": name.replace("_", " "), "style": {"description_width": "initial"}}
    if isinstance(what, bool):
        return ipywidgets.Checkbox(value=what, **look)
    if isinstance(what, list):
        return ipywidgets.Dropdown(options=what, **look)
    if isinstance(what, tuple) and len(what) == 3:
        low, high, start = what
        look |= {"value": start, "min": low, "max": high, "layout": {"width": "28em"}}
        if any(isinstance(value, float) for value in what):
            return ipywidgets.FloatSlider(step=(high - low) / 100, **look)
        return ipywidgets.IntSlider(step=1, **look)
    raise TypeError(f"{name} must be (low, high, start), a list, a bool or a control, got {what!r}")
