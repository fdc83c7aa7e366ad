"""Exercise `discriminator_loss`: binary cross-entropy on both halves, from logits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed
from coursework.checking.running import gradients
from coursework.exercises.gan_losses import called_fake, called_real, discriminator_loss
from coursework.exercises.rules import Wrong, given, must_be, named, scaled, then

Half = Callable[[Tensor], Tensor]

LARGE = "logits of ±20, ±50 and ±100"


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


def halves(real: Half, fake: Half) -> Wrong:
    """A loss put together from what it does with real logits and with fake ones."""
    return lambda r, f: real(r) + fake(f)


def each(real: Tensor, fake: Tensor) -> Tensor:
    """The loss of every image, one after another."""
    return torch.cat([F.softplus(-real).flatten(), F.softplus(fake).flatten()])


def smoothed(real: float, fake: float = 0.0) -> Wrong:
    """Cross-entropy with the label `real` for real images, and `fake` for fakes."""
    return lambda r, f: (
        F.binary_cross_entropy_with_logits(r, torch.full_like(r, real))
        + F.binary_cross_entropy_with_logits(f, torch.full_like(f, fake))
    )


def exp_typed(a: Tensor) -> Tensor:
    return torch.log(1 + torch.exp(a)).mean()


def right_unless_large(right: Wrong) -> Callable[[Observed, Case], bool]:
    """Recognizes what is right, gradients included, where sigmoid is neither 0 nor 1 in float32."""

    def when(seen: Observed, case: Case) -> bool:
        logits = [a.clone().requires_grad_() for a in case.args]
        value = right(*logits)
        truth = Observed(value, gradients(value, logits))
        return case.label == LARGE or close(seen, truth, 1e-3, 1e-3)

    return when


UNPAIRED = "added_image_by_image"


def _observe(fn: Wrong, real: Tensor, fake: Tensor) -> Any:
    """The loss, or UNPAIRED where two batches of different sizes were added entry by entry."""
    try:
        return fn(real, fake)
    except RuntimeError as error:
        if len(real) != len(fake) and "must match the size" in str(error):
            return UNPAIRED
        raise


def _unpaired(seen: Observed, case: Case) -> bool:
    real, fake = case.args
    if isinstance(seen.value, str):
        return seen.value == UNPAIRED
    alike = [discriminator_loss(real, fake)]
    if len(real) == len(fake):
        alike.append(F.softplus(-real) + F.softplus(fake))
    return any(close(seen.value, value) for value in alike)


LARGE_BREAKS = (
    "Right for moderate logits, wrong for large ones. Three ways lead there: the log of a sigmoid, "
    "which rounding makes 0 or 1; log(1 + e^a) typed with `exp`, which overflows above 89; a "
    "clamp, behind which no gradient pulls. "
)

DISCRIMINATOR_LOSS = Exercise(
    name="discriminator_loss", notebook="06",
    title="D's loss: cross-entropy on both halves", reference=discriminator_loss,
    cases=_cases, observe=_observe, differentiable=(0, 1), points=2,
    mistakes=named({
        "labels_swapped": ("The labels are swapped: your loss is small where D is *low* on real "
            "images. Some texts write it so, with D = P(fake). Here D is P(real): −log D on real "
            "logits, −log(1 − D) on fake ones.",
            halves(called_fake, called_real), lambda r, f: (called_fake(r) + called_real(f)) / 2,
            lambda r, f: each(-r, -f).mean()),
        "sigmoid_before_a_logits_loss": ("A sigmoid was applied twice. "
            "`binary_cross_entropy_with_logits`, `logsigmoid` and `softplus` take the logits as "
            "they are; behind a sigmoid D could only say between 0.5 and 0.73.",
            lambda r, f: discriminator_loss(r.sigmoid(), f.sigmoid()),
            given(discriminator_loss, 0, torch.sigmoid),
            given(discriminator_loss, 1, torch.sigmoid)),
        "real_half_only": ("Only the real half is there. D has to call fakes fake as well: add "
            "−mean log(1 − D(fake)). With the real half alone, the best D says real to everything.",
            halves(called_real, lambda f: 0 * f.sum()), lambda r, f: called_real(r)),
        "fake_half_only": ("Only the fake half is there. D has to call real images real as well: "
            "add −mean log D(real).",
            halves(lambda r: 0 * r.sum(), called_fake), lambda r, f: called_fake(f)),
        "one_mean_over_both": ("You took one mean over real and fake logits together. That halves "
            "the loss, and it weights each half by how many there are. The value has two "
            "expectations: one mean for each, then add.", then(each, torch.mean)),
        "halved": ("A factor ½ came in. Some code averages the two halves; V, as it is written, "
            "adds the two expectations, so that always saying ½ gives log 4.",
            scaled(discriminator_loss, 0.5)),
        "summed_over_the_batch": ("You summed over the batch. Both halves are means, so that the "
            "loss doesn't depend on the batch size.",
            halves(lambda r: F.softplus(-r).sum(), lambda f: F.softplus(f).sum()),
            halves(lambda r: F.softplus(-r).sum(), called_fake),
            halves(called_real, lambda f: F.softplus(f).sum())),
        "value_returned": ("The sign is wrong: that is the value V, which D makes as *large* as it "
            "can. An optimizer minimizes, so the loss is −V.", scaled(discriminator_loss, -1)),
        "fakes_called_real": ("Your fake half is −log D(fake): it teaches D to call fakes real. "
            "That is the *generator's* loss. D's fake half is −log(1 − D(fake)).",
            halves(called_real, called_real)),
        "reals_called_fake": ("Your real half is −log(1 − D(real)): it teaches D to call real "
            "images fake. The real half is −log D(real).", halves(called_fake, called_fake)),
        "sign_of_one_half": ("One half has the wrong sign. Both are losses and both are added: "
            "−mean log D(real) − mean log(1 − D(fake)).",
            lambda r, f: called_real(r) - called_fake(f),
            lambda r, f: called_fake(f) - called_real(r)),
        "plus_log_d_for_fakes": ("For fakes you took +log D. It also falls where D falls, and it "
            "is another function: asked for is −log(1 − D), `F.softplus(fake_logits)`.",
            lambda r, f: called_real(r) - called_real(f)),
        "label_smoothing": ("Your labels are not 1 and 0 but smoothed, such as 0.9 for real "
            "images. That keeps D from being too sure and is another loss, whose best D is not "
            "p_data / (p_data + p_G). Asked for is the plain one.",
            smoothed(0.9), smoothed(0.8), smoothed(0.7), smoothed(0.9, 0.1), smoothed(0.8, 0.2),
            smoothed(1.0, 0.1)),
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
            lambda r, f: discriminator_loss(r.mean(), f.mean())),
        "logs_forgotten": ("The logs are missing: −mean log D(real), not −mean D(real).",
            lambda r, f: -r.sigmoid().mean() - (1 - f.sigmoid()).mean(),
            lambda r, f: (1 - r.sigmoid()).mean() + f.sigmoid().mean()),
        "another_gan": ("That is the loss of another GAN (Wasserstein, hinge or least squares). "
            "Here D returns logits of a probability, and the loss is made of their logs.",
            lambda r, f: f.mean() - r.mean(),
            lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(),
            lambda r, f: (r - 1).square().mean() + f.square().mean(),
            lambda r, f: ((r - 1).square().mean() + f.square().mean()) / 2,
            lambda r, f: (r.sigmoid() - 1).square().mean() + f.sigmoid().square().mean()),
        "one_half_cut": ("The number is right, and no gradient comes back through one of the "
            "halves: `.detach()`, `.item()` or `no_grad` cut it off. What is detached in D's step "
            "are the fake *images*, outside of this function, and never the logits.",
            given(discriminator_loss, 1, Tensor.detach),
            given(discriminator_loss, 0, Tensor.detach)),
        "bits": ("You used logarithms to base 2. The course measures in nats.",
            scaled(discriminator_loss, 1 / math.log(2))),
        "not_averaged": ("You return one number for each image. A loss to train with is one "
            "number: a mean over each half.", each),
    })
    + named({
        UNPAIRED: ("You added the two halves image by image. That only works where there are as "
            "many fakes as real images. Take the mean of each half first, then add the two.",
            lambda r, f: (F.softplus(-r) + F.softplus(f)).mean(),
            lambda r, f: F.softplus(-r) + F.softplus(f)),
    }, when=_unpaired)
    + named({
        "breaks_for_large_logits": (LARGE_BREAKS + "`F.softplus(a)` is log(1 + e^a) without that: "
            "−log D is `F.softplus(-logit)`, −log(1 − D) is `F.softplus(logit)`.",
            lambda r, f: -r.sigmoid().log().mean() - (1 - f.sigmoid()).log().mean(),
            halves(lambda r: F.binary_cross_entropy(r.sigmoid(), torch.ones_like(r)),
                lambda f: F.binary_cross_entropy(f.sigmoid(), torch.zeros_like(f))),
            lambda r, f: -(r.sigmoid() + 1e-7).log().mean() - (1 - f.sigmoid() + 1e-7).log().mean(),
            halves(lambda r: exp_typed(-r), exp_typed), halves(called_real, exp_typed),
            lambda r, f: discriminator_loss(r.clamp(-20, 20), f.clamp(-20, 20))),
    }, when=right_unless_large(discriminator_loss)),
    properties=[
        must_be("a_coin_pays_log_4", math.log(4), lambda fn, _: fn(torch.zeros(3), torch.zeros(5)),
            "A D that says ½ to everything has logits 0 and loses log 4 = 1.3863; yours: {:.5g}."),
    ],
    hints=["Two halves: real images, which D should call real, and fakes, which it should call "
           "fake. Each is a mean over its own batch.",
           "D = sigmoid(a) and 1 − D = sigmoid(−a), where a is the logit. So −log D = log(1 + "
           "e^(−a)), which is `F.softplus(-a)`.",
           "`F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()`"],
)  # fmt: skip
