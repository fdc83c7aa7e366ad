"""From what was drawn to a question: its text, its options in their order, known mistakes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from string import ascii_lowercase
from typing import Any

from coursework.checking.exercise import Question
from coursework.exercises.nb18.places import PLACES, Place

Slip = tuple[str, str]  # the short name of a mistake, and what the learner reads
Wrong = tuple[str, str, str]  # what a wrong option says, its short name, the reply to it


def number(
    key: str, title: str, text: str, answer: float, wrong: Mapping[str, tuple[float, str]],
    *, why: str, hints: Sequence[str], **more: Any,
) -> Question:  # fmt: skip
    """A question for a number. wrong: {name of the mistake: (what it gives, the reply)}.

    A mistake that gives the right answer on the drawn numbers, or what an earlier one gives, is
    left out.
    """
    known: dict[float | str, Slip] = {}
    for name, (value, reply) in wrong.items():
        if not any(_alike(value, other) for other in (answer, *known)):
            known[value] = (name, reply)
    said = _with_place(key, hints)
    return Question(
        f"18.answers.{key}", title, answer, wrong=known, why=why, hints=said, text=text, **more
    )


def choice(
    rng: Random, key: str, title: str, text: str, right: str, wrong: Sequence[Wrong],
    *, why: str, hints: Sequence[str], place: Place | None = None,
) -> Question:  # fmt: skip
    """A question with lettered options, whose order is drawn. place: where the course shows it."""
    options = [(right, None), *((words, (name, reply)) for words, name, reply in wrong)]
    rng.shuffle(options)
    lettered = dict(zip(ascii_lowercase, options, strict=False))
    answer = next(letter for letter, (_, slip) in lettered.items() if slip is None)
    listed = "\n".join(f"- **{letter}** {words}" for letter, (words, _) in lettered.items())
    return Question(
        f"18.answers.{key}",
        title,
        answer,
        choices={letter: words for letter, (words, _) in lettered.items()},
        wrong={letter: slip for letter, (_, slip) in lettered.items() if slip},
        why=why,
        hints=_with_place(key, hints, place),
        text=f"{text}\n\n{listed}",
    )


def shown(value: float, digits: int = 4) -> str:
    """A number as it stands in a sentence, with a minus sign."""
    return f"{value:.{digits}g}".replace("-", "−")


def _with_place(key: str, hints: Sequence[str], place: Place | None = None) -> list[str]:
    """The hints, the last one with the section of the course that shows the answer."""
    *first, last = hints
    return [*first, f"{last} The course shows it in {place or PLACES[key]}."]


def _alike(value: float, other: float | str) -> bool:
    return math.isclose(value, float(other), rel_tol=0.025, abs_tol=1e-6)
