"""Curves and histograms of numbers that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
)  # fmt: skip


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
    """Several curves over the same x, each named at its right end; log axes show plain numbers."""
    fig, (ax,) = canvas(fig)
    for number, (name, values) in enumerate(series.items()):
        style = {"color": SERIES[number % 5], "ls": LINES[number % 5], "marker": MARKERS[number]}
        ax.plot(x, values, label=name, **style)
    if log_x:
        ax.set_xscale("log")
        ax.set_xticks(list(x), [f"{value:g}" for value in x])
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
    """Shares of several sets of scores (N,) in the same bins; marks: name -> score, as lines."""
    fig, (ax,) = canvas(fig)
    values = {name: to_array(score).ravel() for name, score in scores.items()}
    everything = np.concatenate([*values.values(), list((marks or {}).values())])
    edges = np.linspace(everything.min(), everything.max(), bins + 1)
    for number, (name, value) in enumerate(values.items()):
        heights = np.histogram(value, edges)[0] / len(value)
        color = SERIES[number % 5]
        ax.stairs(heights, edges, fill=True, color=color, alpha=0.25)
        ax.stairs(heights, edges, color=color, lw=2, ls=LINES[number % 5], label=name)
    for name, at in (marks or {}).items():
        ax.axvline(at, color=INK, lw=1.6)
        room = (at - edges[0]) / (edges[-1] - edges[0])
        side = "right" if room > 0.5 else "left"  # the text stands on the roomier side
        ax.annotate(name, (at, 1), (-6 if side == "right" else 6, -4), va="top", ha=side,
                    xycoords=("data", "axes fraction"), textcoords="offset points")  # fmt: skip
    name_lines(ax)
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    ax.set(xlabel=xlabel, ylabel="share of examples")
    set_title(ax, title)
    return fig


def roc_plot(
    curves: Mapping[str, tuple[Tensor, Tensor]], title: str = "", fig: Figure | None = None
) -> Figure:
    """ROC curves: name -> (false alarm rates, true alarm rates), as `metrics.roc_curve` gives."""
    fig, (ax,) = canvas(fig, 5.6, 5.4)
    ax.plot([0, 1], [0, 1], color=QUIET, lw=1.2, ls=":", label="guessing")
    for number, (name, (false, true)) in enumerate(curves.items()):
        ax.plot(to_array(false), to_array(true), color=SERIES[number % 5], ls=LINES[number % 5],
                label=name)  # fmt: skip
    ax.legend(loc="lower right")
    ax.set(xlabel="normal examples called strange", ylabel="strange examples found",
           xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    set_title(ax, title)
    return fig
