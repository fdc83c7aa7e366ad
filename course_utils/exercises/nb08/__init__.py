"""Exercises of notebook 08, latent perturbation, in the order in which the notebook poses them."""

from __future__ import annotations

from course_utils.exercises.nb08.traversal import LATENT_TRAVERSAL

EXERCISES = [
    LATENT_TRAVERSAL,
]
PREDICTIONS = []

__all__ = ["EXERCISES", "PREDICTIONS"]
