"""Exercises of notebook 07, The optimal discriminator, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb07.answers import ANSWERS
from coursework.exercises.nb07.derivation import DERIVATION
from coursework.exercises.nb07.jensen import JENSEN_SHANNON
from coursework.exercises.nb07.judge import OPTIMAL_DISCRIMINATOR
from coursework.exercises.nb07.predictions import PREDICTIONS
from coursework.exercises.nb07.ratio import DENSITY_RATIO
from coursework.exercises.nb07.review import REVIEW
from coursework.exercises.nb07.transport import WASSERSTEIN_1D
from coursework.exercises.nb07.value import GAN_VALUE

EXERCISES = [
    OPTIMAL_DISCRIMINATOR,
    ANSWERS["7.2"],
    GAN_VALUE,
    ANSWERS["7.4"],
    JENSEN_SHANNON,
    DERIVATION,
    ANSWERS["7.7a"],
    ANSWERS["7.7b"],
    DENSITY_RATIO,
    ANSWERS["7.9"],
    WASSERSTEIN_1D,
    ANSWERS["7.11"],
    REVIEW["7.12"],
    REVIEW["7.13"],
    REVIEW["7.14"],
    REVIEW["7.15"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
