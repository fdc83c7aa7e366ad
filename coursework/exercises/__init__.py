"""Every exercise of the course, one folder a notebook (`nb01/` holds those of notebook 01).

A folder's `__init__.py` names `EXERCISES`, a list of `Exercise` and `Question` in the order of the
notebook, and `PREDICTIONS`, a list of `Prediction`. To change an exercise, change it there; to add
a notebook's exercises, add a folder: nothing else needs to know. `rules.py` makes named mistakes
from tables; `ingredients.py` has what several notebooks need, so that each folder can be deleted.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache
from itertools import chain
from types import ModuleType

from coursework.checking.exercise import Exercise, Prediction, Question


@cache
def _modules() -> list[ModuleType]:
    found = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("nb"))
    return [importlib.import_module(f"{__name__}.{name}") for name in found]


@cache
def _by_name() -> dict[str, Exercise | Question | Prediction]:
    entries: dict[str, Exercise | Question | Prediction] = {}
    for module in _modules():
        for entry in chain(module.EXERCISES, module.PREDICTIONS):
            if not isinstance(entry, Exercise | Question | Prediction):
                kind = type(entry).__name__
                raise ValueError(
                    f"an entry of EXERCISES or PREDICTIONS in {module.__file__} is a {kind}: "
                    f"name the "
                    "exercises themselves, and write a star before the name of a list of them"
                )
            if entry.name in entries:
                raise ValueError(
                    f"two exercises are called {entry.name!r}; rename the one in {module.__file__}"
                )
            entries[entry.name] = entry
    return entries


def _find(name: str, kinds: type | tuple[type, ...]) -> Exercise | Question | Prediction:
    entry = _by_name().get(name)
    if entry is None or not isinstance(entry, kinds):
        known = [n for n, e in _by_name().items() if isinstance(e, kinds)]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        raise KeyError(
            f"there is no exercise {name!r}"
            + (f"; the nearest name is {near[0]!r}" if near else "")
        )
    return entry


def get(name: str) -> Exercise | Question:
    """The exercise or question called `name`; KeyError naming the nearest where there is none."""
    return _find(name, (Exercise, Question))  # type: ignore[return-value]


def prediction(name: str) -> Prediction:
    """The prediction called `name` ("01.boundaries"); KeyError naming the nearest."""
    return _find(name, Prediction)  # type: ignore[return-value]


def names(notebook: str | None = None) -> list[str]:
    """Names of all exercises and questions, or of one notebook ("01"), in course order."""
    return list(_names(notebook))


@cache
def _names(notebook: str | None) -> tuple[str, ...]:
    entries = (e for e in _by_name().values() if isinstance(e, (Exercise, Question)))
    return tuple(e.name for e in entries if notebook is None or e.notebook == notebook)


def predictions(notebook: str) -> list[Prediction]:
    """The predictions of one notebook ("01"), in course order."""
    found = (e for e in _by_name().values() if isinstance(e, Prediction))
    return [e for e in found if e.name.split(".")[0] == notebook]
