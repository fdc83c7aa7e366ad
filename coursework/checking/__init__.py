"""One check with two callers: `check` in a notebook, `evaluate` for graders and tests.

Read `exercise.py` (what an exercise is made of) and `engine.py` (the verdict). Then read what the
engine calls: `state.py` (torch as it always is here), `running.py` (calling code that may do
anything), `twice.py` (what a call leaves behind), `compare.py`, `relations.py` (the right answer
times two), `words.py` (errors) and `questions.py` (typed answers). Last, what calls the engine:
`evaluation.py` (the door), `their_code.py` (what the learner's text shows) and `notebook.py` (what
the learner sees and calls).

`evaluate` knows every exercise by its name; it is looked up lazily, since exercises are themselves
made from the definitions here.
"""

from typing import Any

from coursework.checking.exercise import (
    Case,
    Exercise,
    InterfaceError,
    Mistake,
    Observed,
    Part,
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
    "Observed",
    "Part",
    "Prediction",
    "Property",
    "Question",
    "Verdict",
    "evaluate",
]


def __getattr__(name: str) -> Any:
    if name == "evaluate":
        from coursework.checking.evaluation import evaluate

        return evaluate
    raise AttributeError(f"module 'coursework.checking' has no attribute {name!r}")
