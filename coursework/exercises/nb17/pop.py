"""Exercise `pop`: take the last symbol off the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Generator

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb17.push import push
from coursework.exercises.nb17.tables import (
    Find,
    finder,
    interval,
    random_state,
    random_table,
    read_state,
    whole,
)
from coursework.exercises.rules import named, wrong_only_at


def pop(state: int, precision: int, find: Find) -> tuple[int, int]:
    """The symbol that was pushed last, and the state before. Duda, 2009; range variant.

    find(slot) -> (symbol, start, freq), for a slot from 0 to 2^precision - 1.
    """
    slot = state & ((1 << precision) - 1)
    symbol, start, freq = find(slot)
    return symbol, freq * (state >> precision) + slot - start


LONG, LONGER = "a state of 90 bits", "a state of 900 bits"


def _cases(generator: Generator) -> Iterator[Case]:
    for bits, label in ((18, ""), (25, ""), (33, ""), (40, ""), (90, LONG), (900, LONGER)):
        precision = whole(generator, 6, 9)
        table = random_table(generator, 5, precision)
        before = random_state(generator, bits)
        state = push(before, *interval(table, whole(generator, 1, 4)), precision)
        args = state, precision, finder(table)
        yield Case(args, label or "random inputs", extreme=bits > 50)
    table = random_table(generator, 5, 7)
    yield Case((random_state(generator, 30), 7, finder(table)), "bits that nobody pushed")


def _observe(fn: Callable[..., Any], *args: Any) -> Any:
    """Symbol and state, the state as text."""
    try:
        given = fn(*args)
    except OverflowError:
        return "a float that overflows"
    if isinstance(given, (tuple, list)) and len(given) == 2:
        symbol, state = given
        return [read_state(symbol, "The first thing you return, the symbol,"), read_state(state)]
    return given if isinstance(given, (tuple, list)) else read_state(given)


class Seen:
    """The arguments of a call, and what pop works out from them."""

    def __init__(self, state: int, precision: int, find: Find) -> None:
        self.state, self.precision, self.find = state, precision, find
        self.slot = state & ((1 << precision) - 1)
        self.symbol, self.start, self.freq = find(self.slot)
        self.above = state >> precision

    def at(self, slot: int) -> tuple[int, int]:
        """Pop with another slot."""
        symbol, start, freq = self.find(slot)
        return symbol, freq * self.above + slot - start

    def to(self, state: Any) -> tuple[int, Any]:
        """The right symbol with another state."""
        return self.symbol, state

    @property
    def right(self) -> int:
        return self.freq * self.above + self.slot - self.start


MISTAKES = named({
    "mask_one_bit_off": ("The mask is off by one bit. The slot is the lowest `precision` bits: "
        "`state & ((1 << precision) - 1)`, or `state % 2**precision`.",
        lambda t: t.at(t.state & ((1 << t.precision - 1) - 1)),
        lambda t: t.at(t.state & ((1 << t.precision + 1) - 1)),
        lambda t: t.at(t.state % (2**t.precision - 1))),
    "mask_without_minus_one": ("`1 << precision` is a single bit. The mask for all the bits below "
        "is "
        "one less: `(1 << precision) - 1`.", lambda t: t.at(t.state & (1 << t.precision))),
    "mask_precedence": ("In Python `-` is done before `<<`: `1 << precision - 1` is one bit. Write "
        "`(1 << precision) - 1`.", lambda t: t.at(t.state & (1 << t.precision - 1))),
    "mask_is_precision": ("You masked with `precision` itself. The mask has `precision` bits that "
        "are all 1: `(1 << precision) - 1`.", lambda t: t.at(t.state & t.precision),
        lambda t: t.at(t.state % t.precision)),
    "top_bits": ("You took the slot from the top of the state. The symbol that was pushed last "
        "lies "
        "in the lowest `precision` bits.",
        lambda t: t.at(t.state >> max(t.state.bit_length() - t.precision, 0))),
    "start_not_subtracted": ("`start` isn't subtracted. `slot - start` is the remainder that push "
        "put there.", lambda t: t.to(t.freq * t.above + t.slot)),
    "start_added": ("You added `start`. Push added it, so pop subtracts it.",
        lambda t: t.to(t.freq * t.above + t.slot + t.start)),
    "slot_missing": ("The remainder is missing: `slot - start`, which push took from the state.",
        lambda t: t.to(t.freq * t.above), lambda t: t.to(t.freq * t.above - t.start),
        lambda t: t.to(t.freq * t.above + t.start)),
    "remainder_by_freq": ("You took the remainder of the slot by `freq`. The remainder that push "
        "put there is `slot - start`: where the slot lies among the symbol's own.",
        lambda t: t.to(t.freq * t.above + t.slot % t.freq)),
    "not_times_freq": ("`freq` is missing. Push divided by it, so pop multiplies.",
        lambda t: t.to(t.above + t.slot - t.start), lambda t: t.to(t.above)),
    "divided_by_freq": ("You divided by `freq`. Push divided, so pop multiplies.",
        lambda t: t.to(t.above // t.freq + t.slot - t.start)),
    "start_and_freq_swapped": ("`start` and `freq` changed places: `find` returns symbol, start, "
        "freq, in this order.", lambda t: t.to(t.start * t.above + t.slot - t.freq)),
    "shift_missing": ("The slot is still in the state when you multiply. Shift it away: "
        "`state >> precision`.", lambda t: t.to(t.freq * t.state + t.slot - t.start)),
    "slot_left_in": ("You cleared the slot and didn't shift. The bits above have to come down by "
        "`precision`.", lambda t: t.to(t.freq * (t.state - t.slot) + t.slot - t.start)),
    "precedence": ("In Python `*` and `+` are done before `>>`, so the shift came last. Put it in "
        "brackets: `freq * (state >> precision) + …`.",
        lambda t: t.to(t.freq * t.state >> t.precision + t.slot - t.start)),
    "multiplied_before_the_shift": ("You multiplied first and shifted then, so that parts of the "
        "slot slip in. Shift first: `freq * (state >> precision)`.",
        lambda t: t.to((t.freq * t.state >> t.precision) + t.slot - t.start)),
    "symbol_for_slot": ("You added the symbol. What is added is `slot - start`, the remainder.",
        lambda t: t.to(t.freq * t.above + t.symbol),
        lambda t: t.to(t.freq * t.above + t.symbol - t.start)),
    "slot_returned": ("The first thing you return is the slot. Return the symbol that `find` says "
        "it "
        "belongs to.", lambda t: (t.slot, t.right)),
    "order": ("You return the state first. Return the symbol, then the state.",
        lambda t: (t.right, t.symbol)),
    "only_the_state": ("You return the state alone. Return two things: symbol, state.",
        lambda t: t.right),
    "only_the_symbol": ("You return the symbol alone. The state has changed too: return symbol, "
        "state.", lambda t: t.symbol),
    "state_unchanged": ("You return the state as it came. The symbol has to come off it.",
        lambda t: t.to(t.state)),
    "that_is_push": ("That pushes the symbol once more. Pop shifts down and multiplies.",
        lambda t: t.to(push(t.state, t.start, t.freq, t.precision))),
    "a_float": ("`/` makes a float, which holds 53 bits and not the state. Shift with `>>`, or "
        "divide with `//`.",
        lambda t: t.to(t.freq * (t.state / 2**t.precision) + t.slot - t.start)),
}, read=Seen)  # fmt: skip


ROUNDED = named({
    "rounded": ("Right for short states. `/` goes through a float, which holds 53 bits; a state "
        "has "
        "thousands. Shift with `>>`.",
        lambda t: t.to(t.freq * int(t.state / 2**t.precision) + t.slot - t.start)),
}, Seen, wrong_only_at(lambda *args: _observe(pop, *args), LONG, LONGER))  # fmt: skip

POP = Exercise(
    name="pop", notebook="17", title="take the last symbol off the state", reference=pop,
    cases=_cases, observe=_observe, mistakes=[*MISTAKES, *ROUNDED], points=2,
    hints=[
        "Undo push from its end: read the slot, ask `find` whose it is, and put quotient and "
        "remainder together again.",
        "The slot is the lowest `precision` bits. The quotient is `state >> precision`, the "
        "remainder `slot - start`, and a number is quotient times freq, plus remainder.",
        "`slot = state & ((1 << precision) - 1)`, `symbol, start, freq = find(slot)`, "
        "`return symbol, freq * (state >> precision) + slot - start`",
    ],
)  # fmt: skip
