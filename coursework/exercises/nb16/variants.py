"""Other conventions for the functions of notebook 16, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("truncate"), "w_mean w psi"),
    reordered(function("fade_in"), "new old alpha"),
    reordered(function("mix_styles"), "w2 w1 levels crossover"),
]
