"""Exercises of notebook 09, debiasing, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.checking.exercise import Exercise, Question
from coursework.exercises.nb09.clinic import CLINIC
from coursework.exercises.nb09.control import CONTROL_CHANCES
from coursework.exercises.nb09.groups import ACCURACY_GAP, GROUP_ACCURACY
from coursework.exercises.nb09.interval import WILSON_INTERVAL
from coursework.exercises.nb09.loss import DEBIASING_LOSS
from coursework.exercises.nb09.odds import EQUALIZED_ODDS_GAP
from coursework.exercises.nb09.predictions import PREDICTIONS
from coursework.exercises.nb09.questions import QUESTIONS
from coursework.exercises.nb09.report import DETECTOR_REPORT
from coursework.exercises.nb09.resampling import RESAMPLING_PROBABILITIES

EXERCISES: list[Exercise | Question] = [
    DETECTOR_REPORT,
    QUESTIONS["9.2"],
    GROUP_ACCURACY,
    ACCURACY_GAP,
    EQUALIZED_ODDS_GAP,
    WILSON_INTERVAL,
    QUESTIONS["9.7"],
    DEBIASING_LOSS,
    RESAMPLING_PROBABILITIES,
    QUESTIONS["9.10"],
    CONTROL_CHANCES,
    *CLINIC.values(),
    *(QUESTIONS[f"9.{number}"] for number in range(15, 21)),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
