"""Exercises of notebook 06, GAN minimax, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb06.answers import ANSWERS
from coursework.exercises.nb06.batch import BATCH_FEATURES
from coursework.exercises.nb06.clinic import CLINIC
from coursework.exercises.nb06.dcgan import DCGAN_GENERATOR
from coursework.exercises.nb06.generator_losses import GENERATOR_LOSS, GENERATOR_LOSS_SATURATING
from coursework.exercises.nb06.losses import DISCRIMINATOR_LOSS
from coursework.exercises.nb06.modes import MODES_COVERED
from coursework.exercises.nb06.predictions import PREDICTIONS
from coursework.exercises.nb06.review import REVIEW
from coursework.exercises.nb06.step import GAN_STEP

EXERCISES = [
    DISCRIMINATOR_LOSS,
    ANSWERS["6.2"],
    ANSWERS["6.3"],
    GENERATOR_LOSS_SATURATING,
    GENERATOR_LOSS,
    ANSWERS["6.6"],
    GAN_STEP,
    ANSWERS["6.8"],
    MODES_COVERED,
    BATCH_FEATURES,
    DCGAN_GENERATOR,
    *CLINIC,
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
