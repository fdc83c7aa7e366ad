"""Exercises of notebook 08, latent perturbation, in the order in which the notebook poses them."""

from __future__ import annotations

from course_utils.exercises.nb08.gap import MUTUAL_INFORMATION_GAP
from course_utils.exercises.nb08.line import INTERPOLATE
from course_utils.exercises.nb08.loss import BETA_VAE_LOSS
from course_utils.exercises.nb08.sphere import SLERP
from course_utils.exercises.nb08.traversal import LATENT_TRAVERSAL

EXERCISES = [
    LATENT_TRAVERSAL,
    INTERPOLATE,
    SLERP,
    MUTUAL_INFORMATION_GAP,
    BETA_VAE_LOSS,
]
PREDICTIONS = []

__all__ = ["EXERCISES", "PREDICTIONS"]
