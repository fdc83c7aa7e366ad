"""Figures are looked at by people; here: that they are drawn, readable, and leave nothing open."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.text import Text

from course_utils import plots
from course_utils.metrics import roc_curve
from course_utils.plots.style import SERIES

GRAY = torch.rand(12, 1, 28, 28)
POINTS = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
CLASSES = (POINTS[:, 0] > 0).long()


def classify(x: torch.Tensor) -> torch.Tensor:
    return torch.softmax(torch.stack([-x[:, 0], x[:, 0]], 1), 1)


def log_density(x: torch.Tensor) -> torch.Tensor:
    return -0.5 * x.square().sum(1)


def numbers(scale: float) -> list[float]:
    return [scale * value for value in (5.0, 3.0, 2.5)]


FIGURES: dict[str, Callable[..., Figure]] = {
    "image_grid": lambda **k: plots.image_grid(GRAY, titles=["p = 0.99"] * 12, columns=4, **k),
    "image_rows": lambda **k: plots.image_rows(
        {"original": GRAY[:8], "two numbers": GRAY[:5]}, **k
    ),
    "plane_panels": lambda **k: plots.plane_panels(
        POINTS,
        CLASSES,
        {"boundary": classify, "density": classify},
        {"density": log_density},
        marked={"outlier": torch.tensor([6.0, 6.0])},
        **k,
    ),
    "curves": lambda **k: plots.curves(
        [1, 2, 64],
        {"PCA": numbers(1), "autoencoder": numbers(0.5)},
        "size",
        "error",
        log_x=True,
        log_y=True,
        **k,
    ),
    "score_histogram": lambda **k: plots.score_histogram(
        {"normal": torch.randn(99), "strange": torch.randn(50) + 4}, "score", {"yours": 9.0}, **k
    ),
    "roc_plot": lambda **k: plots.roc_plot(
        {"autoencoder": roc_curve(torch.randn(99), torch.randn(50) + 1)}, **k
    ),
    "score_table": lambda **k: plots.score_table(
        {"real": ["1.0", "2.0"], "noise": ["3.0", "4.0"]}, ["IS", "KID"], {"real": GRAY[:9]}, **k
    ),
}


@pytest.fixture(autouse=True)
def style() -> None:
    plots.use_style()


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_draws_quietly_large_enough_and_stays_out_of_pyplot(name: str) -> None:
    finding = "The finding of this figure in a sentence that may need a second line to fit"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig = FIGURES[name](title=finding)
        fig.savefig(io.BytesIO(), format="png", dpi=fig.dpi)
    assert plt.get_fignums() == []
    words = [text for text in fig.findobj(Text) if text.get_visible() and text.get_text()]
    assert min(text.get_fontsize() for text in words) >= 11
    assert " ".join(finding.split()) in {" ".join(text.get_text().split()) for text in words}
    box = fig.bbox
    for text in words:
        if text.get_text().startswith("The finding"):
            extent = text.get_window_extent()
            assert extent.x0 >= box.x0 and extent.x1 <= box.x1 and extent.y1 <= box.y1
    for ax in fig.axes:
        assert ax.get_title(loc="center") == ""  # titles stand at the left


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_can_be_drawn_into_again(name: str) -> None:
    fig = FIGURES[name]()
    count = len(fig.axes)
    assert FIGURES[name](fig=fig) is fig
    assert len(fig.axes) == count


def test_the_classifier_regions_and_gray_images_mean_what_they_say() -> None:
    fig = plots.image_grid(torch.tensor([[[0.0, 1.0]]]))
    sheet = np.asarray(fig.axes[0].get_images()[0].get_array())
    assert sheet[1, 1].tolist() == [1, 1, 1] and sheet[1, 2].tolist() == [0, 0, 0]  # ink on white
    bytes_, floats = (plots.image_grid(x) for x in ((GRAY * 255).byte(), GRAY))
    pictures = [fig.axes[0].get_images()[0].get_array() for fig in (bytes_, floats)]
    np.testing.assert_allclose(*pictures, atol=1 / 255)


def test_images_of_a_wrong_shape_are_refused_with_their_shape() -> None:
    with pytest.raises(ValueError, match=r"\(4, 28, 28, 1\)"):
        plots.image_grid(torch.zeros(4, 28, 28, 1))


def test_series_differ_in_lightness_or_line_so_that_gray_print_works() -> None:
    ax = plots.curves([1, 2], {n: [1, 2] for n in "abcde"}, "x", "y").axes[0]
    styles = {(str(line.get_linestyle()), line.get_marker()) for line in ax.get_lines()}
    assert len(styles) == 5
    for color in SERIES:  # each at least 3 to 1 against white, WCAG 2.2, 1.4.11
        channels = np.array(to_rgb(color))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 3


def test_use_style_names_only_fonts_that_matplotlib_brings() -> None:
    assert matplotlib.rcParams["font.family"] == ["DejaVu Sans"]
    assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][0] == "#3f90da"


def test_contours_enclose_the_shares_of_points_that_the_legend_names() -> None:
    points = torch.randn(2000, 2, generator=torch.Generator().manual_seed(1))
    fig = plots.plane_panels(
        points, (points[:, 0] > 0).long(), {"both": classify}, {"both": log_density}
    )
    (ax,) = fig.axes
    heights = log_density(points)
    house = [c for c in ax.collections if isinstance(c, ContourSet) and c.colors == plots.HOUSE]
    styles = {"-": 0.5, "--": 0.9, ":": 0.99}
    found = {contour.linestyles: contour.levels.item() for contour in house}
    assert found.keys() == styles.keys()
    for style, share in styles.items():
        inside = (heights >= found[style]).float().mean().item()
        assert inside == pytest.approx(share, abs=1e-3), style
    named = {line.get_linestyle(): line.get_label() for line in ax.lines if line.get_label()}
    for style, share in styles.items():
        assert named[style] == f"{share:.0%} of the points"


def test_score_table_draws_each_number_and_each_picture_and_marks_what_it_is_told():
    rows = {"real": ["1.0", "2.0"], "noise": ["3.0", "4.0"]}
    images = {"real": torch.rand(3, 1, 5, 5), "noise": torch.rand(2, 1, 5, 5)}
    fig = plots.score_table(rows, ["IS", "KID"], images, {("noise", "KID")}, title="A finding")
    (ax,) = fig.axes
    texts = {text.get_text(): text for text in ax.texts}
    assert set(texts) == {"IS", "KID", "real", "noise", "1.0", "2.0", "3.0", "4.0"}
    assert len(ax.images) == 5 and len(ax.patches) == 1
    assert texts["4.0"].get_weight() == "bold" and texts["3.0"].get_weight() == "normal"
    x, y = texts["4.0"].get_position()
    assert ax.patches[0].get_bbox().contains(x - 0.05, y)


def test_a_table_of_dots_tints_what_is_good_in_every_seed():
    scale = plots.Scale("modes", 0, 8, good=(5, 8), bad=(0, 1))
    table = {
        "good": {"a": [8, 7, 6]},
        "bad": {"a": [0, 1, 0]},
        "neither": {"a": [8, 0, float("nan")]},
    }
    (ax,) = plots.dot_table(table, {"a": scale}, "finding").axes
    assert [text.get_text() for text in ax.get_yticklabels()] == list(table)
    assert len(ax.patches) == 2 and ax.lines[-1].get_marker() == "x"
    assert len(ax.lines) == 9
