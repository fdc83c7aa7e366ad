"""Deep generative models, taught in notebooks that tell you which mistake you made.

`from course_utils import check, hint, predict, show, answer_sheet` is what a notebook needs from
here; everything else is imported from its module. Nothing heavy is loaded until it is used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "check": "coursework.checking.notebook",
    "hint": "coursework.checking.notebook",
    "predict": "coursework.checking.notebook",
    "evaluate": "coursework.checking",
    "answer_sheet": "coursework.checking.notebook",
    "show": "course_utils.display",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'course_utils' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
