"""Notebook 04, the KL worksheet: what each TODO must do.

Read `entropies.py`, `divergences.py`, `gaussian.py`, `gaussian_full.py`, `monte_carlo.py`, then
the typed answers in `answers_discrete.py`, `answers_fits.py`, `answers_gaussian.py`, `review.py`.
"""

from coursework.checking.exercise import Question
from coursework.exercises.nb04.answers_discrete import DISCRETE
from coursework.exercises.nb04.answers_fits import FITS
from coursework.exercises.nb04.answers_gaussian import GAUSSIANS
from coursework.exercises.nb04.clinic import BETWEEN, CLINIC
from coursework.exercises.nb04.divergences import JS_DIVERGENCE, KL_DIVERGENCE
from coursework.exercises.nb04.entropies import CROSS_ENTROPY, ENTROPY
from coursework.exercises.nb04.gaussian import GAUSSIAN_KL
from coursework.exercises.nb04.gaussian_full import GAUSSIAN_KL_FULL
from coursework.exercises.nb04.monte_carlo import KL_MONTE_CARLO
from coursework.exercises.nb04.review import PREDICTIONS, REVIEW


def _answers(section: str) -> list[Question]:
    """The answers to one exercise: 4.2a to 4.2d for "4.2"."""
    return [q for q in [*DISCRETE, *FITS, *GAUSSIANS] if q.key.rstrip("abcdef") == section]


EXERCISES = [
    ENTROPY,
    *_answers("4.2"),
    CROSS_ENTROPY,
    KL_DIVERGENCE,
    *_answers("4.5"),
    *_answers("4.6"),
    JS_DIVERGENCE,
    *_answers("4.8"),
    GAUSSIAN_KL,
    *_answers("4.10"),
    GAUSSIAN_KL_FULL,
    BETWEEN,
    *_answers("4.12"),
    KL_MONTE_CARLO,
    *_answers("4.14"),
    CLINIC,
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
