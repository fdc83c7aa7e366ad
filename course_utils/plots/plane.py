"""Points in a plane, and what classifiers and densities make of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from torch import Tensor

from course_utils.plots.style import (
    HOUSE,
    INK,
    MARKERS,
    PETROFF,
    canvas,
    set_finding,
    to_array,
)


def plane_panels(
    x: Tensor,
    y: Tensor,
    panels: Mapping[str, Callable[[Tensor], Tensor]],
    log_density: Mapping[str, Callable[[Tensor], Tensor]] | None = None,
    names: Sequence[str] = (),
    marked: Mapping[str, Tensor] | None = None,
    margin: float = 0.25,
    title: str = "",
    fig: Figure | None = None,
) -> Figure:
    """Labeled points (N, 2) under several classifiers, one panel each.

    panels: name -> function from points (M, 2) to class probabilities (M, C); the background
    shows the likeliest class, a black line the boundary. log_density: name of a panel ->
    function to (M,) nats; contours enclose 50, 90 and 99 % of the points.
    marked: name -> a point (2,), drawn as a star. margin: room around the points, in their range.
    """
    points, classes = to_array(x), to_array(y).astype(int)
    fig, axes = canvas(fig, 4.6 * max(len(panels), 1), 4.6, cols=max(len(panels), 1))
    stars = {name: to_array(star).reshape(2) for name, star in (marked or {}).items()}
    extent = np.concatenate([points, *(star[None] for star in stars.values())])
    grid_x, grid_y, grid = _grid(extent, margin)
    for ax, (name, classify) in zip(axes, panels.items(), strict=True):
        probabilities = to_array(classify(grid)).reshape(*grid_x.shape, -1)  # (G, G, C)
        _regions(ax, grid_x, grid_y, probabilities)
        _classes(ax, points, classes, names)
        if log_density and name in log_density:
            _contours(ax, grid_x, grid_y, grid, points, log_density[name])
        for star_name, star in stars.items():
            ax.plot(*star, marker="*", ms=17, color=INK, mec="white", mew=1.2, ls="none")
            ax.annotate(star_name, star, (0, 11), textcoords="offset points", ha="center")
        if ax is axes[0] or (log_density and name in log_density):
            ax.legend(loc="best", frameon=True, framealpha=0.9, edgecolor="none")
        ax.set(xlabel="first coordinate", ylabel="second coordinate" if ax is axes[0] else "")
        ax.set_title(name, fontsize=12, pad=8)
    set_finding(fig, title)
    return fig


def _grid(
    points: np.ndarray, margin: float, size: int = 160
) -> tuple[np.ndarray, np.ndarray, Tensor]:
    low, high = points.min(0), points.max(0)
    room = margin * (high - low).max()
    axis_x = np.linspace(low[0] - room, high[0] + room, size)
    axis_y = np.linspace(low[1] - room, high[1] + room, size)
    grid_x, grid_y = np.meshgrid(axis_x, axis_y)
    grid = torch.tensor(np.stack([grid_x.ravel(), grid_y.ravel()], 1), dtype=torch.float32)
    return grid_x, grid_y, grid  # (G, G), (G, G), (G * G, 2)


def _regions(ax: Axes, grid_x: np.ndarray, grid_y: np.ndarray, probabilities: np.ndarray) -> None:
    """Tint each place with its likeliest class, paler where the classifier is less sure."""
    colors = np.array([to_rgb(color) for color in PETROFF[: probabilities.shape[-1]]])
    tint = np.clip(1 - 0.33 * (1 - probabilities @ colors), 0, 1)
    edges = (grid_x.min(), grid_x.max(), grid_y.min(), grid_y.max())
    ax.imshow(tint, extent=edges, origin="lower", aspect="auto", interpolation="bilinear")
    for number in range(probabilities.shape[-1] if probabilities.shape[-1] > 2 else 1):
        others = np.delete(probabilities, number, axis=-1).max(-1)
        lead = probabilities[..., number] - others
        if lead.min() < 0 < lead.max():
            ax.contour(grid_x, grid_y, lead, levels=[0], colors=INK, linewidths=2)
    ax.grid(False)


def _classes(ax: Axes, points: np.ndarray, classes: np.ndarray, names: Sequence[str]) -> None:
    for number in np.unique(classes):
        mine = points[classes == number]
        style = {"marker": MARKERS[number % 10], "color": PETROFF[number % 10], "ec": "white"}
        label = names[number] if names else f"class {number}"
        ax.scatter(*mine.T, s=26, linewidths=0.5, label=label, **style)


def _contours(
    ax: Axes,
    grid_x: np.ndarray,
    grid_y: np.ndarray,
    grid: Tensor,
    points: np.ndarray,
    log_density: Callable[[Tensor], Tensor],
) -> None:
    """Lines of equal density around the densest 50, 90 and 99 % of the points."""
    heights = to_array(log_density(grid)).reshape(grid_x.shape)
    at_points = to_array(log_density(torch.tensor(points, dtype=torch.float32)))
    for share, line in ((0.5, "-"), (0.9, "--"), (0.99, ":")):
        level = np.quantile(at_points, 1 - share)
        ax.contour(grid_x, grid_y, heights, levels=[level], colors=HOUSE, linestyles=line,
                   linewidths=1.5)  # fmt: skip
        ax.plot([], [], color=HOUSE, ls=line, lw=1.5, label=f"{share:.0%} of the points")
