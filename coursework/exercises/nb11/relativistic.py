"""Exercise `relativistic_loss`: D compares a real point with a fake, instead of grading each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import Wrong, given, must_be, named, scaled, wrong_only_at

LARGE = "logits up to ±100"


def relativistic_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """mean softplus(−(real − fake)) over pairs, a scalar: D's loss, from logits of equal shapes.

    Jolicoeur-Martineau, "The relativistic discriminator", 2019, eq. 6.
    """
    return F.softplus(fake_logits - real_logits).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    n = 5 + int(torch.randint(4, (), generator=generator))
    for shape, label in (((n,), "logits (N,)"), ((n + 2, 1), "logits (N, 1)"), ((1,), "one pair")):
        real = 0.8 + 1.2 * torch.randn(shape, generator=generator)
        yield Case((real, -0.5 + 1.2 * torch.randn(shape, generator=generator)), label)
    large = torch.tensor([20.0, -20.0, 50.0, -50.0, 100.0, -100.0, 0.4])
    yield Case((large, large.roll(1) * 0.7), LARGE, extreme=True)


Pair = Callable[[Tensor], Tensor]


def of_gap(change: Pair) -> Wrong:
    """A function of real − fake, pair by pair."""
    return lambda r, f: change(r - f)


RELATIVISTIC_LOSS = Exercise(
    name="relativistic_loss", notebook="11", title="D compares pairs", reference=relativistic_loss,
    cases=_cases, differentiable=(0, 1), points=1,
    mistakes=named({
        "turned_round": ("That is the *generator's* loss: it is small where the fake scores above "
            "the real one. D's is softplus(−(real − fake)).",
            of_gap(lambda t: F.softplus(t).mean())),
        "plain_loss": ("That is D's loss of notebook 06, which grades every point by itself. The "
            "relativistic one looks at the difference of a pair, real − fake.",
            lambda r, f: F.softplus(-r).mean() + F.softplus(f).mean(),
            lambda r, f: (F.softplus(-r).mean() + F.softplus(f).mean()) / 2),
        "against_the_mean": ("You compared with the *mean* of the other half. That is the "
            "averaged version (RaGAN). Asked for is the paired one: each real with its own fake.",
            lambda r, f: F.softplus(-(r - f.mean())).mean(),
            lambda r, f: F.softplus(-(r.mean() - f)).mean(),
            lambda r, f: F.softplus(-(r - f.mean())).mean() + F.softplus(f - r.mean()).mean(),
            lambda r, f: 0.5 * (F.softplus(-(r - f.mean())) + F.softplus(f - r.mean())).mean()),
        "every_pair": ("You compared every real with every fake, N × N pairs. Asked for are the N "
            "pairs of equal place. (It also happens by itself where (N, 1) meets (N,).)",
            lambda r, f: F.softplus(f.flatten()[None] - r.flatten()[:, None]).mean()),
        "both_directions": ("You added the loss of the turned pair. One direction is D's loss, the "
            "other G's; together they are smallest where D can't tell.",
            of_gap(lambda t: (F.softplus(-t) + F.softplus(t)).mean()),
            of_gap(lambda t: (F.softplus(-t) + F.softplus(t)).mean() / 2)),
        "softplus_of_the_mean": ("You took the mean of the differences first, and softplus of "
            "that. Softplus each pair, then the mean.", of_gap(lambda t: F.softplus(-t.mean()))),
        "difference_alone": ("That is the plain difference of means, a Wasserstein critic's loss "
            "without its penalty. Here softplus bounds what a pair that is right can still earn.",
            of_gap(lambda t: -t.mean()), of_gap(lambda t: t.mean())),
        "sigmoid_before": ("A sigmoid came in before the difference. The logits are compared as "
            "they are: softplus is the −log sigmoid already.",
            lambda r, f: relativistic_loss(r.sigmoid(), f.sigmoid()),
            of_gap(lambda t: F.softplus(-t.sigmoid()).mean())),
        "probability": ("You return the mean probability of a wrong order. Its −log is missing: "
            "softplus(−t) is −log sigmoid(t).", of_gap(lambda t: (-t).sigmoid().mean()),
            of_gap(lambda t: t.sigmoid().mean())),
        "sign": ("The sign is wrong: that is mean log sigmoid(real − fake), which D makes large. A "
            "loss is its negative.", scaled(relativistic_loss, -1)),
        "minus_outside": ("A minus stands in front of softplus and not inside. D then earns "
            "without bound on pairs that are right already: softplus(−(real − fake)).",
            of_gap(lambda t: -F.softplus(t).mean())),
        "softplus_of_each": ("You took softplus of each logit and then the difference. Take the "
            "difference first, then softplus of it.",
            lambda r, f: F.softplus(-r).mean() - F.softplus(-f).mean(),
            lambda r, f: F.softplus(f).mean() - F.softplus(r).mean()),
        "summed": ("You summed over the batch. The loss is a mean over pairs.",
            of_gap(lambda t: F.softplus(-t).sum())),
        "not_averaged": ("You return one number for each pair. A loss to train with is their mean.",
            of_gap(lambda t: F.softplus(-t))),
        "hinge_or_square": ("That is the hinge or the square of the difference. Asked for is the "
            "logistic one, softplus(−(real − fake)).", of_gap(lambda t: F.relu(1 - t).mean()),
            of_gap(lambda t: F.relu(-t).mean()), of_gap(lambda t: (t - 1).square().mean())),
        "one_half_cut": ("The number is right, and no gradient comes back through one of the two "
            "logits. Detach the fake *points*, outside of this function, never the logits.",
            given(relativistic_loss, 0, Tensor.detach), given(relativistic_loss, 1, Tensor.detach)),
        "no_graph": ("The number is right, and no gradient comes back: you return a plain number "
            "or a tensor without its graph. Leave out `.item()`, `float()` and `.detach()`.",
            lambda r, f: relativistic_loss(r, f).detach()),
        "added_logits": ("You added the two logits. What counts is their difference, real − fake.",
            lambda r, f: F.softplus(-(r + f)).mean(), lambda r, f: F.softplus(r + f).mean()),
        "halved": ("A factor ½ came in. The paired loss is one mean.",
            scaled(relativistic_loss, 0.5)),
        "bits": ("You used logarithms to base 2. The course measures in nats.",
            scaled(relativistic_loss, 1 / math.log(2))),
    })
    + named({
        "breaks_for_large_logits": ("Right for moderate logits, wrong for large ones: the log of a "
            "sigmoid, something small added in a log, `exp` above 89, or a clamp. "
            "`F.softplus(-(real_logits - fake_logits))` has none of that.",
            of_gap(lambda t: -t.sigmoid().log().mean()),
            of_gap(lambda t: -(t.sigmoid() + 1e-8).log().mean()),
            of_gap(lambda t: torch.log(1 + torch.exp(-t)).mean()),
            of_gap(lambda t: F.binary_cross_entropy(t.sigmoid(), torch.ones_like(t))),
            of_gap(lambda t: F.softplus(-t.clamp(-20, 20)).mean())),
    }, when=wrong_only_at(relativistic_loss, LARGE)),
    properties=[
        must_be("undecided", math.log(2),
            lambda fn, _: fn(torch.full((3,), 2.0), torch.full((3,), 2.0)),
            "Where both score alike, D pays log 2 = 0.6931, whatever the score; yours: {:.5g}."),
    ],
    hints=["D wants each real point to score above the fake it is paired with. What counts is the "
           "difference of the two logits.",
           "−log sigmoid(t) is `F.softplus(-t)`, with t = real − fake.",
           "`F.softplus(-(real_logits - fake_logits)).mean()`"],
)  # fmt: skip
