"""Exercises of notebook 08, latent perturbation, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb08.answers import ANSWERS
from coursework.exercises.nb08.gap import MUTUAL_INFORMATION_GAP
from coursework.exercises.nb08.line import INTERPOLATE
from coursework.exercises.nb08.loss import BETA_VAE_LOSS
from coursework.exercises.nb08.predictions import PREDICTIONS
from coursework.exercises.nb08.review import REVIEW
from coursework.exercises.nb08.sphere import SLERP
from coursework.exercises.nb08.traversal import LATENT_TRAVERSAL

EXERCISES = [
    LATENT_TRAVERSAL,
    MUTUAL_INFORMATION_GAP,
    ANSWERS["8.3"],
    ANSWERS["8.4"],
    ANSWERS["8.5"],
    ANSWERS["8.6"],
    INTERPOLATE,
    ANSWERS["8.8"],
    SLERP,
    BETA_VAE_LOSS,
    *REVIEW.values(),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
