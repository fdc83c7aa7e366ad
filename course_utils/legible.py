"""What every figure gets before it is shown: labels for the back row, and nothing cut off."""

from itertools import combinations

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.text import Text

SLIDE = 1136, 440  # pixels of a slide of 1280 × 720, below a heading and above a sentence
SMALLEST, LARGEST = 18, 15  # pixels of a label there; points that no label is enlarged to exceed


def make_legible(fig: Figure) -> float:
    """Enlarge the labels that are too small on a slide, where they don't touch then; move in what
    is cut off. Returns the size of the smallest, in pixels of a page, 96 to the inch."""
    scale = min(SLIDE[0] / fig.get_figwidth(), SLIDE[1] / fig.get_figheight()) / 72
    least = min(SMALLEST / scale, LARGEST)
    sizes: dict[Text | Axis, float] = {t: float(t.get_fontsize()) for t in _labels(fig)}
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        for label in axis.get_ticklabels():
            sizes[axis] = float(label.get_fontsize())
    small = {part: size for part, size in sizes.items() if size < least}
    touching = _arrange(fig, large := dict.fromkeys(small, least))
    if touching and _arrange(fig, small) >= touching:  # they did so before
        _arrange(fig, large)
    return min((float(t.get_fontsize()) for t in _labels(fig)), default=0) * 96 / 72


def _labels(fig: Figure) -> list[Text]:
    """Labels that are seen: matplotlib keeps ticks beyond the ends of an axis, and draws none."""
    unseen: set[object] = set()
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if abs(2 * tick.get_loc() - low - high) > 1.001 * (high - low):
                unseen |= {tick.label1, tick.label2}
    found = [text for text in fig.findobj(Text) if isinstance(text, Text) and text not in unseen]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def _arrange(fig: Figure, sizes: dict[Text | Axis, float], more: float = 0) -> int:
    """Set the sizes of labels and ticks, lay out, and count the pairs of labels that touch.

    more: room to leave above, as a share, since a layout may cut off titles of square panels.
    """
    for part in sorted(sizes, key=lambda part: isinstance(part, Text)):  # ticks first
        if isinstance(part, Text):
            part.set_fontsize(sizes[part])
        else:
            part.set_tick_params(which="both", labelsize=sizes[part])
    if isinstance(engine := fig.get_layout_engine(), ConstrainedLayoutEngine):
        engine.set(rect=(0, 0, 1 - more / 10, 1 - more))
        engine.execute(fig)
    later = {text for legend in fig.findobj(Legend) for text in legend.findobj(Text)}
    boxes = [t.get_window_extent().padded(-2) for t in _labels(fig) if t not in later]
    right, top = (
        max((b.max[side] for b in boxes), default=0) / fig.bbox.size[side] for side in (0, 1)
    )
    if isinstance(engine, ConstrainedLayoutEngine) and not more and max(right, top) > 1:
        return _arrange(fig, sizes, max(right, top) - 0.99)
    return sum(a.overlaps(b) for a, b in combinations(boxes, 2))
