"""Exercises of notebook 09, debiasing, in the order in which the notebook poses them."""

from __future__ import annotations

from course_utils.checking.exercise import Exercise, Prediction, Question
from course_utils.exercises.nb09.clinic import CLINIC
from course_utils.exercises.nb09.groups import ACCURACY_GAP, GROUP_ACCURACY
from course_utils.exercises.nb09.interval import WILSON_INTERVAL
from course_utils.exercises.nb09.loss import DEBIASING_LOSS
from course_utils.exercises.nb09.report import DETECTOR_REPORT
from course_utils.exercises.nb09.resampling import RESAMPLING_PROBABILITIES

EXERCISES: list[Exercise | Question] = [
    DETECTOR_REPORT,
    GROUP_ACCURACY,
    ACCURACY_GAP,
    WILSON_INTERVAL,
    DEBIASING_LOSS,
    RESAMPLING_PROBABILITIES,
    *CLINIC.values(),
]
PREDICTIONS: list[Prediction] = []

__all__ = ["EXERCISES", "PREDICTIONS"]
