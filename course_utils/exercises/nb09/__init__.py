"""Exercises of notebook 09, debiasing, in the order in which the notebook poses them."""

from __future__ import annotations

from course_utils.checking.exercise import Exercise, Prediction, Question
from course_utils.exercises.nb09.loss import DEBIASING_LOSS
from course_utils.exercises.nb09.resampling import RESAMPLING_PROBABILITIES

EXERCISES: list[Exercise | Question] = [DEBIASING_LOSS, RESAMPLING_PROBABILITIES]
PREDICTIONS: list[Prediction] = []

__all__ = ["EXERCISES", "PREDICTIONS"]
