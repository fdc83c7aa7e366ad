"""Images for title pictures: what the course's models drew, and drawn faces and digits."""

from __future__ import annotations

from functools import cache

import torch
from PIL import Image
from torch import Tensor

from course_utils.data.digits import draw_digits
from course_utils.data.face_shapes import WHOLE
from course_utils.data.faces import render_faces
from course_utils.data.measured import FOLDER

KNOBS = {
    "azimuth": (-45.0, -15.0, 15.0, 45.0),
    "smile": (0.0, 0.33, 0.67, 1.0),
    "skin_tone": (1.0, 4.0, 7.0, 10.0),
    "light_direction": (-70.0, -25.0, 25.0, 70.0),
}


@cache
def images() -> dict[str, Tensor]:
    """By name: "VAE 0" to "VAE 11" and the same of the other models of `samples_of_all.py`,
    "style 0" (faces), "smile 0" to "smile 3" and the other knobs, "7 0" to "7 7" of drawn digits,
    "gray hair", "black hair", "blond hair"."""
    found = _sheet("samples_faces", 3, 32) | _sheet("samples_digits", 1, 28)
    for knob, values in KNOBS.items():
        for number, value in enumerate(values):
            found[f"{knob} {number}"] = render_faces(64, WHOLE, **{knob: value})[0]
    drawn = draw_digits(200, seed=4)
    for digit in range(10):
        for number, image in enumerate(drawn.float()[drawn.labels == digit][:8]):
            found[f"{digit} {number}"] = image
    return found | _hair()


def _hair() -> dict[str, Tensor]:
    """One face with black hair, with blond hair, and with hair as a gray photograph shows it."""
    black, blond = (
        render_faces(64, hair_color=color, hair_length=0.7, skin_tone=2.0)[0] for color in (0, 1)
    )
    is_hair = (black - blond).abs().sum(0) > 0.05
    gray = torch.where(is_hair, (black + blond).mean(0) / 2, blond)
    return {"black hair": black, "blond hair": blond, "gray hair": gray}


def _sheet(name: str, channels: int, side: int) -> dict[str, Tensor]:
    picture = Image.open(FOLDER / f"{name}.png")
    pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).float() / 255
    rows = pixels.reshape(-1, side, 12, side, channels).permute(0, 2, 4, 1, 3)  # (R, 12, C, S, S)
    return {
        f"{model} {number}": image
        for model, row in zip(picture.info["rows"].split(","), rows, strict=True)
        for number, image in enumerate(row)
    }
