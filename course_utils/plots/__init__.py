"""Tensors in, matplotlib Figure out. A title states the finding; pass the figure to `show`.

Every function takes `fig=`, a figure to clear and draw into again (explorers do this).
The figures are unknown to pyplot: nothing is shown twice and nothing stays in memory.
"""

from course_utils.plots.charts import curves, roc_plot, score_histogram
from course_utils.plots.dots import Scale, dot_table
from course_utils.plots.images import image_grid, image_rows
from course_utils.plots.plane import plane_panels
from course_utils.plots.style import (
    ACCENT,
    CLASSES,
    HOUSE,
    INK,
    MADE,
    QUIET,
    SERIES,
    canvas,
    set_finding,
    set_title,
    use_style,
)
from course_utils.plots.tables import score_table

__all__ = [
    "ACCENT",
    "CLASSES",
    "HOUSE",
    "INK",
    "MADE",
    "QUIET",
    "SERIES",
    "Scale",
    "canvas",
    "curves",
    "dot_table",
    "image_grid",
    "image_rows",
    "plane_panels",
    "roc_plot",
    "score_histogram",
    "score_table",
    "set_finding",
    "set_title",
    "use_style",
]
