"""Exercises of notebook 09, debiasing, in the order in which the notebook poses them."""

from __future__ import annotations

from course_utils.checking.exercise import Exercise, Prediction, Question

EXERCISES: list[Exercise | Question] = []
PREDICTIONS: list[Prediction] = []

__all__ = ["EXERCISES", "PREDICTIONS"]
