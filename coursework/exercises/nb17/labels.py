"""Exercise `m2_unlabeled_loss`: an image whose label nobody knows (Kingma's M2)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named


def m2_unlabeled_loss(bounds: Tensor, log_q: Tensor) -> Tensor:
    """Mean over the batch of Σ_y q(y|x) (bound_y + log q(y|x)), nats. Kingma et al., 2014, eq. 7.

    bounds (N, C): negative ELBO under each label; log_q (N, C): log q(y|x).
    """
    return (log_q.exp() * (bounds + log_q)).sum(1).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    for n, c, label in ((5, 3, "3 labels"), (3, 10, "10 labels"), (1, 4, "a batch of one")):
        bounds = 3 + 2 * torch.rand(n, c, generator=generator)
        yield Case((bounds, torch.randn(n, c, generator=generator).log_softmax(1)), label)
    sure = 150 * torch.randn(4, 5, generator=generator)
    sure[:, 0] += 600
    bounds = 100 + 30 * torch.randn(4, 5, generator=generator)
    yield Case((bounds, sure.log_softmax(1)), "a classifier that is sure", extreme=True)


def _equal(fn: Callable[[Tensor, Tensor], Tensor], generator: Generator) -> str | None:
    """With the same bound under each label and a uniform q, the loss is bound − log C."""
    bound, c = float(2 + torch.rand((), generator=generator)), 6
    loss = float(fn(torch.full((3, c), bound), torch.full((3, c), -math.log(c))))
    if abs(loss - (bound - math.log(c))) < 1e-3:
        return None
    return (
        f"Where the bound is {bound:.3f} under each of {c} labels and q is uniform, the loss is "
        f"bound − log {c} = {bound - math.log(c):.3f}; yours is {loss:.3f}."
    )


def _logs(q: Tensor) -> Tensor:
    return q.exp().log()


MISTAKES = named({
    "entropy_missing": ("log q is missing in the brackets. Without it (the entropy of q) nothing "
        "keeps the classifier from being sure of a label long before it knows.",
        lambda b, q: (q.exp() * b).sum(1).mean()),
    "entropy_sign": ("The sign of log q is wrong: the loss is bound + log q, weighted by q. With a "
        "minus the classifier is rewarded for being sure.",
        lambda b, q: (q.exp() * (b - q)).sum(1).mean()),
    "bound_sign": ("`bounds` are *negative* ELBOs, losses already: no further minus before them.",
        lambda b, q: (q.exp() * (q - b)).sum(1).mean()),
    "sign": ("The sign of the whole is wrong: training lowers this number, so the bounds come in "
        "as "
        "they are.", lambda b, q: -(q.exp() * (b + q)).sum(1).mean()),
    "log_as_weight": ("You weighted by log q. The weights are q itself: `log_q.exp()`.",
        lambda b, q: (q * (b + q)).sum(1).mean(), lambda b, q: (q * b).sum(1).mean()),
    "not_weighted": ("The labels aren't weighted. Each bound counts as much as q gives its label: "
        "times `log_q.exp()`.", lambda b, q: (b + q).sum(1).mean(), lambda b, q: (b + q).mean(),
        lambda b, q: b.mean(), lambda b, q: b.sum(1).mean()),
    "entropy_not_weighted": ("log q stands outside the brackets, so it isn't weighted by q.",
        lambda b, q: (q.exp() * b + q).sum(1).mean(),
        lambda b, q: (q.exp() * b).sum(1).mean() + q.mean()),
    "averaged_over_labels": ("You averaged over the labels too. The q of an image sum to 1 "
        "already: "
        "*sum* over labels, then average over images.", lambda b, q: (q.exp() * (b + q)).mean()),
    "summed_over_batch": ("You summed over the batch. Average over its images.",
        lambda b, q: (q.exp() * (b + q)).sum()),
    "one_for_each_image": ("You have one number for each image. Average over the batch.",
        lambda b, q: (q.exp() * (b + q)).sum(1)),
    "over_images": ("You summed over images and averaged over labels. Labels stand in dimension 1.",
        lambda b, q: (q.exp() * (b + q)).sum(0).mean()),
    "likeliest_label": ("You took the likeliest label only. All count, by their q; that is how a "
        "wrong guess can be unlearned.",
        lambda b, q: b.gather(1, q.argmax(1, keepdim=True)).mean(),
        lambda b, q: (b + q).gather(1, q.argmax(1, keepdim=True)).mean(),
        lambda b, q: b.min(1).values.mean()),
    "best_possible_q": ("That is −log Σ exp(−bound), the loss of the best possible q. The "
        "classifier's own q has to be in it: it is what you want to train.",
        lambda b, q: -(-b).logsumexp(1).mean(), lambda b, q: -(q - b).logsumexp(1).mean()),
    "uniform_prior": ("log C is added. The label's prior is in the bounds already.",
        lambda b, q: (q.exp() * (b + q)).sum(1).mean() + math.log(b.shape[1])),
    "softmax_again": ("You took softmax of q, or exp of it twice. `log_q.exp()` is q.",
        lambda b, q: (q.exp().softmax(1) * (b + q)).sum(1).mean(),
        lambda b, q: (q.exp().softmax(1) * b).sum(1).mean()),
    "log_of_log": ("You took the log of log q. It is a log already.",
        lambda b, q: (q.exp() * (b + q.log())).sum(1).mean()),
    "weights_detached": ("The number is right, and q is cut off by `.detach()`, so the classifier "
        "isn't trained by the bounds. Leave it out.",
        lambda b, q: (q.exp().detach() * (b + q)).sum(1).mean(),
        lambda b, q: (q.exp() * b + (q.exp() * q).detach()).sum(1).mean()),
    "bounds_detached": ("The number is right, and the bounds are cut off by `.detach()`, so the "
        "VAE "
        "learns nothing from images without labels.",
        lambda b, q: (q.exp() * (b.detach() + q)).sum(1).mean()),
    "log_of_zero": ("Where q is very sure, its smallest values are 0 in float32, and 0 · log 0 is "
        "no "
        "number. Use `log_q` as it comes; don't take the log of `log_q.exp()`.",
        lambda b, q: (q.exp() * (b + _logs(q))).sum(1).mean(),
        lambda b, q: (q.exp() * b).sum(1).mean() + (q.exp() * _logs(q)).sum(1).mean()),
})  # fmt: skip

M2_UNLABELED_LOSS = Exercise(
    name="m2_unlabeled_loss", notebook="17", title="the loss of images without labels",
    reference=m2_unlabeled_loss, cases=_cases, mistakes=MISTAKES, differentiable=(0, 1), points=2,
    properties=[Property("equal_bounds", _equal)],
    hints=[
        "Nobody knows the label, so take all of them, each with the weight that the classifier "
        "gives "
        "it, and add what being sure costs.",
        "The weights are `log_q.exp()`. What is weighted is the bound plus log q. Sum over the "
        "labels, then average over the images.",
        "`(log_q.exp() * (bounds + log_q)).sum(1).mean()`",
    ],
)  # fmt: skip
