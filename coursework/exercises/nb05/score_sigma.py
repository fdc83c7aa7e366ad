"""Exercise `score_gradient_sigma`: the same estimator, for the other parameter of the Gaussian."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb05.estimating import (
    Draws,
    Function,
    draw_inputs,
    observe,
    sample_counts,
    told,
)
from coursework.exercises.rules import Wrong, must_be, named


def score_gradient_sigma(
    f: Function, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float = 0.0
) -> Tensor:
    """Mean over eps (S,) of (f(z) - baseline)((z - mu)^2 / sigma^3 - 1 / sigma): a scalar.

    It estimates d/dsigma E[f(z)], z = mu + sigma * eps, from values of f alone.
    """
    z = mu + sigma * eps  # (S,)
    return ((f(z) - baseline) * ((z - mu) ** 2 / sigma**3 - 1 / sigma)).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    for samples, label in sample_counts(generator):
        baseline = 1.5 + 2 * float(torch.rand((), generator=generator))
        yield Case((*draw_inputs(generator, samples), baseline), f"{label} and a baseline")
    yield Case((*draw_inputs(generator, 12), 0.0), "no baseline")


def _gap_of_a_constant(fn: Wrong, generator: Generator) -> float:
    f, mu, sigma, eps = draw_inputs(generator, 10)
    return float(fn(lambda z: f(z) + 5, mu, sigma, eps, 5.0)) - float(fn(f, mu, sigma, eps, 0.0))


def _estimate(t: Draws, **changed: Tensor | float) -> Tensor:
    """The right estimate, from changed arguments."""
    return score_gradient_sigma(*vars(replace(t, **changed)).values())


def _score(t: Draws) -> Tensor:
    return (t.eps.square() - 1) / t.sigma


def _through_z(t: Draws) -> Tensor:
    copy = replace(t, sigma=t.sigma.clone().requires_grad_())
    return torch.autograd.grad((copy.gain * copy.log_prob(copy.z)).mean(), copy.sigma)[0]


SCORE_SIGMA = Exercise(
    name="score_gradient_sigma", notebook="05", title="the slope in σ, from values of f alone",
    reference=score_gradient_sigma, cases=_cases, observe=observe, points=3,
    mistakes=named({
        "with_respect_to_mu": ("That is the slope in μ, with the factor (z − μ) / σ². The "
            "slope of log N(z; μ, σ²) in σ is another one: it has two terms.",
            lambda t: (t.gain * t.eps / t.sigma).mean()),
        "normalizer_forgotten": ("The term −1/σ is missing. log N holds −log σ, too, and it "
            "depends on σ: a wider Gaussian is lower everywhere.",
            lambda t: (t.gain * t.eps.square() / t.sigma).mean()),
        "only_the_normalizer": ("Only −1/σ is there. The square in log N depends on σ as well: "
            "+(z − μ)² / σ³.", lambda t: (-t.gain / t.sigma).mean()),
        "normalizer_added": ("The two terms have opposite signs: (z − μ)² / σ³ **minus** 1/σ.",
            lambda t: (t.gain * (t.eps.square() + 1) / t.sigma).mean()),
        "sign_of_the_square": ("The square has the wrong sign. Differentiating −(z − μ)² / (2σ²) "
            "in σ brings down −2, and the two minus signs cancel: +(z − μ)² / σ³.",
            lambda t: (-t.gain * (t.eps.square() + 1) / t.sigma).mean()),
        "half_dropped": ("(z − μ)² / σ³ comes out twice too large: the ½ of −(z − μ)² / (2σ²) is "
            "missing. It cancels with the 2 that the derivative of σ⁻² brings down.",
            lambda t: (t.gain * (2 * t.eps.square() - 1) / t.sigma).mean()),
        "log_not_differentiated": ("You multiplied by the log itself. The factor is its *slope* in "
            "σ: differentiate −log σ − (z − μ)² / (2σ²) first.",
            lambda t: (t.gain * (-t.sigma.log() - t.eps.square() / 2)).mean(),
            lambda t: (t.gain * t.log_prob(t.z)).mean()),
        "with_respect_to_log_sigma": ("That is the slope in log σ. Divide by σ once more.",
            lambda t: (t.gain * (t.eps.square() - 1)).mean()),
        "with_respect_to_logvar": ("That is the slope in log σ², half of that in log σ. Asked for "
            "is the slope in σ.", lambda t: (t.gain * (t.eps.square() - 1) / 2).mean()),
        "with_respect_to_variance": ("That is the slope in the variance σ². Asked for is the slope "
            "in σ: dσ²/dσ = 2σ, so multiply by 2σ.",
            lambda t: (t.gain * (t.eps.square() - 1) / (2 * t.sigma**2)).mean()),
        "wrong_power": ("A power of σ is wrong. −(z − μ)² / (2σ²) has the slope (z − μ)² / σ³ in "
            "σ, and −log σ has −1/σ.",
            lambda t: (t.gain * (t.eps.square() - 1) / t.sigma**2).mean(),
            lambda t: (t.gain * ((t.z - t.mu) ** 2 / t.sigma**2 - 1 / t.sigma)).mean(),
            lambda t: (t.gain * ((t.z - t.mu) ** 2 / t.sigma - 1 / t.sigma)).mean(),
            lambda t: (t.gain * ((t.z - t.mu) ** 2 / t.sigma**3 - 1)).mean(),
            lambda t: (t.gain * (t.eps.square() / t.sigma**3 - 1 / t.sigma)).mean(),
            lambda t: (t.gain * ((t.z - t.mu) ** 2 / t.sigma**4 - 1 / t.sigma)).mean()),
        "half_left": ("A ½ is left over. The ½ of −(z − μ)² / (2σ²) cancels with the 2 that the "
            "derivative of σ⁻² brings down.",
            lambda t: (t.gain * (0.5 * t.eps.square() - 1) / t.sigma).mean(),
            lambda t: (t.gain * (t.eps.square() - 0.5) / t.sigma).mean()),
        "not_squared": ("You have z − μ, not its square. It is (z − μ)² / σ³.",
            lambda t: (t.gain * (t.eps - 1) / t.sigma).mean(),
            lambda t: (t.gain * ((t.z - t.mu) / t.sigma**3 - 1 / t.sigma)).mean()),
        "z_not_centered": ("You squared z where z − μ belongs.",
            lambda t: (t.gain * (t.z**2 / t.sigma**3 - 1 / t.sigma)).mean()),
        "sign": ("The size is right and the sign is wrong. A draw far out, with |z − μ| > σ, "
            "becomes likelier when σ grows.", lambda t: -_estimate(t)),
        "f_of_eps": ("You evaluated f at ε. f wants the draw itself, z = μ + σε.",
            lambda t: ((t.f(t.eps) - t.b) * _score(t)).mean()),
        "f_at_the_mean": ("You evaluated f at μ only. f wants every draw, z = μ + σε.",
            lambda t: ((t.f(t.mu) - t.b) * _score(t)).mean()),
        "baseline_added": ("The baseline is added. Subtract it: (f(z) − baseline).",
            lambda t: _estimate(t, b=-t.b)),
        "baseline_ignored": ("The baseline isn't used. Subtract it from f(z) before you multiply.",
            lambda t: _estimate(t, b=0.0)),
        "baseline_outside": ("You subtracted the baseline from the finished product. It is "
            "subtracted from f(z), inside the brackets.", lambda t: _estimate(t, b=0.0) - t.b),
        "own_baseline": ("You subtracted the mean of f(z) and not the `baseline` you were handed.",
            lambda t: _estimate(t, b=t.f(t.z).mean())),
        "score_forgotten": ("That is the mean of f(z) − baseline. The factor is missing: the slope "
            "of log N(z; μ, σ²) in σ.", lambda t: t.gain.mean()),
        "not_averaged": ("There is one number per sample left. The estimate is their mean.",
            lambda t: t.gain * _score(t)),
        "summed": ("You summed over the samples. The estimate is their mean.",
            lambda t: (t.gain * _score(t)).sum()),
        "pathwise": ("That is the pathwise gradient, the mean of f′(z) · ε. Here f is only "
            "evaluated, never differentiated.", lambda t: (t.slopes * t.eps).mean()),
        "differentiated_through_z": ("You let autograd go through z as well. In a score-function "
            "estimate z counts as given, `z.detach()`.", _through_z,
            lambda t: _estimate(t) + (t.slopes * t.eps).mean()),
        "sigma_as_variance": ("You read `sigma` as the variance. It is the standard deviation.",
            lambda t: _estimate(t, sigma=t.sigma.sqrt())),
    }, Draws)
    + told({
        "own_noise": ("You get another number each time, so you drew noise of your own. Use the "
            "`eps` you are handed.",
            lambda t: _estimate(t, eps=torch.randn_like(t.eps))),
        "detached": ("Autograd finds no way back to σ. If you let it differentiate log N(z; μ, "
            "σ²), start from a copy of σ that asks for a gradient, and let z count as given.",
            lambda t: torch.autograd.grad((t.gain * t.log_prob(t.z)).mean(), t.sigma)[0]),
    }, Draws),
    properties=[
        must_be("blind_to_a_constant", 0, _gap_of_a_constant,
            "f + 5 with the baseline 5 must give what f gives with the baseline 0; yours differs "
            "by {:.3g}.", 1e-3),
    ],
    hints=["Only the factor changes: it is now the slope of log N(z; μ, σ²) in σ. Write the log "
           "out and differentiate it with z held fixed.",
           "log N = −log σ − (z − μ)² / (2σ²) + constant. The first part has the slope −1/σ, the "
           "second +(z − μ)² / σ³.",
           "`((f(z) - baseline) * ((z - mu)**2 / sigma**3 - 1 / sigma)).mean()`"],
)  # fmt: skip
