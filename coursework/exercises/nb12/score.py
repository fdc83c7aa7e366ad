"""Exercise `inception_score`: sure of each image, and undecided over all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.sample_metrics import inception_score
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named, then

SURE = "probabilities of exactly 0 and 1"


def _probs(generator: Generator, n: int, classes: int, sharp: float = 2.0) -> Tensor:
    """Class probabilities (n, classes); some classes are more frequent than others."""
    favor = torch.linspace(0, 1.5, classes)
    return (sharp * torch.randn(n, classes, generator=generator) + favor).softmax(1)


def _cases(generator: Generator) -> Iterator[Case]:
    n, classes = (int(torch.randint(4, 9, (), generator=generator)) for _ in range(2))
    yield Case((_probs(generator, 20 + n, classes),), "more images than classes")
    yield Case((_probs(generator, 3, classes + 5, 3.0),), "more classes than images")
    yield Case((_probs(generator, 1, classes),), "a batch of one")
    rows = torch.eye(5)[torch.randint(0, 3, (n + 4,), generator=generator)]
    rows[0] = torch.tensor([0.5, 0.1, 0.2, 0.2, 0.0])
    rows[1] = torch.tensor([0.0, 0.1, 0.0, 0.0, 0.9])
    yield Case((rows,), SURE, extreme=True)


def _kl(p: Tensor) -> Tensor:
    """KL(p(y|x) || p(y)) of each image, (N,)."""
    m = p.mean(0)
    return (torch.xlogy(p, p) - torch.xlogy(p, m)).sum(1)


def _entropy(p: Tensor) -> Tensor:
    return -torch.xlogy(p, p).sum(-1)


def _against(p: Tensor, m: Tensor) -> Tensor:
    """The score with `m` in the place of p(y)."""
    return (torch.xlogy(p, p) - torch.xlogy(p, m)).sum(1).mean().exp()


def _reversed(p: Tensor) -> Tensor:
    m = p.mean(0)
    return (torch.xlogy(m, m) - torch.xlogy(m, p)).sum(1).mean().exp()


def _hard(p: Tensor) -> Tensor:
    """Every image is counted as the class that it most looks like."""
    counts = torch.bincount(p.argmax(1), minlength=p.shape[1]) / len(p)
    return _entropy(counts).exp()


def _in_parts(parts: int) -> Callable[[Tensor], Tensor]:
    return lambda p: torch.stack([_kl(part).mean().exp() for part in p.chunk(parts)]).mean()


MISTAKES = named({
    "no_exp": ("The exp is missing: that is the mean KL, in nats, the log of the score. The score "
        "runs from 1 to the number of classes.", then(_kl, torch.mean)),
    "exp_before_mean": ("You took exp of each image's KL and averaged afterwards. First the mean "
        "of the KLs, then one exp.", lambda p: _kl(p).exp().mean()),
    "per_image": ("You return a number for each image. The score is one number for the set: exp "
        "of the *mean* KL.", lambda p: _kl(p).exp(), _kl),
    "summed": ("You added up the KLs of the images, so the score grows with their number. Take "
        "the mean over the images.", lambda p: _kl(p).sum().exp()),
    "mean_over_classes": ("You averaged over the classes as well. A KL is a *sum* over classes; "
        "only the images are averaged. (`F.kl_div` and `.mean()` of the whole table divide by "
        "both.)", lambda p: (_kl(p) / p.shape[1]).mean().exp()),
    "kl_reversed": ("The KL runs the wrong way: you have KL(p(y) ‖ p(y|x)). It is the image's "
        "probabilities that weight the logs, Σ p(y|x) · (log p(y|x) − log p(y)).", _reversed),
    "marginal_over_classes": ("Your p(y) is 1/C for every class, as `mean(1)` or a mean over "
        "everything gives. p(y) is the mean over the *images*, `probs.mean(0)`, one number for "
        "each class.", lambda p: _against(p, p.mean(1, keepdim=True))),
    "marginal_not_averaged": ("p(y) is a mean over images; you have their sum, which is no "
        "probability. `probs.mean(0)`.", lambda p: _against(p, p.sum(0))),
    "entropy_of_marginal": ("That is exp of the entropy of p(y) alone. It asks whether all classes "
        "occur, and not whether single images are clear. What is missing is the entropy of each "
        "image's own probabilities: the mean KL is H(p(y)) − mean H(p(y|x)).",
        lambda p: _entropy(p.mean(0)).exp()),
    "entropy_of_images": ("That is the entropy of single images alone, which asks whether they are "
        "clear, and not whether all classes occur. The mean KL is H(p(y)) − mean H(p(y|x)).",
        lambda p: _entropy(p).mean().exp(), lambda p: (-_entropy(p).mean()).exp()),
    "added": ("The two entropies are added. The mean KL is the difference, H(p(y)) − mean "
        "H(p(y|x)).", lambda p: (_entropy(p.mean(0)) + _entropy(p).mean()).exp()),
    "upside_down": ("You have one over the score: the difference is turned round. It is log "
        "p(y|x) − log p(y), weighted with p(y|x), and positive on average.",
        lambda p: (-_kl(p).mean()).exp()),
    "hard_labels": ("You counted the likeliest class of each image. The score uses the "
        "probabilities themselves, so that an unclear image costs something.", _hard),
    "bits_and_exp": ("The logs and the power have different bases. Use `torch.log` with `exp`, or "
        "`log2` with 2 to the power.", lambda p: (_kl(p) / math.log(2)).mean().exp(),
        lambda p: 2 ** _kl(p).mean()),
    "softmax_again": ("`probs` already holds probabilities, and you sent them through a softmax or "
        "log_softmax once more. That levels them.", lambda p: _kl(p.softmax(1)).mean().exp()),
    "in_parts": ("You split the images into parts and averaged the scores of the parts, as papers "
        "do. A part has fewer images than the set, and p(y) is that of the part. Here it is one "
        "score for all.", _in_parts(10), _in_parts(5), _in_parts(2)),
    "log_of_zero": ("The formula is right, and where a probability is exactly 0 it computes 0 · "
        "log 0 = 0 · (−∞), which is NaN. Use `torch.xlogy(p, p)`, or add 1e-12 inside the logs.",
        lambda p: (p * (p.log() - p.mean(0).log())).sum(1).mean().exp(),
        lambda p: (p * (p / p.mean(0)).log()).sum(1).mean().exp(),
        lambda p: (p * p.log() - torch.xlogy(p, p.mean(0))).sum(1).mean().exp(),),
    "clamped": ("You clamp the probabilities too high, or add too large a number inside the log, "
        "so small probabilities count wrongly. 1e-12 is enough.",
        lambda p: _clamped(p, 1e-3), lambda p: _clamped(p, 1e-2), lambda p: _clamped(p, 1e-4),
        lambda p: _added(p, 1e-3), lambda p: _added(p, 1e-2), lambda p: _added(p, 1e-4)),
})  # fmt: skip


def _clamped(p: Tensor, low: float) -> Tensor:
    return _kl(p.clamp(min=low)).mean().exp()


def _added(p: Tensor, much: float) -> Tensor:
    return (p * ((p + much).log() - (p.mean(0) + much).log())).sum(1).mean().exp()


INCEPTION_SCORE = Exercise(
    name="inception_score",
    notebook="12",
    title="exp of the mean KL(p(y|x) ‖ p(y))",
    reference=inception_score,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[
        must_be(
            "one_for_equal_rows",
            1,
            lambda fn, g: fn(_probs(g, 1, 6).repeat(7, 1)),
            "Where all images get the same probabilities it must be 1; yours is {:.4g}.",
        ),
        must_be(
            "classes_for_sure_rows",
            4,
            lambda fn, g: fn(torch.eye(4).repeat(3, 1)),
            "Sure of each image and equally many of 4 classes must give 4; yours is {:.4g}.",
        ),
    ],
    hints=[
        "p(y) is the mean of the rows. For each image, the KL of its row from p(y); then the mean "
        "over the images; then exp.",
        "`marginal = probs.mean(0)`. The KL of a row is the sum over classes of p · (log p − log "
        "marginal); `torch.xlogy(p, q)` is p · log q, and 0 where p is 0.",
        "`kl = (torch.xlogy(probs, probs) - torch.xlogy(probs, marginal)).sum(1)`, then "
        "`kl.mean().exp()`",
    ],
    points=2,
)
