"""What a function does besides answering: it changes its arguments, or answers anew each time."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor
from torch.optim import Optimizer

from coursework.checking.compare import close
from coursework.checking.exercise import Exercise


@dataclass(frozen=True)
class Fault:
    """A mistake that any function can make. name: as in `Verdict.mistake`."""

    name: str
    message: str


@dataclass(frozen=True)
class Before:
    """A tensor among the arguments, and how it was when the call began."""

    name: str
    tensor: Tensor
    value: Tensor
    requires_grad: bool


class Watched:
    """A learner's function whose calls are watched. `fault` is the first one found.

    again: make the next call twice, with the same arguments and equal states of their generators.
    A call that is given an optimizer is a step, and is meant to change things: it is made once.
    """

    def __init__(self, exercise: Exercise, fn: Callable[..., Any]) -> None:
        self.fn, self.again = fn, False
        self.fault: Fault | None = None
        self.names = list(inspect.signature(exercise.reference).parameters)

    def __call__(self, *args: Any, **named: Any) -> Any:
        before = list(self._look(args))
        generators = [(a, a.get_state()) for a in args if isinstance(a, Generator)]
        value = self.fn(*args, **named)
        self.fault = self.fault or next(filter(None, map(_change, before)), None)
        again, self.again = self.again, False
        if again and not self.fault and not any(isinstance(a, Optimizer) for a in args):
            first = kept(value)
            for generator, state in generators:
                generator.set_state(state)
            second = self.fn(*args, **named)
            if _is_data(first) and not close(second, first):
                self.fault = ANOTHER_DRAW if generators else ANOTHER_ANSWER
        return value

    def take(self) -> Fault | None:
        """The fault found since the last time."""
        fault, self.fault = self.fault, None
        return fault

    def _look(self, args: tuple[Any, ...]) -> Iterator[Before]:
        for name, value in zip(self.names, args, strict=False):
            for t in value if isinstance(value, (tuple, list)) else (value,):
                if isinstance(t, Tensor):
                    yield Before(name, t, t.detach().clone(), t.requires_grad)


def kept(value: Any) -> Any:
    """A value that stays as it is, even if the function fills the same tensor again."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if type(value) in (tuple, list):
        return type(value)(map(kept, value))
    return {k: kept(v) for k, v in value.items()} if isinstance(value, dict) else value


def _is_data(value: Any) -> bool:
    """Whether two such values can be compared: networks and other objects can't."""
    if isinstance(value, (tuple, list, dict)):
        return all(map(_is_data, value.values() if isinstance(value, dict) else value))
    return isinstance(value, (Tensor, bool, int, float, str, type(None)))


def _change(before: Before) -> Fault | None:
    """What a call did to a tensor it was given."""
    now, name = before.tensor, before.name
    if not _identical(now.detach(), before.value):
        return Fault("mutated_argument", MUTATED.format(name))
    if not now.is_leaf:
        return None
    if now.grad is not None:  # the arguments of a check come without one
        return Fault("gradient_left_behind", GRADIENT.format(name))
    if now.requires_grad != before.requires_grad:
        return Fault("requires_grad_left_on", REQUIRES.format(name))
    return None


def _identical(a: Tensor, b: Tensor) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return torch.equal(a, b) or torch.equal(a.nan_to_num(), b.nan_to_num())


MUTATED = (
    "Your function changes its argument `{0}` in place, so the caller's data are changed too. Write "
    "`{0} = {0} + …` where you wrote `{0} += …`, and no method that ends in `_`."
)
GRADIENT = (
    "Your function leaves a gradient behind in its argument `{0}`: `backward()` *adds* to `{0}.grad`, so the "
    "next call with the same `{0}` returns the sum of both. Work on a copy, "
    "`{0} = {0}.detach().clone().requires_grad_()`, or ask for `torch.autograd.grad(…, {0})[0]`, which leaves "
    "nothing behind."
)
REQUIRES = (
    "Your function switches `requires_grad` of its argument `{0}` and leaves it so, for the caller too. Work "
    "on a copy: `{0} = {0}.detach().clone().requires_grad_()`."
)
ANOTHER_ANSWER = Fault(
    "another_answer",
    "Called twice with the same arguments, your function gives two different answers. Either it draws random "
    "numbers of its own, or it keeps something from one call to the next (a global variable, a list as a "
    "default argument).",
)
ANOTHER_DRAW = Fault(
    "another_answer",
    "Called twice with equal states of the generator, your function gives two different answers. Every draw "
    "has to come from the generator that it is given: `generator=generator`.",
)
