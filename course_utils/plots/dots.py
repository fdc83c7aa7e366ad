"""A table whose cells are dots: one for each seed, on a scale for each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_utils.plots.style import ACCENT, HOUSE, QUIET, canvas, set_finding


@dataclass(frozen=True)
class Scale:
    """A column's axis: what it shows, from where to where, and which values are good.

    good, bad: intervals. A cell whose dots all lie in one of them is tinted; values beyond the axis
    are drawn at its edge, and what is not a number as a cross there.
    """

    label: str
    low: float
    high: float
    good: tuple[float, float]
    bad: tuple[float, float]


def dot_table(
    table: Mapping[str, Mapping[str, Sequence[float]]],
    scales: Mapping[str, Scale],
    title: str = "",
    fig: Figure | None = None,
) -> Figure:
    """One row for each entry of {row: {column: values}}, and a panel for each column."""
    width = 8.0 if len(scales) == 1 else 2.2 + 2.1 * len(scales)
    fig, axes = canvas(fig, width, 1.4 + 0.24 * len(table), cols=len(scales))
    for number, (ax, (name, scale)) in enumerate(zip(axes, scales.items(), strict=True)):
        for y, row in enumerate(table.values()):
            values = list(row.get(name, ()))
            for interval, color in ((scale.good, HOUSE), (scale.bad, ACCENT)):
                if values and all(interval[0] <= value <= interval[1] for value in values):
                    ax.axhspan(y - 0.5, y + 0.5, color=color, alpha=0.16, lw=0)
            for seed, value in enumerate(values):
                place = min(max(value, scale.low), scale.high) if value == value else scale.high
                marker = "o" if value == value else "x"
                ax.plot(place, y + 0.2 - 0.133 * seed, marker, color=HOUSE, ms=5, alpha=0.8)
        room = 0.05 * (scale.high - scale.low)
        ax.set(xlim=(scale.low - room, scale.high + room), ylim=(len(table) - 0.5, -0.5))
        ax.set_yticks(range(len(table)), list(table) if number == 0 else [])
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.grid(False, axis="y")
        ax.tick_params(axis="y", labelsize=10)
        ax.set_title(name, fontsize=11, color=QUIET)
        ax.set_xlabel(scale.label, fontsize=10)
    set_finding(fig, title)
    return fig
