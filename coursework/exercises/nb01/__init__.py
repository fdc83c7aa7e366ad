"""Notebook 01, generative versus discriminative: what each TODO must do.

Read `fitting.py`, `scoring.py`, `posterior.py`, `sampling.py`, `ascent.py`, then `questions.py`.
"""

from coursework.exercises.nb01.ascent import ASCEND_CLASS_SCORE
from coursework.exercises.nb01.fitting import GAUSSIAN_MLE
from coursework.exercises.nb01.posterior import CLASS_POSTERIOR
from coursework.exercises.nb01.questions import (
    FILLED_IN,
    PREDICTIONS,
    REVIEW,
    SURPRISE,
    WITH_PRIOR,
)
from coursework.exercises.nb01.sampling import SAMPLE_JOINT
from coursework.exercises.nb01.scoring import LOG_GAUSSIAN

EXERCISES = [
    GAUSSIAN_MLE,
    LOG_GAUSSIAN,
    CLASS_POSTERIOR,
    WITH_PRIOR,
    SAMPLE_JOINT,
    FILLED_IN,
    SURPRISE,
    ASCEND_CLASS_SCORE,
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
