"""Other conventions for the functions of notebook 11, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("spectral_sigma"), "u weight steps"),
    reordered(function("relativistic_loss"), "fake_logits real_logits"),
    reordered(function("minibatch_std"), "group h"),
]
