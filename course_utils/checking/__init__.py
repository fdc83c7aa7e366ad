"""One check with two callers: `check` in a notebook, `evaluate` for graders and tests.

Read `exercise.py` (what an exercise is made of), `engine.py` (the verdict), `running.py` (calling
code that may do anything), `compare.py`, then `notebook.py` (what the learner sees and calls).
"""

from course_utils.checking.engine import evaluate
from course_utils.checking.exercise import (
    Case,
    Exercise,
    InterfaceError,
    Mistake,
    Prediction,
    Property,
    Question,
    Verdict,
)

__all__ = [
    "Case",
    "Exercise",
    "InterfaceError",
    "Mistake",
    "Prediction",
    "Property",
    "Question",
    "Verdict",
    "evaluate",
]
