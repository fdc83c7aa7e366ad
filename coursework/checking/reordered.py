"""An exercise whose arguments come in another order: all that knows their order, turned with it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from torch import Generator

from coursework.checking.exercise import Case, Exercise, Mistake, Property

Function = Callable[..., Any]


def look(base: Exercise, fn: Function, args: tuple[Any, ...]) -> Any:
    """What an exercise looks at in one call."""
    return base.observe(fn, *args) if base.observe else fn(*args)


@dataclass(frozen=True)
class Order:
    """places: where, among the arguments of the course's own function, each new one stands."""

    places: tuple[int, ...]

    @classmethod
    def of(cls, public: Function, names: list[str]) -> Order:
        """The order in which the arguments of `public` are called `names`."""
        before = list(inspect.signature(public).parameters)
        if sorted(before) != sorted(names) or before == names:
            raise ValueError(f"{names} is no other order of {before}")
        return cls(tuple(before.index(name) for name in names))

    def new(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """From the public order to the new one; arguments left at their default are the last."""
        return tuple(args[i] for i in self.places if i < len(args))

    def public(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """From the new order to the public one."""
        places = [i for i in self.places if i < len(args)]
        return tuple(args[places.index(i)] for i in range(len(args)))

    def turned(self, fn: Function) -> Function:
        """A function of the public order, to be called in the new one."""
        return lambda *args: fn(*self.public(args))

    def back(self, fn: Function) -> Function:
        """A function of the new order, to be called in the public one."""
        return lambda *args: fn(*self.new(args))

    def reference(self, public: Function) -> Function:
        """The right answer in the new order, with the signature that goes with it."""

        @functools.wraps(public)
        def reference(*args: Any) -> Any:
            return public(*self.public(args))

        known = inspect.signature(public)
        parameters = self.new(tuple(known.parameters.values()))
        reference.__signature__ = known.replace(parameters=parameters)  # type: ignore[attr-defined]
        return reference

    def cases(self, base: Exercise) -> Callable[[Generator], Iterator[Case]]:
        """The cases of `base` in the new order."""

        def cases(generator: Generator) -> Iterator[Case]:
            for case in base.cases(generator):
                yield replace(case, args=self.new(case.args))

        return cases

    def mistake(self, of_base: Mistake) -> Mistake:
        """A mistake in the new order."""
        when = of_base.when
        if when is None:
            return replace(of_base, wrong=self.turned(of_base.wrong))
        return replace(
            of_base,
            wrong=self.turned(of_base.wrong),
            when=lambda seen, case: when(seen, replace(case, args=self.public(case.args))),
        )

    def rule(self, of_base: Property) -> Property:
        """A property in the new order."""
        broken = of_base.broken
        return replace(of_base, broken=lambda fn, dice: broken(self.back(fn), dice))
