"""Every exercise of the course, one folder a notebook (`nb01/` holds those of notebook 01).

A folder's `__init__.py` names `EXERCISES`, a list of `Exercise` and `Question` in the order of the
notebook, and `PREDICTIONS`, a list of `Prediction`. To change an exercise, change it there; to add
a notebook's exercises, add a folder: nothing else needs to know. `rules.py` makes named mistakes
from tables; `ingredients.py` has what several notebooks need, so that each folder can be deleted.

A folder may have a `variants.py` with `VARIANTS`, a list of `Variant`, and its `__init__.py` may
name `DRAWN`, a list of `Drawn`, whose questions for seed 0 stand in `EXERCISES` (`d.at(0)`), and
`draw_sitting`, which draws the exercises that a copy of an exam asks for.
`variant_of(seed)` says what a copy with that seed asks for in place of the course's own.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from itertools import chain
from types import ModuleType

from coursework.checking.exercise import Exercise, Prediction, Question
from coursework.checking.variants import Drawn, Variant, dice, questions_of
from coursework.seeds import PUBLIC


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


@cache
def variants() -> dict[str, list[Variant]]:
    """The variants of every function that has any, by its name."""
    found: dict[str, list[Variant]] = {}
    for module in _modules():
        if not any(m.name == "variants" for m in pkgutil.iter_modules(module.__path__)):
            continue
        for variant in importlib.import_module(f"{module.__name__}.variants").VARIANTS:
            found.setdefault(variant.exercise.name, []).append(variant)
    return found


def drawn() -> list[Drawn]:
    """The questions whose numbers are drawn from a seed."""
    return [d for module in _modules() for d in getattr(module, "DRAWN", ())]


@cache
def variant_of(seed: int) -> dict[str, Exercise | Question]:
    """What a copy made with this seed asks for in place of the course's own; {} for seed 0."""
    if seed == PUBLIC:
        return {}
    table: dict[str, Exercise | Question] = {d.name: d.at(seed) for d in drawn()}
    for name, choices in variants().items():
        table[name] = dice(seed, name).choice(choices).exercise
    return table


def get(name: str, variant: int = PUBLIC) -> Exercise | Question:
    """The exercise or question called `name`; KeyError naming the nearest where there is none.

    variant: the seed of the copy that asks for it.
    """
    if found := variant_of(variant).get(name):
        return found
    return _find(name, (Exercise, Question))  # type: ignore[return-value]


def prediction(name: str) -> Prediction:
    """The prediction called `name` ("01.boundaries"); KeyError naming the nearest."""
    return _find(name, Prediction)  # type: ignore[return-value]


def names(notebook: str | None = None, variant: int = PUBLIC) -> list[str]:
    """Names of all exercises and questions, or of one notebook ("01"), in course order.

    variant: the seed of the copy that asks for them; of an exam, a copy asks for a sitting only.
    """
    left_out = _not_in_sitting(variant)
    return [name for name in _names(notebook) if name not in left_out]


@cache
def _names(notebook: str | None) -> tuple[str, ...]:
    entries = (e for e in _by_name().values() if isinstance(e, (Exercise, Question)))
    return tuple(e.name for e in entries if notebook is None or e.notebook == notebook)


@cache
def _not_in_sitting(seed: int) -> set[str]:
    """Exercises of notebooks with sittings that a seed does not draw; none for seed 0."""
    left_out: set[str] = set()
    for module in _modules() if seed != PUBLIC else []:
        if draw := getattr(module, "draw_sitting", None):
            count = questions_of(seed) or module.MOST
            asked = set(draw(dice(seed, "sitting"), count))
            every = [e.name for e in module.EXERCISES]
            left_out |= {n for n in every if n.rpartition(".answers.")[2] not in asked}
    return left_out


def predictions(notebook: str) -> list[Prediction]:
    """The predictions of one notebook ("01"), in course order."""
    found = (e for e in _by_name().values() if isinstance(e, Prediction))
    return [e for e in found if e.name.split(".")[0] == notebook]


@dataclass(frozen=True)
class Registry:
    """What the build looks exercises up in, for a copy made with a seed."""

    seed: int = PUBLIC

    def names(self, notebook: str | None = None) -> list[str]:
        return names(notebook, self.seed)

    def get(self, name: str) -> Exercise | Question:
        return get(name, self.seed)

    def prediction(self, name: str) -> Prediction:
        return prediction(name)

    def changed(self, notebook: str) -> list[str]:
        """The exercises of a notebook that are others than in the course's own copy."""
        return [name for name in self.names(notebook) if name in variant_of(self.seed)]
