"""Exercises of notebook 05, Reparameterization, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb05.answers import ANSWERS
from coursework.exercises.nb05.clinic import CLINIC
from coursework.exercises.nb05.gumbel import GUMBEL
from coursework.exercises.nb05.pathwise import PATHWISE
from coursework.exercises.nb05.predictions import PREDICTIONS
from coursework.exercises.nb05.reparameterize import REPARAMETERIZE
from coursework.exercises.nb05.score_function import SCORE_FUNCTION
from coursework.exercises.nb05.score_sigma import SCORE_SIGMA
from coursework.exercises.nb05.straight import STRAIGHT_THROUGH
from coursework.exercises.nb05.surrogate import SURROGATE_LOSS

EXERCISES = [
    ANSWERS["5.1"],
    REPARAMETERIZE,
    ANSWERS["5.3"],
    SCORE_FUNCTION,
    PATHWISE,
    ANSWERS["5.6"],
    SCORE_SIGMA,
    SURROGATE_LOSS,
    GUMBEL,
    STRAIGHT_THROUGH,
    CLINIC,
    *(ANSWERS[key] for key in ("5.12", "5.13", "5.14", "5.15")),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
