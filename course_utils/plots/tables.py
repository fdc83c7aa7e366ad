"""A table of numbers with a few images beside each row, drawn as a figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from course_utils.plots.style import HOUSE, INK, QUIET, canvas, set_finding, to_array

COLUMN, WIDE, TALL = 1.25, 11.3, 3.2  # inches; rows grow in such a table, legible on a slide
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
    room = min((WIDE - left - len(columns) * COLUMN) / max(shown, 1), TALL / (len(rows) + 1))
    row = min(max(room, 0.42), 0.6)
    start = left + shown * row + 0.1
    wide, tall = start + len(columns) * COLUMN, (len(rows) + 1) * row
    fig, (ax,) = canvas(fig, wide, tall + 0.5 * bool(title))
    places = [start + (number + 0.92) * COLUMN for number in range(len(columns))]
    for place, name in zip(places, columns, strict=True):
        ax.text(place, row / 2, name, ha="right", color=HOUSE, weight="bold", **TYPE)
    for number, (name, values) in enumerate(rows.items(), start=1):
        middle = (number + 0.5) * row
        ax.axhline(number * row, color="#d9dce4", lw=0.8)
        ax.text(0, middle, name, **TYPE)
        for place, column, value in zip(places, columns, values, strict=True):
            color, weight = QUIET, "normal"
            if (name, column) in marked:
                corner = (place - 0.9 * COLUMN, number * row + 0.03)
                ax.add_patch(Rectangle(corner, 0.98 * COLUMN, row - 0.06, color="#fdeadd", lw=0))
                color, weight = INK, "bold"
            ax.text(place, middle, value, ha="right", color=color, weight=weight, **TYPE)
        for k, image in enumerate((pictures or {}).get(name, torch.empty(0))):
            at, half = left + k * row, row / 2 - 0.025
            extent = (at, at + 2 * half, middle + half, middle - half)
            ax.imshow(to_array(image[0]), cmap="gray_r", vmin=0, vmax=1, extent=extent)
    ax.set(xlim=(0, wide), ylim=(tall, 0), aspect="equal", xticks=[], yticks=[], frame_on=False)
    set_finding(fig, title)
    return fig
