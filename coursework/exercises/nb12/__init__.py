"""Exercises of notebook 12, Judging samples, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb12.answers import ANSWERS
from coursework.exercises.nb12.copying import MEMORIZATION_AUC
from coursework.exercises.nb12.covering import COVERAGE
from coursework.exercises.nb12.kernel import KID
from coursework.exercises.nb12.neighbors import PRECISION_RECALL
from coursework.exercises.nb12.predictions import PREDICTIONS
from coursework.exercises.nb12.sample_size import EXTRAPOLATE_FID
from coursework.exercises.nb12.score import INCEPTION_SCORE

EXERCISES = [
    INCEPTION_SCORE,
    ANSWERS["12.2"],
    EXTRAPOLATE_FID,
    ANSWERS["12.4"],
    KID,
    PRECISION_RECALL,
    COVERAGE,
    ANSWERS["12.8"],
    MEMORIZATION_AUC,
    ANSWERS["12.10"],
    ANSWERS["12.11"],
    ANSWERS["12.12"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
