"""From a table to named mistakes, and the mechanical ways in which a right function goes wrong.

A table shows each mistake with its whole formula, in the letters of the lesson:

    MISTAKES = named(
        {
            "sign": ("The sign is wrong: KL is never negative.", scaled(gaussian_kl, -1)),
            "mu_missing": ("μ does not occur.", lambda mu, logvar: …),
        }
    )
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from torch import Generator

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Mistake, Observed, Property, Question

Wrong = Callable[..., Any]
Row = tuple[str | Wrong, ...]  # what the learner reads, then one or more wrong functions


def named(
    table: Mapping[str, Row],
    read: Callable[..., Any] | None = None,
    when: Callable[[Observed, Case], bool] | None = None,
) -> list[Mistake]:
    """The mistakes of a table {name: (sentence, wrong function, …)}, in its order.

    read: turns the exercise's arguments into the one thing that the table's functions take, such as
        the terms of a loss. Without it they take the arguments themselves.
    when: as in `Mistake`, for every row.
    """
    return [
        Mistake(name, str(sentence), wrong if read is None else then(read, wrong), when)
        for name, (sentence, *wrongs) in table.items()
        for wrong in wrongs
        if callable(wrong)
    ]


def then(right: Wrong, change: Callable[[Any], Any]) -> Wrong:
    """What `right` returns, changed: `then(kl, lambda kl: kl.mean())`."""
    return lambda *args: change(right(*args))


def scaled(right: Wrong, factor: float) -> Wrong:
    """What `right` returns, times a number."""
    return then(right, lambda value: factor * value)


def swapped(right: Wrong, i: int = 0, j: int = 1) -> Wrong:
    """`right` with its arguments i and j exchanged."""

    def wrong(*args: Any) -> Any:
        order = list(range(len(args)))
        order[i], order[j] = j, i
        return right(*(args[k] for k in order))

    return wrong


def given(right: Wrong, i: int, change: Callable[[Any], Any]) -> Wrong:
    """`right` with argument i changed before: `given(kl, 1, lambda logvar: 2 * logvar)`."""
    return lambda *args: right(*args[:i], change(args[i]), *args[i + 1 :])


def each(build: Callable[[Wrong], Wrong], table: Mapping[str, Row]) -> dict[str, Row]:
    """The table, `build` applied to each of its functions: `named(each(along, {…}))`."""
    return {name: (text, *map(build, wrongs)) for name, (text, *wrongs) in table.items()}


def choice(
    name: str,
    title: str,
    options: Mapping[str, str | tuple[str, str, str]],
    why: str,
    hints: Sequence[str],
    points: int = 1,
) -> Question:
    """A question with lettered options: (what it says, short name of the mistake, reply to it).

    The right option is what it says alone; `why` is the reply to it.
    """
    wrong = {letter: option for letter, option in options.items() if not isinstance(option, str)}
    (right,) = options.keys() - wrong.keys()
    return Question(
        name,
        title,
        right,
        choices={letter: o if isinstance(o, str) else o[0] for letter, o in options.items()},
        wrong={letter: (short, reply) for letter, (_, short, reply) in wrong.items()},
        why=why,
        hints=hints,
        points=points,
    )


def recognized(
    table: Mapping[str, tuple[Any, ...]], read: Callable[..., Any] | None = None
) -> list[Mistake]:
    """Mistakes told by what was observed: {name: (sentence, when, wrong function, …)}."""
    return [
        mistake
        for name, (sentence, when, *wrongs) in table.items()
        for mistake in named({name: (sentence, *wrongs)}, read, when)
    ]


def inspected(table: Mapping[str, Row], found: Callable[[Any], Container[str]]) -> list[Mistake]:
    """Mistakes that an inspection of the answer names: `found(seen.value)` holds their names."""
    rows = {
        name: (sentence, lambda seen, case, name=name: name in found(seen.value), *wrongs)
        for name, (sentence, *wrongs) in table.items()
    }
    return recognized(rows)


def wrong_only_at(right: Wrong, *labels: str) -> Callable[[Observed, Case], bool]:
    """A `when`: wrong at all cases of these labels, right at all others."""
    return lambda seen, case: close(seen.value, right(*case.args)) != (case.label in labels)


def must_be(
    name: str,
    right: float,
    value: Callable[[Wrong, Generator], Any],
    sentence: str,
    within: float = 1e-4,
) -> Property:
    """A property: `value(fn, generator)` is `right`; else `sentence.format(what it is)` is told."""

    def broken(fn: Wrong, generator: Generator) -> str | None:
        yours = float(value(fn, generator))
        return None if abs(yours - right) < within else sentence.format(yours)

    return Property(name, broken)
