"""Other conventions for the functions of notebook 09, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("group_accuracy"), "group y y_hat"),
    reordered(function("equalized_odds_gap"), "group y y_hat"),
    reordered(function("wilson_interval"), "n successes z"),
]
