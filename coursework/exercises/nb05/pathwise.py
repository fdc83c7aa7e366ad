"""Exercise `pathwise_gradient`: the slope of a mean, by walking back through the draws."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import is_scalar
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.exercises.nb05.estimating import (
    DETACHED,
    MUTATED,
    OWN_NOISE,
    Function,
    derivative,
    draw_inputs,
    is_many,
    is_word,
    observe,
    sample_counts,
)
from coursework.exercises.rules import named


def pathwise_gradient(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    """d/dmu of the mean of f(mu + sigma * eps) over eps (S,), by autograd: a scalar.

    It estimates d/dmu E[f(z)] where f is continuous. Kingma and Welling, 2014, section 2.4.
    """
    mu = mu.detach().clone().requires_grad_()
    mean = f(mu + sigma * eps).mean()
    return torch.autograd.grad(mean, mu)[0]


def _cases(generator: Generator) -> Iterator[Case]:
    for samples, label in sample_counts(generator):
        yield Case(draw_inputs(generator, samples), label)
    yield Case(draw_inputs(generator, 1), "a single sample")


def _line(fn, generator: Generator) -> str | None:
    _, mu, sigma, eps = draw_inputs(generator, 8)
    slope = float(fn(lambda z: 3 * z + 1, mu, sigma, eps))
    if abs(slope - 3) < 1e-3:
        return None
    return (
        f"For f(z) = 3z + 1 every draw has the slope 3, so the gradient is 3; yours is {slope:.6g}."
    )


def _detached(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    mu = mu.clone().requires_grad_()
    return torch.autograd.grad(f((mu + sigma * eps).detach()).mean(), mu)[0]


def _dead(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    mu = mu.clone().requires_grad_()
    return torch.autograd.grad(f((mu + sigma * eps).detach()).mean() + 0 * mu, mu)[0]


def _slopes(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    return derivative(f, mu + sigma * eps)


def _not_one(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    mu = mu.clone().requires_grad_()
    return torch.autograd.grad(f(mu + sigma * eps), mu)[0]


def _differences(f: Function, m: Tensor, s: Tensor, e: Tensor, h: float = 0.01) -> Tensor:
    return ((f(m + h + s * e) - f(m + s * e)) / h).mean()


def _nearly(seen: Observed, case: Case) -> bool:
    """A number within 3 % of the right one."""
    if not is_scalar(seen.value):
        return False
    right = pathwise_gradient(*case.args)
    return bool(abs(float(seen.value) - right) < 0.03 * (1 + abs(right)))


_DETACHED = (
    "Autograd finds no way from f(z) back to μ. Either your copy of μ never asked for a gradient "
    "(`.requires_grad_()`), or something on the way to z cuts the graph (`.detach()`, `.data`, "
    "`torch.no_grad()`)."
)
_AT_THE_MEAN = (
    "You differentiated f at the mean, f′(μ). The mean of the slopes is not the slope at the mean, "
    "unless f is a parabola or a line: differentiate the mean of f(μ + σε) over all samples."
)
_SIGMA = (
    "That is the gradient with respect to σ: each slope came out multiplied by ε. "
    "Ask autograd for the "
    "one with respect to μ."
)
_EPS = (
    "That is the gradient with respect to ε: each slope came out multiplied by σ. Ask autograd for "
    "the one with respect to μ."
)
_NO_MEAN = "There is one slope per sample left, (S,). Their mean is asked for, one number."
_NOT_ONE = (
    "Autograd differentiates one number, and f(z) has one per sample, (S,). "
    "The gradient of their *mean* "
    "is asked for: `.mean()` before you differentiate."
)
_NEARLY = (
    "Nearly right, and a little off. Finite differences, (f(z + h) − f(z)) / h, do that: "
    "a large h is "
    "inexact, and for a small one 32-bit numbers have too few digits. "
    "Autograd gives the slope itself."
)
_SUMMED = (
    "You added up the slopes of the samples. The gradient of the *mean* is asked for: "
    "`.mean()` before "
    "you differentiate, or it grows with S."
)

MISTAKES = [
    *named({
        "at_the_mean": (_AT_THE_MEAN, lambda f, m, s, e: derivative(f, m),
            lambda f, m, s, e: derivative(f, (m + s * e).mean())),
        "detached": (_DETACHED, _dead),
    }),
    Mistake("detached", _DETACHED, _detached, when=is_word(DETACHED)),
    *named({
        "with_respect_to_sigma": (_SIGMA, lambda f, m, s, e: (_slopes(f, m, s, e) * e).mean()),
        "with_respect_to_eps": (_EPS, lambda f, m, s, e: s * _slopes(f, m, s, e).mean(),
            lambda f, m, s, e: s * _slopes(f, m, s, e).sum(),
            lambda f, m, s, e: s * _slopes(f, m, s, e) / len(e)),
    }),
    *named({
        "with_respect_to_sigma": (_SIGMA, lambda f, m, s, e: (_slopes(f, m, s, e) * e).sum()),
        "summed": (_SUMMED, lambda f, m, s, e: _slopes(f, m, s, e).sum()),
        "not_averaged": (_NO_MEAN, lambda f, m, s, e: _slopes(f, m, s, e),
            lambda f, m, s, e: _slopes(f, m, s, e) / len(e)),
    }),
    Mistake("nothing_averaged", _NOT_ONE, _not_one, when=is_many),
    *named({
        "f_of_eps": ("You differentiated f at ε. f wants the draw itself, z = μ + σε.",
            lambda f, m, s, e: derivative(f, e).mean()),
        "sigma_left_out": ("Your draws are μ + ε: σ is left out. z = μ + σε.",
            lambda f, m, s, e: derivative(f, m + e).mean()),
        "variance_for_sigma": ("You stretched ε by σ². `sigma` is the standard deviation: z = μ + "
            "σε.",
            lambda f, m, s, e: derivative(f, m + s**2 * e).mean()),
        "sigma_as_variance": ("You took the root of σ, as if it were the variance. `sigma` is the "
            "standard deviation: z = μ + σε.",
            lambda f, m, s, e: derivative(f, m + s.sqrt() * e).mean()),
        "sigma_read_as_logvar": ("You took `sigma` for a log-variance. Here it is the standard "
            "deviation itself: z = μ + σε.",
            lambda f, m, s, e: derivative(f, m + torch.exp(0.5 * s) * e).mean()),
        "sign": ("The size is right and the sign is wrong: you differentiated −f. Asked for is the "
            "direction in which the mean of f *rises*.",
            lambda f, m, s, e: -_slopes(f, m, s, e).mean()),
        "mean_of_f": ("That is the mean of f(z). Its derivative with respect to μ is asked for: "
            "`torch.autograd.grad(mean, mu)[0]`.",
            lambda f, m, s, e: f(m + s * e).mean()),
        "score_function": ("That is the score-function estimate, made of values of f. Here the "
            "slope of f is used: let autograd go through z = μ + σε.",
            lambda f, m, s, e: (f(m + s * e) * e / s).mean()),
    }),
    Mistake("own_noise", "You get another number each time, so you drew noise of your own. Use the "
        "`eps` you are handed.",
        lambda f, m, s, e: _slopes(f, m, s, torch.randn_like(e)).mean(), when=is_word(OWN_NOISE)),
    Mistake("mutated_argument", "Your function changes one of its arguments in place. Make new "
        "tensors, and use no method that ends in `_` (apart from `requires_grad_` on a copy).",
        lambda f, m, s, e: derivative(f, e.mul_(s).add_(m)).mean(), when=is_word(MUTATED)),
    Mistake("finite_differences", _NEARLY, _differences, when=_nearly),
]  # fmt: skip

PATHWISE = Exercise(
    name="pathwise_gradient",
    notebook="05",
    title="a gradient that walks back through the draws",
    reference=pathwise_gradient,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("slope_of_a_line", _line)],
    hints=[
        "Build the mean of f over draws that depend on μ, and ask autograd for its slope in μ.",
        "The μ you are handed wants no gradient yet: `mu = mu.detach().clone().requires_grad_()`. "
        "Then "
        "z = μ + σε as usual.",
        "`torch.autograd.grad(f(mu + sigma * eps).mean(), mu)[0]`",
    ],
    points=2,
    observe=observe,
)
