"""Exercises of notebook 14, Diffusion and flow matching, in the order of the notebook."""

from __future__ import annotations

from coursework.exercises.nb14.answers import ANSWERS
from coursework.exercises.nb14.ddim import DDIM_STEP
from coursework.exercises.nb14.ddpm import DDPM_STEP
from coursework.exercises.nb14.flow import FLOW_PAIR, GUIDE
from coursework.exercises.nb14.loss import NOISE_PREDICTION_LOSS
from coursework.exercises.nb14.noising import NOISED
from coursework.exercises.nb14.posterior import POSTERIOR
from coursework.exercises.nb14.predictions import PREDICTIONS

EXERCISES = [
    NOISED,
    ANSWERS["14.2"],
    POSTERIOR,
    NOISE_PREDICTION_LOSS,
    ANSWERS["14.5"],
    DDPM_STEP,
    DDIM_STEP,
    FLOW_PAIR,
    ANSWERS["14.9"],
    GUIDE,
    ANSWERS["14.11"],
    ANSWERS["14.12"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
