"""Exercises of notebook 03, VAE and the ELBO, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb03 import bound, importance, likelihood, loss, units
from coursework.exercises.nb03.answers import ANSWERS
from coursework.exercises.nb03.review import PREDICTIONS, REVIEW

EXERCISES = [
    bound.ELBO,
    ANSWERS["3.2"],
    importance.IMPORTANCE_LOG_LIKELIHOOD,
    likelihood.BERNOULLI_LOG_LIKELIHOOD,
    ANSWERS["3.5"],
    loss.VAE_LOSS,
    *(ANSWERS[key] for key in ("3.7a", "3.7b", "3.8")),
    units.ACTIVE_UNITS,
    ANSWERS["3.10"],
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
