"""Deep generative models, taught in notebooks that tell you which mistake you made.

A notebook takes `check`, `hint`, `predict`, `progress`, `show`, `diagram` and `answer_sheet` from
here and all else from its module: losses from `distributions`, networks from `models`, the loop
from `training`, images from `data`, figures from `plots`. Importing this loads nothing heavy: each
name is looked up when it is first used. Checks and diagrams live in `coursework`, beside this.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_DEFINED_IN = {
    "check": "coursework.checking.notebook",
    "hint": "coursework.checking.notebook",
    "predict": "coursework.checking.progress",
    "progress": "coursework.checking.progress",
    "evaluate": "coursework.checking",
    "answer_sheet": "coursework.checking.notebook",
    "record_only": "coursework.checking.copies",
    "draw_with": "coursework.checking.copies",
    "sit": "coursework.checking.sitting",
    "report": "coursework.checking.sitting",
    "show": "course_utils.display",
    "diagram": "coursework.diagrams",
}
__all__ = list(_DEFINED_IN)


def __getattr__(name: str) -> Any:
    """Python calls this for a name that isn't defined above. AttributeError for any other."""
    if name in _DEFINED_IN:
        return getattr(import_module(_DEFINED_IN[name]), name)
    raise AttributeError(f"module 'course_utils' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_DEFINED_IN])
