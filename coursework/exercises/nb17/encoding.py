"""Exercise `encode_image`: an image onto the state by bits-back coding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch import Generator

from coursework.checking.compare import describe
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.nb17.pop import pop
from coursework.exercises.nb17.push import push
from coursework.exercises.nb17.tables import (
    Table,
    finder,
    interval,
    random_state,
    read_state,
    tiny_model,
    whole,
    widths,
)
from coursework.exercises.rules import named

Tables = Callable[[Sequence[int]], Sequence[Table]]


def encode_image(
    state: int,
    x: Sequence[int],
    prior: Sequence[Table],
    posterior: Tables,
    likelihood: Tables,
    precision: int,
) -> int:
    """The state with the pixels x, each 0 or 1, on it. Townsend et al., 2019, algorithm 1."""
    z, state = popped(state, posterior(x), precision)
    state = pushed(state, x, likelihood(z), precision)
    return pushed(state, z, prior, precision)


def popped(state: int, tables: Sequence[Table], precision: int) -> tuple[list[int], int]:
    """One symbol for each table, in their order, and the state without them."""
    symbols = []
    for table in tables:
        symbol, state = pop(state, precision, finder(table))
        symbols.append(symbol)
    return symbols, state


def pushed(state: int, symbols: Sequence[int], tables: Sequence[Table], precision: int) -> int:
    """The state with the symbols on it, in their order."""
    for symbol, table in zip(symbols, tables, strict=True):
        state = push(state, *interval(table, symbol), precision)
    return state


def coding_cases(generator: Generator) -> Iterator[tuple[Any, ...]]:
    """State, x, prior, posterior, likelihood, precision.

    The first state stays below 63 bits, since the engine compares it as a number.
    """
    sizes = ((15, 2, 3, 5), (80, 3, 5, 8), (70, 4, 7, 10), (400, 5, 9, 9), (90, 6, 8, 8))
    for bits, latents, pixels, precision in sizes:
        model = tiny_model(generator, latents, pixels, precision)
        x = [1, 0, *(whole(generator, 0, 1) for _ in range(pixels - 2))]
        state = random_state(generator, bits)
        yield state, x, model.prior, model.posterior, model.likelihood, precision


def _cases(generator: Generator) -> Iterator[Case]:
    for args in coding_cases(generator):
        yield Case(args, f"{len(args[1])} pixels, {len(args[2])} latents")


def _observe(fn: Callable[..., Any], *args: Any) -> str:
    given = fn(*args)
    if isinstance(given, (tuple, list)):
        raise InterfaceError(
            f"You should return the state alone, one whole number; yours is {describe(given)}. z "
            "isn't sent beside it: it is on the state."
        )
    return read_state(given)


class Image:
    """The arguments of a call, and the steps of the coder."""

    def __init__(
        self,
        state: int,
        x: Sequence[int],
        prior: Sequence[Table],
        posterior: Tables,
        likelihood: Tables,
        precision: int,
    ) -> None:
        self.state, self.x, self.prior, self.precision = state, list(x), prior, precision
        self.of_x, self.of_z = posterior, likelihood
        self.z, self.rest = popped(state, posterior(x), precision)

    def on(self, state: int, *things: tuple[Sequence[int], Sequence[Table]]) -> int:
        """The state with several things on it."""
        for symbols, tables in things:
            state = pushed(state, symbols, tables, self.precision)
        return state

    def with_code(self, z: Sequence[int], state: int) -> int:
        """Pixels, then this code, on this state."""
        return self.on(state, (self.x, self.of_z(z)), (z, self.prior))

    @property
    def pixels(self) -> tuple[list[int], Sequence[Table]]:
        return self.x, self.of_z(self.z)

    @property
    def code(self) -> tuple[list[int], Sequence[Table]]:
        return self.z, self.prior

    @property
    def likeliest(self) -> list[int]:
        """The widest bin of each latent."""
        return [max(range(len(w)), key=w.__getitem__) for w in map(widths, self.of_x(self.x))]


def _turned(pair: tuple[Sequence[int], Sequence[Table]]) -> tuple[list[int], list[Table]]:
    return list(pair[0])[::-1], list(pair[1])[::-1]


def _from_prior(t: Image) -> int:
    z, rest = popped(t.state, t.prior, t.precision)
    return t.on(rest, (t.x, t.of_z(z)), (z, t.of_x(t.x)))


def _both_prior(t: Image) -> int:
    z, rest = popped(t.state, t.prior, t.precision)
    return t.with_code(z, rest)


def _popped_in_reverse(t: Image) -> int:
    z, rest = popped(t.state, list(t.of_x(t.x))[::-1], t.precision)
    return t.with_code(z[::-1], rest)


def _swapped_in_push(t: Image) -> int:
    state = t.rest
    for symbols, tables in (t.pixels, t.code):
        for symbol, table in zip(symbols, tables, strict=True):
            start, freq = interval(table, symbol)
            state = push(state, freq, max(start, 1), t.precision)
    return state


MISTAKES = named({
    "bits_not_taken": ("z is read from the state, and the state keeps those bits: pop returns a "
        "new "
        "state, and you went on with the old one. `symbol, state = pop(…)`.",
        lambda t: t.with_code(t.z, t.state)),
    "likeliest_code": ("You took the most likely bin of each latent and popped nothing. Then z "
        "costs all of its bits. Draw z with `pop`: its bits come from the state, and the decoder "
        "puts them back.", lambda t: t.with_code(t.likeliest, t.state)),
    "popped_from_the_prior": ("z is drawn from the prior. It has to fit the image: pop it with the "
        "tables of `posterior(x)`, and push it with the prior's.", _from_prior, _both_prior),
    "pushed_with_the_posterior": ("z is pushed with the tables of `posterior(x)`. The decoder "
        "doesn't have x when it reads z; all it has is the prior. Push z with `prior`.",
        lambda t: t.on(t.rest, t.pixels, (t.z, t.of_x(t.x)))),
    "code_before_pixels": ("z was pushed before x. What is pushed last comes off first, and the "
        "decoder needs z before it can read x: push x, then z.",
        lambda t: t.on(t.rest, t.code, t.pixels)),
    "pixels_missing": ("The pixels aren't on the state. Push each with its table of "
        "`likelihood(z)`.", lambda t: t.on(t.rest, t.code)),
    "code_missing": ("z isn't on the state, and without it the decoder has no tables for x. Push "
        "it "
        "last, with `prior`.", lambda t: t.on(t.rest, t.pixels)),
    "nothing_pushed": ("z was popped, and nothing was pushed. Push x given z, then z.",
        lambda t: t.rest),
    "backward": ("You pushed from the last to the first. That can be decoded too, by a decoder "
        "that "
        "goes from first to last. Ours (17.5) goes backward, so push in the order of x, and of z.",
        lambda t: t.on(t.rest, _turned(t.pixels), _turned(t.code)),
        lambda t: t.on(t.rest, _turned(t.pixels), t.code),
        lambda t: t.on(t.rest, t.pixels, _turned(t.code))),
    "popped_backward": ("You popped the latents from the last to the first. That can be decoded "
        "too, "
        "by a decoder that puts them back in this order. Ours expects that you pop the tables of "
        "`posterior(x)` in their order.", _popped_in_reverse),
    "tables_in_wrong_order": ("The symbols go forward and their tables backward. Symbol k belongs "
        "to "
        "table k: `zip` both in the same order.",
        lambda t: t.on(t.rest, (t.x, list(t.of_z(t.z))[::-1]), t.code),
        lambda t: t.on(t.rest, t.pixels, (t.z, list(t.prior)[::-1]))),
    "start_and_freq_swapped": ("`freq` and `start` changed places in your call of push. `interval` "
        "returns start, freq: `push(state, *interval(table, symbol), precision)`.",
        _swapped_in_push),
    "tables_of_another_code": ("The tables of the pixels belong to another code: call `likelihood` "
        "with the z that you popped.",
        lambda t: t.on(t.rest, (t.x, t.of_z([0] * len(t.z))), t.code),
        lambda t: t.on(t.rest, (t.x, t.of_z(t.likeliest)), t.code),
        lambda t: t.on(t.rest, (t.x, t.of_z(t.z[::-1])), t.code)),
    "code_turned_around": ("z is the wrong way round: its first symbol is the one popped last. "
        "`append` each symbol, so that symbol k of z belongs to table k.",
        lambda t: t.with_code(t.z[::-1], t.rest)),
    "pixels_turned_over": ("Black and white changed places: the symbol of a pixel is the pixel, 0 "
        "or "
        "1.", lambda t: t.on(t.rest, ([1 - v for v in t.x], t.of_z(t.z)), t.code)),
    "state_forgotten": ("Your state begins anew. It holds what was pushed before: begin with the "
        "one you are given.", lambda t: t.with_code(t.z, 0), lambda t: t.with_code(t.z, 1)),
}, read=Image)  # fmt: skip

ENCODE_IMAGE = Exercise(
    name="encode_image", notebook="17", title="draw z with pop, push x, push z",
    reference=encode_image, cases=_cases, observe=_observe, mistakes=MISTAKES, points=3,
    hints=[
        "Three loops: over the tables of posterior(x), popping; over the pixels with the tables of "
        "likelihood(z), pushing; over z with the tables of the prior, pushing.",
        "Pop with `symbol, state = pop(state, precision, finder(table))`, and collect the symbols "
        "in "
        "the list z. Push with `state = push(state, *interval(table, symbol), precision)`.",
        "z = []\nfor table in posterior(x):\n    symbol, state = pop(state, precision, "
        "finder(table))\n    z.append(symbol)\nThen for pixel, table in zip(x, likelihood(z)) "
        "push, "
        "and for symbol, table in zip(z, prior) push.",
    ],
)  # fmt: skip
