"""Exercise `projection_logit`: a discriminator's logit, with the label as a direction in h."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import named


def projection_logit(h: Tensor, y: Tensor, weight: Tensor, embedding: Tensor) -> Tensor:
    """w·h + e_y·h, (N,): features h (N, F), labels y (N,), weight (F,), embedding (classes, F).

    Miyato and Koyama, "cGANs with projection discriminator", 2018, eq. 3.
    """
    return h @ weight + (embedding[y] * h).sum(1)


def _cases(generator: Generator) -> Iterator[Case]:
    for n, features, classes, label in (
        (5, 4, 7, "more classes than images"),
        (6, 3, 3, "as many classes as features"),
        (4, 4, 4, "four of everything"),
        (1, 5, 3, "a batch of one"),
    ):
        y = torch.randint(1, classes, (n,), generator=generator)
        while n > 1 and (torch.equal(y, y.flip(0)) or torch.equal(y, y.roll(1))):
            y = torch.randint(1, classes, (n,), generator=generator)
        h, weight, embedding = (
            torch.randn(*size, generator=generator) + 0.3
            for size in ((n, features), (features,), (classes, features))
        )
        yield Case((h, y, weight, embedding), label)


@dataclass(frozen=True)
class Parts:
    """The arguments, and the two terms of the logit, (N,) each."""

    h: Tensor
    y: Tensor
    weight: Tensor
    embedding: Tensor

    @property
    def plain(self) -> Tensor:
        """w·h, what D says without the label."""
        return self.h @ self.weight

    @property
    def row(self) -> Tensor:
        """e_y, (N, F)."""
        return self.embedding[self.y]

    @property
    def match(self) -> Tensor:
        """e_y·h, how well image and label go together."""
        return (self.row * self.h).sum(1)

    def matched(self, y: Tensor) -> Tensor:
        return self.plain + (self.embedding[y] * self.h).sum(1)


PROJECTION_LOGIT = Exercise(
    name="projection_logit", notebook="10", title="the logit of a projection discriminator",
    reference=projection_logit, cases=_cases, differentiable=(0, 2, 3), points=2,
    mistakes=named({
        "silent_broadcast": ("(N, 1) + (N,) is (N, N): every image's plain logit was added to "
            "every "
            "image's match. Make both (N,), or both (N, 1), before you add.",
            lambda t: t.plain[:, None] + t.match, lambda t: t.plain + t.match[:, None]),
        "summed_over_the_batch": ("e_y·h was summed over the batch as well, so every image got the "
            "matches of all. Sum over the features: `.sum(1)`.",
            lambda t: t.plain + t.match.sum(), lambda t: t.plain + t.match.mean(),
            lambda t: (t.plain + t.match).sum(), lambda t: (t.plain + t.match).mean()),
        "label_left_out": ("The label is missing. What is left, w·h, asks whether this is an "
            "image, "
            "and never of what.", lambda t: t.plain),
        "plain_logit_left_out": ("w·h is missing. What is left asks whether image and label match, "
            "and never whether the image looks real.", lambda t: t.match),
        "not_summed": ("The product was not summed over the features. A dot product is one number "
            "for each image: `(embedding[y] * h).sum(1)`.",
            lambda t: t.plain[:, None] + t.row * t.h, lambda t: (t.weight + t.row) * t.h),
        "mean_over_features": ("You averaged over the features. A dot product sums.",
            lambda t: t.plain + (t.row * t.h).mean(1),
            lambda t: ((t.weight + t.row) * t.h).mean(1)),
        "every_class": ("You multiplied h with every class's embedding, so there is a number for "
            "each class, (N, classes). Take the row of the label first: `embedding[y]`.",
            lambda t: t.plain[:, None] + t.h @ t.embedding.T, lambda t: t.h @ t.embedding.T),
        "classes_summed": ("You added the match with *every* class. Only that of the label counts.",
            lambda t: t.plain + (t.h @ t.embedding.T).sum(1),
            lambda t: t.plain + (t.h @ t.embedding.T).mean(1)),
        "best_class": ("You took the best-matching class. D is asked about the label `y`.",
            lambda t: t.plain + (t.h @ t.embedding.T).amax(1)),
        "softmax_over_classes": ("You compared the classes with each other (softmax). That is a "
            "classifier's answer; here it is the bare product e_y·h.",
            lambda t: t.plain + (t.h @ t.embedding.T).log_softmax(1).gather(
                1, t.y[:, None]).squeeze(1),
            lambda t: t.plain + (t.h @ t.embedding.T).softmax(1).gather(
                1, t.y[:, None]).squeeze(1)),
        "every_pair": ("`h @ embedding[y].T` multiplies every image with every label of the batch, "
            "(N, N). Each image meets its own: `(embedding[y] * h).sum(1)`.",
            lambda t: t.plain[:, None] + t.h @ t.row.T, lambda t: t.plain + t.h @ t.row.T,
            lambda t: t.plain[:, None] + t.row @ t.h.T, lambda t: t.plain + t.row @ t.h.T),
        "another_label": ("The embedding is that of another label: "
            "one place off, of another image, "
            "or class 0 for all. `embedding[y]`.",
            lambda t: t.matched(t.y - 1), lambda t: t.matched(t.y.flip(0)),
            lambda t: t.matched(t.y.roll(1)), lambda t: t.matched(torch.zeros_like(t.y)),
            lambda t: t.matched(t.y[:1].expand_as(t.y))),
        "match_without_the_image": ("The image is missing from the second term: the label's own "
            "number says how common the class is, not whether the image shows it. e_y·h.",
            lambda t: t.plain + t.row.sum(1), lambda t: t.plain + t.row @ t.weight),
        "match_subtracted": ("The match is subtracted. A label that fits raises the logit.",
            lambda t: t.plain - t.match),
        "product_of_both": ("You multiplied the two terms. They are added.",
            lambda t: t.plain * t.match),
        "divided_by_the_root": ("You divided by √F, as attention does. Here it is the bare "
            "product.", lambda t: t.plain + t.match / t.h.shape[1] ** 0.5,
            lambda t: (t.plain + t.match) / t.h.shape[1] ** 0.5),
        "cosine": ("You normalized to length 1 (cosine similarity). Here it is the bare product.",
            lambda t: t.plain + torch.cosine_similarity(t.row, t.h, 1)),
        "probability_returned": ("You put a sigmoid over it. A discriminator returns logits.",
            lambda t: (t.plain + t.match).sigmoid(),
            lambda t: torch.nn.functional.logsigmoid(t.plain + t.match)),
        "column_returned": ("Right numbers, shape (N, 1). Asked for is (N,): beside another (N,) "
            "a column becomes an (N, N) without a word.", lambda t: (t.plain + t.match)[:, None]),
    }, read=Parts),
    hints=["Two dot products for each image, (N,) each: one with `weight`, one with the "
           "embedding's row of the label.",
           "`embedding[y]` is (N, F), a row for each image. A dot product row by row is "
           "`(embedding[y] * h).sum(1)`.",
           "`return h @ weight + (embedding[y] * h).sum(1)`"],
)  # fmt: skip
