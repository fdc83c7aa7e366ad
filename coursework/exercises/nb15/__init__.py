"""Exercises of notebook 15, Image translation, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb15.answers import ANSWERS
from coursework.exercises.nb15.between import SHARE_BETWEEN
from coursework.exercises.nb15.constant import BEST_CONSTANT
from coursework.exercises.nb15.content import CONTENT_KEPT
from coursework.exercises.nb15.cycle import CYCLE_LOSS, IDENTITY_LOSS
from coursework.exercises.nb15.cyclegan import CYCLEGAN_GENERATOR_LOSS
from coursework.exercises.nb15.pairs import DISCRIMINATOR_PAIR_LOSS
from coursework.exercises.nb15.patches import PATCH_RECEPTIVE_FIELD
from coursework.exercises.nb15.pitch import CONVERT_PITCH
from coursework.exercises.nb15.pix2pix import PIX2PIX_LOSS
from coursework.exercises.nb15.predictions import PREDICTIONS

EXERCISES = [
    BEST_CONSTANT,
    SHARE_BETWEEN,
    ANSWERS["15.3"],
    PATCH_RECEPTIVE_FIELD,
    DISCRIMINATOR_PAIR_LOSS,
    PIX2PIX_LOSS,
    ANSWERS["15.7"],
    CYCLE_LOSS,
    CYCLEGAN_GENERATOR_LOSS,
    ANSWERS["15.10"],
    IDENTITY_LOSS,
    ANSWERS["15.12"],
    CONVERT_PITCH,
    CONTENT_KEPT,
    ANSWERS["15.15"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
