"""Exercises of notebook 11, GANs that train, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb11.critic_step import CRITIC_STEP
from coursework.exercises.nb11.dirac import DIRAC_JACOBIAN
from coursework.exercises.nb11.minibatch import MINIBATCH_STD
from coursework.exercises.nb11.penalty import GRADIENT_PENALTY
from coursework.exercises.nb11.predictions import PREDICTIONS
from coursework.exercises.nb11.questions import ANSWERS
from coursework.exercises.nb11.r1 import R1_PENALTY
from coursework.exercises.nb11.relativistic import RELATIVISTIC_LOSS
from coursework.exercises.nb11.spectral import SPECTRAL_SIGMA

EXERCISES = [
    DIRAC_JACOBIAN,
    ANSWERS["11.2"],
    R1_PENALTY,
    ANSWERS["11.4"],
    SPECTRAL_SIGMA,
    MINIBATCH_STD,
    RELATIVISTIC_LOSS,
    GRADIENT_PENALTY,
    ANSWERS["11.9"],
    CRITIC_STEP,
    ANSWERS["11.11"],
    ANSWERS["11.12"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
