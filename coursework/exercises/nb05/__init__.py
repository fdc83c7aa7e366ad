"""Exercises of notebook 05, Reparameterization, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb05.answers import ANSWERS
from coursework.exercises.nb05.gumbel import GUMBEL
from coursework.exercises.nb05.pathwise import PATHWISE
from coursework.exercises.nb05.predictions import PREDICTIONS
from coursework.exercises.nb05.reparameterize import REPARAMETERIZE
from coursework.exercises.nb05.score_function import SCORE_FUNCTION

EXERCISES = [
    ANSWERS["5.1"],
    REPARAMETERIZE,
    ANSWERS["5.3"],
    SCORE_FUNCTION,
    PATHWISE,
    ANSWERS["5.6"],
    ANSWERS["5.7"],
    GUMBEL,
    ANSWERS["5.9"],
    ANSWERS["5.10"],
    ANSWERS["5.11"],
    ANSWERS["5.12"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
