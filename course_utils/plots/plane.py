"""Points in a plane, and the regions and densities that models assign to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from torch import Tensor

from course_utils.plots.style import HOUSE, INK, MARKERS, PETROFF, canvas, set_finding, to_array

Model = Callable[[Tensor], Tensor]  # of points (M, 2)


class Grid(NamedTuple):
    """Points on a square grid: x and y (G, G) as matplotlib wants them, points (G * G, 2)."""

    x: np.ndarray
    y: np.ndarray
    points: Tensor


def plane_panels(
    x: Tensor,
    y: Tensor,
    panels: Mapping[str, Model],
    log_density: Mapping[str, Model] | None = None,
    names: Sequence[str] = (),
    marked: Mapping[str, Tensor] | None = None,
    margin: float = 0.25,
    title: str = "",
    fig: Figure | None = None,
) -> Figure:
    """Labeled points x (N, 2), y (N,) under several classifiers, one panel each.

    panels: name -> class probabilities (M, C) of points; the background shows the likeliest class,
    black lines the boundaries · log_density: name of a panel -> (M,) nats; contours enclose 50, 90
    and 99 % of the points · names: of the classes · marked: name -> a point (2,), drawn as a star
    margin: space around the points, as a share of their range.
    The panels' functions are called with points on the device of x.
    """
    points, classes = to_array(x), to_array(y).astype(int)
    densities = log_density or {}
    fig, axes = canvas(fig, 4.6 * max(len(panels), 1), 4.6, cols=max(len(panels), 1))
    stars = {name: to_array(star).reshape(2) for name, star in (marked or {}).items()}
    extent = np.concatenate([points, *(star[None] for star in stars.values())])
    grid = _grid(extent, margin, x.device)
    for ax, (name, classify) in zip(axes, panels.items(), strict=True):
        _draw_regions(ax, grid, classify)
        _draw_points(ax, points, classes, names)
        if name in densities:
            _draw_contours(ax, grid, points, densities[name])
        _draw_stars(ax, stars)
        if ax is axes[0] or name in densities:
            ax.legend(loc="best", frameon=True, framealpha=0.9, edgecolor="none")
        ax.set(xlabel="first coordinate", ylabel="second coordinate" if ax is axes[0] else "")
        ax.set_title(name, fontsize=12, pad=8)
    set_finding(fig, title)
    return fig


def _grid(points: np.ndarray, margin: float, device: torch.device, size: int = 160) -> Grid:
    """size × size places on `device` that cover the points (N, 2) and a margin around them."""
    low, high = points.min(0), points.max(0)
    room = margin * (high - low).max()
    axis_x = np.linspace(low[0] - room, high[0] + room, size)
    axis_y = np.linspace(low[1] - room, high[1] + room, size)
    x, y = np.meshgrid(axis_x, axis_y)
    places = torch.tensor(np.stack([x.ravel(), y.ravel()], 1), dtype=torch.float32)
    return Grid(x, y, places.to(device))


def _draw_regions(ax: Axes, grid: Grid, classify: Model) -> None:
    """Color each place like its likeliest class, paler where the classifier is less sure."""
    probabilities = to_array(classify(grid.points)).reshape(*grid.x.shape, -1)  # (G, G, C)
    colors = np.array([to_rgb(color) for color in PETROFF[: probabilities.shape[-1]]])
    tint = np.clip(1 - 0.33 * (1 - probabilities @ colors), 0, 1)
    edges = (grid.x.min(), grid.x.max(), grid.y.min(), grid.y.max())
    ax.imshow(tint, extent=edges, origin="lower", aspect="auto", interpolation="bilinear")
    for number in range(probabilities.shape[-1] if probabilities.shape[-1] > 2 else 1):
        others = np.delete(probabilities, number, axis=-1).max(-1)
        lead = probabilities[..., number] - others
        if lead.min() < 0 < lead.max():
            ax.contour(grid.x, grid.y, lead, levels=[0], colors=INK, linewidths=2)
    ax.grid(False)


def _draw_points(ax: Axes, points: np.ndarray, classes: np.ndarray, names: Sequence[str]) -> None:
    for number in np.unique(classes):
        x, y = points[classes == number].T
        label = names[number] if names else f"class {number}"
        style: dict[str, Any] = {"marker": MARKERS[number % 10], "color": PETROFF[number % 10]}
        ax.scatter(x, y, s=26, linewidths=0.5, edgecolors="white", label=label, **style)


def _draw_stars(ax: Axes, stars: Mapping[str, np.ndarray]) -> None:
    for name, (x, y) in stars.items():
        ax.plot(x, y, marker="*", ms=17, color=INK, mec="white", mew=1.2, ls="none")
        ax.annotate(name, (x, y), (0, 11), textcoords="offset points", ha="center")


def _draw_contours(ax: Axes, grid: Grid, points: np.ndarray, log_density: Model) -> None:
    """Lines of equal density around the densest 50, 90 and 99 % of the points."""
    heights = to_array(log_density(grid.points)).reshape(grid.x.shape)
    at_points = to_array(log_density(torch.tensor(points).to(grid.points)))
    for share, line in ((0.5, "-"), (0.9, "--"), (0.99, ":")):
        level = np.quantile(at_points, 1 - share)
        style: dict[str, Any] = {"colors": HOUSE, "linestyles": line, "linewidths": 1.5}
        ax.contour(grid.x, grid.y, heights, levels=[level], **style)
        ax.plot([], [], color=HOUSE, ls=line, lw=1.5, label=f"{share:.0%} of the points")
