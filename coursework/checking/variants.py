"""Variants: the same exercise under another convention, the same question with other numbers.

A copy of a notebook that was made with a seed asks for one variant of each function that has any,
and for the numbers that each drawn question gets from the seed. Seed 0 is the course's own copy.

A function's variants stand in `exercises/nbNN/variants.py`:

    def elbo(log_likelihood, kl):
        \"\"\"The evidence lower bound of each image, (N,) bits.\"\"\"
        return (log_likelihood - kl) / math.log(2)

    VARIANTS = [
        varied(ELBO, name="bits", task="In this copy the bound is in bits, not in nats.",
               reference=elbo, turned=in_bits),
        reordered(ELBO, "kl log_likelihood"),
    ]
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import Generator

from coursework.checking.compare import close
from coursework.checking.exercise import Exercise, Mistake, Property, Question
from coursework.checking.inputs import Inputs
from coursework.checking.reordered import Order, look
from coursework.checking.state import own_state
from coursework.seeds import PUBLIC

SEEDS = 2**64  # seeds are smaller; a copy's number has above them how many questions it asks
LEAST_SECRET = 12  # characters
Function = Callable[..., Any]
Turn = Callable[[Function], Function]


@dataclass(frozen=True)
class Variant:
    """One convention of a function.

    name: short ("bits", "probability_of_fake"). task: what this copy asks for, in one or two
    sentences, which stand above the TODO. exercise: the whole exercise under that convention.
    """

    name: str
    task: str
    exercise: Exercise


@dataclass(frozen=True)
class Drawn:
    """A typed answer whose numbers, and whose order of options, are drawn.

    name: "18.answers.3", as the Question's. draw: from dice to the Question, with its `text`.
    """

    name: str
    draw: Callable[[random.Random], Question]

    def at(self, seed: int) -> Question:
        """The question that a seed draws. The public copy's answer is a mistake it knows."""
        question = self.draw(dice(seed, self.name))
        if seed == PUBLIC:
            return question
        return _knowing(question, self.draw(dice(PUBLIC, self.name)))


def dice(seed: int, name: str) -> random.Random:
    """Random numbers that depend on the seed and the name alone, on every machine the same."""
    digest = hashlib.sha256(f"{seed}\n{name}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def copy_number(seed: int, secret: str = "", questions: int = 0) -> int:
    """The number of a copy, from which all that it asks for is drawn.

    secret: words without which nobody finds the number from the seed (`read_secret`).
    questions: how many an exam asks, 0 for as many as it has. Without either it is the seed itself.
    """
    if not 0 < seed < SEEDS:
        raise ValueError(f"a seed is a whole number from 1 to 2⁶⁴ − 1; yours is {seed}")
    if secret:
        digest = hashlib.sha256(f"{secret}\n{seed}".encode()).digest()
        seed = int.from_bytes(digest[:8], "big")
    return questions * SEEDS + seed


def read_secret(path: Path | None) -> str:
    """The words in a file, without what surrounds them; "" for no file."""
    if path is None:
        return ""
    try:
        words = " ".join(path.read_text("utf-8-sig").split())
    except UnicodeDecodeError:
        raise ValueError(f"{path} holds no text: write some words into a file") from None
    if len(words) < LEAST_SECRET:
        raise ValueError(
            f"the secret in {path} has {len(words)} characters, so it can be found by trying; "
            f"write {LEAST_SECRET} or more, such as four words"
        )
    return words


def questions_of(number: int) -> int:
    """How many questions a copy of an exam asks, 0 for as many as it has."""
    return number // SEEDS


def _knowing(question: Question, public: Question) -> Question:
    """The question with the public copy's answer among its wrong ones, where that tells something.

    A letter, a number of one or two digits and one that a known mistake gives here are also reached
    in other ways, and say nothing of where an answer is from.
    """
    answer, right = public.answer, question.answer
    if isinstance(answer, str) or isinstance(right, str) or not _is_telling(answer):
        return question
    near = max(2 * question.rtol * abs(answer), question.atol)
    if any(abs(float(value) - answer) <= near for value in (right, *question.wrong)):
        return question
    said = (
        f"{answer:.4g} is the answer to this question with the numbers of the course's public copy. "
        "This copy has others."
    )
    return replace(question, wrong={answer: ("public_answer", said), **question.wrong})


def _is_telling(answer: float) -> bool:
    """Whether a number has at least three digits that are not zeros at an end."""
    return len(f"{abs(answer):.6g}".replace(".", "").strip("0")) >= 3


def reordered(base: Exercise, names: str) -> Variant:
    """A variant whose arguments come in another order, "kl log_likelihood"; all else stays.

    Arguments that have a default stay the last.
    """
    order = Order.of(base.reference, names.split())
    call = f"{base.name}({', '.join(names.split())})"
    task = f"In this copy the arguments come in another order: `{call}`."
    exercise = replace(
        base,
        reference=order.reference(base.reference),
        cases=order.cases(base),
        observe=(lambda fn, *args: look(base, order.back(fn), order.public(args)))
        if base.observe
        else None,
        mistakes=[order.mistake(m) for m in base.mistakes],
        properties=[order.rule(p) for p in base.properties],
        differentiable=[order.places.index(i) for i in base.differentiable],
        hints=[*base.hints[:-1], task],
        task=task,
        public=base,
    )
    return Variant("order", task, exercise)


def varied(
    base: Exercise,
    *,
    name: str,
    task: str,
    reference: Function,
    turned: Turn | None = None,
    back: Turn | None = None,
    mistakes: Sequence[Mistake] = (),
    without: Collection[str] = (),
    **changes: Any,
) -> Variant:
    """A variant of `base`. What `changes` doesn't replace, stays as it is in `base`.

    reference: the right answer, a plain `def`, whose text the solution notebook shows: its head and
        its docstring go to the students, and comments behind these as the steps to take.
    turned: makes a function of this convention from one of the base's: `lambda fn: then(fn, bits)`.
        The base's mistakes are turned with it, and left out where nothing is given. Those that
        are recognized by a `when` know the base's convention, and are left out too.
    back: undoes `turned`, where only what goes in or what is drawn differs, and not the numbers
        that come out. What is looked at is then the base's, and all its mistakes are kept.
    mistakes: those of this convention. without: names of the base's that make no sense here.
    Of the base's mistakes and properties, those are kept that can still be told from the right
    answer, and that still hold.
    """
    if reference.__name__ != base.name:
        raise ValueError(f"the reference of a variant of {base.name} has another name")
    kept = [m for m in base.mistakes if turned and (back or m.when is None)]
    carried = [replace(m, wrong=turned(m.wrong)) for m in kept if turned and m.name not in without]
    if back is not None:
        changes = {**_looked_at(base, back), **changes}
    changes = {"mistakes": [*mistakes, *carried], "hints": [*base.hints[:-1], task], **changes}
    exercise = replace(base, reference=reference, task=task, public=base, **changes)
    return Variant(name, task, _with_what_holds(exercise))


def _looked_at(base: Exercise, back: Turn) -> dict[str, Any]:
    """What the base sees of a function of another convention."""

    def rule(of_base: Property) -> Property:
        return replace(of_base, broken=lambda fn, dice: of_base.broken(back(fn), dice))

    rules = [rule(p) for p in base.properties]
    return {"observe": lambda fn, *args: look(base, back(fn), args), "properties": rules}


def _with_what_holds(exercise: Exercise) -> Exercise:
    """Without the mistakes that are none here, and the properties that a right answer breaks."""
    with own_state():
        inputs = Inputs(exercise, 0)
        mistakes = [m for m in exercise.mistakes if m.when or _is_wrong(m, inputs)]
        properties = [p for p in exercise.properties if _holds(p, exercise.reference)]
    return replace(exercise, mistakes=mistakes, properties=properties)


def _holds(rule: Property, reference: Function) -> bool:
    try:
        return rule.broken(reference, Generator().manual_seed(0)) is None
    except Exception:  # it does not even fit
        return False


def _is_wrong(mistake: Mistake, inputs: Inputs) -> bool:
    exercise = inputs.exercise
    for case in inputs.cases:
        yours, right = (inputs.known(fn, case) for fn in (mistake.wrong, exercise.reference))
        if isinstance(yours, Exception) or isinstance(right, Exception):
            if type(yours) is not type(right):
                return True
        elif exercise.same:
            if not exercise.same(yours.value, right.value):
                return True
        elif not close(yours, right, exercise.rtol, exercise.atol):
            return True
    return False
