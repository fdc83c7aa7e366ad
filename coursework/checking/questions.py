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
INFINITY = r"(?:math\.|np\.|torch\.)?inf(?:inity|inite(?:ly)?)?\b|∞|unbounded\b"
NUMBER = re.compile(
    r"(?:[^\W\d]\w*(?:\([^)]*\))?\s*[=≈])?"  # H(p) =
    r"\s*(?:=|≈|~|about|approx(?:imately|\.)?|around|roughly|ca\.|circa)?\s*"
    rf"([-+−]?\s*(?:{INFINITY}|\d[\d,]*(?:\.\d*)?(?:e[-+]?\d+)?|[.,]\d+))"
    r"([^\d]*)",  # a unit and other words
    re.IGNORECASE,
)
LONGEST = 200  # characters of an answer; patterns may take the square of them
SMALL_WORDS = {"per", "each", "every", "a", "an", "in", "of", "for", "or", "so", "about", "as"}


def judge_answer(question: Question, given: Any) -> Verdict:
    """Judge a typed answer, or a callable that returns it: `"b"`, `0.69`, `"1 bit"`."""
    if callable(given):
        try:
            given = given()
        except NotImplementedError:
            given = ...
        except Exception as error:
            said = str(error)[:LONGEST]
            message = f"Working out your answer stopped with `{type(error).__name__}: {said}`."
            return _verdict(question, "raised", message)
    if given is None or given is ... or (isinstance(given, str) and not given[:LONGEST].strip()):
        place = f'`answers["{question.key}"] = ...`'
        message = f"Not attempted yet: type your answer where {place} stands, and run that cell."
        return _verdict(question, "not attempted", message)
    if isinstance(given, str) and len(given) > LONGEST:
        message = f"Your answer has {len(given):,} characters. Type the number or the letter alone."
        return _verdict(question, "interface", message)
    return _choice(question, given) if question.choices else _number(question, given)


def _verdict(question: Question, kind: str, message: str, mistake: str | None = None) -> Verdict:
    return Verdict(question.name, kind, message, question.points, mistake)


def _choice(question: Question, given: Any) -> Verdict:
    letter = _letter(question, given) if isinstance(given, str) else None
    if letter not in question.choices:
        letters = ", ".join(f'"{c}"' for c in list(question.choices)[:6])
        letters += ", …" if len(question.choices) > 6 else ""
        yours = repr(given) if isinstance(given, str) else describe(given)[:LONGEST]
        message = f"The answer should be one of {letters}; yours is {yours}."
        return _verdict(question, "interface", message)
    if letter == question.answer:
        return _verdict(question, "passed", question.why or "Right.")
    name, message = question.wrong.get(letter, (None, "Another one is right."))
    return _verdict(question, "mistake" if name else "different", message, name)


def _letter(question: Question, given: str) -> str:
    """The letter in "b", "(B)", "option b", "b. with its text", or in the text of b alone."""
    text = re.sub(r"^(answer|option|choice)\b[\s:]*", "", given.strip().lower())
    same = [c for c, words in question.choices.items() if _bare(words) == _bare(text)]
    if len(same) == 1:
        return same[0]
    return re.sub(r"^\W*(\w)[.):]\s.*|\W", r"\1", text, flags=re.DOTALL)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _number(question: Question, given: Any) -> Verdict:
    read = _read(question, given)
    if isinstance(read, str):
        return _verdict(question, "interface", read)
    bare, value = read
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
    if bare != value and _near(question, bare, right):
        message = f"The number is right in {question.unit}, and you wrote another unit behind it."
        return _verdict(question, "mistake", message, "unit_mislabeled")
    if right and _near(question, -value, right):
        return _verdict(question, "mistake", "The size is right and the sign is wrong.", "sign")
    if _is_coarse(value, right):
        message = f"Nearly: {value:.4g} is the right answer with too few digits. Give three digits."
        return _verdict(question, "mistake", message, "rounded")
    side = "too large" if value > right else "too small"
    message = f"{_measured(value, question.unit)} is {side}. No mistake we know by name gives this."
    return _verdict(question, "different", message)


def _near(question: Question, value: float, target: float) -> bool:
    return math.isclose(value, target, rel_tol=question.rtol, abs_tol=question.atol)


def _is_coarse(value: float, right: float) -> bool:
    """Is it the right answer, cut or rounded to one or two digits? Whole answers are exact."""
    if not math.isfinite(right) or right == round(right):
        return False
    for digits in (1, 2):
        grid = 10.0 ** (math.floor(math.log10(abs(right))) + 1 - digits)
        steps = right / grid
        if any(math.isclose(value, n * grid) for n in (round(steps), math.trunc(steps))):
            return value != 0
    return False


def _measured(value: float, unit: str) -> str:
    """ "1 nat", "2.5 nats", "∞", "33 %"."""
    number = f"{value:.4g}".replace("inf", "∞")
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}".strip()


def _read(question: Question, given: Any) -> tuple[float, float] | str:
    """The number as typed and in the question's unit, or a sentence that says what is wrong."""
    wanted = f"a number of {question.unit}" if question.unit else "a number"
    if is_scalar(given) and not _is_bool(given):
        try:
            return float(given), float(given)
        except OverflowError:
            return f"The answer should be {wanted}; yours has more digits than anybody can read."
    if isinstance(given, tuple) and len(given) == 2 and all(type(g) is int for g in given):
        whole, fraction = given
        return (
            f"Python reads `{whole},{fraction}` as two numbers. Write a decimal point: "
            f"`{whole}.{fraction}`."
        )
    if not isinstance(given, str):
        return f"The answer should be {wanted}; yours is {describe(given)[:LONGEST]}."
    found = NUMBER.fullmatch(given.strip())
    if not found or found[2].lstrip()[:1] in tuple("^*/·×+−-!"):
        return f"The answer should be {wanted}, such as `0.5`; yours is {given!r}."
    bare, unit = _to_float(found[1], float(question.answer)), _unit(question, found[2])
    if unit is None:
        words = found[2].strip(" .,;()")
        return f"The answer should be in {question.unit or 'no unit'}; yours is in {words}."
    return bare, bare * unit


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or str(getattr(value, "dtype", "")) in ("bool", "torch.bool")


def _unit(question: Question, text: str) -> float | None:
    """One of the unit in the text in the question's unit; 1 for no unit, None for another one."""
    words = re.findall(r"[^\W\d_]+|%", text.lower())
    named = next((w for w in words if w in NATS), None)
    if named:
        return NATS[named] / NATS[question.unit] if question.unit in NATS else None
    percent = any(w in ("%", "percent") for w in words)
    if question.unit == "%" or not question.unit:
        return 0.01 if percent and not question.unit else 1.0
    bare = not words or words[0] in SMALL_WORDS
    return 1.0 if (bare and not percent) or question.unit.lower() in words else None


def _to_float(text: str, right: float) -> float:
    """A number as people type it: −1, ∞, 10,000 and 0,325; 1,875 is whichever is nearer `right`."""
    text = re.sub(INFINITY, "inf", text.replace("−", "-").replace(" ", ""), flags=re.IGNORECASE)
    text = text.rstrip(".,")
    readings = [float(text.replace(",", "."))] if text.count(",") < 2 and "." not in text else []
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text):
        readings.insert(0, float(text.replace(",", "")))
    readings = readings or [float(text.replace(",", ""))]
    return min(readings, key=lambda value: abs(value - right))
