"""A table of numbers with a few images beside each row, drawn as a figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from course_utils.plots.style import HOUSE, INK, QUIET, canvas, set_finding, to_array

WIDE, TALL = 11.3, 3.2  # inches; rows grow in such a table, legible on a slide
TYPE: Any = {"va": "center", "fontsize": 15}  # large, since the table of a slide is scaled down


def score_table(
    rows: Mapping[str, Sequence[str]],
    columns: Sequence[str],
    pictures: Mapping[str, Tensor] | None = None,
    marked: Collection[tuple[str, str]] = (),
    title: str = "",
    fig: Figure | None = None,
) -> Figure:
    """One line for each entry of `rows`: its name, images (K, 1, H, W) of it, and its numbers.

    columns: names of the numbers, in order · marked: (row, column) of those to look at.
    """
    shown = max((len(images) for images in (pictures or {}).values()), default=0)
    left = 0.25 + 0.12 * max(map(len, rows))  # of the images, beside the longest name
    texts = zip(columns, *rows.values(), strict=True)  # of each column
    steps = [0.3 + 0.14 * max(map(len, column)) for column in texts]
    room = min((WIDE - left - sum(steps)) / max(shown, 1), TALL / (len(rows) + 1))
    row = min(max(room, 0.42), 0.75 if shown else 0.6)
    start = left + shown * row + 0.1
    wide, tall = start + sum(steps), (len(rows) + 1) * row
    fig, (ax,) = canvas(fig, wide, tall + 0.5 * bool(title))
    places = [start + end - 0.1 for end in accumulate(steps)]
    for place, name in zip(places, columns, strict=True):
        ax.text(place, row / 2, name, ha="right", color=HOUSE, weight="bold", **TYPE)
    for number, (name, values) in enumerate(rows.items(), start=1):
        middle = (number + 0.5) * row
        ax.axhline(number * row, color="#d9dce4", lw=0.8)
        ax.text(0, middle, name, **TYPE)
        for place, step, column, value in zip(places, steps, columns, values, strict=True):
            color, weight = QUIET, "normal"
            if (name, column) in marked:
                corner = (place - step + 0.11, number * row + 0.03)
                ax.add_patch(Rectangle(corner, step - 0.02, row - 0.06, color="#fdeadd", lw=0))
                color, weight = INK, "bold"
            ax.text(place, middle, value, ha="right", color=color, weight=weight, **TYPE)
        for k, image in enumerate((pictures or {}).get(name, torch.empty(0))):
            _draw_framed(ax, image, left + k * row, middle, row / 2 - 0.025)
    ax.set(xlim=(0, wide), ylim=(tall, 0), aspect="equal", xticks=[], yticks=[], frame_on=False)
    set_finding(fig, title)
    return fig


def _draw_framed(ax: Axes, image: Tensor, left: float, middle: float, half: float) -> None:
    """An image in a thin frame, without which a blank one would not be seen."""
    right, low, high = left + 2 * half, middle - half, middle + half
    extent = (left, right, high, low)
    ax.imshow(to_array(image[0]), cmap="gray_r", vmin=0, vmax=1, extent=extent)
    around = [left, right, right, left, left], [low, low, high, high, low]
    ax.plot(*around, color="#d9dce4", lw=0.8)
