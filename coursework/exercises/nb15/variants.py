"""Other conventions for the functions of notebook 15, for copies that are made with a seed."""

from __future__ import annotations

from coursework.checking.variants import reordered
from coursework.exercises.conventions import function

VARIANTS = [
    reordered(function("best_constant"), "loss values"),
    reordered(function("pix2pix_loss"), "y_fake y_real fake_logits l1_weight"),
    reordered(function("convert_pitch"), "f0 mean_b sd_b mean_a sd_a"),
]
