"""Other conventions for the functions of notebook 10, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("class_fidelity"), "y logits"),
    reordered(function("one_hot"), "classes y"),
    reordered(function("projection_logit"), "y h embedding weight"),
]
