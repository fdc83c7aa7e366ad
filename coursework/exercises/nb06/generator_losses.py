"""Exercises `generator_loss_saturating` and `generator_loss`: two losses from logits."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Generator
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise, Mistake
from coursework.exercises.gan_losses import generator_loss, generator_loss_saturating
from coursework.exercises.nb06.losses import (
    LARGE,
    LARGE_BREAKS,
    Half,
    exp_typed,
    logits,
    right_unless_large,
)
from coursework.exercises.rules import named, scaled, then


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(4, 9, (), generator=generator))
    yield Case((logits(generator, n, -0.9),), "logits of shape (N,)")
    yield Case((logits(generator, n + 1, 0.7, 1),), "logits of shape (N, 1)")
    yield Case((logits(generator, 1, -0.8),), "a single fake")
    large = torch.tensor([-20.0, 20.0, -50.0, 50.0, -100.0, 100.0])
    yield Case((torch.cat([large, logits(generator, 3, 0.5)]),), LARGE, extreme=True)


def _shared(right: Half, each: Half, of_mean: Half, *unless_large: Half) -> list[Mistake]:
    """Mistakes that both losses know. each: the loss of every fake; of_mean: of the mean D."""
    return [
        *named({
            "sigmoid_twice": ("A sigmoid was applied twice: `logsigmoid`, `softplus` and "
                "`…_with_logits` take the logits as they are.", lambda a: right(a.sigmoid())),
            "summed_over_the_batch": ("You summed over the batch. It is the mean over fakes.",
                then(each, torch.sum)),
            "not_averaged": ("You return one number for each fake. A loss to train with is one "
                "number: the mean.", each),
            "log_of_the_mean": ("You took the log of the mean. It is the mean of the log: first "
                "one log for each fake.",
                of_mean, lambda a: right(a.mean())),
            "bits": ("You used log to base 2; nats are asked for.", scaled(right, 1 / math.log(2))),
            "halved": ("A factor ½ came in. The one term has none.", scaled(right, 0.5)),
            "log_forgotten": ("The log is missing: the loss is made of log D or log(1 − D).",
                lambda a: -a.sigmoid().mean(), lambda a: (1 - a.sigmoid()).mean(),
                lambda a: a.sigmoid().mean()),
            "label_smoothing": ("The label of your fakes is smoothed, such as 0.9 for 1. That is "
                "another loss; asked for is the plain one, with log D or log(1 − D) alone.",
                lambda a: right(a) + 0.1 * a.mean(), lambda a: right(a) + 0.2 * a.mean()),
            "one_minus_in_the_wrong_place": ("A 1 − stands outside of the log, or in front of a "
                "logit. It belongs to D, inside the log: 1 − D = sigmoid(−a).",
                lambda a: (1 - F.logsigmoid(a)).mean(), lambda a: (F.logsigmoid(a) - 1).mean(),
                lambda a: F.logsigmoid(1 - a).mean(), lambda a: F.softplus(a - 1).mean(),
                lambda a: F.softplus(1 - a).mean(), lambda a: -F.softplus(1 - a).mean()),
            "another_gan": ("That is the loss of another GAN (Wasserstein, hinge or least "
                "squares). Here D returns logits of a probability.",
                lambda a: -a.mean(), lambda a: (a - 1).square().mean(),
                lambda a: (a - 1).square().mean() / 2, lambda a: (a.sigmoid() - 1).square().mean(),
                lambda a: F.relu(1 - a).mean()),
            "logits_taken_for_probabilities": ("You took the log of a logit. Logits are any real "
                "numbers: log D is `F.logsigmoid(logit)`.",
                lambda a: -a.log().mean(), lambda a: (1 - a).log().mean()),
        }),
        *named({
            "breaks_for_large_logits": (LARGE_BREAKS + "Stay with logits: log D is "
                "`F.logsigmoid(logit)`, log(1 − D) is `-F.softplus(logit)`.", *unless_large),
        }, when=right_unless_large(right)),
    ]  # fmt: skip


_HALF = (
    "That is D's own fake half, −mean log(1 − D): minimizing it makes fakes *easier* to tell, and "
    "trains G to be caught. "
)

GENERATOR_LOSS_SATURATING = Exercise(
    name="generator_loss_saturating", notebook="06",
    title="the loss of G in the game as it is written",
    reference=generator_loss_saturating, cases=_cases, differentiable=(0,), points=1,
    mistakes=named({
        "non_saturating": ("That is −mean log D, the non-saturating loss, and the next function. "
            "The saturating one is the game as written: mean log(1 − D).", generator_loss),
        "discriminators_half": (_HALF + "The saturating loss has the other sign: +mean log(1 − D), "
            "a number below 0.", lambda a: F.softplus(a).mean()),
        "raises_instead": ("That is +mean log D. Minimizing it lowers D on fakes, so G would be "
            "trained to be caught. The saturating loss is mean log(1 − D).",
            lambda a: F.logsigmoid(a).mean()),
    })
    + _shared(generator_loss_saturating, lambda a: -F.softplus(a),
        lambda a: (1 - a.sigmoid().mean()).log(), lambda a: (1 - a.sigmoid()).log().mean(),
        lambda a: -exp_typed(a),
        lambda a: -F.binary_cross_entropy(a.sigmoid(), torch.zeros_like(a))),
    hints=["V has two terms, and one of them depends on G. G makes it as small as it can.",
           "It is the mean of log(1 − D) over fakes. 1 − D is sigmoid(−a).",
           "`-F.softplus(fake_logits).mean()`"],
)  # fmt: skip

GENERATOR_LOSS = Exercise(
    name="generator_loss", notebook="06", title="the generator's loss that doesn't saturate",
    reference=generator_loss, cases=_cases, differentiable=(0,), points=1,
    mistakes=named({
        "saturating": ("That is mean log(1 − D), the saturating loss, which stops pulling where D "
            "is sure of a fake. The non-saturating one is −mean log D.", generator_loss_saturating),
        "discriminators_half": (_HALF + "G's loss is −mean log D.", lambda a: F.softplus(a).mean()),
        "sign": ("The sign is wrong: that is +mean log D, and minimizing it lowers D on fakes. A "
            "loss of G is small where D is fooled.", lambda a: F.logsigmoid(a).mean()),
    })
    + _shared(generator_loss, lambda a: F.softplus(-a), lambda a: -a.sigmoid().mean().log(),
        lambda a: -a.sigmoid().log().mean(), lambda a: exp_typed(-a),
        lambda a: F.binary_cross_entropy(a.sigmoid(), torch.ones_like(a)),
        lambda a: -(a.sigmoid() + 1e-7).log().mean()),
    hints=["Give the fakes the label *real*, and take the cross-entropy.",
           "It is minus the mean of log D over fakes.",
           "`F.softplus(-fake_logits).mean()`"],
)  # fmt: skip
