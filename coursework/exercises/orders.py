"""Questions that are answered with several letters: lines put in order, faults told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

from coursework.checking.exercise import Question

Slip = Callable[[str], tuple[str, str]]  # from a wrong order to its short name and the reply


def order(name: str, title: str, answer: str, slip: Slip, **texts: Any) -> Question:
    """A question whose answer is an order of the letters of `answer`, each used once."""
    every = ["".join(letters) for letters in permutations(sorted(answer))]
    wrong = {given: slip(given) for given in every if given != answer}
    choices = {given: given for given in every}
    return Question(name, title, answer, choices=choices, wrong=wrong, **texts)


def first_wrong(given: str, answer: str) -> int:
    """The first place at which two orders differ."""
    return next(i for i, letter in enumerate(answer) if given[i] != letter)


def lines_in_order(answer: str, should_come: Sequence[str]) -> Slip:
    """For a derivation: how far it is right, and what the next line should do."""

    def slip(given: str) -> tuple[str, str]:
        place = first_wrong(given, answer)
        so_far = {0: "", 1: "The first is right. "}.get(place, f"The first {place} are right. ")
        return f"slip_at_line_{place + 1}", so_far + should_come[min(place, len(should_come) - 1)]

    return slip


def who_has_what(answer: str, faults: Mapping[str, tuple[str, str]]) -> Slip:
    """For a clinic: the first patient with a wrong name, and what that fault would have shown.

    faults: {letter: (what the fault is called, what one would see)}.
    """

    def slip(given: str) -> tuple[str, str]:
        place = first_wrong(given, answer)
        called, sign = faults[given[place]]
        patient = "ABCDEFG"[place]
        so_far = f"{', '.join('ABCDEFG'[:place])}: right. " if place else ""
        return f"patient_{patient.lower()}", f"{so_far}{patient} doesn't have “{called}”. {sign}"

    return slip
