"""Images side by side, put into one picture, so that hundreds are drawn as fast as ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from course_utils.plots.style import ACCENT, INK, canvas, set_finding


def image_grid(
    images: Tensor,
    columns: int | None = None,
    titles: Sequence[str] | None = None,
    title: str = "",
    fig: Figure | None = None,
) -> Figure:
    """Images (N, C, H, W) or (N, H, W), uint8 or in [0, 1], side by side.

    columns: images in a row, at most 10 unless given · titles: N short texts, above the images.
    Raises ValueError for another shape.
    """
    pictures = _pictures(images)
    columns = columns or min(len(pictures), 10)
    cells = [divmod(number, columns) for number in range(len(pictures))]
    sheet, corners = _tile(pictures, cells, room=9 if titles else 0)
    fig, ax = _sheet_canvas(fig, sheet, width=min(8.0, 1.6 * columns), title=title)
    for (top, left), text in zip(corners, titles or (), strict=False):
        middle = left + pictures.shape[2] / 2 - 0.5
        ax.text(middle, top - 2, text, ha="center", va="bottom", fontsize=11, color=INK)
    ax.axis("off")
    return fig


def image_rows(
    rows: Mapping[str, Tensor],
    title: str = "",
    fig: Figure | None = None,
    marked: Sequence[Sequence[bool]] = (),
) -> Figure:
    """One row of images for each entry, its name at the left: {"original": (N, C, H, W), ...}.

    Images as in `image_grid`, of one size · marked: for each row, which ones get an orange frame.
    """
    pictures = [_pictures(images) for images in rows.values()]
    cells = [(row, column) for row, part in enumerate(pictures) for column in range(len(part))]
    sheet, corners = _tile(np.concatenate(pictures), cells)
    fig, ax = _sheet_canvas(fig, sheet, width=6.6, title=title, names=1.4)
    tall, wide = pictures[0].shape[1:3]
    flags = [flag for row in marked for flag in row]
    for (top, left), flag in zip(corners, flags, strict=False):
        if flag:
            frame = Rectangle((left - 0.5, top - 0.5), wide, tall, fill=False, ec=ACCENT, lw=2)
            ax.add_patch(frame)
    middle = pictures[0].shape[1] / 2 - 0.5
    tops = sorted({top for top, _ in corners})
    ax.set_yticks([top + middle for top in tops], list(rows), color=INK, fontsize=12)
    ax.set_xticks([])
    ax.grid(False)
    ax.spines[:].set_visible(False)
    fig.set_layout_engine("constrained", w_pad=0.12)  # inches; with less, long names are cut off
    return fig


def _pictures(images: Tensor) -> np.ndarray:
    """Images as (N, H, W, 3) in [0, 1]; gray ones become dark ink on white."""
    array = torch.as_tensor(images).detach().cpu()
    array = array.float() / 255 if array.dtype == torch.uint8 else array.float()
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim != 4 or array.shape[1] not in (1, 3):
        raise ValueError(f"need images (N, 1 or 3, H, W) or (N, H, W), got {tuple(images.shape)}")
    array = array.clamp(0, 1)
    if array.shape[1] == 1:
        array = (1 - array).expand(-1, 3, -1, -1)
    return array.permute(0, 2, 3, 1).numpy()  # (N, H, W, 3)


def _tile(
    pictures: np.ndarray, cells: Sequence[tuple[int, int]], room: int = 0
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """A sheet (H, W, 3) with all pictures, and the top left corner of each on it, in pixels.

    cells: row and column of each picture · room: pixels above each row, for a line of text.
    """
    _, height, width, _ = pictures.shape
    tall, wide = height + 1 + room, width + 1 + room // 3
    rows, columns = (max(numbers) + 1 for numbers in zip(*cells, strict=True))
    sheet = np.ones((rows * tall + 1, columns * wide + 1, 3))
    corners = [(row * tall + room + 1, column * wide + 1) for row, column in cells]
    for picture, (top, left) in zip(pictures, corners, strict=True):
        sheet[top - 1 : top + height + 1, left - 1 : left + width + 1] = 0.85  # a gray frame
        sheet[top : top + height, left : left + width] = picture
    return sheet, corners


def _sheet_canvas(
    fig: Figure | None, sheet: np.ndarray, width: float, title: str, names: float = 0.0
) -> tuple[Figure, Axes]:
    """A figure with the sheet in it, `width` inches wide, and `names` inches left of it."""
    tall, wide, _ = sheet.shape
    height = width * tall / wide + 0.4 * bool(title) + 0.1
    fig, (ax,) = canvas(fig, max(width + names, 3.2), height)
    ax.imshow(sheet, interpolation="nearest", aspect="equal")
    set_finding(fig, title)
    return fig, ax
