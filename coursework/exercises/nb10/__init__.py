"""Exercises of notebook 10, Conditional models, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb10.answers import ANSWERS
from coursework.exercises.nb10.fidelity import CLASS_FIDELITY
from coursework.exercises.nb10.labels import APPEND_LABEL_PLANES, ONE_HOT
from coursework.exercises.nb10.loss import CONDITIONAL_VAE_LOSS
from coursework.exercises.nb10.predictions import PREDICTIONS
from coursework.exercises.nb10.projection import PROJECTION_LOGIT
from coursework.exercises.nb10.step import CONDITIONAL_GAN_STEP

EXERCISES = [
    CLASS_FIDELITY,
    ANSWERS["10.2"],
    ONE_HOT,
    APPEND_LABEL_PLANES,
    CONDITIONAL_VAE_LOSS,
    ANSWERS["10.6"],
    ANSWERS["10.7"],
    CONDITIONAL_GAN_STEP,
    PROJECTION_LOGIT,
    ANSWERS["10.10"],
    ANSWERS["10.11"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
