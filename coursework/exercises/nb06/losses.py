"""Exercise `discriminator_loss`: binary cross-entropy on both halves, from logits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.checking.running import observe
from coursework.exercises.rules import named

LARGE = "logits of ±20, ±50 and ±100"


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """−mean log D(real) − mean log(1 − D(fake)), a scalar, from logits of any shapes. Goodfellow et al., 2014, eq. 1."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def logits(generator: Generator, n: int, center: float, *last: int) -> Tensor:
    """n moderate logits around `center`, shape (n, *last), never near 0 on average."""
    return center + 1.2 * torch.randn(n, *last, generator=generator)


def _cases(generator: Generator) -> Iterator[Case]:
    n, m = (int(k) for k in torch.randperm(6, generator=generator)[:2] + 3)
    yield Case((logits(generator, n, 0.8), logits(generator, m, -0.5)), "logits of shape (N,)")
    yield Case(
        (logits(generator, m, -0.4, 1), logits(generator, n + 2, 0.9, 1)),
        "logits of shape (N, 1), with more fakes than real ones or fewer",
    )
    yield Case((logits(generator, 1, 1.0), logits(generator, 1, -0.6)), "a batch of one")
    large = torch.tensor([20.0, -20.0, 50.0, -50.0, 100.0, -100.0])
    few = logits(generator, 2, 0.5)
    yield Case((torch.cat([large, few]), torch.cat([few, large.flip(0), few])), LARGE, extreme=True)


def from_parts(
    real: Callable[[Tensor], Tensor], fake: Callable[[Tensor], Tensor]
) -> Callable[[Tensor, Tensor], Tensor]:
    """A loss put together from what it does with real logits and with fake ones."""
    return lambda real_logits, fake_logits: real(real_logits) + fake(fake_logits)


def called_real(a: Tensor) -> Tensor:
    return F.softplus(-a).mean()  # −mean log D


def called_fake(a: Tensor) -> Tensor:
    return F.softplus(a).mean()  # −mean log(1 − D)


def _zero(a: Tensor) -> Tensor:
    return 0 * a.sum()


def _concatenated(real: Tensor, fake: Tensor) -> Tensor:
    return torch.cat([F.softplus(-real).flatten(), F.softplus(fake).flatten()])


def _wrong_only_when_large(seen: Observed, case: Case) -> bool:
    """Right, gradients included, wherever sigmoid is neither 0 nor 1 in float32."""
    truth = observe(DISCRIMINATOR_LOSS, discriminator_loss, case)
    return case.label == LARGE or close(seen, truth, 1e-3, 1e-3)


def _coin(fn: Any, generator: Generator) -> str | None:
    loss = float(fn(torch.zeros(3), torch.zeros(5)))
    if abs(loss - math.log(4)) < 1e-4:
        return None
    return f"A D that says ½ to everything has logits 0 and a loss of log 4 = 1.3863; yours gives {loss:.5g}."


_SWAPPED = (
    "The labels are swapped: your loss is small where D is *low* on real images. "
    "That is the lecture slides' convention, "
    "D = P(fake). Here D is P(real): −log D on real logits, −log(1 − D) on fake ones."
)
_SIGMOID = (
    "A sigmoid was applied twice. `binary_cross_entropy_with_logits`, `logsigmoid` and `softplus` "
    "take the logits as they are; "
    "behind a sigmoid D could only say between 0.5 and 0.73."
)
LARGE_BREAKS = (
    "Right for moderate logits, wrong for large ones. Three ways lead there: "
    "the log of a sigmoid, which rounding makes 0 or 1; "
    "log(1 + e^a) typed with `exp`, which is infinite from a = 89 on; a clamp, behind which no "
    "gradient pulls. "
)
_STAY = (
    LARGE_BREAKS
    + "`F.softplus(a)` is log(1 + e^a) without that: −log D is `F.softplus(-logit)`, −log(1 − D) "
    "is `F.softplus(logit)`."
)


def exp_typed(a: Tensor) -> Tensor:
    return torch.log(1 + torch.exp(a)).mean()


MISTAKES = [
    *named({
        "labels_swapped": (_SWAPPED, from_parts(called_fake, called_real),
            lambda r, f: (called_fake(r) + called_real(f)) / 2,
            lambda r, f: _concatenated(-r, -f).mean()),
        "sigmoid_before_a_logits_loss": (_SIGMOID,
            from_parts(lambda r: called_real(r.sigmoid()), lambda f: called_fake(f.sigmoid())),
            from_parts(lambda r: called_real(r.sigmoid()), called_fake),
            from_parts(called_real, lambda f: called_fake(f.sigmoid()))),
        "real_half_only": ("Only the real half is there. D has to call fakes fake as well: add "
            "−mean log(1 − D(fake)). With the real half alone, the best D says real to everything.",
            from_parts(called_real, _zero), lambda r, f: called_real(r)),
        "fake_half_only": ("Only the fake half is there. D has to call real images real as well: "
            "add −mean log D(real).",
            from_parts(_zero, called_fake), lambda r, f: called_fake(f)),
        "one_mean_over_both": ("You took one mean over real and fake logits together. That halves "
            "the loss, and it weighs each half by how many there are. The value has two "
            "expectations: one mean for each, then add.",
            lambda r, f: _concatenated(r, f).mean()),
        "halved": ("A factor ½ came in. Some code averages the two halves; V, as it is written, "
            "adds the two expectations, so that a coin pays log 4.",
            lambda r, f: discriminator_loss(r, f) / 2),
        "summed_over_the_batch": ("You summed over the batch. Both halves are means, so that the "
            "loss doesn't depend on the batch size.",
            from_parts(lambda r: F.softplus(-r).sum(), lambda f: F.softplus(f).sum()),
            from_parts(lambda r: F.softplus(-r).sum(), called_fake),
            from_parts(called_real, lambda f: F.softplus(f).sum())),
        "value_returned": ("The sign is wrong: that is the value V, which D makes as *large* as it "
            "can. An optimizer goes down, so the loss is −V.",
            lambda r, f: -discriminator_loss(r, f)),
        "fakes_called_real": ("Your fake half is −log D(fake): it teaches D to call fakes real. "
            "That is the *generator's* loss. D's fake half is −log(1 − D(fake)).",
            from_parts(called_real, called_real)),
        "reals_called_fake": ("Your real half is −log(1 − D(real)): it teaches D to call real "
            "images fake. The real half is −log D(real).",
            from_parts(called_fake, called_fake)),
        "sign_of_one_half": ("One half has the wrong sign. Both are losses and both are added: "
            "−mean log D(real) − mean log(1 − D(fake)).",
            lambda r, f: called_real(r) - called_fake(f),
            lambda r, f: called_fake(f) - called_real(r)),
        "plus_log_d_for_fakes": ("For fakes you took +log D. It also falls where D falls, and it "
            "is another function: asked for is −log(1 − D), `F.softplus(fake_logits)`.",
            lambda r, f: called_real(r) - called_real(f)),
        "one_minus_in_the_wrong_place": ("The 1 − belongs to D, inside the log and behind the "
            "sigmoid: neither 1 − log D nor 1 − logit gives it. 1 − D = sigmoid(−a), so −log(1 − "
            "D) is `F.softplus(fake_logits)`.",
            lambda r, f: called_real(r) - (1 - F.logsigmoid(f)).mean(),
            lambda r, f: called_real(r) + (1 - F.logsigmoid(f)).mean(),
            lambda r, f: called_real(r) + (1 - F.softplus(-f)).mean(),
            lambda r, f: called_real(r) + called_real(1 - f),
            lambda r, f: called_real(r) + called_fake(1 - f)),
        "logits_taken_for_probabilities": ("You took logs of the logits. They are any real "
            "numbers, not probabilities: log D is `F.logsigmoid(logit)`.",
            lambda r, f: -r.log().mean() - (1 - f).log().mean()),
        "log_of_the_mean": ("You took the log of the mean of D. The loss is the mean of the log: "
            "first one log for each image, then the mean.",
            lambda r, f: -r.sigmoid().mean().log() - (1 - f.sigmoid().mean()).log(),
            from_parts(lambda r: F.softplus(-r.mean()), lambda f: F.softplus(f.mean()))),
        "logs_forgotten": ("The logs are missing: −mean log D(real), not −mean D(real).",
            lambda r, f: -r.sigmoid().mean() - (1 - f.sigmoid()).mean(),
            lambda r, f: (1 - r.sigmoid()).mean() + f.sigmoid().mean()),
        "another_gan": ("That is the loss of another GAN (Wasserstein, hinge or least squares). "
            "Here D returns logits of a probability, and is paid with logs.",
            lambda r, f: f.mean() - r.mean(),
            lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(),
            lambda r, f: (r - 1).square().mean() + f.square().mean(),
            lambda r, f: ((r - 1).square().mean() + f.square().mean()) / 2),
        "one_half_cut": ("The number is right, and no gradient comes back through one of the "
            "halves: `.detach()`, `.item()` or `no_grad` cut it off. What is detached in D's step "
            "are the fake *images*, outside of this function, and never the logits.",
            from_parts(called_real, lambda f: called_fake(f).detach()),
            from_parts(lambda r: called_real(r).detach(), called_fake)),
        "bits": ("You used logarithms to base 2. The course measures in nats.",
            lambda r, f: discriminator_loss(r, f) / math.log(2)),
        "not_averaged": ("You return one number for each image. A loss to train with is one "
            "number: a mean over each half.",
            _concatenated),
    }),
    Mistake("breaks_for_large_logits", _STAY,
        lambda r, f: -r.sigmoid().log().mean() - (1 - f.sigmoid()).log().mean(),
        _wrong_only_when_large),
    Mistake("breaks_for_large_logits", _STAY,
        lambda r, f: F.binary_cross_entropy(r.sigmoid(), torch.ones_like(r))
            + F.binary_cross_entropy(f.sigmoid(), torch.zeros_like(f)),
        _wrong_only_when_large),
    Mistake("breaks_for_large_logits", _STAY,
        lambda r, f: -(r.sigmoid() + 1e-7).log().mean() - (1 - f.sigmoid() + 1e-7).log().mean(),
        _wrong_only_when_large),
    Mistake("breaks_for_large_logits", _STAY, from_parts(lambda r: exp_typed(-r), exp_typed),
        _wrong_only_when_large),
    Mistake("breaks_for_large_logits", _STAY, from_parts(called_real, exp_typed),
        _wrong_only_when_large),
    Mistake("breaks_for_large_logits", _STAY,
        lambda r, f: discriminator_loss(r.clamp(-20, 20), f.clamp(-20, 20)),
        _wrong_only_when_large),
]  # fmt: skip

DISCRIMINATOR_LOSS = Exercise(
    name="discriminator_loss",
    notebook="06",
    title="what D descends: cross-entropy on both halves",
    reference=discriminator_loss,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("a_coin_pays_log_4", _coin)],
    hints=[
        "Two halves: real images, which D should call real, and fakes, which it should call fake. "
        "Each is a mean over its own batch.",
        "D = sigmoid(a) and 1 − D = sigmoid(−a), where a is the logit. "
        "So −log D = log(1 + e^(−a)), which is `F.softplus(-a)`.",
        "`F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()`",
    ],
    points=2,
    differentiable=(0, 1),
)
