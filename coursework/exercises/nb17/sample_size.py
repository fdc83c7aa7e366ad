"""Exercise `effective_sample_size`: how many of K weighted draws really count."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed
from coursework.exercises.rules import must_be, named, wrong_only_at


def effective_sample_size(log_w: Tensor) -> Tensor:
    """(Σ w)² / Σ w² over the K draws: (N,), from log weights (K, N). Kong, 1992."""
    return 1 / log_w.softmax(0).square().sum(0)


LOW, HIGH = "log weights near −900", "log weights near 900"
HALF = "log weights near −60"
APART = "images near −100 and near −1000 in one table"


def _cases(generator: Generator) -> Iterator[Case]:
    def draw(k: int, n: int, center: float = -0.5) -> Tensor:
        return center + 1.3 * torch.randn(k, n, generator=generator)

    for k, n in ((9, 4), (5, 11), (12, 1)):
        yield Case((draw(k, n),), f"{k} draws for {n} image{'s' * (n > 1)}")
    yield Case((draw(6, 5, -60.0),), HALF, extreme=True)
    yield Case((draw(6, 5, -900.0),), LOW, extreme=True)
    yield Case((draw(6, 5, 900.0),), HIGH, extreme=True)
    yield Case((torch.cat([draw(6, 3, -100.0), draw(6, 2, -1000.0)], 1),), APART, extreme=True)


def _right_where_ordinary(seen: Observed, case: Case) -> bool:
    """Right where exp neither under- nor overflows; wrong at −900 and 900 at least."""
    truth = effective_sample_size(*case.args)
    is_right = close(seen.value, truth)
    return is_right if not case.extreme else case.label in (HALF, APART) or not is_right


def _w(log_w: Tensor) -> Tensor:
    """Normalized weights."""
    return log_w.softmax(0)


MISTAKES = named({
    "upside_down": ("That is upside down, Σw²/(Σw)². The effective size of K equal weights is K, "
        "not "
        "1/K.", lambda t: _w(t).square().sum(0)),
    "share": ("That is a share of K. Asked for is the number of draws: (Σw)²/Σw², without dividing "
        "by K.", lambda t: effective_sample_size(t) / len(t)),
    "square_of_the_sum_missing": ("The sum isn't squared. (Σw)² / Σw² doesn't change when all "
        "weights are doubled; Σw / Σw² does.", lambda t: t.exp().sum(0) / t.exp().square().sum(0)),
    "squares_missing": ("Neither sum holds squares, so the ratio is 1, or the weights' sum. Square "
        "the *weights* below, and the *sum* above.", lambda t: _w(t).sum(0),
        lambda t: t.exp().sum(0)),
    "sum_squared_below": ("Below the line is the sum of the squares, not the square of the sum.",
        lambda t: t.exp().square().sum(0) / t.exp().sum(0).square() * len(t),
        lambda t: t.exp().sum(0) / t.exp().sum(0).square()),
    "squares_the_logs": ("You squared log w. w² has the log 2 · log w.",
        lambda t: (2 * t.logsumexp(0) - t.square().logsumexp(0)).exp(),
        lambda t: (t.logsumexp(0).square() - t.square().logsumexp(0)).exp(),
        lambda t: (t.logsumexp(0).square() - (2 * t).logsumexp(0)).exp(),
        lambda t: 1 / t.log_softmax(0).square().sum(0)),
    "logs_as_weights": ("You summed the logs. The weights are exp(log_w).",
        lambda t: t.sum(0).square() / t.square().sum(0)),
    "still_a_log": ("That is the log of the effective sample size. Take exp.",
        lambda t: 2 * t.logsumexp(0) - (2 * t).logsumexp(0)),
    "two_missing": ("A factor of 2 is missing. log of (Σw)² is twice the logsumexp, and log of w² "
        "twice log w.", lambda t: (t.logsumexp(0) - (2 * t).logsumexp(0)).exp(),
        lambda t: (2 * (t.logsumexp(0) - (2 * t).logsumexp(0))).exp()),
    "perplexity": ("That is the exponential of the entropy, another count of draws. Ours is "
        "(Σw)²/Σw².", lambda t: (-(_w(t) * t.log_softmax(0)).sum(0)).exp()),
    "largest_weight": ("That is one over the largest share. All weights count: (Σw)²/Σw².",
        lambda t: 1 / _w(t).max(0).values, lambda t: _w(t).max(0).values),
    "over_images": ("You summed over the images (dimension 1). The draws stand in dimension 0: "
        "log_w is (K, N), and the answer (N,).", lambda t: effective_sample_size(t.T)),
    "normalized_over_images": ("The weights are normalized over the images. Each image has its own "
        "K draws: softmax over dimension 0.", lambda t: 1 / t.softmax(1).square().sum(0)),
    "one_number": ("You put all images together. Each has its own number, (N,): reduce dimension 0 "
        "only.", lambda t: effective_sample_size(t).mean(),
        lambda t: effective_sample_size(t).sum(),
        lambda t: effective_sample_size(t.reshape(-1, 1))[0],
        lambda t: _w(t).sum(0).square() / _w(t).square().sum(), lambda t: 1 / _w(t).square().sum()),
    "kept_dimension": ("The numbers are right and the shape is (1, N): leave `keepdim=True` out.",
        lambda t: effective_sample_size(t)[None]),
    "rounded": ("A number of draws like 1.2 is fine here: leave the rounding out.",
        lambda t: effective_sample_size(t).round(), lambda t: effective_sample_size(t).floor()),
    "counted": ("You counted draws. A draw with a small weight counts little, and not as 1.",
        lambda t: (_w(t) > 1 / len(t)).float().sum(0), lambda t: (_w(t) > 1 / len(t)).sum(0)),
})  # fmt: skip

UNDERFLOWS = [
    *named({
        "not_in_logs": ("Right for moderate weights. At log weights of −900 `exp` gives 0, at 900 "
            "∞, and 0/0 is no number. Normalize in logs first: `log_w.softmax(0)`, or "
            "`torch.logsumexp`.",
            lambda t: t.exp().sum(0).square() / t.exp().square().sum(0),
            lambda t: t.exp().sum(0).square() / (2 * t).exp().sum(0),
            lambda t: 1 / (t.exp() / t.exp().sum(0)).square().sum(0)),
    }, when=_right_where_ordinary),
    *named({
        "one_maximum_for_all": ("You subtract one maximum from the whole table. An image near "
            "−1000 "
            "beside one near −100 then has only zeros. Each image needs its own maximum, "
            "`log_w.max(0).values`; `log_w.softmax(0)` does that.",
            lambda t: ((t - t.max()).exp().sum(0).square() / (t - t.max()).exp().square().sum(0))),
    }, when=wrong_only_at(effective_sample_size, APART)),
]  # fmt: skip

EFFECTIVE_SAMPLE_SIZE = Exercise(
    name="effective_sample_size", notebook="17", title="how many draws count",
    reference=effective_sample_size, cases=_cases, mistakes=[*MISTAKES, *UNDERFLOWS], points=2,
    rtol=1e-3,  # 2 · 900 in float32
    properties=[
        must_be("equal_weights", 7.0, lambda fn, g: fn(torch.randn(1, 3, generator=g).expand(
            7, 3).contiguous()).max(), "Seven equal weights count as seven draws; yours is "
                "{:.4g}."),
    ],
    hints=[
        "(Σw)² / Σw² doesn't change when all weights of an image are multiplied by one number. So "
        "normalize them first.",
        "With normalized weights the sum is 1. `log_w.softmax(0)` normalizes without leaving the "
        "range of float32.",
        "`1 / log_w.softmax(0).square().sum(0)`",
    ],
)  # fmt: skip
