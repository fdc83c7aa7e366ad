"""Exercise `discriminator_pair_loss`: D judges an answer beside its question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb15.networks import PairJudge, wrong_only_where_large
from coursework.exercises.rules import Wrong, named, scaled

LARGE = "a discriminator that is very sure"
D = Callable[[Tensor, Tensor], Tensor]


def discriminator_pair_loss(d: D, x: Tensor, y_real: Tensor, y_fake: Tensor) -> Tensor:
    """−log D(x, y_real) − log(1 − D(x, y_fake)), means over patches: a scalar, fakes detached.

    d(x, y) gives a map of logits. Isola et al., 2017, eq. 1.
    """
    return F.softplus(-d(x, y_real)).mean() + F.softplus(d(x, y_fake.detach())).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    for n, side, label in ((4, 7, "pairs of images"), (1, 9, "one pair"), (3, 7, LARGE)):
        w1 = torch.randn(5, 4, 3, 3, generator=generator) / 3
        w2 = 0.4 * torch.randn(1, 5, 2, 2, generator=generator)
        images = [torch.randn(n, 2, side, side, generator=generator) for _ in range(3)]
        if label == LARGE:  # the logit farthest from 0 of a real pair becomes -400
            logits = PairJudge(w1, w2)(images[0], images[1]).detach().flatten()
            w2 = -400 / logits[logits.abs().argmax()] * w2
        yield Case((w1, w2, *images), label, extreme=label == LARGE)


def _observe(fn: Wrong, w1: Tensor, w2: Tensor, x: Tensor, real: Tensor, fake: Tensor) -> Any:
    return fn(PairJudge(w1, w2), x, real, fake * 1.0)


def _halves(real: Callable[[Tensor], Tensor], fake: Callable[[Tensor], Tensor]) -> Wrong:
    """Two halves, each a function of a map of logits."""
    return lambda d, x, y, y_hat: real(d(x, y)) + fake(d(x, y_hat.detach()))


def _softplus(t: Tensor) -> Tensor:
    return F.softplus(t).mean()


def _on(change: Callable[..., tuple[Tensor, Tensor, Tensor]]) -> Wrong:
    """The right loss of other pairs."""
    return lambda d, *images: discriminator_pair_loss(d, *change(*images))


def _other_pairs(pair_real: Wrong, pair_fake: Wrong) -> Wrong:
    return lambda d, x, y, y_hat: (
        _softplus(-d(*pair_real(x, y, y_hat.detach())))
        + _softplus(d(*pair_fake(x, y, y_hat.detach())))
    )


def _no_grad(half: str) -> Wrong:
    def wrong(d: D, x: Tensor, y: Tensor, y_hat: Tensor) -> Tensor:
        real, fake = d(x, y), d(x, y_hat.detach())
        real, fake = (real.detach(), fake) if half == "real" else (real, fake.detach())
        return _softplus(-real) + _softplus(fake)

    return wrong


def _per_pair(t: Tensor) -> Tensor:
    return F.softplus(t).flatten(1).mean(1)


DISCRIMINATOR_PAIR_LOSS = Exercise(
    name="discriminator_pair_loss", notebook="15", title="D's loss on pairs, patch by patch",
    reference=discriminator_pair_loss, cases=_cases, observe=_observe, differentiable=(0, 1, 4),
    points=2,
    mistakes=named({
        "not_detached": ("The number is right, and its gradient runs on into the fakes, so D's "
            "update would also train the generator, to be caught. `y_fake.detach()`.",
            lambda d, x, y, y_hat: _softplus(-d(x, y)) + _softplus(d(x, y_hat))),
        "half_without_graph": ("The number is right, and one half doesn't reach D's weights: its "
            "*logits* were detached, or computed under `no_grad`. Detach the fake images only.",
            _no_grad("real"), _no_grad("fake")),
        "no_graph": ("The number is right, and no gradient comes back to D at all. Leave out "
            "`.item()`, `float()`, `no_grad`, and a `.detach()` of the loss.",
            lambda *args: discriminator_pair_loss(*args).detach()),
        "patches_averaged_first": ("You averaged the patches' logits before the softplus. Each "
            "patch is judged by itself: softplus of every logit, then one mean.",
            _halves(lambda t: F.softplus(-t.flatten(1).mean(1)).mean(),
                lambda t: F.softplus(t.flatten(1).mean(1)).mean()),
            _halves(lambda t: F.softplus(-t.mean()), lambda t: F.softplus(t.mean()))),
        "labels_swapped": ("Real and fake changed places: D would call fakes real. "
            "softplus(−logit) belongs to the real pair.",
            _halves(_softplus, lambda t: _softplus(-t))),
        "real_half_only": ("Only the real pairs are there. Without fakes, D says 1 to everything.",
            lambda d, x, y, y_hat: _softplus(-d(x, y))),
        "fake_half_only": ("Only the fake pairs are there. Without reals, D says 0 to everything.",
            lambda d, x, y, y_hat: _softplus(d(x, y_hat.detach()))),
        "generators_loss": ("That is the generator's loss, softplus(−logit of the fake).",
            lambda d, x, y, y_hat: _softplus(-d(x, y_hat)),
            lambda d, x, y, y_hat: _softplus(-d(x, y_hat.detach()))),
        "both_called_real": ("Both halves ask for 1. The fake half is softplus(+logit).",
            _halves(lambda t: _softplus(-t), lambda t: _softplus(-t))),
        "both_called_fake": ("Both halves ask for 0. The real half is softplus(−logit).",
            _halves(_softplus, _softplus)),
        "pair_turned_round": ("The pair is turned round: it is `d(x, y)`, the question first.",
            _other_pairs(lambda x, y, y_hat: (y, x), lambda x, y, y_hat: (y_hat, x)),
            _other_pairs(lambda x, y, y_hat: (x, y), lambda x, y, y_hat: (y_hat, x)),
            _other_pairs(lambda x, y, y_hat: (y, x), lambda x, y, y_hat: (x, y_hat))),
        "x_not_shown": ("D compares the answers with each other, or with themselves, and never "
            "sees the question. Both times the first of the pair is `x`.",
            _other_pairs(lambda x, y, y_hat: (y, y), lambda x, y, y_hat: (y_hat, y_hat)),
            _other_pairs(lambda x, y, y_hat: (x, y), lambda x, y, y_hat: (y, y_hat)),
            _other_pairs(lambda x, y, y_hat: (x, x), lambda x, y, y_hat: (x, y_hat)),
            lambda d, x, y, y_hat: _softplus(-d(y_hat.detach(), y))
                + _softplus(d(x, y_hat.detach()))),
        "halves_averaged": ("A factor ½ came in. The two halves are added, as in notebook 06.",
            scaled(discriminator_pair_loss, 0.5)),
        "summed": ("You summed over patches. Each half is a mean over all logits, patches and "
            "pairs alike.", _halves(lambda t: F.softplus(-t).sum(), lambda t: F.softplus(t).sum()),
            _halves(lambda t: F.softplus(-t).flatten(1).sum(1).mean(),
                lambda t: F.softplus(t).flatten(1).sum(1).mean())),
        "not_averaged": ("You return several numbers. A loss is one: the mean over patches and "
            "pairs.", _halves(lambda t: F.softplus(-t), F.softplus),
            _halves(lambda t: _per_pair(-t), _per_pair)),
        "subtracted": ("The halves are subtracted. Both are losses, and are added.",
            _halves(lambda t: _softplus(-t), lambda t: -_softplus(t)),
            _halves(lambda t: -_softplus(-t), _softplus)),
        "sign": ("The sign is wrong: that is the value that D makes large. A loss is its negative.",
            scaled(discriminator_pair_loss, -1)),
        "sigmoid_before": ("A sigmoid came in before the softplus, which takes logits.",
            _halves(lambda t: _softplus(-t.sigmoid()), lambda t: _softplus(t.sigmoid()))),
        "log_missing": ("The log is missing: you have probabilities. softplus(−t) is "
            "−log sigmoid(t).", _halves(lambda t: (-t).sigmoid().mean(),
                lambda t: t.sigmoid().mean())),
        "another_gan": ("That is the loss of another GAN (least squares, as in the CycleGAN "
            "paper, hinge, or Wasserstein). Here it is the logistic one, softplus.",
            _halves(lambda t: (t - 1).square().mean(), lambda t: t.square().mean()),
            lambda d, x, y, y_hat: 0.5 * ((d(x, y) - 1).square().mean()
                + d(x, y_hat.detach()).square().mean()),
            _halves(lambda t: F.relu(1 - t).mean(), lambda t: F.relu(1 + t).mean()),
            _halves(lambda t: -t.mean(), torch.mean)),
        "smoothed": ("The labels are smoothed, such as 0.9 for real. Asked for is the plain loss.",
            _halves(lambda t: _softplus(-t) + 0.1 * t.mean(), _softplus),
            _halves(lambda t: _softplus(-t) + 0.1 * t.mean(), lambda t: _softplus(t)
                - 0.1 * t.mean())),
        "relativistic": ("You compared the two logits with each other. Each pair is judged by "
            "itself.", lambda d, x, y, y_hat: _softplus(d(x, y_hat.detach()) - d(x, y))),
        "one_x_for_all": ("All pairs were judged with the first question. Every answer belongs to "
            "its own x.", _on(lambda x, y, y_hat: (x[:1].expand_as(x), y, y_hat)),
            _on(lambda x, y, y_hat: (x.flip(0), y, y_hat))),
    })
    + named({
        "breaks_for_large_logits": ("Right for moderate logits, wrong for large ones: the log of "
            "a sigmoid, or exp typed out. `F.softplus` takes the logits as they are.",
            _halves(lambda t: -t.sigmoid().log().mean(), lambda t: -(1 - t.sigmoid()).log().mean()),
            _halves(lambda t: (1 + (-t).exp()).log().mean(), lambda t: (1 + t.exp()).log().mean()),
            _halves(lambda t: -(t.sigmoid() + 1e-8).log().mean(),
                lambda t: -(1 - t.sigmoid() + 1e-8).log().mean()),
            _halves(lambda t: F.binary_cross_entropy(t.sigmoid(), torch.ones_like(t)),
                lambda t: F.binary_cross_entropy(t.sigmoid(), torch.zeros_like(t))),
            _halves(lambda t: _softplus(-t.clamp(-20, 20)), lambda t: _softplus(t.clamp(-20, 20)))),
    }, when=lambda seen, case: wrong_only_where_large(DISCRIMINATOR_PAIR_LOSS, LARGE, seen, case)),
    hints=["Two halves, as in notebook 06: real pairs should be called real, fake ones fake. "
           "What is new is the x beside each, and that d gives a map.",
           "−log D is `F.softplus(-logits)`, −log(1 − D) is `F.softplus(logits)`; `.mean()` of the "
           "whole map. Detach the fake images before d sees them.",
           "`F.softplus(-d(x, y_real)).mean() + F.softplus(d(x, y_fake.detach())).mean()`"],
)  # fmt: skip
