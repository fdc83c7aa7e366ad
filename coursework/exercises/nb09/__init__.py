"""Exercises of notebook 09, debiasing, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.checking.exercise import Exercise, Question
from coursework.exercises.nb09.clinic import CLINIC
from coursework.exercises.nb09.groups import ACCURACY_GAP, GROUP_ACCURACY
from coursework.exercises.nb09.interval import WILSON_INTERVAL
from coursework.exercises.nb09.loss import DEBIASING_LOSS
from coursework.exercises.nb09.predictions import PREDICTIONS
from coursework.exercises.nb09.questions import QUESTIONS
from coursework.exercises.nb09.report import DETECTOR_REPORT
from coursework.exercises.nb09.resampling import RESAMPLING_PROBABILITIES

EXERCISES: list[Exercise | Question] = [
    DETECTOR_REPORT,
    QUESTIONS["9.2"],
    GROUP_ACCURACY,
    ACCURACY_GAP,
    WILSON_INTERVAL,
    QUESTIONS["9.6"],
    DEBIASING_LOSS,
    RESAMPLING_PROBABILITIES,
    QUESTIONS["9.9"],
    *CLINIC.values(),
    *(QUESTIONS[f"9.{number}"] for number in range(13, 23)),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
