"""Notebook 04, the KL worksheet: what each TODO must do.

Read `entropies.py`, `divergences.py`, `gaussian.py`, `gaussian_full.py`, `monte_carlo.py`, then the typed
answers in `answers_discrete.py`, `answers_fits.py`, `answers_gaussian.py` and `review.py`.
"""

from coursework.exercises.nb04.answers_discrete import ENTROPIES, EXTRA
from coursework.exercises.nb04.answers_fits import CEILING, TWO_BUMPS
from coursework.exercises.nb04.answers_gaussian import DRAWS, GAUSSIANS, MISPRINT
from coursework.exercises.nb04.divergences import JS_DIVERGENCE, KL_DIVERGENCE
from coursework.exercises.nb04.entropies import CROSS_ENTROPY, ENTROPY
from coursework.exercises.nb04.gaussian import GAUSSIAN_KL
from coursework.exercises.nb04.gaussian_full import GAUSSIAN_KL_FULL
from coursework.exercises.nb04.monte_carlo import KL_MONTE_CARLO
from coursework.exercises.nb04.review import PREDICTIONS, REVIEW

EXERCISES = [
    ENTROPY,
    *ENTROPIES,
    CROSS_ENTROPY,
    KL_DIVERGENCE,
    *EXTRA,
    *TWO_BUMPS,
    JS_DIVERGENCE,
    *CEILING,
    GAUSSIAN_KL,
    *GAUSSIANS,
    GAUSSIAN_KL_FULL,
    *MISPRINT,
    KL_MONTE_CARLO,
    DRAWS,
    *REVIEW,
]

__all__ = ["EXERCISES", "PREDICTIONS"]
