"""Exercise `gumbel_softmax`: a discrete draw, softened until it has a gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.distributions import Normal
from torch.nn import functional as F

from course_utils.distributions import gumbel_softmax
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb05.estimating import told
from coursework.exercises.rules import Wrong, given, must_be, named, then


def gumbel(u: Tensor) -> Tensor:
    return -torch.log(-torch.log(u))


def draw_choices(
    generator: Generator, n: int, c: int, scale: float = 1.2
) -> tuple[Tensor, float, Tensor]:
    logits = scale * torch.randn(n, c, generator=generator)
    u = 0.02 + 0.96 * torch.rand(n, c, generator=generator)
    warm = torch.rand((), generator=generator) < 0.5
    low, high = (1.4, 2.2) if warm else (0.35, 0.7)
    tau = low + (high - low) * float(torch.rand((), generator=generator))
    return logits, tau, u


def choice_cases(generator: Generator) -> Iterator[Case]:
    c = int(torch.randint(3, 7, (), generator=generator))
    n = c + int(torch.randint(2, 6, (), generator=generator))
    yield Case(draw_choices(generator, n, c), "random logits")
    yield Case(draw_choices(generator, c - 1, n), "more classes than examples")
    yield Case(draw_choices(generator, 1, c), "a batch of one")
    _, _, u = draw_choices(generator, 4, 3)
    steep = torch.tensor(
        [[100.0, 99.0, 98.5], [-100.0, -99.0, -99.5], [50.0, 50.5, -50.0], [20.0, 19.0, -20.0]]
    )
    yield Case((steep, 0.45, u), "logits as large as 100", extreme=True)


def _largest_when_cold(fn: Wrong, generator: Generator) -> Tensor:
    logits, _, u = draw_choices(generator, 20, 4)
    return fn(logits, 0.001, u).amax(1).median()


def softened(scores: Tensor, tau: float) -> Tensor:
    return torch.softmax(scores / tau, dim=1)


def hard(y: Tensor) -> Tensor:
    return F.one_hot(y.argmax(1), y.shape[1]).to(y)


def _by_hand(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    e = torch.exp((logits + gumbel(u)) / tau)
    return e / e.sum(1, keepdim=True)


def observe(fn: Wrong, logits: Tensor, tau: float, u: Tensor) -> Any:
    """What `fn` returns, or the name of a mistake. It is called twice, with the same noise."""
    copies = logits.detach().clone(), u.clone()
    first = fn(copies[0], tau, copies[1])
    if not (torch.equal(copies[0], logits.detach()) and torch.equal(copies[1], u)):
        return "mutated_argument"
    value = fn(logits, tau, u.clone())
    if isinstance(first, Tensor) and isinstance(value, Tensor) and not _same_draw(value, first):
        return "own_noise"
    return value


def _same_draw(value: Tensor, first: Tensor) -> bool:
    """By their ratio: two draws of one class, at a small τ, differ only in entries near 0."""
    if value.shape != first.shape:
        return False
    return torch.allclose(value.double(), first.double(), rtol=1e-4, atol=0.0, equal_nan=True)


GUMBEL = Exercise(
    name="gumbel_softmax", notebook="05", title="a discrete draw, softened",
    reference=gumbel_softmax, cases=choice_cases, observe=observe, differentiable=(0,), points=2,
    mistakes=named({
        "one_log_missing": ("One of the two logs is missing: −log u, or −log(1 − u), is "
            "exponential noise. Gumbel noise takes the log once more, g = −log(−log u).",
            lambda x, t, u: softened(x - torch.log(u), t),
            lambda x, t, u: softened(x + torch.log(u), t),
            lambda x, t, u: softened(x - torch.log(1 - u), t)),
        "logistic_noise": ("You turned `u` into logistic noise, log u − log(1 − u). That is the "
            "difference of two Gumbel noises, and it is what a choice between two takes. For a "
            "softmax each score has Gumbel noise of its own, g = −log(−log u).",
            lambda x, t, u: softened(x + torch.log(u) - torch.log(1 - u), t)),
        "normal_noise": ("You turned `u` into Gaussian noise. The largest score is a draw from the "
            "softmax only with Gumbel noise, g = −log(−log u).",
            lambda x, t, u: softened(x + Normal(0.0, 1.0).icdf(u), t)),
        "base_10": ("You took logs to base 10. Both are natural, `torch.log`: g = −log(−log u).",
            lambda x, t, u: softened(x - torch.log10(-torch.log10(u)), t),
            lambda x, t, u: softened(x - torch.log10(-torch.log(u)), t)),
        "sign_of_the_noise": ("The sign of the noise is turned round: g = −log(−log u), with a "
            "minus in front. Gumbel noise has a long tail *upwards*, and which tail it is matters.",
            lambda x, t, u: softened(x - gumbel(u), t)),
        "inner_minus_missing": ("log u is negative, and the log of a negative number is NaN. A "
            "minus belongs inside as well: g = −log(−log u).",
            lambda x, t, u: softened(x - torch.log(torch.log(u)), t)),
        "times_tau": ("You multiplied by τ. Divide: a small τ makes the differences between the "
            "scores large and the answer nearly one-hot.",
            lambda x, t, u: softened(x + gumbel(u), 1 / t)),
        "adds_u": ("You added the uniform noise `u` itself. It has to be turned into Gumbel noise "
            "first, g = −log(−log u).", lambda x, t, u: softened(x + u, t)),
        "noise_multiplied": ("You multiplied the logits by the noise. It is added: (logits + g) / "
            "τ.", lambda x, t, u: softened(x * gumbel(u), t)),
        "tau_on_a_part": ("τ divides only a part. It divides the whole sum, (logits + g) / τ.",
            lambda x, t, u: softened(x + gumbel(u) / t, 1),
            lambda x, t, u: softened(x / t + gumbel(u), 1)),
        "tau_forgotten": ("The temperature isn't used. Divide the whole sum by it, (logits + g) / "
            "τ.", lambda x, t, u: softened(x + gumbel(u), 1)),
        "tau_squared": ("τ divides twice. Once is enough, (logits + g) / τ.",
            lambda x, t, u: softened(x + gumbel(u), t * t)),
        "noise_forgotten": ("There is no noise in it: that is the softmax of the logits, the same "
            "each time. Add Gumbel noise made from `u`.", lambda x, t, u: softened(x, t)),
        "one_minus_u": ("You used 1 − u where u stands. The distribution is the same, but the "
            "check goes draw by draw: g = −log(−log u).",
            given(gumbel_softmax, 2, lambda u: 1 - u)),
        "wrong_axis": ("Your softmax runs over the examples, so the columns sum to 1. It runs over "
            "the classes: `dim=1`.", lambda x, t, u: torch.softmax((x + gumbel(u)) / t, dim=0)),
        "softmax_over_everything": ("Your softmax runs over the whole batch at once. Each example "
            "has its own: `dim=1`.",
            lambda x, t, u: torch.softmax(((x + gumbel(u)) / t).flatten(), 0).reshape(x.shape)),
        "softmax_of_the_logits_first": ("You turned the logits into probabilities before adding "
            "the noise. Gumbel noise belongs on the logits (or on log-probabilities), never on "
            "probabilities.", lambda x, t, u: softened(torch.softmax(x, 1) + gumbel(u), t)),
        "noise_after_the_softmax": ("You added the noise to the finished probabilities. It belongs "
            "on the logits, before the softmax.",
            lambda x, t, u: torch.softmax(x / t, 1) + gumbel(u)),
        "log_returned": ("You returned logs of the shares. Use `torch.softmax`, not `log_softmax`.",
            lambda x, t, u: torch.log_softmax((x + gumbel(u)) / t, dim=1)),
        "softmax_forgotten": ("Those are the noisy scores, (logits + g) / τ. The softmax over the "
            "classes is missing.", lambda x, t, u: (x + gumbel(u)) / t),
        "sigmoid_for_softmax": ("You used a sigmoid, so each class is decided by itself and the "
            "rows don't sum to 1. Use a softmax over the classes.",
            lambda x, t, u: torch.sigmoid((x + gumbel(u)) / t)),
        "straight_through": ("You returned one-hot rows with the softmax's gradient. That is "
            "straight-through, which comes later in the notebook; here the soft rows are asked "
            "for.", then(gumbel_softmax, lambda y: hard(y) + y - y.detach())),
        "hard": ("You returned one-hot rows. They are fair draws, and `argmax` has no gradient. "
            "Return the softmax, soft as it is.", then(gumbel_softmax, hard)),
        "index_returned": ("You returned the number of the winning class. That is a fair draw, and "
            "it has no gradient. Return the whole row of the softmax, (N, C).",
            then(gumbel_softmax, lambda y: y.argmax(1))),
        "overflow": ("exp overflows to infinity here, and infinity over infinity is NaN. "
            "`torch.softmax` subtracts the largest score of each row before it takes exp; use it.",
            _by_hand),
        "graph_cut": ("The numbers are right, and no gradient comes back to the logits. Something "
            "cuts the graph (`.detach()`, `.data`, `torch.no_grad()`), and the point of this "
            "function is its gradient.", given(gumbel_softmax, 0, torch.Tensor.detach)),
    })
    + told({
        "own_noise": ("Another row comes out each time, so you drew noise of your own "
            "(`F.gumbel_softmax` does) and ignored `u`. Make the Gumbel noise from the `u` you are "
            "handed.", lambda x, t, u: F.gumbel_softmax(x, tau=t, dim=1)),
        "mutated_argument": ("Your function changes one of its arguments in place, so the caller's "
            "data are changed too. Make new tensors, and use no method that ends in `_`.",
            lambda x, t, u: softened(x - u.log_().neg_().log_(), t)),
    }),
    properties=[
        must_be("rows_sum_to_one", 1, lambda fn, g: fn(*draw_choices(g, 5, 4)).sum(1).mean(),
            "Each row must sum to 1; yours sum to {:.4g} on average."),
        must_be("cold", 1, _largest_when_cold, "At τ = 0.001 nearly every row must be close to "
            "one-hot; the largest entry of yours is {:.3g}.", 1e-3),
    ],
    hints=["Three steps: Gumbel noise from u, noise plus logits, a softmax of that over τ.",
           "g = −log(−log u): log u is negative, so the minus signs keep both logs alive.",
           "`torch.softmax((logits - torch.log(-torch.log(u))) / tau, dim=1)`"],
)  # fmt: skip
