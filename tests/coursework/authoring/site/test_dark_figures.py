"""A figure on dark pages: light ink on dark paper, the same hues, images as they were."""

import base64
import io
import re

import numpy as np
import torch
from PIL import Image

from course_utils import plots
from course_utils.display import Picture
from course_utils.widgets import explore, guess_which
from coursework.authoring.site.dark_figures import darkened, for_both


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def picture(*colors: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.array([colors], dtype=np.uint8)).save(buffer, format="png")
    return buffer.getvalue()


def test_paper_gets_dark_ink_light_and_a_color_keeps_its_hue():
    white, ink, indigo, orange = pixels(
        darkened(picture((255, 255, 255), (38, 40, 46), (66, 99, 172), (231, 99, 0)), [])
    )[0]
    assert max(white) < 40 and min(ink) > 200
    assert indigo[2] > indigo[1] > indigo[0] and indigo[2] > 180
    assert orange[0] > orange[1] > orange[2] and orange[0] > 230


def test_images_stay_as_they_are_and_their_title_does_not():
    fig = plots.image_grid(torch.rand(4, 1, 8, 8), columns=4, title="Four squares of noise")
    shown = Picture(fig, "four squares of noise")
    page = for_both(shown._repr_mimebundle_()["text/html"])
    light, dark = (pixels(base64.b64decode(data)) for data in re.findall(r'base64,([^"]+)"', page))
    left, bottom, width, height = (float(n) for n in shown.images.split()[0].split(","))
    high, wide = light.shape[:2]
    row = round((1 - bottom - height / 2) * high)
    columns = slice(round((left + 0.02) * wide), round((left + width - 0.02) * wide))
    assert np.array_equal(light[row, columns], dark[row, columns])
    assert light[0, 0].min() == 255 and dark[0, 0].max() < 40


def test_both_say_what_they_show_and_a_page_without_figures_is_unchanged():
    fig, (ax,) = plots.canvas()
    ax.plot([0, 1])
    page = for_both(Picture(fig, "a line that rises")._repr_mimebundle_()["text/html"])
    assert page.count('alt="a line that rises"') == 2
    assert page.count('class="on-light"') == page.count('class="on-dark dark-light"') == 1
    assert page.count("background:white") == 1
    assert for_both("<p>nothing</p>") == "<p>nothing</p>"


def test_the_still_of_a_picture_with_sliders_has_a_dark_version():
    def draw(fig, shift):
        fig, (ax,) = plots.canvas(fig)
        ax.plot([0, shift])
        return fig

    still = explore(draw, alt="a line that rises", shift=(0.0, 2.0, 1.0)).still()
    light, dark = (pixels(base64.b64decode(d)) for d in re.findall(r'4,([^"]+)"', for_both(still)))
    assert light[0, 0].min() == 255 and dark[0, 0].max() < 40


def test_the_still_of_a_game_keeps_its_images_on_a_dark_page():
    still = guess_which(torch.zeros(2, 1, 8, 8), torch.zeros(2, 1, 8, 8), rounds=2).still()
    light, dark = (pixels(base64.b64decode(d)) for d in re.findall(r'4,([^"]+)"', for_both(still)))
    white = [(page.min(2) > 250).mean() for page in (light, dark)]
    assert white[0] > 0.8 and 0.5 < white[1] < white[0] and dark[0, 0].max() < 40
