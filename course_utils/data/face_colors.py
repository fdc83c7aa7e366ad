"""Colors of skin, hair, shirt and backdrop, as amounts of light, and as values of an image.

Light is added and averaged as amounts (linear); an image stores sRGB values, which are brighter.
"""

from __future__ import annotations

import torch
from torch import Tensor

BACKDROP, SKIN, NECK, HAIR, SHIRT = range(5)  # the parts of a picture

# Shades 1 to 10 of the Monk Skin Tone Scale, https://skintone.google
MONK = (
    "#f6ede4",
    "#f3e7db",
    "#f7ead0",
    "#eadaba",
    "#d7bd96",
    "#a07e56",
    "#825c43",
    "#604134",
    "#3a312a",
    "#292420",
)
HAIR_RAMP = ("#1d1918", "#33251e", "#4d3424", "#6f452b", "#8e5d33", "#ad8449")
BACKDROP_RAMP = ("#d98f7c", "#e6bd7e", "#a9bf8a", "#7fb3b8", "#8b9fce", "#b595c4")
SHIRT_COLOR = "#4d6b86"
EXPOSURE = 1.4  # so that the median of a well lit face is its shade of the scale
SHOULDER = 0.7  # light above this is compressed, as film does, and never reaches white


def linear(code: str) -> Tensor:
    """Amounts of light (3,) of an sRGB color such as "#f6ede4" (IEC 61966-2-1)."""
    c = torch.tensor([int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return torch.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def to_srgb(light: Tensor) -> Tensor:
    """sRGB values in [0, 1] of amounts of light, any shape (IEC 61966-2-1)."""
    curve = 1.055 * light.clamp(1e-9, 1) ** (1 / 2.4) - 0.055
    return torch.where(light <= 0.0031308, 12.92 * light, curve)


def compress(light: Tensor) -> Tensor:
    """Amounts of light, any shape, with those above SHOULDER bent so that they stay below 1."""
    room = 1 - SHOULDER
    over = (light - SHOULDER).clamp_(min=0)
    return light.clamp(max=SHOULDER).add_(over.div_(-room).expm1_(), alpha=-room)


def along_ramp(codes: tuple[str, ...], at: Tensor) -> Tensor:
    """Colors (N, 3) between those of `codes`, for at (N,) from 0 (the first) to 1 (the last)."""
    ramp = torch.stack([linear(code) for code in codes])
    place = at.clamp(0, 1) * (len(codes) - 1)
    low = place.long().clamp(max=len(codes) - 2)
    return torch.lerp(ramp[low], ramp[low + 1], (place - low).unsqueeze(-1))


def darkness(skin: Tensor) -> Tensor:
    """0 for light skin to nearly 1 for the darkest, (N, 1), from its color (N, 3)."""
    return (1 - skin.mean(-1, keepdim=True) / 0.3).clamp(0, 1)


def colors_of(factors: dict[str, Tensor]) -> dict[int, Tensor]:
    """The color (N, 3) of each part, as amounts of light, for faces with these factors (N,)."""
    shade = factors["skin_tone"].round().long().clamp(1, len(MONK)) - 1
    skin = torch.stack([linear(code) for code in MONK])[shade]
    lightest_hair = 1 - 0.7 * darkness(skin).squeeze(-1)  # blond hair goes with light skin
    return {
        BACKDROP: along_ramp(BACKDROP_RAMP, factors["background"]) / EXPOSURE,
        SKIN: skin,
        NECK: skin,
        HAIR: along_ramp(HAIR_RAMP, factors["hair_color"] * lightest_hair),
        SHIRT: linear(SHIRT_COLOR).expand_as(skin),
    }
