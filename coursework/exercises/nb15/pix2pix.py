"""Exercise `pix2pix_loss`: fool D, and stay near the known answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb15.networks import wrong_only_where_large
from coursework.exercises.rules import Wrong, given, must_be, named, scaled

LARGE = "logits up to ±100"
Half = Callable[[Tensor], Tensor]


def pix2pix_loss(fake_logits: Tensor, y_fake: Tensor, y_real: Tensor, l1_weight: float) -> Tensor:
    """mean softplus(−logits) + l1_weight · mean |y_fake − y_real|, a scalar.

    fake_logits: a map for each image; y_fake, y_real (N, C, H, W). Isola et al., 2017, eq. 4.
    """
    return F.softplus(-fake_logits).mean() + l1_weight * (y_fake - y_real).abs().mean()


def _cases(generator: Generator) -> Iterator[Case]:
    for n, weight, label in ((4, 7.0, "maps of logits"), (3, 0.3, "a small weight")):
        yield Case(_args(generator, n, weight), label)
    yield Case(_args(generator, 1, 12.0), "one image")
    logits, *rest = _args(generator, 4, 3.0)
    large = torch.tensor([20.0, -20, 50, -50, 100, -100, 0.4, 1, -2]).repeat(4)
    yield Case((large.reshape(logits.shape), *rest), LARGE, extreme=True)


def _args(generator: Generator, n: int, weight: float) -> tuple[Tensor, Tensor, Tensor, float]:
    logits = -0.6 + 1.3 * torch.randn(n, 1, 3, 3, generator=generator)
    y_fake, y_real = (torch.rand(n, 3, 5, 4, generator=generator) for _ in range(2))
    return logits, y_fake, y_real, weight


def _adversarial(t: Tensor) -> Tensor:
    return F.softplus(-t).mean()


def _with(adversarial: Half) -> Wrong:
    """Another adversarial term."""
    return lambda t, y, real, w: adversarial(t) + w * (y - real).abs().mean()


def _near(distance: Half) -> Wrong:
    """Another distance from the truth."""
    return lambda t, y, real, w: _adversarial(t) + w * distance(y - real)


PIX2PIX_LOSS = Exercise(
    name="pix2pix_loss", notebook="15", title="fool D, and stay near the known answer",
    reference=pix2pix_loss, cases=_cases, differentiable=(0, 1), points=2,
    mistakes=named({
        "weight_on_the_adversarial_term": ("The weight stands on the adversarial term. It weights "
            "the L1 distance.",
            lambda t, y, real, w: w * _adversarial(t) + (y - real).abs().mean()),
        "weight_on_both": ("The weight stands on both terms. It belongs to the L1 distance alone.",
            lambda t, y, real, w: w * (_adversarial(t) + (y - real).abs().mean())),
        "weight_missing": ("`l1_weight` does nothing.",
            lambda t, y, real, w: _adversarial(t) + (y - real).abs().mean()),
        "weight_divides": ("You divided by the weight, or mixed with 1 − weight. The terms are "
            "added, the second one times `l1_weight`.",
            lambda t, y, real, w: _adversarial(t) + (y - real).abs().mean() / w,
            lambda t, y, real, w: (1 - w) * _adversarial(t) + w * (y - real).abs().mean()),
        "squared_distance": ("The distance is squared, as in L2, or in a smooth L1 below 1. Asked "
            "for is L1, the mean absolute difference: it takes the median of the answers, and L2 "
            "their mean.",
            _near(lambda e: e.square().mean()), _near(lambda e: e.square().mean().sqrt()),
            _near(lambda e: 0.5 * e.square().mean())),
        "no_absolute_value": ("The absolute value is missing: too bright and too dark cancel.",
            _near(torch.mean), _near(lambda e: e.mean().abs())),
        "summed_over_pixels": ("You summed over pixels. The distance is a mean over everything; "
            "a sum makes the weight depend on the size of the image.",
            _near(lambda e: e.abs().flatten(1).sum(1).mean()), _near(lambda e: e.abs().sum())),
        "norm": ("You took a Euclidean length. Asked for is the mean of absolute differences.",
            _near(torch.Tensor.norm), _near(lambda e: e.flatten(1).norm(dim=1).mean())),
        "distance_from_the_patches": ("The distance is taken of the logits, not of the images.",
            lambda t, y, real, w: _adversarial(t) + w * (t - 1).abs().mean()),
        "l1_sign": ("The distance is subtracted, so the answer is driven away from the truth.",
            lambda t, y, real, w: _adversarial(t) - w * (y - real).abs().mean()),
        "sign": ("The sign is wrong: lower has to be better.", scaled(pix2pix_loss, -1)),
        "adversarial_missing": ("The adversarial term is missing: that is a plain L1 loss.",
            lambda t, y, real, w: w * (y - real).abs().mean(),
            lambda t, y, real, w: (y - real).abs().mean()),
        "l1_missing": ("The distance is missing: nothing ties the answer to the known one.",
            lambda t, y, real, w: _adversarial(t)),
        "saturating": ("That is the saturating loss, mean log(1 − D): flat where D is sure of the "
            "fakes. Asked for is softplus(−logit).", _with(lambda t: -F.softplus(t).mean())),
        "discriminators_fake_half": ("The first term is D's own fake half: minimizing it makes "
            "fakes easier to tell. The generator wants softplus(−logit).",
            _with(lambda t: F.softplus(t).mean())),
        "raises_instead": ("The first term is +log D. Minimizing it lowers D on fakes, so the "
            "generator would be trained to be caught.", _with(lambda t: F.logsigmoid(t).mean())),
        "patches_averaged_first": ("You averaged the logits before the softplus. Every patch is "
            "judged by itself: softplus first, then the mean.",
            _with(lambda t: F.softplus(-t.flatten(1).mean(1)).mean()),
            _with(lambda t: F.softplus(-t.mean()))),
        "patches_summed": ("You summed over patches. It is a mean over all logits.",
            _with(lambda t: F.softplus(-t).sum()),
            _with(lambda t: F.softplus(-t).flatten(1).sum(1).mean())),
        "sigmoid_before": ("A sigmoid came in before the softplus: it takes logits.",
            _with(lambda t: _adversarial(t.sigmoid()))),
        "probabilities_expected": ("You took the log of a logit, as if D gave probabilities. "
            "−log D is softplus(−logit).", _with(lambda t: -t.log().mean()),
            _with(lambda t: -(t.clamp(min=1e-8)).log().mean())),
        "log_missing": ("The log is missing: that is 1 − D, or −D.",
            _with(lambda t: (-t).sigmoid().mean()), _with(lambda t: -t.sigmoid().mean())),
        "another_gan": ("That is the adversarial term of another GAN (least squares, Wasserstein "
            "or hinge). Here it is the logistic one.", _with(lambda t: -t.mean()),
            _with(lambda t: (t - 1).square().mean()), _with(lambda t: F.relu(1 - t).mean())),
        "fake_detached": ("The number is right, and no gradient comes back through `y_fake`: it "
            "was detached. Only D's update detaches the fakes.",
            given(pix2pix_loss, 1, Tensor.detach)),
        "logits_detached": ("The number is right, and no gradient comes back through the logits: "
            "the generator would never hear from D.", given(pix2pix_loss, 0, Tensor.detach)),
        "no_graph": ("The number is right, and no gradient comes back. Leave out `.item()`, "
            "`float()` and `.detach()`.", lambda *args: pix2pix_loss(*args).detach()),
        "halved": ("A factor ½ came in.", scaled(pix2pix_loss, 0.5)),
        "not_averaged": ("You return several numbers. A loss to train with is one.",
            lambda t, y, real, w: F.softplus(-t).flatten(1).mean(1)
                + w * (y - real).abs().flatten(1).mean(1)),
        "bits": ("You used logarithms to base 2. The course measures in nats.",
            _with(lambda t: _adversarial(t) / 0.6931471805599453)),
    })
    + named({
        "breaks_for_large_logits": ("Right for moderate logits, wrong for large ones: the log of "
            "a sigmoid, something small added in a log, a clamp, or exp typed out. "
            "`F.softplus(-fake_logits)` has none of that.",
            _with(lambda t: -t.sigmoid().log().mean()),
            _with(lambda t: -(t.sigmoid() + 1e-8).log().mean()),
            _with(lambda t: (1 + (-t).exp()).log().mean()),
            _with(lambda t: F.binary_cross_entropy(t.sigmoid(), torch.ones_like(t))),
            _with(lambda t: F.softplus(-t.clamp(-20, 20)).mean())),
    }, when=lambda seen, case: wrong_only_where_large(PIX2PIX_LOSS, LARGE, seen, case)),
    properties=[
        must_be("undecided_and_right", 0.6931, lambda fn, _: fn(torch.zeros(2, 1, 2, 2),
            torch.ones(2, 1, 3, 3), torch.ones(2, 1, 3, 3), 5.0),
            "A D that can't tell and a perfect answer cost log 2 = 0.6931; yours: {:.5g}.", 1e-3),
    ],
    hints=["Two terms. The first is the generator's loss of notebook 06, on every logit of the "
           "map. The second is how far the answer is from the known one.",
           "−log D is `F.softplus(-fake_logits)`. L1 is the mean of the absolute difference.",
           "`F.softplus(-fake_logits).mean() + l1_weight * (y_fake - y_real).abs().mean()`"],
)  # fmt: skip
