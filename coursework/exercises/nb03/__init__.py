"""Exercises of notebook 03, VAE and the ELBO, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb03.answers import IN_TEXT
from coursework.exercises.nb03.bound import ELBO
from coursework.exercises.nb03.importance import IMPORTANCE_LOG_LIKELIHOOD
from coursework.exercises.nb03.likelihood import BERNOULLI_LOG_LIKELIHOOD
from coursework.exercises.nb03.loss import VAE_LOSS
from coursework.exercises.nb03.review import PREDICTIONS, REVIEW
from coursework.exercises.nb03.units import ACTIVE_UNITS

ANSWERS = {question.key: question for question in IN_TEXT}

EXERCISES = [
    ELBO,
    ANSWERS["3.2"],
    IMPORTANCE_LOG_LIKELIHOOD,
    BERNOULLI_LOG_LIKELIHOOD,
    ANSWERS["3.5"],
    VAE_LOSS,
    ANSWERS["3.7a"],
    ANSWERS["3.7b"],
    ANSWERS["3.8"],
    ACTIVE_UNITS,
    ANSWERS["3.10"],
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
