"""What the two exercises on gradient estimators share: inputs, a look at answers, mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Generator, Tensor
from torch.distributions import Normal

from coursework.checking.compare import close, is_scalar
from coursework.checking.exercise import Case, InterfaceError, Mistake, Observed
from coursework.exercises.rules import Row, Wrong, named

Function = Callable[[Tensor], Tensor]

# Parts of what torch says.
UNUSED, NOT_ONE = "not have been used in the graph", "created only for scalar outputs"
NO_GRAPH = ("does not require grad", UNUSED, "not require gradients")


def draw_function(generator: Generator) -> Function:
    """f(z) = a sin(bz) + c z^2 + d z + e, entry by entry, with random a to e."""
    a, b, c, d, e = (0.6 + torch.rand(5, generator=generator)).tolist()
    side = 1 if torch.rand((), generator=generator) < 0.5 else -1
    return lambda z: side * (a * torch.sin(b * z) + c * z * z) + d * z + 3 * e


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


def derivative(f: Function, z: Tensor) -> Tensor:
    """f'(z), entry by entry."""
    z = z.detach().clone().requires_grad_()
    return torch.autograd.grad(f(z).sum(), z)[0]


@dataclass(frozen=True)
class Draws:
    """The arguments, and what is computed from them on the way."""

    f: Function
    mu: Tensor
    sigma: Tensor
    eps: Tensor
    b: float = 0.0

    @property
    def z(self) -> Tensor:
        return self.mu + self.sigma * self.eps

    @property
    def gain(self) -> Tensor:
        """f(z) - b, one number per sample."""
        return self.f(self.z) - self.b

    @property
    def slopes(self) -> Tensor:
        """f'(z), one number per sample."""
        return derivative(self.f, self.z)

    def log_prob(self, z: Tensor) -> Tensor:
        return Normal(self.mu, self.sigma).log_prob(z)

    def copy(self) -> Draws:
        """The same with a copy of mu that wants a gradient."""
        return replace(self, mu=self.mu.clone().requires_grad_())


def slope(of: Callable[[Draws], Tensor]) -> Callable[[Draws], Tensor]:
    """The gradient in a copy of mu of what `of` computes from that copy."""

    def wrong(t: Draws) -> Tensor:
        copy = t.copy()
        return torch.autograd.grad(of(copy), copy.mu)[0]

    return wrong


def observe(fn: Wrong, f: Function, *numbers: Any) -> Any:
    """What `fn` returns, or the name of a mistake. It is called twice, or three times."""
    (first, asked), (second, again) = _call(fn, f, numbers), _call(fn, f, numbers)
    if isinstance(first, str) and first == "detached":
        if not close(again, asked):
            return "sampled_without_gradient"
        live, _ = _call(fn, f, numbers, live=True)  # where mu itself wants a gradient
        return "copy_not_used" if live is None else live if isinstance(live, str) else first
    if isinstance(first, tuple) and len(first) == 1:
        raise InterfaceError(
            "you return a tuple, as `torch.autograd.grad` does; take its only entry, `[0]`"
        )
    is_number = is_scalar(first) or isinstance(first, Tensor)
    return "own_noise" if is_number and not close(second, first) else first


def _call(
    fn: Wrong, f: Function, numbers: tuple[Any, ...], live: bool = False
) -> tuple[Any, list[Tensor]]:
    """What `fn` returns or a name, and what f was asked about. live: mu has `requires_grad`."""
    given, asked = [n.clone() if isinstance(n, Tensor) else n for n in numbers], []
    given[0].requires_grad_(live)

    def watched(z: Tensor) -> Tensor:
        asked.append(z.detach())
        return f(z)

    try:
        value = fn(watched, *given)
    except RuntimeError as error:
        if live and UNUSED in str(error):
            return "copy_not_used", asked
        if any(words in str(error) for words in NO_GRAPH):
            return "detached", asked
        if NOT_ONE in str(error):
            return "nothing_averaged", asked
        raise
    pairs = zip(given, numbers, strict=True)
    changed = any(isinstance(n, Tensor) and not torch.equal(g.detach(), n) for g, n in pairs)
    return "mutated_argument" if changed else value, asked


def told(
    table: Mapping[str, Row], read: Callable[..., Any] | None = None, single: bool = False
) -> list[Mistake]:
    """Mistakes that `observe` names itself. single: a single sample shows nothing of them."""

    def when(name: str) -> Callable[[Observed, Case], bool]:
        return lambda seen, case: (
            seen.value == name if isinstance(seen.value, str) else single and len(case.args[3]) == 1
        )

    return [replace(mistake, when=when(mistake.name)) for mistake in named(table, read)]


ANY_ESTIMATOR = [
    *told({
        "own_noise": ("You get another number each time, so you drew noise of your own. Use the "
            "`eps` you are handed.",
            lambda t: t.f(t.mu + t.sigma * torch.randn_like(t.eps)).mean()),
        "sampled_without_gradient": ("You let torch draw, and `.sample()` hands back bare numbers: "
            "no way leads back to μ. (`.rsample()` keeps the way, and draws noise of its own.) Use "
            "the `eps` you are handed: z = μ + σε.",
            slope(lambda t: t.f(Normal(t.mu, t.sigma).sample(t.eps.shape)).mean())),
        "mutated_argument": ("Your function changes one of its arguments in place. Make new "
            "tensors, and use no method that ends in `_` (apart from `requires_grad_` on a copy).",
            lambda t: t.f(t.eps.mul_(t.sigma).add_(t.mu)).mean()),
        "copy_not_used": ("You ask for the gradient of a copy of μ, and what you differentiate was "
            "computed from the μ that you were handed. From the copy on, use the copy.",
            lambda t: torch.autograd.grad(t.f(t.z).mean(), t.copy().mu)[0]),
    }, Draws),
    *named({
        "none_returned": ("You return None. If your last line is `return mu.grad`: the gradient "
            "went to the copy that you made, so return the copy's `.grad`. Otherwise the `return` "
            "is missing.", lambda f, mu, *rest: f(mu.clone().requires_grad_()).backward()),
    }, when=lambda seen, case: seen.value is None),
]  # fmt: skip
