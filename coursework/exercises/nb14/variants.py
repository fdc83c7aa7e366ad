"""Other conventions for the functions of notebook 14, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("noised"), "eps alpha_bar_t x0"),
    reordered(function("flow_pair"), "eps x0 t"),
    reordered(function("guide"), "eps_uncond eps_cond w"),
]
