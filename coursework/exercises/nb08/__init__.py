"""Exercises of notebook 08, latent perturbation, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb08.gap import MUTUAL_INFORMATION_GAP
from coursework.exercises.nb08.line import INTERPOLATE
from coursework.exercises.nb08.loss import BETA_VAE_LOSS
from coursework.exercises.nb08.predictions import PREDICTIONS
from coursework.exercises.nb08.questions import QUESTIONS
from coursework.exercises.nb08.sphere import SLERP
from coursework.exercises.nb08.traversal import LATENT_TRAVERSAL

EXERCISES = [
    LATENT_TRAVERSAL,
    MUTUAL_INFORMATION_GAP,
    QUESTIONS["8.3"],
    QUESTIONS["8.4"],
    QUESTIONS["8.5"],
    QUESTIONS["8.6"],
    INTERPOLATE,
    QUESTIONS["8.8"],
    SLERP,
    BETA_VAE_LOSS,
    *(QUESTIONS[f"8.{number}"] for number in range(11, 23)),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
