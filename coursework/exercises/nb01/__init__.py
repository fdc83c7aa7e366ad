"""Notebook 01, generative versus discriminative: what each TODO must do.

Read `fitting.py`, `scoring.py`, `clinic.py`,
`posterior.py`, `sampling.py`, `ascent.py`, then `questions.py`.
"""

from coursework.exercises.nb01 import ascent, clinic, fitting, posterior, sampling, scoring
from coursework.exercises.nb01.questions import FILLED_IN, PREDICTIONS, REVIEW, SURPRISE, WITH_PRIOR

EXERCISES = [
    fitting.GAUSSIAN_MLE,
    scoring.LOG_GAUSSIAN,
    clinic.CLINIC,
    posterior.CLASS_POSTERIOR,
    WITH_PRIOR,
    sampling.SAMPLE_JOINT,
    FILLED_IN,
    SURPRISE,
    ascent.ASCEND_CLASS_SCORE,
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
