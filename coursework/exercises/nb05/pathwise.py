"""Exercise `pathwise_gradient`: the slope of a mean, by walking back through the draws."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import is_scalar
from coursework.checking.exercise import Case, Exercise, Observed
from coursework.exercises.nb05.estimating import (
    ANY_ESTIMATOR,
    Draws,
    Function,
    derivative,
    draw_function,
    draw_inputs,
    observe,
    sample_counts,
    slope,
    told,
)
from coursework.exercises.rules import must_be, named


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
    f, *numbers = draw_inputs(generator, 12)
    label = "an f whose values and slope differ, as straight-through has them"
    yield Case((_straight_through(f, draw_function(generator)), *numbers), label)


def _straight_through(values: Function, slope: Function) -> Function:
    """Values of one function and the derivative of another: only autograd finds the derivative."""
    return lambda z: values(z).detach() + slope(z) - slope(z).detach()


def central(t: Draws, h: float = 1e-4) -> Tensor:
    """Central differences, in float64."""
    z, h = t.mu.double() + t.sigma.double() * t.eps.double(), torch.tensor(h).double()
    return ((t.f(z + h) - t.f(z - h)) / (2 * h)).mean()


def _differs(seen: Observed, case: Case) -> bool:
    """A number within 3 % of what differences of f's values give."""
    found = central(Draws(*case.args))
    gap = abs(float(seen.value) - found) if is_scalar(seen.value) else torch.inf
    return bool(gap < 0.03 * (1 + abs(found)))


DETACHED = (
    "Autograd finds no way from f(z) back to μ. Either your copy of μ never asked for a gradient "
    "(`.requires_grad_()`), or something on the way to z cuts the graph (`.detach()`, `.data`, "
    "`torch.no_grad()`)."
)

PATHWISE = Exercise(
    name="pathwise_gradient", notebook="05", title="a gradient that walks back through the draws",
    reference=pathwise_gradient, cases=_cases, observe=observe, points=2,
    mistakes=named({
        "at_the_mean": ("You differentiated f at the mean, f′(μ). The mean of the slopes is not "
            "the slope at the mean, unless f is a parabola or a line: differentiate the mean of "
            "f(μ + σε) over all samples.",
            lambda t: derivative(t.f, t.mu), lambda t: derivative(t.f, t.z.mean())),
        "detached": (DETACHED, slope(lambda t: t.f(t.z.detach()).mean() + 0 * t.mu)),
        "with_respect_to_eps": ("That is the gradient with respect to ε: each slope came out "
            "multiplied by σ. Ask autograd for the one with respect to μ.",
            lambda t: t.sigma * t.slopes.mean(), lambda t: t.sigma * t.slopes.sum(),
            lambda t: t.sigma * t.slopes / len(t.eps)),
        "with_respect_to_sigma": ("That is the gradient with respect to σ: each slope came out "
            "multiplied by ε. Ask autograd for the one with respect to μ.",
            lambda t: (t.slopes * t.eps).mean(), lambda t: (t.slopes * t.eps).sum()),
        "summed": ("You added up the slopes of the samples. The gradient of the *mean* is asked "
            "for: `.mean()` before you differentiate, or it grows with S.",
            lambda t: t.slopes.sum()),
        "not_averaged": ("There is one slope per sample left, (S,). Asked for is their mean.",
            lambda t: t.slopes, lambda t: t.slopes / len(t.eps)),
        "f_of_eps": ("You differentiated f at ε. f wants the draw itself, z = μ + σε.",
            lambda t: derivative(t.f, t.eps).mean()),
        "sigma_left_out": ("Your draws are μ + ε: σ is left out. z = μ + σε.",
            lambda t: derivative(t.f, t.mu + t.eps).mean()),
        "variance_for_sigma": ("You stretched ε by σ². `sigma` is the standard deviation: z = μ + "
            "σε.", lambda t: derivative(t.f, t.mu + t.sigma**2 * t.eps).mean()),
        "sigma_as_variance": ("You took the root of σ, as if it were the variance. `sigma` is the "
            "standard deviation: z = μ + σε.",
            lambda t: derivative(t.f, t.mu + t.sigma.sqrt() * t.eps).mean()),
        "sigma_read_as_logvar": ("You took `sigma` for a log-variance. Here it is the standard "
            "deviation itself: z = μ + σε.",
            lambda t: derivative(t.f, t.mu + torch.exp(0.5 * t.sigma) * t.eps).mean()),
        "sign": ("The size is right and the sign is wrong: you differentiated −f. Asked for is the "
            "direction in which the mean of f *rises*.", lambda t: -t.slopes.mean()),
        "mean_of_f": ("That is the mean of f(z). Its derivative with respect to μ is asked for: "
            "`torch.autograd.grad(mean, mu)[0]`.", lambda t: t.f(t.z).mean()),
        "score_function": ("That is the score-function estimate, made of values of f. Here the "
            "slope of f is used: let autograd go through z = μ + σε.",
            lambda t: (t.f(t.z) * t.eps / t.sigma).mean()),
    }, Draws)
    + told({"detached": (DETACHED, slope(lambda t: t.f(t.z.detach()).mean()))}, Draws)
    + told({
        "nothing_averaged": ("Autograd differentiates one number, and f(z) has one per sample, "
            "(S,). The gradient of their *mean* is asked for: `.mean()` before you differentiate.",
            slope(lambda t: t.f(t.z))),
    }, Draws, single=True)
    + ANY_ESTIMATOR
    + named({
        "finite_differences": ("You compare values of f a little apart, (f(z + h) − f(z)) / h, or "
            "(f(z + h) − f(z − h)) / 2h. That is nearly the slope: a large h is inexact, and for a "
            "small one 32-bit numbers have too few digits. Autograd gives the slope itself.",
            lambda t: ((t.f(t.z + 0.01) - t.f(t.z)) / 0.01).mean(), central,
            lambda t: central(t, 0.01)),
    }, Draws, when=_differs),
    properties=[
        must_be("slope_of_a_line", 3, lambda fn, g: fn(lambda z: 3 * z + 1, *draw_inputs(g, 8)[1:]),
            "For f(z) = 3z + 1 every draw has the slope 3, so the gradient is 3; yours is {:.6g}.",
            1e-3),
    ],
    hints=["Build the mean of f over draws that depend on μ, and ask autograd for its slope in μ.",
           "The μ you are handed wants no gradient yet: `mu = "
           "mu.detach().clone().requires_grad_()`. Then z = μ + σε as usual.",
           "`torch.autograd.grad(f(mu + sigma * eps).mean(), mu)[0]`"],
)  # fmt: skip
