from __future__ import annotations

import warnings
from collections.abc import Iterator

import ipywidgets
import pytest
import torch
from matplotlib.figure import Figure

from course_utils import plots, widgets

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def old_widgets_complain() -> Iterator[None]:
    """ipywidgets 7.7.1 drops keyword arguments it doesn't know, with this warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Passing unrecogni[sz]ed", DeprecationWarning)
        yield


def draw(fig: Figure | None, scale: float) -> Figure:
    if scale > 9:
        raise ValueError("too large a scale")
    return plots.image_grid(torch.full((4, 1, 8, 8), scale / 10), fig=fig)


def explorer() -> widgets.Explorer:
    return widgets.explore(draw, alt=lambda scale: f"gray {scale:.1f}", scale=(0.1, 10.0, 1.0))


def test_the_picture_follows_the_slider_in_one_reused_figure() -> None:
    panel = explorer()
    first, figure = bytes(panel.picture.value), panel.fig
    assert first.startswith(PNG)
    panel.controls["scale"].value = 5.0
    assert bytes(panel.picture.value) != first and panel.fig is figure
    assert "gray 5.0" in panel.caption.value
    panel.controls["scale"].value = 1.0
    assert bytes(panel.picture.value) == first


def test_an_error_is_seen_and_raised_and_goes_away() -> None:
    panel = explorer()
    with pytest.raises(ValueError, match="too large"):
        panel.controls["scale"].value = 9.5
    assert "too large a scale" in panel.caption.value and "too large a scale" in panel.error
    panel.controls["scale"].value = 2.0
    assert panel.error == "" and "gray 2.0" in panel.caption.value


def test_without_a_kernel_a_picture_with_alt_text_stands_in() -> None:
    bundle = explorer()._repr_mimebundle_()
    assert set(bundle) == {widgets.VIEW, "text/html", "text/plain"}
    assert 'alt="gray 1.0"' in bundle["text/html"]
    assert "data:image/png;base64," in bundle["text/html"] and "http" not in bundle["text/html"]
    assert bundle["text/plain"] == "[picture: gray 1.0]"


def test_each_kind_of_control() -> None:
    def any_picture(fig: Figure | None, **values: object) -> Figure:
        return plots.curves([1, 2], {"a": [1, 2]}, "x", "y", fig=fig)

    panel = widgets.explore(
        any_picture,
        alt="a line that rises",
        k=(1, 9, 2),
        beta=(0.0, 1.0, 0.5),
        which=["a", "b"],
        on=True,
        word=ipywidgets.Text("hi"),
        menu=[("one", 1), ("two", 2)],
    )
    kinds = {name: type(control).__name__ for name, control in panel.controls.items()}
    assert kinds == {
        "k": "IntSlider",
        "beta": "FloatSlider",
        "which": "Dropdown",
        "on": "Checkbox",
        "word": "Text",
        "menu": "Dropdown",
    }
    assert panel.controls["menu"].value == 1
    with pytest.raises(TypeError, match="k must be"):
        widgets.explore(any_picture, alt="nothing to see", k=3.5)


def game(seed: int = 0) -> widgets.GuessWhich:
    return widgets.guess_which(torch.ones(20, 1, 8, 8), torch.zeros(7, 1, 8, 8), 10, seed)


def test_the_game_counts_and_ends() -> None:
    play = game()
    assert play.rounds == 7
    for side in play.sides:
        play.guess(side)
    assert play.score == 7
    assert "7 of 7 found" in play.caption.value and "3.5 ± 1.3" in play.caption.value
    assert all(button.disabled for button in play.buttons)
    play.guess(0)
    assert play.number == 7


def test_the_real_one_is_where_the_game_says_and_clicks_count() -> None:
    play = game(seed=1)
    for number, side in enumerate(play.sides):
        assert play._pair(number)[side].mean() == 1
    assert len(set(play.sides)) == 2
    play.buttons[1 - play.sides[0]].click()
    assert play.score == 0 and play.number == 1 and "generated" in play.caption.value


def test_the_game_on_paper_has_all_pairs_and_folded_answers() -> None:
    play = game()
    page = play._repr_mimebundle_()["text/html"]
    assert page.count("<img alt=") == 1 and "<details>" in page
    assert f"1 {('left', 'right')[play.sides[0]]}" in page
