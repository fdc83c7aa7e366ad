"""Answers that are typed: numbers with a unit, and choices."""

from __future__ import annotations

import math
import re
from typing import Any

from coursework.checking.compare import describe, is_scalar
from coursework.checking.exercise import Question, Verdict

NATS = {"nats": 1.0, "nat": 1.0, "bits": math.log(2), "bit": math.log(2)}
LOGS = {  # what a unit of these is in nats, and what to say to it
    "nats": (1.0, "That is the answer in nats. 1 nat = 1/log 2 = 1.443 bits."),
    "bits": (math.log(2), "That is the answer in bits. 1 bit = log 2 = 0.693 nats."),
    "log10": (math.log(10), "That is with logarithms to base 10: `math.log` is the natural one."),
}
NUMBER = r"\s*(?:[^\W\d]\w*\s*=)?\s*([-+−]?(?:math\.)?(?:inf(?:inity)?|∞|[\d.,]+(?:e[-+]?\d+)?))\s*([A-Za-z %]*)"


def judge_answer(question: Question, given: Any) -> Verdict:
    """Judge a typed answer (or a callable that returns it): the value itself, `"b"`, `0.69`, `"1 bit"`."""
    if callable(given):
        try:
            given = given()
        except NotImplementedError:
            given = ...
        except Exception as error:
            message = f"Working out your answer stopped with `{type(error).__name__}: {error}`."
            return _verdict(question, "raised", message)
    if given is None or given is ... or given == "":
        message = f'type your answer where `answers["{question.key}"] = ...` stands.'
        return _verdict(question, "not attempted", f"Not attempted yet: {message}")
    return _choice(question, given) if question.choices else _number(question, given)


def _verdict(question: Question, kind: str, message: str, mistake: str | None = None) -> Verdict:
    return Verdict(question.name, kind, message, question.points, mistake)


def _choice(question: Question, given: Any) -> Verdict:
    letter = given.strip().strip("().").lower() if isinstance(given, str) else None
    letter = re.sub(r"^(\w)[.):]\s.*|\W", r"\1", letter, flags=re.DOTALL) if letter else None
    if letter not in question.choices:
        letters = ", ".join(f'"{c}"' for c in list(question.choices)[:6])
        letters += ", …" if len(question.choices) > 6 else ""
        message = f"The answer should be one of {letters}; yours is {given!r}."
        return _verdict(question, "interface", message)
    if letter == question.answer:
        return _verdict(question, "passed", question.why or "Right.")
    name, message = question.wrong.get(letter, (None, "Another one is right."))
    return _verdict(question, "mistake" if name else "different", message, name)


def _number(question: Question, given: Any) -> Verdict:
    value = _parse(question, given)
    if isinstance(value, str):
        return _verdict(question, "interface", value)
    right = float(question.answer)
    if math.isnan(value):
        return _verdict(question, "different", "Your answer is NaN, which is no number.")
    if _near(question, value, right):
        return _verdict(question, "passed", question.why or "Right.")
    for wrong, (name, message) in question.wrong.items():
        if _near(question, value, float(wrong)):
            return _verdict(question, "mistake", message, name)
    for other, (nats, message) in LOGS.items() if question.unit in NATS else ():
        if _near(question, value * nats / NATS[question.unit], right):
            message += f" It is asked for in {question.unit}."
            return _verdict(question, "mistake", message, f"{other}_for_{question.unit}")
    bare = _to_float(re.fullmatch(NUMBER, given.strip())[1]) if isinstance(given, str) else value
    if bare != value and _near(question, bare, right):
        message = f"The number is right in {question.unit}, and you wrote another unit behind it."
        return _verdict(question, "mistake", message, "unit_mislabeled")
    if right and _near(question, -value, right):
        return _verdict(question, "mistake", "The size is right and the sign is wrong.", "sign")
    unit = f" {question.unit}" if question.unit else ""
    side = "too large" if value > right else "too small"
    message = f"{value:.4g}{unit} is {side}. No mistake we know by name gives this."
    return _verdict(question, "different", message)


def _near(question: Question, value: float, target: float) -> bool:
    return math.isclose(value, target, rel_tol=question.rtol, abs_tol=question.atol)


def _parse(question: Question, given: Any) -> float | str:
    """The number in the question's unit, or a sentence that says what is wrong with the form."""
    wanted = f"a number of {question.unit}" if question.unit else "a number"
    if is_scalar(given) and not isinstance(given, bool):
        return float(given)
    if not isinstance(given, str):
        return f"The answer should be {wanted}; yours is {describe(given)}."
    found = re.fullmatch(NUMBER, given.strip())
    try:
        value = _to_float(found[1]) if found else math.nan
    except ValueError:
        found = None
    if not found:
        return f"The answer should be {wanted}, such as `0.5`; yours is {given!r}."
    unit = found[2].strip().lower()
    if unit in NATS and question.unit in NATS:
        return value * NATS[unit] / NATS[question.unit]
    if unit in ("", question.unit.lower()) or not (question.unit or unit in NATS or unit == "%"):
        return value
    return f"The answer should be in {question.unit or 'no unit'}; yours is in {found[2].strip()}."


def _to_float(text: str) -> float:
    """A number as people type it: −1, ∞, 1,875 and 0,325."""
    text = text.replace("−", "-").replace("math.", "").replace("∞", "inf")
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    return float(text.replace(",", "."))
