"""Curves, histograms and ROC curves of numbers that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from torch import Tensor

from course_utils.plots.style import (
    INK,
    LINES,
    MARKERS,
    QUIET,
    SERIES,
    canvas,
    name_lines,
    set_title,
    to_array,
)


def curves(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    title: str = "",
    log_x: bool = False,
    log_y: bool = False,
    fig: Figure | None = None,
) -> Figure:
    """Curves over the same x, one for each name in `series`; log axes show plain numbers.

    x: (N,) numbers · series: name -> N numbers, for at most ten names.
    """
    fig, (ax,) = canvas(fig)
    for number, (name, values) in enumerate(series.items()):
        line: dict[str, Any] = {"color": SERIES[number % 5], "ls": LINES[number % 5]}
        ax.plot(to_array(x), to_array(values), label=name, marker=MARKERS[number], **line)
    if log_x:
        ax.set_xscale("log")
        ax.set_xticks(to_array(x), [f"{value:g}" for value in to_array(x)])
        ax.minorticks_off()
    if log_y:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())
    name_lines(ax)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    set_title(ax, title)
    return fig


def score_histogram(
    scores: Mapping[str, Tensor],
    xlabel: str,
    marks: Mapping[str, float] | None = None,
    title: str = "",
    bins: int = 50,
    fig: Figure | None = None,
) -> Figure:
    """Histograms of several sets of scores in the same bins; heights are shares of each set.

    scores: name -> (N,) · marks: name -> a score, drawn as a vertical line.
    """
    fig, (ax,) = canvas(fig)
    values = {name: to_array(score).ravel() for name, score in scores.items()}
    marks = {name: float(at) for name, at in (marks or {}).items()}
    everything = np.concatenate([*values.values(), list(marks.values())])
    edges = np.linspace(everything.min(), everything.max(), bins + 1)
    for number, (name, value) in enumerate(values.items()):
        heights = np.histogram(value, edges)[0] / len(value)
        color = SERIES[number % 5]
        ax.stairs(heights, edges, fill=True, color=color, alpha=0.25)
        ax.stairs(heights, edges, color=color, lw=2, ls=LINES[number % 5], label=name)
    for name, at in marks.items():
        ax.axvline(at, color=INK, lw=1.6)
        place = (at - edges[0]) / (edges[-1] - edges[0])  # 0 left, 1 right
        align, shift = ("right", -6) if place > 0.5 else ("left", 6)  # on the side with more room
        units: dict[str, Any] = {
            "xycoords": ("data", "axes fraction"),
            "textcoords": "offset points",
        }
        ax.annotate(name, (at, 1), (shift, -4), va="top", ha=align, **units)
    name_lines(ax)
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    ax.set(xlabel=xlabel, ylabel="share of examples")
    set_title(ax, title)
    return fig


def roc_plot(
    curves: Mapping[str, tuple[Tensor, Tensor]], title: str = "", fig: Figure | None = None
) -> Figure:
    """ROC curves: name -> (false alarm rates, true alarm rates), as `metrics.roc_curve` gives.

    Both rates are (P,), in [0, 1].
    """
    fig, (ax,) = canvas(fig, 5.6, 5.4)
    ax.plot([0, 1], [0, 1], color=QUIET, lw=1.2, ls=":", label="guessing")
    for number, (name, (false, true)) in enumerate(curves.items()):
        line: dict[str, Any] = {"color": SERIES[number % 5], "ls": LINES[number % 5]}
        ax.plot(to_array(false), to_array(true), label=name, **line)
    ax.legend(loc="lower right")
    ax.set(xlabel="normal examples called strange", ylabel="strange examples found")
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    set_title(ax, title)
    return fig
