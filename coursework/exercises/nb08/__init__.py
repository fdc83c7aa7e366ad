"""Exercises of notebook 08, latent perturbation, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb08.direction import SMILE_VECTOR
from coursework.exercises.nb08.gap import MUTUAL_INFORMATION_GAP
from coursework.exercises.nb08.line import INTERPOLATE
from coursework.exercises.nb08.loss import BETA_VAE_LOSS
from coursework.exercises.nb08.matrix import TRAVERSAL_MATRIX
from coursework.exercises.nb08.predictions import PREDICTIONS
from coursework.exercises.nb08.questions import QUESTIONS
from coursework.exercises.nb08.sphere import SLERP
from coursework.exercises.nb08.traversal import LATENT_TRAVERSAL

EXERCISES = [
    LATENT_TRAVERSAL,
    TRAVERSAL_MATRIX,
    MUTUAL_INFORMATION_GAP,
    *(QUESTIONS[f"8.{number}"] for number in range(4, 8)),
    BETA_VAE_LOSS,
    INTERPOLATE,
    *(QUESTIONS[f"8.{number}"] for number in range(10, 14)),
    SLERP,
    SMILE_VECTOR,
    *(QUESTIONS[f"8.{number}"] for number in range(16, 22)),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
