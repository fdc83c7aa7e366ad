"""Exercises of notebook 17, What it is good for, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb17.answers import ANSWERS
from coursework.exercises.nb17.decoding import DECODE_IMAGE
from coursework.exercises.nb17.encoding import ENCODE_IMAGE
from coursework.exercises.nb17.filling import CONDITIONAL_LOG_LIKELIHOOD
from coursework.exercises.nb17.labels import M2_UNLABELED_LOSS
from coursework.exercises.nb17.pop import POP
from coursework.exercises.nb17.predictions import PREDICTIONS
from coursework.exercises.nb17.push import PUSH
from coursework.exercises.nb17.sample_size import EFFECTIVE_SAMPLE_SIZE

EXERCISES = [
    ANSWERS["17.1"],
    PUSH,
    POP,
    ENCODE_IMAGE,
    DECODE_IMAGE,
    ANSWERS["17.6"],
    CONDITIONAL_LOG_LIKELIHOOD,
    EFFECTIVE_SAMPLE_SIZE,
    ANSWERS["17.9"],
    M2_UNLABELED_LOSS,
    ANSWERS["17.11"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
