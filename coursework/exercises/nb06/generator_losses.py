"""Exercises `generator_loss_saturating` and `generator_loss`: the two losses of a generator, from logits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed
from coursework.checking.running import observe
from coursework.exercises.ingredients import known_as
from coursework.exercises.nb06.losses import LARGE, LARGE_BREAKS, exp_typed, logits
from coursework.exercises.rules import named

Loss = Callable[[Tensor], Tensor]


def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """mean log(1 − D(G(z))), a scalar, never above 0. Goodfellow et al., 2014, eq. 1."""
    return -F.softplus(fake_logits).mean()


def generator_loss(fake_logits: Tensor) -> Tensor:
    """−mean log D(G(z)), a scalar, the non-saturating loss. Goodfellow et al., 2014, section 3."""
    return F.softplus(-fake_logits).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(4, 9, (), generator=generator))
    yield Case((logits(generator, n, -0.9),), "logits of shape (N,)")
    yield Case((logits(generator, n + 1, 0.7, 1),), "logits of shape (N, 1)")
    yield Case((logits(generator, 1, -0.8),), "a single fake")
    large = torch.tensor([-20.0, 20.0, -50.0, 50.0, -100.0, 100.0])
    yield Case((torch.cat([large, logits(generator, 3, 0.5)]),), LARGE, extreme=True)


def _real_probability(a: Tensor) -> Tensor:
    return a.sigmoid().log()


def _fake_probability(a: Tensor) -> Tensor:
    return (1 - a.sigmoid()).log()


def _wrong_only_when_large(name: str, reference: Loss) -> Callable[[Observed, Case], bool]:
    def when(seen: Observed, case: Case) -> bool:
        truth = observe(LOSSES[name], reference, case)
        return case.label == LARGE or close(seen, truth, 1e-3, 1e-3)

    return when


_STAY = (
    LARGE_BREAKS
    + "Stay with logits: log D is `F.logsigmoid(logit)`, log(1 − D) is `-F.softplus(logit)`."
)


def _shared(right: Loss, each: Loss, probability: Loss) -> list[Mistake]:
    """Mistakes that both losses know. each: the loss of every fake; probability: what stands in its log."""
    return [
        *known_as(
            "sigmoid_twice",
            "A sigmoid was applied twice: `logsigmoid`, `softplus` and `…_with_logits` take the "
            "logits as they are.",
            lambda a: right(a.sigmoid()),
        ),
        *known_as(
            "summed_over_the_batch",
            "You summed over the batch. It is the mean over fakes.",
            lambda a: each(a).sum(),
        ),
        *known_as(
            "not_averaged",
            "You return one number for each fake. A loss to train with is one number: the mean.",
            each,
        ),
        *known_as(
            "log_of_the_mean",
            "You took the log of the mean. It is the mean of the log: first one log for each fake.",
            probability,
            lambda a: right(a.mean()),
        ),
        *known_as(
            "bits", "You used logarithms to base 2. The course measures in "
                "nats.", lambda a: right(a) / math.log(2)),
        *known_as(
            "halved", "A factor ½ came in. There is one term, and it has "
                "none.", lambda a: right(a) / 2),
        *known_as(
            "log_forgotten",
            "The log is missing: the loss is made of log D or log(1 − D).",
            lambda a: -a.sigmoid().mean(),
            lambda a: (1 - a.sigmoid()).mean(),
            lambda a: a.sigmoid().mean(),
        ),
        *known_as(
            "one_minus_in_the_wrong_place",
            "A 1 − stands outside of the log, or in front of a logit. "
            "It belongs to D, inside the log and behind the sigmoid: 1 − D = sigmoid(−a).",
            lambda a: (1 - F.logsigmoid(a)).mean(),
            lambda a: (F.logsigmoid(a) - 1).mean(),
            lambda a: F.logsigmoid(1 - a).mean(),
            lambda a: F.softplus(a - 1).mean(),
            lambda a: F.softplus(1 - a).mean(),
            lambda a: -F.softplus(1 - a).mean(),
        ),
        *known_as(
            "another_gan",
            "That is the loss of another GAN (Wasserstein or least squares). "
            "Here D returns logits of a probability.",
            lambda a: -a.mean(),
            lambda a: (a - 1).square().mean(),
        ),
        *known_as(
            "logits_taken_for_probabilities",
            "You took the log of a logit. Logits are any real numbers: "
            "log D is `F.logsigmoid(logit)`.",
            lambda a: -a.log().mean(),
            lambda a: (1 - a).log().mean(),
        ),
    ]  # fmt: skip


_HALF = "That is D's own fake half, −mean log(1 − D): going down on it makes fakes *easier* to tell, and trains G to be caught. "

_SATURATING = [
    *named({
        "non_saturating": ("That is −mean log D, the non-saturating loss, and the next function. "
            "The saturating one is the game as written: mean log(1 − D).",
            generator_loss),
        "discriminators_half": (_HALF + "The saturating loss has the other sign: "
                "+mean log(1 − D), a number below 0.",
            lambda a: F.softplus(a).mean()),
        "raises_instead": ("That is +mean log D. Going down on it lowers D on fakes, so G would be "
            "trained to be caught. The saturating loss is mean log(1 − D).",
            lambda a: F.logsigmoid(a).mean()),
    }),
    *_shared(
        generator_loss_saturating,
        lambda a: -F.softplus(a),
        lambda a: (1 - a.sigmoid().mean()).log(),
    ),
    Mistake("breaks_for_large_logits", _STAY, lambda a: _fake_probability(a).mean(),
        _wrong_only_when_large("generator_loss_saturating", generator_loss_saturating)),
    Mistake("breaks_for_large_logits", _STAY, lambda a: -exp_typed(a),
        _wrong_only_when_large("generator_loss_saturating", generator_loss_saturating)),
    Mistake("breaks_for_large_logits", _STAY,
        lambda a: -F.binary_cross_entropy(a.sigmoid(), torch.zeros_like(a)),
        _wrong_only_when_large("generator_loss_saturating", generator_loss_saturating)),
]  # fmt: skip

_NON_SATURATING = [
    *named({
        "saturating": ("That is mean log(1 − D), the saturating loss, which stops pulling where D "
            "is sure of a fake. The non-saturating one is −mean log D.",
            generator_loss_saturating),
        "discriminators_half": (_HALF + "G's loss is −mean log D.", lambda a: F.softplus(a).mean()),
        "sign": ("The sign is wrong: that is +mean log D, and going down on it lowers D on fakes. "
            "A loss of G is small where D is fooled.",
            lambda a: F.logsigmoid(a).mean()),
    }),
    *_shared(generator_loss, lambda a: F.softplus(-a), lambda a: -a.sigmoid().mean().log()),
    Mistake("breaks_for_large_logits", _STAY, lambda a: -_real_probability(a).mean(),
        _wrong_only_when_large("generator_loss", generator_loss)),
    Mistake("breaks_for_large_logits", _STAY, lambda a: exp_typed(-a),
        _wrong_only_when_large("generator_loss", generator_loss)),
    Mistake("breaks_for_large_logits", _STAY,
        lambda a: F.binary_cross_entropy(a.sigmoid(), torch.ones_like(a)),
        _wrong_only_when_large("generator_loss", generator_loss)),
    Mistake("breaks_for_large_logits", _STAY, lambda a: -(a.sigmoid() + 1e-7).log().mean(),
        _wrong_only_when_large("generator_loss", generator_loss)),
]  # fmt: skip

GENERATOR_LOSS_SATURATING = Exercise(
    name="generator_loss_saturating",
    notebook="06",
    title="the generator's share of the game as it is written",
    reference=generator_loss_saturating,
    cases=_cases,
    mistakes=_SATURATING,
    hints=[
        "V has two terms, and one of them depends on G. G makes it as small as it can.",
        "It is the mean of log(1 − D) over fakes. 1 − D is sigmoid(−a).",
        "`-F.softplus(fake_logits).mean()`",
    ],
    points=1,
    differentiable=(0,),
)

GENERATOR_LOSS = Exercise(
    name="generator_loss",
    notebook="06",
    title="the generator's loss that doesn't saturate",
    reference=generator_loss,
    cases=_cases,
    mistakes=_NON_SATURATING,
    hints=[
        "Give the fakes the label *real*, and take the cross-entropy.",
        "It is minus the mean of log D over fakes.",
        "`F.softplus(-fake_logits).mean()`",
    ],
    points=1,
    differentiable=(0,),
)

LOSSES = {e.name: e for e in (GENERATOR_LOSS_SATURATING, GENERATOR_LOSS)}
