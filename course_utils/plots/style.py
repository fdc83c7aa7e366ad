"""Colors, type and lines of the course's figures: large, and safe for color-blind readers."""

from __future__ import annotations

import textwrap
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

HOUSE = "#4263ac"  # indigo: what the course says or draws in its own name
ACCENT = "#e76300"  # orange: what to look at
MADE = "#2b8a8f"  # teal: what a model made, as in the diagrams
INK, QUIET = "#26282e", "#717581"  # text, and what may be overlooked

# Ten colors of Petroff, "Accessible color sequences for data visualization", 2021.
PETROFF = (
    *("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6"),
    *("#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"),
)
# The same with dark green, ink and a stronger cyan, for ten classes of small dots.
CLASSES = (*PETROFF[:3], "#0b6e4f", *PETROFF[4:8], INK, "#5ec6cc")
MARKERS = "osD^vPXp*h"
SERIES = (HOUSE, ACCENT, "#832db6", MADE, "#bd1f01")  # of curves, with a line style each
LINES = ("-", "--", "-.", ":", (0, (1, 1)))

TICKS = {"color": QUIET, "labelsize": 11, "major.size": 0, "minor.size": 0}
STYLE: Any = {  # names of matplotlib's settings, "matplotlibrc" in its documentation
    "figure.figsize": (8, 4.2),
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "text.color": INK,
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.titlecolor": INK,
    "figure.titlesize": 14,
    "figure.titleweight": "bold",
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.edgecolor": "#b8bac2",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e7ec",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "image.cmap": "gray_r",
    "image.interpolation": "nearest",
    **{f"{axis}tick.{name}": value for axis in "xy" for name, value in TICKS.items()},
}


def use_style() -> None:
    """Set matplotlib to the course's style, for plots made here and for your own."""
    matplotlib.style.use("petroff10")
    matplotlib.rcParams.update(STYLE)


def canvas(
    fig: Figure | None = None, width: float = 8.0, height: float = 4.2, rows: int = 1, cols: int = 1
) -> tuple[Figure, list[Axes]]:
    """A figure of `width` x `height` inches (or `fig`, cleared), and its axes row by row."""
    if fig is None:
        fig = Figure(figsize=(width, height), layout="constrained")
    else:
        fig.clear()
    return fig, list(fig.subplots(rows, cols, squeeze=False).flat)


def set_title(ax: Axes, title: str) -> None:
    """Put the finding above `ax`, for a figure with one pair of axes, in lines that fit."""
    fig = ax.figure
    assert isinstance(fig, Figure)  # the course uses no subfigures
    room = ax.get_position().width * fig.get_figwidth()  # inches, before layout
    ax.set_title(textwrap.fill(title, max(int(10.2 * room), 20)))


def set_finding(fig: Figure, title: str) -> None:
    """Put the finding above all of `fig`, for images and for several panels, in lines that fit."""
    if title:
        text = textwrap.fill(title, int(9.2 * fig.get_figwidth()))
        fig.suptitle(text, x=0.01, ha="left", color=INK)


def name_lines(ax: Axes) -> None:
    """A legend, where there is more than one line to tell apart."""
    if len(ax.get_legend_handles_labels()[0]) > 1:
        ax.legend(loc="best", handlelength=2.6)


def to_array(x: object) -> np.ndarray:
    """A tensor of any device and precision, or a list that may hold such scalars, as an array."""
    if isinstance(x, Tensor):
        x = x.detach().cpu()
        return (x.float() if x.dtype in (torch.bfloat16, torch.half) else x).numpy()
    if isinstance(x, (list, tuple)):
        x = [value.item() if isinstance(value, Tensor) else value for value in x]
    return np.asarray(x)
