"""A figure in a notebook: its finding is text above it, in the image stands what is drawn."""

import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.text import Text

from course_utils import plots
from course_utils.display import Picture

ALT = "two lines that cross at one half"


def drawn(title: str, panels: int = 1) -> Figure:
    fig, axes = plots.canvas(None, 5, 3, cols=panels)
    axes[0].plot([0, 1], [0, 1])
    if title and panels == 1:
        plots.set_title(axes[0], title)
    elif title:
        plots.set_finding(fig, title)
        axes[0].set_title("left panel")
    return fig


@pytest.mark.parametrize("panels", [1, 2])
def test_the_finding_is_text_above_the_image(panels):
    title = "A finding that is long enough to be set in two lines, 1 < 2 & all"
    fig = drawn(title, panels)
    picture = Picture(fig, ALT)
    page = picture._repr_mimebundle_()["text/html"]
    assert picture.finding == title
    assert page.index("1 &lt; 2 &amp; all</p>") < page.index(f'<img alt="{ALT}"')
    assert title in repr(picture) and ALT in repr(picture)
    bare = drawn("", panels)
    if panels == 2:
        bare.axes[0].set_title("left panel")
    assert picture.png == Picture(bare, ALT).png  # it is not drawn as well
    assert Picture(fig, ALT).finding == title  # the figure keeps it


def test_titles_of_panels_and_formulas_stay_in_the_image():
    fig = drawn("", 2)
    fig.axes[1].set_title("right panel")
    for shown in (fig, drawn("$p(x)$ falls")):
        picture = Picture(shown, ALT)
        assert not picture.finding and repr(picture) == f"[figure: {ALT}]"
        assert picture._repr_mimebundle_()["text/html"].startswith("<img")


def sizes_of(fig: Figure) -> set[float]:
    return {round(text.get_fontsize(), 1) for text in fig.findobj(Text) if text.get_text().strip()}


def test_labels_of_a_wide_figure_grow_until_the_back_row_can_read_them():
    fig, axes = plots.canvas(None, 12, 4, cols=4)
    axes[0].plot([0, 1], [0, 1])
    axes[0].set(xlabel="x", ylabel="y")
    picture = Picture(fig, ALT)
    shrunk = 1136 / (96 * 12)  # a slide is 1136 pixels wide between its margins
    assert picture.smallest * shrunk >= 17.9 and min(sizes_of(fig)) > 11
    assert f'data-smallest="{picture.smallest:.1f}"' in picture._repr_mimebundle_()["text/html"]
    small = drawn("", 1)
    small.draw_without_rendering()
    before = sizes_of(small)
    Picture(small, ALT)
    assert before and sizes_of(small) == before  # large enough already


@pytest.mark.parametrize("height", [3.4, 3.6, 4.2])
def test_titles_above_square_panels_are_not_cut_off(height):
    fig, axes = plots.canvas(None, 10, height, cols=3)
    for ax in axes:
        ax.set(aspect="equal", xticks=[], yticks=[])
        ax.set_title("step 400", fontsize=12)
    Picture(fig, ALT)
    fig.draw_without_rendering()
    assert fig.get_tightbbox().y1 <= height


def test_the_site_is_told_where_images_are_and_not_where_their_axes_are():
    rows = {"real": ["1.0", "2.0"], "noise": ["3.0", "4.0"]}
    fig = plots.score_table(rows, ["IS", "KID"], {"real": torch.rand(3, 1, 5, 5)})
    boxes = [[float(n) for n in box.split(",")] for box in Picture(fig, ALT).images.split()]
    assert len(boxes) == 3  # one for each image, and none that holds numbers
    assert all(width < 0.15 and height < 0.4 for _, _, width, height in boxes)
