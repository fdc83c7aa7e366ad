"""The door to the engine: the name of an exercise and an answer in, a verdict out."""

from __future__ import annotations

import contextlib
import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from coursework import exercises
from coursework.checking.engine import judge
from coursework.checking.exercise import Exercise, Verdict
from coursework.checking.running import SECONDS, Clock
from coursework.checking.their_code import dropped, helpers_of
from coursework.seeds import PUBLIC


def evaluate(
    name: str,
    fn: Any,
    seed: int | None = None,
    seconds: float = SECONDS,
    clock: Clock = time.monotonic,
    partial: bool = False,
    variant: int = PUBLIC,
) -> Verdict:
    """Judge `fn` as an answer to the exercise `name`.

    fn: any callable that takes the exercise's arguments by position, or a typed answer.
    seed: fixes the random inputs; None draws fresh ones. The same seed gives the same verdict.
    seconds: how long all calls of `fn` together may take, by `clock`.
    partial: whether parts that are right earn points where the whole is not.
    variant: the seed of the copy of the notebook that asks for it.
    Raises KeyError, naming the nearest name, where no exercise is called `name`.
    """
    exercise = exercises.get(name, variant)
    verdict = judge(exercise, fn, seed, seconds, clock=clock, partial=partial)
    if verdict.passed or not isinstance(exercise, Exercise) or fn is None or fn is ...:
        return verdict
    if wrong := _wrong_helpers(exercise, fn, seed, seconds, clock):
        return replace(verdict, kind="mistake", mistake="wrong_helper", message=_blame(name, wrong))
    if verdict.kind == "not attempted":
        return verdict
    return replace(verdict, message=f"{verdict.message} {dropped(fn)}".rstrip())


def _wrong_helpers(
    exercise: Exercise, fn: Any, seed: int | None, seconds: float, clock: Clock
) -> list[str]:
    """Other exercises' functions that `fn` calls: with references in their place it is right."""
    used = helpers_of(fn, set(exercises.names(exercise.notebook)) - {exercise.name})
    used = [name for name in used if not _is_ours(fn, name)]
    for suspects in [*([name] for name in used), *([used] if len(used) > 1 else [])]:
        with _references(fn, suspects):
            if judge(exercise, fn, seed, seconds, clock=clock).passed:
                return suspects
    return []


def _is_ours(fn: Callable[..., Any], name: str) -> bool:
    helper = inspect.unwrap(fn).__globals__[name]
    return getattr(helper, "on_loan", False) or helper is _reference(name)


def _reference(name: str) -> Any:
    return getattr(exercises.get(name), "reference", None)


@contextlib.contextmanager
def _references(fn: Callable[..., Any], names: Sequence[str]) -> Iterator[None]:
    """The course's own functions under these names, in the notebook in which `fn` was defined."""
    notebook = inspect.unwrap(fn).__globals__
    theirs = {name: notebook[name] for name in names}
    notebook.update({name: _reference(name) for name in names})
    try:
        yield
    finally:
        notebook.update(theirs)


def _blame(name: str, helpers: Sequence[str]) -> str:
    listed = " and ".join(f"`{helper}`" for helper in helpers)
    return (
        f"Your `{name}` itself is right. What it calls is not: with the course's own {listed} in place of the one that "
        f"is defined now, it passes. Was {listed} defined anew after its check? Check it again, then this one."
    )
