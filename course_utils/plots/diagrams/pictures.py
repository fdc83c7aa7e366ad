"""Small pictures inside diagrams: drawn stand-ins, or images of the notebook, as data URIs."""

from __future__ import annotations

import base64
import io
from functools import cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import avg_pool2d

from course_utils.data.digits import draw_digits
from course_utils.data.faces import render_faces
from course_utils.data.roads import draw_roads
from course_utils.plots.style import to_array


def stand_in(kind: str) -> Tensor:
    """A drawn picture: "digit 3", "blurred 3", "noise", "noisy 3 0.5", "face 2 -40", "day 0".

    The number behind "noisy" is the share of noise; those behind "face" are its skin's tone, from
    1 to 10, and the degrees by which it is turned; "night 0" is the road of "day 0", darker.
    Raises KeyError for other words.
    """
    word, *values = kind.split()
    if word in ("day", "night"):
        road = draw_roads(64).float()[int(values[0])]  # (3, 32, 32)
        return road if word == "day" else road * torch.tensor([0.3, 0.33, 0.5]).view(3, 1, 1)
    if word == "face":
        return render_faces(64, skin_tone=float(values[0]), azimuth=float(values[1]))[0]
    noise = torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(0))
    if word == "noise":
        return noise
    if word not in ("digit", "blurred", "noisy"):
        raise KeyError(f"{word!r} is none of: digit, blurred, noisy, noise, face, day, night")
    image = _digits()[int(values[0])]
    if word == "noisy":
        return torch.lerp(image, noise, float(values[1]))
    return avg_pool2d(image, 3, stride=1, padding=1) if word == "blurred" else image


@cache
def _digits() -> dict[int, Tensor]:
    """One drawn image (1, 28, 28) of each digit."""
    drawn = draw_digits(64, seed=4)
    return {int(label): image for image, label in zip(drawn.float(), drawn.labels, strict=True)}


def data_uri(image: object) -> str:
    """An image (H, W), (1, H, W) or (3, H, W) in [0, 1] as a PNG; gray ones as ink on white.

    Raises ValueError for any other shape.
    """
    pixels = to_array(image)
    if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[0] in (1, 3))):
        raise ValueError(f"an image is (H, W), (1, H, W) or (3, H, W), and not {pixels.shape}")
    shades = np.round(255 * pixels.clip(0, 1)).astype(np.uint8)
    if pixels.shape[0] == 3 == pixels.ndim:
        shades = shades.transpose(1, 2, 0)
    else:
        shades = 255 - shades.reshape(pixels.shape[-2:])
    buffer = io.BytesIO()
    Image.fromarray(shades).save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
