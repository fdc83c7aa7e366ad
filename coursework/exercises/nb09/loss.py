"""Exercise `debiasing_loss`: a detector's cross-entropy for all, a VAE's loss for faces only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.checking.running import observe
from coursework.exercises.nb09.draws import arguments, column, labels
from coursework.exercises.nb09.wrong_losses import MISTAKES, Terms, logs_of_the_sigmoid
from coursework.exercises.rules import named

LARGE = "logits of ±20, ±50 and ±100"
MIXED = "y and y_logit of different shapes, (N,) and (N, 1)"


def debiasing_loss(
    x: Tensor,
    logits: Tensor,
    mu: Tensor,
    logvar: Tensor,
    y: Tensor,
    y_logit: Tensor,
    vae_weight: float,
) -> Tensor:
    """Mean over the batch of BCE + y · vae_weight · (negative ELBO), in nats.

    x, logits: (N, C, H, W); mu, logvar: (N, K); y: 1 for a face, 0 else; y and y_logit: (N,) or
    (N, 1). After Amini et al., 2019, eq. 2.
    """
    y, y_logit = y.flatten().float(), y_logit.flatten()  # (N,) beside (N, 1) would be (N, N)
    classification = F.binary_cross_entropy_with_logits(y_logit, y, reduction="none")  # (N,)
    vae = gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)  # (N,)
    return (classification + y * vae_weight * vae).mean()


def _cases(generator: Generator) -> Iterator[Case]:
    def drawn(faces: int, others: int) -> tuple[Any, ...]:
        return arguments(generator, labels(generator, faces, others))

    yield Case(drawn(2, 5), "y and y_logit of shape (N,)")
    yield Case(column(drawn(5, 3), 4, 5), "y and y_logit of shape (N, 1)")
    args = drawn(4, 2)
    yield Case((*args[:6], 30 * args[6]), "a larger weight")
    yield Case(drawn(0, 4), "a batch without a face")
    yield Case(column(drawn(3, 4), 5), MIXED, extreme=True)
    yield Case(column(drawn(4, 3), 4), MIXED, extreme=True)
    y = torch.tensor([1.0, 0, 1, 0, 1, 0, 1, 1])
    x, logits, mu, logvar, y, y_logit, weight = arguments(generator, y)
    sure = torch.tensor([-20.0, 20, -50, 50, -100, 100])  # and wrong
    size = torch.tensor([20.0, 50, 100, 20, 50, 100, 20, 50])[:, None, None, None]
    logits = torch.where(x > 0.5, -size, size)
    y_logit = torch.cat([sure, y_logit[6:]])
    yield Case((x, logits, mu, logvar, y, y_logit, weight), LARGE, extreme=True)


def _right_but_for_large_logits(seen: Observed, case: Case) -> bool:
    """Gradients included."""
    right = observe(DEBIASING_LOSS, debiasing_loss, case)
    return case.label == LARGE or close(seen, right, 1e-3, 1e-3)


def _others_pay_no_vae(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    args = arguments(generator, torch.tensor([1.0, 0, 0, 1, 0]))
    logits, y = args[1], args[4]
    changed = torch.where(y.bool()[:, None, None, None], logits, logits + 3)
    before, after = float(fn(*args)), float(fn(args[0], changed, *args[2:]))
    if abs(after - before) < 1e-4 * abs(before):
        return None
    return (
        "The reconstruction of a picture that is no face doesn't count, so other pixel logits for "
        f"those pictures must not change the loss; yours goes from {before:.4g} to {after:.4g}."
    )


MISTAKES_AT_LARGE_LOGITS = named({
    "breaks_for_large_logits": ("Right for moderate logits, wrong for large ones, where float32 "
        "rounds the sigmoid to 0 or 1, its log breaks, and a clamp lets no gradient through. "
        "`F.binary_cross_entropy_with_logits` and `bernoulli_log_likelihood` work from the logits.",
        lambda t: t.loss(nll=logs_of_the_sigmoid(t.x, t.logits).flatten(1).sum(1)),
        lambda t: t.loss(bce=F.binary_cross_entropy(t.a.sigmoid(), t.y, reduction="none")),
        lambda t: t.loss(bce=logs_of_the_sigmoid(t.y, t.a)),
        lambda t: t.loss(bce=torch.log(1 + t.a.exp()) - t.y * t.a)),
}, read=Terms, when=_right_but_for_large_logits)  # fmt: skip

DEBIASING_LOSS = Exercise(
    name="debiasing_loss",
    notebook="09",
    title="classify everything, reconstruct faces only",
    reference=debiasing_loss,
    cases=_cases,
    mistakes=[*MISTAKES, *MISTAKES_AT_LARGE_LOGITS],
    properties=[Property("others_pay_no_vae", _others_pay_no_vae)],
    hints=[
        "Two terms for each picture, both of shape (N,). The classification counts for every "
        "picture. The VAE's loss, KL − log-likelihood, counts where y is 1.",
        "`y.flatten()` and `y_logit.flatten()` first, so that nothing is (N, 1). Then "
        '`F.binary_cross_entropy_with_logits(y_logit, y, reduction="none")`, and '
        "`gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)`.",
        "`(classification + y * vae_weight * vae).mean()`",
    ],
    points=3,
    differentiable=(1, 2, 3, 5),
)
