"""Exercise `decode_image`: the last image comes off the state, and the bits of its code go back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch import Generator, Tensor

from coursework.checking.compare import describe
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.nb17.encoding import (
    Tables,
    coding_cases,
    encode_image,
    popped,
    pushed,
)
from coursework.exercises.nb17.tables import Table, read_state
from coursework.exercises.rules import named


def decode_image(
    state: int,
    prior: Sequence[Table],
    posterior: Tables,
    likelihood: Tables,
    precision: int,
) -> tuple[list[int], int]:
    """The pixels that were encoded last, and the state before. Townsend et al., 2019."""
    z, state = _off(state, prior, precision)
    x, state = _off(state, likelihood(z), precision)
    return x, _back(state, z, posterior(x), precision)


def _off(state: int, tables: Sequence[Table], precision: int) -> tuple[list[int], int]:
    """The symbols that were pushed in the order of the tables, and the state without them."""
    symbols, state = popped(state, list(tables)[::-1], precision)
    return symbols[::-1], state


def _back(state: int, z: Sequence[int], tables: Sequence[Table], precision: int) -> int:
    """The state with the code on it that was popped in the order of the tables."""
    return pushed(state, list(z)[::-1], list(tables)[::-1], precision)


def _cases(generator: Generator) -> Iterator[Case]:
    for state, x, *others in coding_cases(generator):
        encoded = encode_image(state, x, *others)
        yield Case((encoded, *others), f"{len(x)} pixels, {len(others[0])} latents")


def _observe(fn: Callable[..., Any], *args: Any) -> Any:
    given = fn(*args)
    if isinstance(given, (tuple, list)) and len(given) == 2:
        x, state = given
        if isinstance(x, Tensor):
            x = x.flatten().tolist()
        if isinstance(x, (tuple, list)):
            return [
                [float(v) for v in x],
                read_state(state, "The second thing you return, the state,"),
            ]
        if not isinstance(state, (tuple, list, Tensor)):
            found = f"{describe(x)} and {describe(state)}"
            raise InterfaceError(
                f"You should return the list of pixels and the state; yours: {found}"
            )
        return [read_state(x, "The state"), [float(v) for v in state]]
    if isinstance(given, (tuple, list)):
        return [float(v) for v in given]
    return read_state(given)


class File:
    """The arguments of a call, and the steps of the decoder."""

    def __init__(
        self,
        state: int,
        prior: Sequence[Table],
        posterior: Tables,
        likelihood: Tables,
        precision: int,
    ) -> None:
        self.state, self.prior, self.precision = state, prior, precision
        self.of_x, self.of_z = posterior, likelihood
        self.z, self.after_z = _off(state, prior, precision)
        self.x, self.after_x = _off(self.after_z, likelihood(self.z), precision)

    def back(self, tables: Sequence[Table], z: Sequence[int] | None = None) -> int:
        return _back(self.after_x, self.z if z is None else z, tables, self.precision)

    @property
    def right(self) -> int:
        return self.back(self.of_x(self.x))

    def decoded(self, z_forward: bool, x_forward: bool, back_forward: bool) -> Any:
        """Some of the three loops go from first to last."""
        take = popped if z_forward else _off
        z, state = take(self.state, self.prior, self.precision)
        take = popped if x_forward else _off
        x, state = take(state, self.of_z(z), self.precision)
        put = pushed if back_forward else _back
        return x, put(state, z, self.of_x(x), self.precision)

    def turned(self, z_turned: bool, x_turned: bool, back_turned: bool = False) -> Any:
        """Popped in reverse, and lists that weren't turned around."""
        z = self.z[::-1] if z_turned else self.z
        x, state = _off(self.after_z, self.of_z(z), self.precision)
        x = x[::-1] if x_turned else x
        return x, _back(state, z[::-1] if back_turned else z, self.of_x(x), self.precision)


def _pixels_first(t: File) -> Any:
    x, state = _off(t.state, t.of_z([0] * len(t.z)), t.precision)
    z, state = _off(state, t.prior, t.precision)
    return x, _back(state, z, t.of_x(x), t.precision)


MISTAKES = named({
    "order_not_reversed": ("Your loops go in the encoder's order. What was pushed last comes off "
        "first: go through tables from the last to the first, when you pop and when you push z "
        "back.",
        lambda t: t.decoded(True, True, True), lambda t: t.decoded(True, True, False)),
    "latents_not_reversed": ("z is popped from first to last. The encoder pushed its last latent "
        "last, so that one comes off first: `reversed`.", lambda t: t.decoded(True, False, False),
        lambda t: t.decoded(True, False, True)),
    "pixels_not_reversed": ("The pixels are popped from first to last. The encoder pushed the last "
        "pixel last, so that one comes off first: `reversed`.",
        lambda t: t.decoded(False, True, False), lambda t: t.decoded(False, True, True)),
    "back_not_reversed": ("The pixels are right. z is pushed back from first to last; the encoder "
        "popped it in that order, so the undoing begins with the last one.",
        lambda t: t.decoded(False, False, True)),
    "lists_not_turned": ("You popped in reverse, and collected the symbols in reverse as well. "
        "Turn "
        "the list around before you use it, `z = z[::-1]`, or `z.insert(0, symbol)`.",
        lambda t: t.turned(True, True), lambda t: t.turned(True, False),
        lambda t: t.turned(False, True), lambda t: t.turned(True, True, True)),
    "returned_in_reverse": ("The pixels that you return run from last to first. Turn the list "
        "around.", lambda t: (t.x[::-1], t.right)),
    "tables_in_wrong_order": ("The pixels are right. At the end, z and its tables run in opposite "
        "directions. Symbol k belongs to table k: reverse both.",
        lambda t: (t.x, pushed(t.after_x, t.z, list(t.of_x(t.x))[::-1], t.precision)),
        lambda t: (t.x, pushed(t.after_x, t.z[::-1], t.of_x(t.x), t.precision))),
    "bits_not_returned": ("The pixels are right. The encoder took the bits of z from the state, "
        "and "
        "here they go back: push z with the tables of `posterior(x)`.",
        lambda t: (t.x, t.after_x)),
    "pushed_with_the_prior": ("z is pushed back with the prior's tables. The encoder popped it "
        "with "
        "`posterior(x)`, and only the same tables undo that.",
        lambda t: (t.x, t.back(t.prior))),
    "popped_instead_of_pushed": ("At the end z is popped once more. The encoder popped it; undoing "
        "that is a push.",
        lambda t: (t.x, popped(t.after_x, list(t.of_x(t.x))[::-1], t.precision)[1]),
        lambda t: (t.x, popped(t.after_x, t.of_x(t.x), t.precision)[1])),
    "pixels_pushed_back": ("The pixels are pushed again. They came off for good; it is z that goes "
        "back, with the tables of `posterior(x)`.",
        lambda t: (t.x, pushed(t.back(t.of_x(t.x)), t.x, t.of_z(t.z), t.precision)),
        lambda t: (t.x, pushed(t.after_x, t.x, t.of_z(t.z), t.precision))),
    "another_image": ("z is pushed back with the tables of another image: call `posterior` with "
        "the "
        "x that you decoded.", lambda t: (t.x, t.back(t.of_x([0] * len(t.x)))),
        lambda t: (t.x, t.back(t.of_x(t.x[::-1])))),
    "pixels_before_code": ("The pixels are popped before z. Their tables depend on z, which lies "
        "on "
        "top: pop z first, with the prior.", _pixels_first),
    "state_not_updated": ("pop returns a new state, and you went on with the old one: `symbol, "
        "state "
        "= pop(…)`.", lambda t: _from_one_state(t)),
    "order": ("You return the state first. Return the pixels, then the state.",
        lambda t: (t.right, t.x)),
    "only_the_pixels": ("You return the pixels alone. The state goes on to the next image: return "
        "x, state.", lambda t: t.x),
    "only_the_state": ("You return the state alone. Return the pixels and the state.",
        lambda t: t.right),
    "pixels_turned_over": ("Black and white changed places: the symbol is the pixel, 0 or 1.",
        lambda t: ([1 - v for v in t.x], t.right)),
    "three_things": ("You return the code instead of the pixels. z is only needed on the way.",
        lambda t: (t.z, t.right)),
}, read=File)  # fmt: skip


def _from_one_state(t: File) -> Any:
    """Every symbol popped from the same state."""
    z = [popped(t.state, [table], t.precision)[0][0] for table in t.prior]
    x = [popped(t.state, [table], t.precision)[0][0] for table in t.of_z(z)]
    return x, _back(t.state, z, t.of_x(x), t.precision)


DECODE_IMAGE = Exercise(
    name="decode_image", notebook="17", title="the encoder's steps, undone from the last to the "
        "first",
    reference=decode_image, cases=_cases, observe=_observe, mistakes=MISTAKES, points=3,
    hints=[
        "Write the encoder's three loops in the opposite order, turn each pop into a push and each "
        "push into a pop, and let each loop run from last to first.",
        "`for table in reversed(prior)`: pop, and `z.insert(0, symbol)`. The same for x with "
        "`likelihood(z)`. Then push z back with `posterior(x)`, from last to first.",
        "The last loop: `for symbol, table in reversed(list(zip(z, posterior(x)))): state = "
        "push(state, *interval(table, symbol), precision)`",
    ],
)  # fmt: skip
