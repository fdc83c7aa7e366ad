"""One check with two callers: `check` in a notebook, `evaluate` for graders and tests.

Read `exercise.py` (what an exercise is made of), `engine.py` (the verdict), `running.py` (calling
code that may do anything), `compare.py`, then `notebook.py` (what the learner sees).
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
from course_utils.checking.notebook import CheckFailed, answer_sheet, check, hint, predict

__all__ = [
    "Case",
    "CheckFailed",
    "Exercise",
    "InterfaceError",
    "Mistake",
    "Prediction",
    "Property",
    "Question",
    "Verdict",
    "answer_sheet",
    "check",
    "evaluate",
    "hint",
    "predict",
]
