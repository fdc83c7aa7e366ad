"""Exercises of notebook 16, Growing and style, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb16.answers import ANSWERS
from coursework.exercises.nb16.fading import FADE_IN
from coursework.exercises.nb16.mixing import MIX_STYLES
from coursework.exercises.nb16.modulating import MODULATED_CONV
from coursework.exercises.nb16.predictions import PREDICTIONS
from coursework.exercises.nb16.restyling import ADAIN
from coursework.exercises.nb16.stepping import STYLE_STEP
from coursework.exercises.nb16.truncating import TRUNCATE
from coursework.exercises.nb16.walking import PATH_LENGTH

EXERCISES = [
    ADAIN,
    ANSWERS["16.2"],
    MIX_STYLES,
    ANSWERS["16.4"],
    STYLE_STEP,
    TRUNCATE,
    ANSWERS["16.7"],
    PATH_LENGTH,
    ANSWERS["16.9"],
    FADE_IN,
    MODULATED_CONV,
    ANSWERS["16.12"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
