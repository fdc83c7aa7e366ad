"""Figures for dark pages: the same picture on dark paper, its photographs and heat maps untouched.

A figure says where its images are (`data-images`, see `course_utils.display.Picture`). Everything
else keeps its hue and changes its lightness: ink becomes light, and curves stay as far apart.
"""

import base64
import io
import re

import numpy as np
from PIL import Image

_FIGURE = re.compile(
    r'<img (?P<before>[^>]*?)data-images="(?P<boxes>[^"]*)"(?P<after>[^>]*?)'
    r'src="data:image/png;base64,(?P<data>[^"]+)"(?P<end>[^>]*)>'
)
PAPER, INK = 0.09, 0.97  # lightness of what was white and of what was black
POWER = 0.8  # below 1: middle tones, such as the lines of a plot, get lighter than they were


def for_both(page: str) -> str:
    """HTML in which each figure is followed by its dark version; a page's style shows one."""
    return _FIGURE.sub(_pair, page)


def _pair(found: re.Match[str]) -> str:
    boxes = [[float(n) for n in box.split(",")] for box in found["boxes"].split()]
    dark = base64.b64encode(darkened(base64.b64decode(found["data"]), boxes)).decode()
    attributes = (found["before"] + found["after"]).replace("background:white;", "")
    light = found[0].replace("<img ", '<img class="on-light" ', 1)
    source = f'src="data:image/png;base64,{dark}"'
    return f'{light}<img class="on-dark dark-light" {attributes}{source}{found["end"]}>'


def darkened(png: bytes, boxes: list[list[float]]) -> bytes:
    """The picture with its lightness turned round outside `boxes`.

    boxes: (left, bottom, width, height) each, as shares of the picture.
    """
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    result = _turned(picture)
    high, wide = picture.shape[:2]
    for left, bottom, width, height in boxes:
        rows = slice(round((1 - bottom - height) * high), round((1 - bottom) * high))
        columns = slice(round(left * wide), round((left + width) * wide))
        result[rows, columns] = picture[rows, columns]
    buffer = io.BytesIO()
    Image.fromarray(result).save(buffer, format="png")
    return buffer.getvalue()


def _turned(picture: np.ndarray) -> np.ndarray:
    """Lightness L (of HSL) becomes PAPER + (INK - PAPER) (1 - L)^POWER; hue and saturation stay."""
    rgb = picture.astype(np.float32) / 255  # (H, W, 3)
    top, low = rgb.max(2), rgb.min(2)
    lightness = (top + low) / 2
    wanted = PAPER + (INK - PAPER) * (1 - lightness) ** POWER
    room = 1 - np.abs(2 * lightness - 1)  # chroma is at most this, at this lightness
    scale = (1 - np.abs(2 * wanted - 1)) / np.maximum(room, 1e-3)
    scale = np.where(top - low < 0.02, 0.0, np.minimum(scale, 4.0))
    turned = wanted[..., None] + (rgb - lightness[..., None]) * scale[..., None]
    return (255 * turned.clip(0, 1)).round().astype(np.uint8)
