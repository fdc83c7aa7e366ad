"""Exercise `score_function_gradient`: the slope of a mean, without the slope of f."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor
from torch.distributions import Normal

from coursework.checking.exercise import Case, Exercise, Mistake, Property
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


def _blind_to_a_constant(fn, generator: Generator) -> str | None:
    f, mu, sigma, eps = draw_inputs(generator, 10)
    gap = float(fn(lambda z: f(z) + 5, mu, sigma, eps, 5.0)) - float(fn(f, mu, sigma, eps, 0.0))
    if abs(gap) < 1e-3:
        return None
    return (f"f + 5 with the baseline 5 must give what f gives with the baseline 0; yours differs "
            f"by {gap:.3g}.")  # fmt: skip


def _draws(mu: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    return mu + sigma * eps


def _through_z(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float) -> Tensor:
    mu = mu.clone().requires_grad_()
    z = _draws(mu, sigma, eps)
    surrogate = ((f(z) - baseline) * Normal(mu, sigma).log_prob(z)).mean()
    return torch.autograd.grad(surrogate, mu)[0]


def _log_density(
    f: Function, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float, given: bool = True
) -> tuple[Tensor, Tensor]:
    """A copy of mu, and (f(z) - baseline) log N(z; mu, sigma^2) per sample; z is detached where `given`."""
    mu = mu.clone().requires_grad_()
    z = _draws(mu, sigma, eps)
    z = z.detach() if given else z
    return mu, (f(z) - baseline).detach() * Normal(mu, sigma).log_prob(z)


def _z_moves(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float) -> Tensor:
    mu, surrogate = _log_density(f, mu, sigma, eps, baseline, given=False)
    return torch.autograd.grad(surrogate.mean(), mu)[0]


def _many(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float) -> Tensor:
    mu, surrogate = _log_density(f, mu, sigma, eps, baseline)
    return torch.autograd.grad(surrogate, mu)[0]


def _mu_asks_for_nothing(f: Function, m: Tensor, s: Tensor, e: Tensor, b: float) -> Tensor:
    _, surrogate = _log_density(f, m, s, e, b)
    return torch.autograd.grad(surrogate.mean(), m)[0]


def _through_f(f: Function, mu: Tensor, sigma: Tensor, eps: Tensor, baseline: float) -> Tensor:
    own = score_function_gradient(f, mu, sigma, eps, baseline)
    return own + derivative(f, _draws(mu, sigma, eps)).mean()


def _of_sigma(f: Function, m: Tensor, s: Tensor, eps: Tensor, b: float) -> Tensor:
    return ((f(_draws(m, s, eps)) - b) * (eps.square() - 1) / s).mean()


_SIGMA = (
    "You divided by σ where σ² belongs. The slope of log N(z; μ, σ²) in μ is (z − μ) / σ²; written "
    "with ε it is ε / σ, since z − μ = σε."
)
_F_OF_EPS = "You evaluated f at ε. f wants the draw itself, z = μ + σε."
_NO_MEAN = "There is one number per sample left. The estimate is their mean: `.mean()` at the end."
_THROUGH = (
    "You let autograd go through z as well. In a score-function estimate z counts as given "
    "(`z.detach()`), and only log N(z; μ, σ²) is differentiated."
)

MISTAKES = [
    *named({
        "sigma_not_squared": (_SIGMA,
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * (_draws(m, s, e) - m) / s).mean()),
        "not_divided": ("You didn't divide by σ². The slope of log N(z; μ, σ²) in μ is (z − μ) / "
            "σ².",
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * s * e).mean()),
        "eps_over_variance": ("You divided ε by σ². It is (z − μ) / σ², and z − μ = σε, so with ε "
            "it is ε / σ.",
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * e / s**2).mean()),
        "multiplied_by_variance": ("You multiplied by σ² where you should divide by it.",
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * s**3 * e).mean()),
        "sign": ("The size is right and the sign is wrong. The slope of log N(z; μ, σ²) in μ is "
            "+(z − μ) / σ²: a draw above μ becomes likelier when μ rises.",
            lambda f, m, s, e, b: -score_function_gradient(f, m, s, e, b)),
        "f_of_eps": (_F_OF_EPS, lambda f, m, s, e, b: ((f(e) - b) * e / s).mean(),
            lambda f, m, s, e, b: ((f(e) - b) * (e - m) / s**2).mean()),
        "f_at_the_mean": ("You evaluated f at μ only. f wants every draw, z = μ + σε, one value "
            "per sample.",
            lambda f, m, s, e, b: ((f(m) - b) * e / s).mean()),
        "baseline_added": ("The baseline is added. Subtract it: (f(z) − baseline), so that draws "
            "better than the baseline push one way and worse ones the other.",
            lambda f, m, s, e, b: score_function_gradient(f, m, s, e, -b)),
        "baseline_ignored": ("The baseline isn't used. Subtract it from f(z) before you multiply "
            "by (z − μ) / σ².",
            lambda f, m, s, e, b: score_function_gradient(f, m, s, e, 0.0)),
        "baseline_outside": ("You subtracted the baseline from the finished product, which shifts "
            "the answer by it. It is subtracted from f(z), inside the brackets, where its effect "
            "averages out to 0.",
            lambda f, m, s, e, b: score_function_gradient(f, m, s, e, 0.0) - b),
        "own_baseline": ("You subtracted the mean of f(z) and not the `baseline` you were handed. "
            "(A mean over the same draws is also a little biased: each draw is compared with "
            "itself.)",
            lambda f, m, s, e, b: score_function_gradient(f, m, s, e, f(_draws(m, s, e)).mean())),
        "z_not_centered": ("You multiplied by z where z − μ belongs. What counts is how far a draw "
            "lies above μ.",
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * _draws(m, s, e) / s**2).mean()),
        "brackets_around_f": ("Brackets are missing: you subtracted baseline · (z − μ) / σ² from "
            "f(z). It is (f(z) − baseline), in brackets, times (z − μ) / σ².",
            lambda f, m, s, e, b: (f(_draws(m, s, e)) - b * e / s).mean()),
        "brackets_around_z": ("Brackets are missing: `z - mu / sigma**2` divides only μ. It is `(z "
            "- mu) / sigma**2`.",
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * (_draws(m, s, e) - m / s**2)).mean()),
        "doubled_for_squared": ("You divided by 2σ. `sigma * 2` is twice σ, `sigma**2` is its "
            "square.",
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * e / 2).mean()),
        "score_forgotten": ("That is the mean of f(z) − baseline. The factor (z − μ) / σ², the "
            "slope of the log-density, is missing.",
            lambda f, m, s, e, b: (f(_draws(m, s, e)) - b).mean()),
        "means_multiplied": ("You averaged f(z) and (z − μ) / σ² one by one and multiplied the "
            "means. Multiply sample by sample, then take one mean.",
            lambda f, m, s, e, b: (f(_draws(m, s, e)) - b).mean() * (e / s).mean()),
        "not_averaged": (_NO_MEAN, lambda f, m, s, e, b: (f(_draws(m, s, e)) - b) * e / s),
        "summed": ("You summed over the samples. The estimate is their mean, or it would grow with "
            "S.",
            lambda f, m, s, e, b: ((f(_draws(m, s, e)) - b) * e / s).sum()),
        "sigma_as_variance": ("You read `sigma` as the variance. It is the standard deviation: z = "
            "μ + σε, and σ² is its square.",
            lambda f, m, s, e, b: score_function_gradient(f, m, s.sqrt(), e, b)),
        "with_respect_to_sigma": ("That is the slope in σ, (ε² − 1) / σ. The slope in μ is asked "
            "for: (z − μ) / σ².",
            _of_sigma),
        "pathwise": ("That is the pathwise gradient, the mean of f′(z). Here f is only evaluated, "
            "never differentiated.",
            lambda f, m, s, e, b: derivative(f, _draws(m, s, e)).mean()),
        "differentiated_through_z": (_THROUGH, _through_z),
        "z_moves_along": ("Your estimate is 0 whatever f is. If autograd differentiates log N(z; "
            "μ, σ²) for you, z has to count as given, `z.detach()`: a z that moves along with μ "
            "stays as likely as it was.",
            _z_moves),
    }),
    Mistake("detached", "Autograd finds no way back to μ. If you let it differentiate log N(z; μ, "
        "σ²), start from a copy of μ that asks for a gradient, "
        "`mu.detach().clone().requires_grad_()`. Or write (z − μ) / σ² yourself.",
        _mu_asks_for_nothing, when=is_word(DETACHED)),
    Mistake("nothing_averaged", "Autograd differentiates one number, and you have one per sample, "
        "(S,). The estimate is their mean: `.mean()` before you differentiate.",
        _many, when=is_many),
    *named({"differentiated_through_z": (_THROUGH, _through_f)}),
    Mistake("own_noise", "You get another number each time, so you drew noise of your own. Use the "
        "`eps` you are handed.",
        lambda f, m, s, e, b: score_function_gradient(f, m, s, torch.randn_like(e), b),
        when=is_word(OWN_NOISE)),
    Mistake("mutated_argument", "Your function changes one of its arguments in place. Write `z = "
        "mu + sigma * eps` into a new tensor, and use no method that ends in `_`.",
        lambda f, m, s, e, b: ((f(e.mul_(s).add_(m)) - b) * (e - m) / s**2).mean(),
        when=is_word(MUTATED)),
]  # fmt: skip

SCORE_FUNCTION = Exercise(
    name="score_function_gradient",
    notebook="05",
    title="a gradient from values of f alone",
    reference=score_function_gradient,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("blind_to_a_constant", _blind_to_a_constant)],
    hints=[
        "Per sample it is a product: how much better than the baseline f(z) is, times the slope of "
        "log N(z; μ, σ²) in μ.",
        "z = μ + σε, the slope is (z − μ) / σ², and f is evaluated at z.",
        "`((f(z) - baseline) * (z - mu) / sigma.square()).mean()`",
    ],
    points=2,
    observe=observe,
)
