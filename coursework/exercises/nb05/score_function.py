"""Exercise `score_function_gradient`: the slope of a mean, without the slope of f."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb05.estimating import (
    ANY_ESTIMATOR,
    Draws,
    Function,
    draw_inputs,
    observe,
    sample_counts,
    slope,
    told,
)
from coursework.exercises.rules import Wrong, must_be, named


def score_function_gradient(
    f: Function, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float = 0.0
) -> Tensor:
    """Mean over eps (S,) of (f(z) - baseline)(z - mu) / sigma^2, z = mu + sigma * eps: a scalar.

    It estimates d/dmu E[f(z)]. Williams, 1992 (REINFORCE).
    """
    z = mu + sigma * eps  # (S,)
    return ((f(z) - baseline) * (z - mu) / sigma**2).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    for samples, label in sample_counts(generator):
        baseline = 1.5 + 2 * float(torch.rand((), generator=generator))
        yield Case((*draw_inputs(generator, samples), baseline), f"{label} and a baseline")
    yield Case((*draw_inputs(generator, 12), 0.0), "no baseline")
    yield Case((*draw_inputs(generator, 1), -2.5), "a single sample")


def _gap_of_a_constant(fn: Wrong, generator: Generator) -> float:
    f, mu, sigma, eps = draw_inputs(generator, 10)
    return float(fn(lambda z: f(z) + 5, mu, sigma, eps, 5.0)) - float(fn(f, mu, sigma, eps, 0.0))


def _estimate(t: Draws, **changed: Tensor | float) -> Tensor:
    """The right estimate, from changed arguments."""
    return score_function_gradient(*vars(replace(t, **changed)).values())


SCORE_FUNCTION = Exercise(
    name="score_function_gradient", notebook="05", title="a gradient from values of f alone",
    reference=score_function_gradient, cases=_cases, observe=observe, points=2,
    mistakes=named({
        "sigma_not_squared": ("You divided by σ where σ² belongs. The slope of log N(z; μ, σ²) in "
            "μ is (z − μ) / σ²; written with ε it is ε / σ, since z − μ = σε.",
            lambda t: (t.gain * (t.z - t.mu) / t.sigma).mean()),
        "not_divided": ("You didn't divide by σ². The slope of log N(z; μ, σ²) in μ is (z − μ) / "
            "σ².", lambda t: (t.gain * (t.z - t.mu)).mean()),
        "eps_over_variance": ("You divided ε by σ². It is (z − μ) / σ², and z − μ = σε, so with ε "
            "it is ε / σ.", lambda t: (t.gain * t.eps / t.sigma**2).mean()),
        "multiplied_by_variance": ("You multiplied by σ² where you should divide by it.",
            lambda t: (t.gain * (t.z - t.mu) * t.sigma**2).mean()),
        "sign": ("The size is right and the sign is wrong. The slope of log N(z; μ, σ²) in μ is "
            "+(z − μ) / σ²: a draw above μ becomes likelier when μ rises.",
            lambda t: -_estimate(t)),
        "f_of_eps": ("You evaluated f at ε. f wants the draw itself, z = μ + σε.",
            lambda t: ((t.f(t.eps) - t.b) * t.eps / t.sigma).mean(),
            lambda t: ((t.f(t.eps) - t.b) * (t.eps - t.mu) / t.sigma**2).mean()),
        "f_at_the_mean": ("You evaluated f at μ only. f wants every draw, z = μ + σε, one value "
            "per sample.", lambda t: ((t.f(t.mu) - t.b) * t.eps / t.sigma).mean()),
        "baseline_added": ("The baseline is added. Subtract it: (f(z) − baseline), so that draws "
            "better than the baseline push one way and worse ones the other.",
            lambda t: _estimate(t, b=-t.b)),
        "baseline_ignored": ("The baseline isn't used. Subtract it from f(z) before you multiply "
            "by (z − μ) / σ².", lambda t: _estimate(t, b=0.0)),
        "baseline_outside": ("You subtracted the baseline from the finished product, which shifts "
            "the answer by it. It is subtracted from f(z), inside the brackets, where its effect "
            "averages out to 0.", lambda t: _estimate(t, b=0.0) - t.b),
        "own_baseline": ("You subtracted the mean of f(z) and not the `baseline` you were handed. "
            "(A mean over the same draws is also a little biased: each draw is compared with "
            "itself.)", lambda t: _estimate(t, b=t.f(t.z).mean())),
        "z_not_centered": ("You multiplied by z where z − μ belongs. What counts is how far a draw "
            "lies above μ.", lambda t: (t.gain * t.z / t.sigma**2).mean()),
        "brackets_around_f": ("Brackets are missing: you subtracted baseline · (z − μ) / σ² from "
            "f(z). It is (f(z) − baseline), in brackets, times (z − μ) / σ².",
            lambda t: (t.f(t.z) - t.b * (t.z - t.mu) / t.sigma**2).mean()),
        "brackets_around_z": ("Brackets are missing: `z - mu / sigma**2` divides only μ. It is `(z "
            "- mu) / sigma**2`.", lambda t: (t.gain * (t.z - t.mu / t.sigma**2)).mean()),
        "doubled_for_squared": ("You divided by 2σ. `sigma * 2` is twice σ, `sigma**2` is its "
            "square.", lambda t: (t.gain * (t.z - t.mu) / (t.sigma * 2)).mean()),
        "score_forgotten": ("That is the mean of f(z) − baseline. The factor (z − μ) / σ², the "
            "slope of the log-density, is missing.", lambda t: t.gain.mean()),
        "log_prob_not_differentiated": ("That is the mean of (f(z) − baseline) · log N(z; μ, σ²), "
            "a number whose *gradient* in μ is the estimate. Differentiate it with z given, or "
            "multiply by the slope of the log, (z − μ) / σ².",
            lambda t: (t.gain * t.log_prob(t.z)).mean(),
            lambda t: -(t.gain * t.log_prob(t.z)).mean()),
        "means_multiplied": ("You averaged f(z) and (z − μ) / σ² one by one and multiplied the "
            "means. Multiply sample by sample, then take one mean.",
            lambda t: t.gain.mean() * (t.eps / t.sigma).mean()),
        "not_averaged": ("There is one number per sample left. The estimate is their mean: "
            "`.mean()` at the end.", lambda t: t.gain * t.eps / t.sigma),
        "summed": ("You summed over the samples. The estimate is their mean, or it would grow with "
            "S.", lambda t: (t.gain * t.eps / t.sigma).sum()),
        "sigma_as_variance": ("You read `sigma` as the variance. It is the standard deviation: z = "
            "μ + σε, and σ² is its square.", lambda t: _estimate(t, sigma=t.sigma.sqrt())),
        "with_respect_to_sigma": ("That is the slope in σ, (ε² − 1) / σ. The slope in μ is asked "
            "for: (z − μ) / σ².", lambda t: (t.gain * (t.eps.square() - 1) / t.sigma).mean()),
        "pathwise": ("That is the pathwise gradient, the mean of f′(z). Here f is only evaluated, "
            "never differentiated.", lambda t: t.slopes.mean()),
        "differentiated_through_z": ("You let autograd go through z as well. In a score-function "
            "estimate z counts as given (`z.detach()`), and only log N(z; μ, σ²) is "
            "differentiated.",
            slope(lambda t: (t.gain * t.log_prob(t.z)).mean()),
            lambda t: _estimate(t) + t.slopes.mean()),
        "z_moves_along": ("Your estimate is 0 whatever f is. If autograd differentiates log N(z; "
            "μ, σ²) for you, z has to count as given, `z.detach()`: a z that moves along with μ "
            "stays as likely as it was.",
            slope(lambda t: (t.gain.detach() * t.log_prob(t.z)).mean())),
    }, Draws)
    + told({
        "detached": ("Autograd finds no way back to μ. If you let it differentiate log N(z; μ, "
            "σ²), start from a copy of μ that asks for a gradient, "
            "`mu.detach().clone().requires_grad_()`. Or write (z − μ) / σ² yourself.",
            lambda t: torch.autograd.grad((t.gain * t.log_prob(t.z)).mean(), t.mu)[0]),
    }, Draws)
    + told({
        "nothing_averaged": ("Autograd differentiates one number, and you have one per sample, "
            "(S,). The estimate is their mean: `.mean()` before you differentiate.",
            slope(lambda t: t.gain.detach() * t.log_prob(t.z.detach()))),
    }, Draws, single=True)
    + ANY_ESTIMATOR,
    properties=[
        must_be("blind_to_a_constant", 0, _gap_of_a_constant,
            "f + 5 with the baseline 5 must give what f gives with the baseline 0; yours differs "
            "by {:.3g}.", 1e-3),
    ],
    hints=["Per sample it is a product: how much better than the baseline f(z) is, times the slope "
           "of log N(z; μ, σ²) in μ.",
           "z = μ + σε, the slope is (z − μ) / σ², and f is evaluated at z.",
           "`((f(z) - baseline) * (z - mu) / sigma.square()).mean()`"],
)  # fmt: skip
