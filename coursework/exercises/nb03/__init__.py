"""Exercises of notebook 03, VAE and the ELBO, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb03 import (
    bound,
    clinic,
    derivation,
    importance,
    likelihood,
    loss,
    passage,
    prior,
    step,
    units,
)
from coursework.exercises.nb03.answers import ANSWERS
from coursework.exercises.nb03.review import PREDICTIONS, REVIEW

EXERCISES = [
    bound.ELBO,
    derivation.DERIVATION,
    derivation.GAP,
    importance.IMPORTANCE_LOG_LIKELIHOOD,
    likelihood.BERNOULLI_LOG_LIKELIHOOD,
    ANSWERS["3.5"],
    loss.VAE_LOSS,
    *(ANSWERS[key] for key in ("3.7a", "3.7b")),
    passage.VAE_FORWARD,
    step.VAE_STEP,
    ANSWERS["3.10"],
    prior.SAMPLE_PRIOR,
    units.ACTIVE_UNITS,
    ANSWERS["3.13"],
    clinic.CLINIC,
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
