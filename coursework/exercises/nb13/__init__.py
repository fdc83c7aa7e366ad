"""Exercises of notebook 13, Normalizing flows, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb13.answers import ANSWERS
from coursework.exercises.nb13.bits import BITS_PER_DIM
from coursework.exercises.nb13.coupling import AFFINE_COUPLING
from coursework.exercises.nb13.density import FLOW_LOG_PROB
from coursework.exercises.nb13.inverse import INVERT_COUPLING
from coursework.exercises.nb13.logits import LOGIT_TRANSFORM
from coursework.exercises.nb13.noise import DEQUANTIZE
from coursework.exercises.nb13.predictions import PREDICTIONS

EXERCISES = [
    ANSWERS["13.1"],
    AFFINE_COUPLING,
    INVERT_COUPLING,
    FLOW_LOG_PROB,
    ANSWERS["13.5"],
    DEQUANTIZE,
    LOGIT_TRANSFORM,
    BITS_PER_DIM,
    ANSWERS["13.9"],
    ANSWERS["13.10"],
    ANSWERS["13.11"],
    ANSWERS["13.12"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
