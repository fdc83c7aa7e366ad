"""Exercise `push`: put a symbol onto the state, a whole number without end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Generator

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.nb17.tables import interval, random_state, random_table, read_state, whole
from coursework.exercises.rules import named, wrong_only_at


def push(state: int, start: int, freq: int, precision: int) -> int:
    """The state with a symbol of slots start to start + freq - 1 on it. Duda, 2009; range variant.

    The symbol has freq of the 2^precision slots.
    """
    return (state // freq << precision) + state % freq + start


LONG, LONGER = "a state of 90 bits", "a state of 900 bits"


def _cases(generator: Generator) -> Iterator[Case]:
    yield Case((random_state(generator, 9), whole(generator, 3, 6), whole(generator, 7, 9), 4))
    for bits, label in ((17, ""), (24, ""), (41, ""), (90, LONG), (900, LONGER)):
        precision = whole(generator, 6, 10)
        table = random_table(generator, 5, precision)
        start, freq = interval(table, whole(generator, 1, 4))
        state = random_state(generator, bits)
        yield Case((state, start, freq, precision), label or "random inputs", extreme=bits > 50)
    state = random_state(generator, 3)
    yield Case((state, 17, 11, 6), "a state smaller than freq")


def observe(fn: Callable[..., Any], *args: Any) -> str:
    """The state that comes out, as text."""
    try:
        return read_state(fn(*args))
    except OverflowError:
        return "a float that overflows"


def _undone(fn: Callable[..., Any], generator: Generator) -> str | None:
    """Whether different states stay different."""
    table = random_table(generator, 4, 6)
    seen: dict[int, int] = {}
    for state in range(64):
        pushed = int(fn(state, *interval(table, 2), 6))
        if pushed in seen:
            return (
                f"Nothing may be lost: the states {seen[pushed]} and {state} both become {pushed}."
            )
        seen[pushed] = state
    return None


MISTAKES = named({
    "start_and_freq_swapped": ("`start` and `freq` changed places. You divide by `freq`, the "
        "number "
        "of slots, and add `start`, the first of them.",
        lambda s, c, f, p: push(s, f, c, p)),
    "start_missing": ("`start` is missing. Without it every symbol ends in the first slots, and "
        "pop "
        "can't tell which one it was. Add it.",
        lambda s, c, f, p: (s // f << p) + s % f),
    "start_subtracted": ("You subtracted `start`. Push adds it, and pop will subtract it.",
        lambda s, c, f, p: (s // f << p) + s % f - c),
    "remainder_missing": ("The remainder `state % freq` is missing. It is the part of the old "
        "state "
        "that the division drops; without it, it is lost.",
        lambda s, c, f, p: (s // f << p) + c),
    "quotient_missing": ("The quotient `state // freq` is missing, and nearly all of the old state "
        "with it. Shift it by `precision`, and add it.",
        lambda s, c, f, p: s % f + c, lambda s, c, f, p: (s % f << p) + c),
    "quotient_and_remainder_swapped": ("Quotient and remainder changed places. The quotient `//` "
        "is "
        "shifted up by `precision`; the remainder `%` chooses a slot.",
        lambda s, c, f, p: (s % f << p) + s // f + c),
    "shift_missing": ("The quotient isn't shifted. It has to make room for a slot: `<< precision`.",
        lambda s, c, f, p: s // f + s % f + c),
    "state_not_divided": ("You shifted the whole state. Only its quotient by `freq` is shifted: "
        "that "
        "is why a likely symbol, with many slots, costs few bits.",
        lambda s, c, f, p: (s << p) + s % f + c, lambda s, c, f, p: (s << p) + c),
    "precedence": ("In Python `+` is done before `<<`, so you shifted by `precision + …`. Put the "
        "quotient and its shift in brackets: `(state // freq << precision) + …`.",
        lambda s, c, f, p: s // f << p + s % f + c),
    "one_bit_off": ("The shift is off by one bit. A slot needs exactly `precision` bits.",
        lambda s, c, f, p: (s // f << p - 1) + s % f + c,
        lambda s, c, f, p: (s // f << p + 1) + s % f + c,
        lambda s, c, f, p: s // f * (2**p - 1) + s % f + c),
    "times_precision": ("You multiplied by `precision`. A shift by so many bits multiplies by "
        "2^precision: `<< precision`, or `* 2**precision`.",
        lambda s, c, f, p: s // f * p + s % f + c),
    "caret": ("In Python `^` is no power: it compares bits. Write `2**precision`, or shift.",
        lambda s, c, f, p: s // f * (2 ^ p) + s % f + c),
    "divided_last": ("You shifted first and divided then. That is near the right size, and "
        "different "
        "states become the same: nobody can undo it. Divide first, and keep the remainder.",
        lambda s, c, f, p: (s << p) // f + c, lambda s, c, f, p: (s << p) // f + s % f + c),
    "remainder_by_all_slots": ("You took the remainder by 2^precision. Push takes quotient and "
        "remainder by the same number, `freq`.",
        lambda s, c, f, p: (s // f << p) + s % 2**p + c),
    "that_is_pop": ("That is what pop does to the state. Push divides by `freq` and shifts up.",
        lambda s, c, f, p: f * (s >> p) + (s & (2**p - 1)) - c),
    "shifted_down": ("You shifted down with `>>`. Pushing makes the state larger: `<<`.",
        lambda s, c, f, p: (s // f >> p) + s % f + c),
    "slot_by_or": ("`|` isn't `+`: where both have the same bit, one is lost. Add the remainder "
        "and "
        "`start`.", lambda s, c, f, p: (s // f << p) | (s % f) | c),
    "a_float": ("`/` makes a float, which holds 53 bits and not the state. `//` divides whole "
        "numbers exactly, however long they are.",
        lambda s, c, f, p: s / f * 2**p + s % f + c, lambda s, c, f, p: s / f + s % f + c),
})  # fmt: skip

ROUNDED = named({
    "rounded": ("Right for short states. `/` goes through a float, which holds 53 bits; a state "
        "has "
        "thousands. Divide with `//`.",
        lambda s, c, f, p: (int(s / f) << p) + s % f + c,
        lambda s, c, f, p: (int(s / f) << p) + int(s - int(s / f) * f) + c),
}, when=wrong_only_at(lambda *args: observe(push, *args), LONG, LONGER))  # fmt: skip

PUSH = Exercise(
    name="push", notebook="17", title="put a symbol on the state", reference=push, cases=_cases,
    observe=observe, mistakes=[*MISTAKES, *ROUNDED],
    properties=[Property("different_states_stay_different", _undone)], points=2,
    hints=[
        "Three parts: the quotient by freq, shifted up to make room for a slot; the remainder, "
        "which "
        "chooses one of the symbol's freq slots; and the first of those slots.",
        "`state // freq` is the quotient, `<< precision` shifts it, and `state % freq + start` is "
        "the "
        "slot. Mind that Python does `+` before `<<`.",
        "`(state // freq << precision) + state % freq + start`",
    ],
)  # fmt: skip
