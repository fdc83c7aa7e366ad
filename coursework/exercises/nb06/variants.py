"""Other conventions for the functions of notebook 06, for copies that are made with a seed."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, taking

TASK = "In this copy D is P(fake): a logit a gives D = sigmoid(a), near 1 for what D calls fake."


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Cross-entropy of a D that says P(fake), a mean over each half, (N,) or (N, 1): a scalar."""
    return F.softplus(real_logits).mean() + F.softplus(-fake_logits).mean()


def generator_loss(fake_logits: Tensor) -> Tensor:
    """The non-saturating loss of G against a D that says P(fake): the mean, a scalar."""
    return F.softplus(fake_logits).mean()


def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """The loss of G in the game as it is written, against a D that says P(fake): a scalar."""
    return -F.softplus(-fake_logits).mean()


turned = taking(lambda *logits: [-a for a in logits])
VARIANTS = [
    varied(
        function(reference.__name__),
        name="probability_of_fake",
        task=TASK,
        reference=reference,
        turned=turned,
        back=turned,
    )
    for reference in (discriminator_loss, generator_loss, generator_loss_saturating)
]
VARIANTS += [
    reordered(function("modes_covered"), "centers samples radius min_count"),
    reordered(function("discriminator_loss"), "fake_logits real_logits"),
]
