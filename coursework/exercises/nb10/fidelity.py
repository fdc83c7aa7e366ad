"""Exercise `class_fidelity`: how often does a judge see the class that was asked for?"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named


def class_fidelity(logits: Tensor, y: Tensor) -> float:
    """Share of samples whose largest logit, of a judge's (N, classes), is the label y (N,)."""
    return float((logits.argmax(1) == y).float().mean())


def _cases(generator: Generator) -> Iterator[Case]:
    for n, classes, label in ((67, 5, "more samples than classes"), (40, 9, "nine classes")):
        logits = 2 * torch.randn(n, classes, generator=generator)
        y = _asked(logits, generator)
        yield Case((logits, y), label)
    logits = torch.randn(14, 14, generator=generator)
    y = _asked(logits, generator)
    y[2:4] = logits.argmax(0)[2:4]  # so that the largest along the batch is a label, too
    yield Case((logits, y), "as many samples as classes")
    whole = torch.rand(30, 6, generator=generator).argsort(1)
    y = _asked(whole, generator)
    y[2:5] = 5  # the largest logit of every sample, and the label of some
    yield Case((whole.float(), y), "whole numbers")
    sure = 400 * torch.randn(50, 4, generator=generator)
    yield Case((sure, _asked(sure, generator)), "logits in the hundreds", extreme=True)
    logits = torch.randn(1, 6, generator=generator)
    yield Case((logits, logits.argmax(1)), "a batch of one")


def _asked(logits: Tensor, generator: Generator) -> Tensor:
    """Labels, more than half of which the judge sees, unevenly spread over the classes."""
    n, classes = logits.shape
    best = logits.argmax(1)
    other = torch.randint(classes, (n,), generator=generator)
    y = torch.where(torch.rand(n, generator=generator) < 0.6, best, other)
    y[0] = best[0]
    y[1] = (best[1] + 1) % classes
    return y


def _hits(logits: Tensor, y: Tensor) -> Tensor:
    return (logits.argmax(1) == y).float()


def _mean_of_classes(logits: Tensor, y: Tensor) -> Tensor:
    hits = _hits(logits, y)
    return torch.stack([hits[y == c].mean() for c in y.unique()]).mean()


def _of_the_seen(logits: Tensor, y: Tensor) -> Tensor:
    """Precision: mean over the classes that the judge names."""
    hits, seen = _hits(logits, y), logits.argmax(1)
    return torch.stack([hits[seen == c].mean() for c in seen.unique()]).mean()


def _chance(logits: Tensor, y: Tensor) -> Tensor:
    return logits.softmax(1).gather(1, y[:, None]).mean()


def _exp_typed(logits: Tensor, y: Tensor) -> Tensor:
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    return (p.argmax(1) == y).float().mean()


CLASS_FIDELITY = Exercise(
    name="class_fidelity", notebook="10", title="the share of samples that show what was asked for",
    reference=class_fidelity, cases=_cases, points=1,
    mistakes=named({
        "over_the_samples": ("You took the largest logit of each *class*, along the batch. "
            "Each row "
            "is a sample: `logits.argmax(1)`.",
            lambda logits, y: (logits.argmax(0) == y).float().mean()
                if logits.shape[0] == logits.shape[1]
                else (logits.argmax(0)[:, None] == y).float().mean()),
        "share_missed": ("That is the share that shows *another* class. Fidelity is 1 minus that.",
            lambda logits, y: 1 - _hits(logits, y).mean()),
        "percent": ("That is in percent. Asked for is a share, from 0 to 1.",
            lambda logits, y: 100 * _hits(logits, y).mean()),
        "count": ("That is how many, not which share. Divide by the number of samples.",
            lambda logits, y: _hits(logits, y).sum()),
        "one_for_each": ("You return one 0 or 1 for each sample. Take their mean.",
            _hits, lambda logits, y: _hits(logits, y).bool()),
        "probability": ("You averaged the probability of the label. Fidelity counts: a sample "
            "either shows the class most, or it doesn't.", _chance,
            lambda logits, y: logits.softmax(1).amax(1).mean()),
        "log_probability": ("You averaged the log-probability of the label, as a cross-entropy "
            "does. Fidelity counts samples.",
            lambda logits, y: F.cross_entropy(logits, y),
            lambda logits, y: -F.cross_entropy(logits, y)),
        "more_than_half": ("You asked for a probability above ½. The largest is enough, even where "
            "it is 0.4.", lambda logits, y: (logits.softmax(1).gather(1, y[:, None]) > 0.5
                ).float().mean()),
        "positive_logit": ("You asked for a positive logit of the label. Several classes may have "
            "one: it must be the largest.", lambda logits, y: (
                logits.gather(1, y[:, None]) > 0).float().mean()),
        "mean_of_classes": ("You averaged the shares of the classes. "
            "Where the labels asked for are "
            "uneven, that weights rare ones more: take one mean over all samples.",
            _mean_of_classes, _of_the_seen),
        "divided_by_classes": ("You divided by the number of classes. Divide by the number of "
            "samples.", lambda logits, y: _hits(logits, y).sum() / logits.shape[1]),
        "silent_broadcast": ("(N, 1) compared with (N,) is (N, N): every sample was compared with "
            "every label. `logits.argmax(1)` is (N,), without `keepdim`.",
            lambda logits, y: (logits.argmax(1, keepdim=True) == y).float().mean(),
            lambda logits, y: (logits.argmax(1) == y[:, None]).float().mean()),
        "nothing_found": ("Your share is 0 wherever there is more than one sample. Two ways lead "
            "there: `logits.argmax()` without an axis is one place in the whole table (each sample "
            "has its own: `logits.argmax(1)`), and `//` drops what is behind the point (write `/`).",
            lambda logits, y: (logits.argmax() == y).float().mean(),
            lambda logits, y: _hits(logits, y).sum() // len(y)),
        "values_compared": ("You compared the largest logit itself with the label. Compare its "
            "*place*: `logits.argmax(1)`.", lambda logits, y: (logits.amax(1) == y).float().mean()),
        "smallest_logit": ("You took the smallest logit.",
            lambda logits, y: (logits.argmin(1) == y).float().mean()),
        "one_of_the_best": ("You let the second-largest logit count too. Only the largest does.",
            lambda logits, y: (logits.topk(2, 1).indices == y[:, None]).any(1).float().mean(),
            lambda logits, y: (logits.topk(3, 1).indices == y[:, None]).any(1).float().mean()),
        "one_place_off": ("The labels are one place off: class 0 is the first logit.",
            lambda logits, y: _hits(logits, y - 1).mean(),
            lambda logits, y: _hits(logits, y + 1).mean()),
        "exp_overflows": ("Right for moderate logits. `exp` of a logit in the hundreds is "
            "infinite, "
            "and infinity divided by infinity is NaN. The largest logit is the largest "
            "probability: no exp is needed.", _exp_typed),
    }),
    properties=[
        must_be("chance", 0.25, lambda fn, _: fn(torch.eye(4), torch.zeros(4, dtype=torch.long)),
            "A model that ignores the label and draws four classes equally often has fidelity "
            "0.25; yours says {:.4g}."),
    ],
    hints=["For each sample: which logit is the largest, and is that the label asked for?",
           "`logits.argmax(1)` (N,) against `y` (N,), then the mean of what is true.",
           "`return (logits.argmax(1) == y).float().mean().item()`"],
)  # fmt: skip
