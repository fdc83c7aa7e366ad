"""What the two exercises on gradient estimators share: functions to average, and how an answer is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, InterfaceError, Observed

Function = Callable[[Tensor], Tensor]

DETACHED, MANY = "no way back to mu", "more than one number differentiated"
OWN_NOISE, MUTATED = "another value each time", "argument changed"
NO_GRAPH = ("does not require grad", "not have been used in the graph", "not require gradients")
NOT_ONE = "created only for scalar outputs"


def draw_function(generator: Generator) -> Function:
    """f(z) = a sin(bz) + c z^2 + d z + e, entry by entry, with random a to e."""
    a, b, c, d, e = (0.6 + torch.rand(5, generator=generator)).tolist()
    side = 1 if torch.rand((), generator=generator) < 0.5 else -1

    def f(z: Tensor) -> Tensor:
        return side * (a * torch.sin(b * z) + c * z * z) + d * z + 3 * e

    return f


def draw_inputs(generator: Generator, samples: int) -> tuple[Function, Tensor, Tensor, Tensor]:
    """f, mu (), sigma () and eps (samples,); sigma is not near 1, mu not near 0."""
    wide = torch.rand((), generator=generator) < 0.5
    low, high = (1.4, 2.0) if wide else (0.35, 0.7)
    sigma = low + (high - low) * torch.rand((), generator=generator)
    side = 1 if torch.rand((), generator=generator) < 0.5 else -1
    mu = side * (0.5 + torch.rand((), generator=generator))
    return draw_function(generator), mu, sigma, torch.randn(samples, generator=generator)


def sample_counts(generator: Generator) -> Iterator[tuple[int, str]]:
    """How many samples each case has, and what it is called."""
    for low, label in ((9, "a few samples"), (40, "more samples")):
        yield low + int(torch.randint(8, (), generator=generator)), label


def observe(fn: Callable[..., Any], f: Function, *numbers: Any) -> Any:
    """What `fn` returns, or one of the words above. It is called twice."""
    first = _call(fn, f, *numbers)
    if isinstance(first, str):
        return first
    if isinstance(first, tuple) and len(first) == 1:
        raise InterfaceError(
            "you return a tuple with one entry, as `torch.autograd.grad` does; take the entry, "
            "`[0]`"
        )
    second = _call(fn, f, *numbers)
    return first if _equal(first, second) else OWN_NOISE


def _equal(first: Any, second: Any) -> bool:
    """Whether two calls gave the same, as far as these are numbers."""
    if not is_scalar(first) and not isinstance(first, Tensor):
        return True
    return close(second, first)


def _call(fn: Callable[..., Any], f: Function, *numbers: Any) -> Any:
    given = [n.clone() if isinstance(n, Tensor) else n for n in numbers]
    try:
        value = fn(f, *given)
    except RuntimeError as error:
        if any(words in str(error) for words in NO_GRAPH):
            return DETACHED
        if NOT_ONE in str(error):
            return MANY
        raise
    pairs = zip(given, numbers, strict=True)
    changed = any(isinstance(n, Tensor) and not torch.equal(g.detach(), n) for g, n in pairs)
    return MUTATED if changed else value


def is_word(word: str) -> Callable[[Observed, Case], bool]:
    """`when` of a mistake that `observe` tells by this word."""
    return lambda seen, case: isinstance(seen.value, str) and seen.value == word


def is_many(seen: Observed, case: Case) -> bool:
    """`when` of an answer that differentiates f(z) without a mean; with one sample that is no fault."""
    return is_word(MANY)(seen, case) or len(case.args[3]) == 1


def derivative(f: Function, z: Tensor) -> Tensor:
    """f'(z), entry by entry."""
    z = z.detach().clone().requires_grad_()
    return torch.autograd.grad(f(z).sum(), z)[0]
