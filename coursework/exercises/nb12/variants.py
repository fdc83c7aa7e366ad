"""Other conventions for the functions of notebook 12, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("precision_recall"), "fake real k"),
    reordered(function("coverage"), "fake real k"),
    reordered(function("memorization_auc"), "train test samples"),
]
