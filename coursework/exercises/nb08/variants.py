"""Other conventions for the functions of notebook 08, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("interpolate"), "steps z0 z1"),
    reordered(function("slerp"), "steps z0 z1"),
    reordered(function("smile_vector"), "smile z"),
]
