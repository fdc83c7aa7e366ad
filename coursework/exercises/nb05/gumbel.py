"""Exercise `gumbel_softmax`: a draw from a discrete distribution, softened until it has a gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.distributions import Normal
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.exercises.nb05.estimating import MUTATED, OWN_NOISE
from coursework.exercises.rules import named


def gumbel_softmax(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    """softmax((logits + g) / tau) with g = -log(-log u), for logits and u (N, C): (N, C)."""
    return torch.softmax((logits + _gumbel(u)) / tau, dim=1)


def _gumbel(u: Tensor) -> Tensor:
    return -torch.log(-torch.log(u))


def _draw(generator: Generator, n: int, c: int, scale: float = 1.2) -> tuple[Tensor, float, Tensor]:
    logits = scale * torch.randn(n, c, generator=generator)
    u = 0.02 + 0.96 * torch.rand(n, c, generator=generator)
    warm = torch.rand((), generator=generator) < 0.5
    low, high = (1.4, 2.2) if warm else (0.35, 0.7)
    tau = low + (high - low) * float(torch.rand((), generator=generator))
    return logits, tau, u


def _cases(generator: Generator) -> Iterator[Case]:
    c = int(torch.randint(3, 7, (), generator=generator))
    n = c + int(torch.randint(2, 6, (), generator=generator))
    yield Case(_draw(generator, n, c), "random logits")
    yield Case(_draw(generator, c - 1, n), "more classes than examples")
    yield Case(_draw(generator, 1, c), "a batch of one")
    _, _, u = _draw(generator, 4, 3)
    steep = torch.tensor(
        [[100.0, 99.0, 98.5], [-100.0, -99.0, -99.5], [50.0, 50.5, -50.0], [20.0, 19.0, -20.0]]
    )
    yield Case((steep, 0.45, u), "logits as large as 100", extreme=True)  # fmt: skip


def _rows_sum_to_one(fn, generator: Generator) -> str | None:
    total = float(fn(*_draw(generator, 5, 4)).sum(1).mean())
    if abs(total - 1) < 1e-4:
        return None
    return f"Each row must sum to 1; yours sum to {total:.4g} on average."


def _cold(fn, generator: Generator) -> str | None:
    logits, _, u = _draw(generator, 20, 4)
    largest = float(fn(logits, 0.001, u).amax(1).median())
    if largest > 0.999:
        return None
    return (f"At τ = 0.001 nearly every row must be close to one-hot; the largest entry of yours "
        f"is "
            f"{largest:.3g}.")  # fmt: skip


def _softened(scores: Tensor, tau: float) -> Tensor:
    return torch.softmax(scores / tau, dim=1)


def _hard(y: Tensor) -> Tensor:
    return F.one_hot(y.argmax(1), y.shape[1]).to(y)


def _straight_through(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    y = gumbel_softmax(logits, tau, u)
    return _hard(y) + y - y.detach()


def _by_hand(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    e = torch.exp((logits + _gumbel(u)) / tau)
    return e / e.sum(1, keepdim=True)


def _observe(fn: Callable[..., Any], logits: Tensor, tau: float, u: Tensor) -> Any:
    """What `fn` returns, or one of the two words. It is called twice, with the same noise."""
    copies = logits.detach().clone(), u.clone()
    first = fn(copies[0], tau, copies[1])
    if not (torch.equal(copies[0], logits.detach()) and torch.equal(copies[1], u)):
        return MUTATED
    value = fn(logits, tau, u.clone())
    if isinstance(first, Tensor) and isinstance(value, Tensor) and not _same_draw(value, first):
        return OWN_NOISE
    return value


def _same_draw(value: Tensor, first: Tensor) -> bool:
    """By their ratio: two draws of one class, at a small τ, differ only in entries near 0."""
    if value.shape != first.shape:
        return False
    return torch.allclose(value.double(), first.double(), rtol=1e-4, atol=0.0, equal_nan=True)


def _is(word: str) -> Callable[[Observed, Case], bool]:
    return lambda seen, case: isinstance(seen.value, str) and seen.value == word


_ONE_LOG = (
    "One of the two logs is missing: −log u, or −log(1 − u), is exponential noise. "
    "Gumbel noise takes the log once "
    "more, g = −log(−log u)."
)
_BASE_10 = "You took logs to base 10. Both are natural logs, `torch.log`: g = −log(−log u)."
_ADDS_U = (
    "You added the uniform noise `u` itself. It has to be turned into Gumbel noise first, "
    "g = −log(−log u)."
)
_TIMES_TAU = (
    "You multiplied by τ. Divide: a small τ makes the differences between the scores large and the "
    "answer nearly one-hot."
)
_TAU_ON_PART = "τ divides only a part. It divides the whole sum, (logits + g) / τ."
_CUT = (
    "The numbers are right, and no gradient comes back to the logits. Something cuts the graph "
    "(`.detach()`, `.data`, `torch.no_grad()`), and the point of this function is its gradient."
)
_HARD = (
    "You returned one-hot rows. They are fair draws, and `argmax` has no gradient. "
    "Return the softmax, "
    "soft as it is."
)

MISTAKES = [
    *named({
        "one_log_missing": (_ONE_LOG, lambda x, t, u: _softened(x - torch.log(u), t),
            lambda x, t, u: _softened(x + torch.log(u), t),
            lambda x, t, u: _softened(x - torch.log(1 - u), t)),
        "normal_noise": ("You turned `u` into Gaussian noise. The largest score is a draw from the "
            "softmax only with Gumbel noise, g = −log(−log u).",
            lambda x, t, u: _softened(x + Normal(0.0, 1.0).icdf(u), t)),
        "base_10": (_BASE_10, lambda x, t, u: _softened(x - torch.log10(-torch.log10(u)), t),
            lambda x, t, u: _softened(x - torch.log10(-torch.log(u)), t)),
        "sign_of_the_noise": ("The sign of the noise is turned round: g = −log(−log u), with a "
            "minus in front. Gumbel noise has a long tail *upwards*, and which tail it is matters.",
            lambda x, t, u: _softened(x - _gumbel(u), t)),
        "inner_minus_missing": ("log u is negative, and the log of a negative number is NaN. A "
            "minus belongs inside as well: g = −log(−log u).",
            lambda x, t, u: _softened(x - torch.log(torch.log(u)), t)),
        "times_tau": (_TIMES_TAU, lambda x, t, u: _softened(x + _gumbel(u), 1 / t)),
        "adds_u": (_ADDS_U, lambda x, t, u: _softened(x + u, t)),
        "noise_multiplied": ("You multiplied the logits by the noise. It is added: (logits + g) / "
            "τ.",
            lambda x, t, u: _softened(x * _gumbel(u), t)),
        "tau_on_a_part": (_TAU_ON_PART, lambda x, t, u: _softened(x + _gumbel(u) / t, 1),
            lambda x, t, u: _softened(x / t + _gumbel(u), 1)),
        "tau_forgotten": ("The temperature isn't used. Divide the whole sum by it, (logits + g) / "
            "τ.",
            lambda x, t, u: _softened(x + _gumbel(u), 1)),
        "tau_squared": ("τ divides twice. Once is enough, (logits + g) / τ.",
            lambda x, t, u: _softened(x + _gumbel(u), t * t)),
        "noise_forgotten": ("There is no noise in it: that is the softmax of the logits, the same "
            "each time. Add Gumbel noise made from `u`.",
            lambda x, t, u: _softened(x, t)),
        "one_minus_u": ("You used 1 − u where u stands. The distribution is the same, but the "
            "check goes draw by draw: g = −log(−log u).",
            lambda x, t, u: _softened(x + _gumbel(1 - u), t)),
        "wrong_axis": ("Your softmax runs over the examples, so the columns sum to 1. It runs over "
            "the classes: `dim=1`.",
            lambda x, t, u: torch.softmax((x + _gumbel(u)) / t, dim=0)),
        "softmax_over_everything": ("Your softmax runs over the whole batch at once. Each example "
            "has its own: `dim=1`.",
            lambda x, t, u: torch.softmax(((x + _gumbel(u)) / t).flatten(), 0).reshape(x.shape)),
        "softmax_of_the_logits_first": ("You turned the logits into probabilities before adding "
            "the noise. Gumbel noise belongs on the logits (or on log-probabilities), never on "
            "probabilities.",
            lambda x, t, u: _softened(torch.softmax(x, 1) + _gumbel(u), t)),
        "noise_after_the_softmax": ("You added the noise to the finished probabilities. It belongs "
            "on the logits, before the softmax.",
            lambda x, t, u: torch.softmax(x / t, 1) + _gumbel(u)),
        "log_returned": ("You returned logs of the shares. Use `torch.softmax`, not `log_softmax`.",
            lambda x, t, u: torch.log_softmax((x + _gumbel(u)) / t, dim=1)),
        "softmax_forgotten": ("Those are the noisy scores, (logits + g) / τ. The softmax over the "
            "classes is missing.",
            lambda x, t, u: (x + _gumbel(u)) / t),
        "sigmoid_for_softmax": ("You used a sigmoid, so each class is decided by itself and the "
            "rows don't sum to 1. Use a softmax over the classes.",
            lambda x, t, u: torch.sigmoid((x + _gumbel(u)) / t)),
        "straight_through": ("You returned one-hot rows with the softmax's gradient. That is "
            "straight-through, which comes later in the notebook; here the soft rows are asked "
            "for.",
            _straight_through),
        "hard": (_HARD, lambda x, t, u: _hard(gumbel_softmax(x, t, u))),
        "index_returned": ("You returned the number of the winning class. That is a fair draw, and "
            "it has no gradient. Return the whole row of the softmax, (N, C).",
            lambda x, t, u: gumbel_softmax(x, t, u).argmax(1)),
        "overflow": ("exp overflows to infinity here, and infinity over infinity is NaN. "
            "`torch.softmax` subtracts the largest score of each row before it takes exp; use it.",
            _by_hand),
        "graph_cut": (_CUT, lambda x, t, u: gumbel_softmax(x.detach(), t, u)),
    }),
    Mistake("own_noise", "Another row comes out each time, so you drew noise of your own "
        "(`F.gumbel_softmax` does) and ignored `u`. Make the Gumbel noise from the `u` you are "
        "handed.",
        lambda x, t, u: F.gumbel_softmax(x, tau=t, dim=1), when=_is(OWN_NOISE)),
    Mistake("mutated_argument", "Your function changes one of its arguments in place, so the "
        "caller's data are changed too. Make new tensors, and use no method that ends in `_`.",
        lambda x, t, u: _softened(x - u.log_().neg_().log_(), t), when=_is(MUTATED)),
]  # fmt: skip

GUMBEL = Exercise(
    name="gumbel_softmax",
    notebook="05",
    title="a discrete draw, softened",
    reference=gumbel_softmax,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("rows_sum_to_one", _rows_sum_to_one), Property("cold", _cold)],
    hints=[
        "Three steps: Gumbel noise from u, noise plus logits, a softmax of that over τ.",
        "g = −log(−log u): log u is negative, so the minus signs keep both logs alive.",
        "`torch.softmax((logits - torch.log(-torch.log(u))) / tau, dim=1)`",
    ],
    points=2,
    differentiable=(0,),
    observe=_observe,
)
