"""The scoreboard's figure: cost against quality, a line for each model over several budgets."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from course_utils import plots
from course_utils.plots.style import INK, QUIET

LINES = ("-", "--", ":")
MARKERS = "os^"
ROOM = 0.053  # between two names, as a share of the axis
# Left and right count along the axes, up and down in values.
OF_THE_AXES: Any = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}


class Line(NamedTuple):
    """A model: its numbers, one for each seed at each cost, and its place among models alike."""

    runs: Mapping[float, Sequence[float]]
    color: str
    number: int = 0


def cost_quality(
    lines: Mapping[str, Line],
    xlabel: str,
    ylabel: str,
    floor: tuple[str, float] | None = None,
    title: str = "",
    levels: Mapping[str, float] | None = None,
) -> Figure:
    """Medians over seeds as lines, lowest to highest as bars; both axes logarithmic.

    Names stand at the right end of their lines · floor: a band from the bottom to this value, and
    what it says. What lies far below it, or below 0, is drawn at the bottom · levels: dotted lines
    across, with a name each, for what costs next to nothing.
    """
    fig, (ax,) = plots.canvas(width=9, height=5.8)
    bottom = floor[1] / 2 if floor else 1e-6
    costs = sorted({cost for line in lines.values() for cost, runs in line.runs.items() if runs})
    ends: dict[str, tuple[float, float]] = {}
    for place, (name, line) in enumerate(lines.items()):
        there = {cost: line.runs[cost] for cost in costs if line.runs.get(cost)}
        runs = {cost: [max(value, bottom) for value in each] for cost, each in there.items()}
        if not runs:
            continue
        shift = 1.02 ** (place - len(lines) / 2)  # bars of one budget stand side by side
        ends[name] = _draw(ax, line, {cost * shift: each for cost, each in runs.items()})
    _set_axes(ax, costs, xlabel, ylabel)
    if floor:
        ax.axhspan(bottom / 2, floor[1], color="#e6e7ec", alpha=0.6, lw=0)
        ax.annotate(floor[0], (0, floor[1]), (6, -5), **OF_THE_AXES, va="top", color=QUIET)
        ax.set_ylim(bottom=bottom * 0.9)
    for name, level in (levels or {}).items():
        ax.axhline(level, color=INK, lw=1.2, ls=(0, (1, 2)), zorder=0)
        ends[name] = (ax.get_xlim()[1], level)
    _name_the_ends(ax, ends, {name: line.color for name, line in lines.items()})
    plots.set_finding(fig, title)
    return fig


def _draw(ax: Axes, line: Line, runs: Mapping[float, Sequence[float]]) -> tuple[float, float]:
    """A model's medians and bars over its costs; returns where its line ends."""
    x, y = list(runs), [median(each) for each in runs.values()]
    style: dict[str, Any] = {"color": line.color, "lw": 1.8}
    ax.plot(x, y, ls=LINES[line.number % 3], marker=MARKERS[line.number % 3], **style)
    ax.vlines(x, *zip(*((min(each), max(each)) for each in runs.values()), strict=True), **style)
    return x[-1], y[-1]


def _set_axes(ax: Axes, costs: Sequence[float], xlabel: str, ylabel: str) -> None:
    """Both axes logarithmic, with plain numbers: those of the costs, and 1, 2 and 5."""
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    ax.set_xticks(costs, [f"{cost:g}" for cost in costs])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def _name_the_ends(
    ax: Axes, ends: Mapping[str, tuple[float, float]], colors: Mapping[str, str]
) -> None:
    """Names right of the axes, at the height of their lines where there is room.

    A thread joins each to the end of its line, which may lie further left.
    """
    if not ends:
        return
    fig = ax.figure
    assert isinstance(fig, Figure)
    fig.draw_without_rendering()
    into = ax.transAxes.inverted()
    at = {name: into.transform(ax.transData.transform(end)) for name, end in ends.items()}
    order = sorted(at, key=lambda name: at[name][1])
    for name, height in zip(order, spread_out([at[name][1] for name in order], ROOM), strict=True):
        ax.annotate(
            name,
            tuple(at[name]),
            (1.05, height),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            color=INK,
            fontsize=11,
            arrowprops={
                "arrowstyle": "-",
                "color": colors.get(name, INK),
                "lw": 0.8,
                "relpos": (0, 0.5),
            },
        )


def spread_out(heights: Sequence[float], room: float) -> list[float]:
    """Heights in the same order, at least `room` apart and as near to `heights` as that allows.

    heights: ascending. Neighbors that are too close share the shift.
    """
    groups: list[list[float]] = []  # each: the heights of names that touch
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _bottom(groups[-1], room) < _top(groups[-2], room) + room:
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_bottom(group, room) + k * room for group in groups for k in range(len(group))]


def _bottom(group: Sequence[float], room: float) -> float:
    return sum(group) / len(group) - room * (len(group) - 1) / 2


def _top(group: Sequence[float], room: float) -> float:
    return sum(group) / len(group) + room * (len(group) - 1) / 2
