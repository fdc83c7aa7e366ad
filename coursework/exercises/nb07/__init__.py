"""Exercises of notebook 07, The optimal discriminator, in the order of the notebook."""

from __future__ import annotations

from coursework.exercises.nb07.jensen import JENSEN_SHANNON
from coursework.exercises.nb07.judge import OPTIMAL_DISCRIMINATOR
from coursework.exercises.nb07.judge_step import JUDGE_STEP
from coursework.exercises.nb07.mix import HALF_AND_HALF
from coursework.exercises.nb07.predictions import PREDICTIONS
from coursework.exercises.nb07.questions import QUESTIONS
from coursework.exercises.nb07.ratio import DENSITY_RATIO
from coursework.exercises.nb07.transport import WASSERSTEIN_1D
from coursework.exercises.nb07.value import GAN_VALUE

EXERCISES = [
    OPTIMAL_DISCRIMINATOR,
    QUESTIONS["7.2"],
    GAN_VALUE,
    QUESTIONS["7.4"],
    JENSEN_SHANNON,
    QUESTIONS["7.6"],
    QUESTIONS["7.7a"],
    QUESTIONS["7.7b"],
    JUDGE_STEP,
    DENSITY_RATIO,
    QUESTIONS["7.10"],
    WASSERSTEIN_1D,
    QUESTIONS["7.12"],
    *(QUESTIONS[f"7.{number}"] for number in range(13, 16)),
    HALF_AND_HALF,
    *(QUESTIONS[f"7.{number}"] for number in range(17, 21)),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
