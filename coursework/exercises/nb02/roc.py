"""Exercise `roc_auc`: how well a score tells anomalies from normal examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.metrics import roc_auc
from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named

Auc = Callable[[Tensor, Tensor], float | Tensor]


def _scores(generator: Generator, n: int, shift: float) -> Tensor:
    return torch.randn(n, generator=generator) + shift


def _cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(25, 45, (), generator=generator))
    shift = 0.4 + float(torch.rand((), generator=generator))
    smooth = _scores(generator, n, 0), _scores(generator, n // 2, shift)
    yield Case(smooth, "scores without ties")
    pair = _scores(generator, n, 0), _scores(generator, n + 9, shift)
    tied = tuple((2 * s).round() for s in pair)
    yield Case((*(torch.cat([s, torch.ones(2)]) for s in tied),), "scores with ties")
    errors = tuple(100 * (s + 4) for s in (_scores(generator, 20, 0), _scores(generator, 31, -1.2)))
    yield Case(errors, "anomalies that look more normal than normal ones")
    yield Case((torch.tensor([0.3]), torch.tensor([0.3])), "one normal and one anomaly, tied")


def _perfect(fn: Auc, generator: Generator) -> str | None:
    normal = torch.rand(8, generator=generator)
    value = float(fn(normal, normal[:5] + 2))
    if abs(value - 1) < 1e-6:
        return None
    return f"Where every anomaly scores above every normal one it must be 1; yours is {value:.4g}."


def _any_ruler(fn: Auc, generator: Generator) -> str | None:
    normal, anomaly = _scores(generator, 12, 0), _scores(generator, 9, 0.5)
    gap = float(fn(normal.exp(), anomaly.exp())) - float(fn(normal, anomaly))
    if abs(gap) < 1e-6:
        return None
    return f"Only the order of the scores counts, but for exp(score) yours changes by {gap:.3g}."


def _share(test: Tensor) -> float:
    return float(test.double().mean())


def _gaps(normal: Tensor, anomaly: Tensor) -> Tensor:
    """Anomaly minus normal, for all pairs (M, N)."""
    return anomaly[:, None] - normal[None, :]


def _accuracy(normal: Tensor, anomaly: Tensor, threshold: Tensor | float) -> float:
    return _share(torch.cat([anomaly > threshold, normal <= threshold]))


def _best_accuracy(normal: Tensor, anomaly: Tensor) -> float:
    everything = torch.cat([normal, anomaly, normal.min()[None] - 1])
    return max(_accuracy(normal, anomaly, t) for t in everything)


def _balanced(normal: Tensor, anomaly: Tensor) -> float:
    at = (normal.mean() + anomaly.mean()) / 2
    return 0.5 * _share(anomaly > at) + 0.5 * _share(normal <= at)


def _by_index(normal: Tensor, anomaly: Tensor) -> Tensor:
    """Anomaly minus normal, for pairs of equal index alone."""
    m = min(len(normal), len(anomaly))
    return anomaly[:m] - normal[:m]


def _wins(gap: Tensor) -> Tensor:
    return (gap > 0).double() + 0.5 * (gap == 0)


MISTAKES = named({
    "reversed": ("You have 1 − AUC: the share of pairs in which the *normal* example scores "
        "higher. Turn the comparison round: anomaly above normal.", lambda n, a: 1 - roc_auc(n, a),
        lambda n, a: _share(_gaps(n, a) < 0), lambda n, a: _share(_gaps(n, a) <= 0)),
    "never_below_half": ("You return the larger of AUC and 1 − AUC. A score that ranks anomalies "
        "below normal examples has to come out below 0.5: return the AUC as it is.",
        lambda n, a: max(roc_auc(n, a), 1 - roc_auc(n, a))),
    "ties_counted_as_wins": ("Pairs with equal scores count as a whole win for the anomaly (`>=`). "
        "They count half: a score that says the same for everything must come out at 0.5.",
        lambda n, a: _share(_gaps(n, a) >= 0)),
    "ties_counted_as_losses": ("Pairs with equal scores count nothing. They count half: a score "
        "that says the same for everything must come out at 0.5. (If you added them, look at the "
        "parentheses: `d > 0 + 0.5 * (d == 0)` compares d with a sum. `(d > 0).float() + 0.5 * "
        "(d == 0)`.)", lambda n, a: _share(_gaps(n, a) > 0)),
    "accuracy": ("That is the accuracy at one threshold. The AUC has no threshold: it is the share "
        "of all pairs, an anomaly and a normal example, in which the anomaly scores higher.",
        lambda n, a: _accuracy(n, a, (n.mean() + a.mean()) / 2),
        lambda n, a: _accuracy(n, a, torch.cat([n, a]).median()),
        lambda n, a: _accuracy(n, a, torch.cat([n, a]).mean()),
        lambda n, a: _accuracy(n, a, n.mean()), lambda n, a: _accuracy(n, a, 0.5), _best_accuracy,
        _balanced),
    "true_alarms_at_one_threshold": ("That is the share of anomalies above one threshold, the mean "
        "of the normal scores: one point of the ROC curve. Compare each anomaly with each normal "
        "example, not with their mean.", lambda n, a: _share(a > n.mean())),
    "not_divided": ("You counted the pairs and didn't divide by how many there are. A probability "
        "is the count over len(score_normal) · len(score_anomaly).",
        lambda n, a: roc_auc(n, a) * len(n) * len(a), lambda n, a: float((_gaps(n, a) > 0).sum())),
    "wrong_divisor": ("You divided by something other than the number of pairs. Each anomaly "
        "meets each normal example, so divide by len(score_normal) · len(score_anomaly).",
        lambda n, a: roc_auc(n, a) * len(a) / len(n), lambda n, a: roc_auc(n, a) * len(n) / len(a),
        lambda n, a: roc_auc(n, a) * len(n) * len(a) / (len(n) + len(a)),
        lambda n, a: float((_gaps(n, a) > 0).sum()) / (len(n) + len(a))),
    "difference_of_means": ("That is the difference of the mean scores, which depends on the scale "
        "of the score. Count pairs: in which share of them does the anomaly score higher?",
        lambda n, a: float(a.mean() - n.mean())),
    "gini": ("You have 2 · AUC − 1 (wins minus losses), which runs from −1 to 1. The AUC is a "
        "probability: wins plus half the ties, over all pairs.",
        lambda n, a: 2 * roc_auc(n, a) - 1),
    "pairs_by_index": ("You compared the anomaly number i with the normal example number i. The "
        "AUC is over all pairs, each anomaly with each normal example: `score_anomaly[:, None] - "
        "score_normal[None, :]`.", lambda n, a: _share(_by_index(n, a) > 0),
        lambda n, a: float(_wins(_by_index(n, a)).mean())),
    "per_anomaly": ("You averaged over the normal examples and stopped: one number per anomaly. "
        "The mean over the anomalies is missing.", lambda n, a: _wins(_gaps(n, a)).mean(1)),
})  # fmt: skip

ROC_AUC = Exercise(
    name="roc_auc",
    notebook="02",
    title="probability that an anomaly scores higher than a normal example",
    reference=roc_auc,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[
        Property("perfect_order_gives_one", _perfect),
        Property("only_the_order_counts", _any_ruler),
    ],
    hints=[
        "Think of a duel: draw one anomaly and one normal example, the higher score wins. You "
        "want the share of duels the anomaly wins, over all possible pairs.",
        "`score_anomaly[:, None] - score_normal[None, :]` is a table (M, N) with one entry per "
        "pair. Positive: the anomaly wins; zero: a tie, worth ½.",
        "With `gap` that table: the mean of `(gap > 0).float() + 0.5 * (gap == 0).float()`.",
    ],
    points=2,
)
