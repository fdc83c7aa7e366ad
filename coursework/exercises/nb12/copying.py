"""Exercise `memorization_auc`: are samples closer to the training set than fresh data are?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from course_utils.metrics import roc_auc
from course_utils.sample_metrics import memorization_auc
from coursework.checking.exercise import Case, Exercise
from coursework.exercises.nb12.clouds import distances, draw_searches
from coursework.exercises.rules import must_be, named, scaled, then

Sets = tuple[Tensor, Tensor, Tensor]
Nearest = Callable[[Tensor, Tensor, Tensor], Tensor]


def _whole(generator: Generator) -> Sets:
    """Points with whole coordinates: copies of training points in both sets, and many ties."""
    sizes = (17, 24, 13)
    samples, train, test = (torch.randint(0, 6, (n, 3), generator=generator).float() for n in sizes)
    samples[:6], test[:2] = train[:6], train[10:12]
    return samples, train, test


def _farther(generator: Generator, n: int, m: int) -> Sets:
    """Samples that are farther from the training points than test points are."""
    while True:
        sets = draw_searches(generator, n, m, 5, 20.0, 1.3)
        if memorization_auc(*sets) < 0.45:
            return sets


def _cases(generator: Generator) -> Iterator[Case]:
    n, m = (int(torch.randint(12, 20, (), generator=generator)) for _ in range(2))
    yield Case(draw_searches(generator, n, m + 8, 3, 0.7, 0.5), "samples near the training set")
    yield Case(_farther(generator, n + 9, m), "samples farther off")
    yield Case(draw_searches(generator, m, n, 2, 1.0, 0.02), "copies with a little noise")
    yield Case(_whole(generator), "whole numbers: exact copies, and ties")


def _closest(points: Tensor, others: Tensor) -> Tensor:
    return distances(points, others).min(1).values


def _auc(mine: Tensor, theirs: Tensor) -> float:
    """Probability that `mine` is the smaller one, ties half."""
    return roc_auc(-theirs, -mine)


def _in_itself(points: Tensor) -> Tensor:
    """Distance of each point to the nearest other one of its set."""
    return distances(points, points).sort(1).values[:, 1]


def _gaps(samples: Tensor, train: Tensor, test: Tensor) -> Tensor:
    """Test distance minus sample distance, for all pairs: positive where the sample is closer."""
    return _closest(test, train) - _closest(samples, train)[:, None]


def _share(hit: Tensor) -> float:
    return float(hit.double().mean())


def _by_index(samples: Tensor, train: Tensor, test: Tensor) -> Tensor:
    n = min(len(samples), len(test))
    return _closest(test, train)[:n] - _closest(samples, train)[:n]


def _with(reduce: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor, Tensor], float]:
    """Another summary of the distances to the training set than the smallest one."""
    return lambda samples, train, test: _auc(
        reduce(distances(samples, train)), reduce(distances(test, train))
    )


def _manhattan(samples: Tensor, train: Tensor, test: Tensor) -> float:
    near = (torch.cdist(p.double(), train.double(), p=1).min(1).values for p in (samples, test))
    return _auc(*near)


def _cosine(samples: Tensor, train: Tensor, test: Tensor) -> float:
    unit = torch.nn.functional.normalize
    sides = (-(unit(p.double()) @ unit(train.double()).T).amax(1) for p in (samples, test))
    return _auc(*sides)


def _closer_than_to_test(samples: Tensor, train: Tensor, test: Tensor) -> Tensor:
    return _closest(samples, test) - _closest(samples, train)


MISTAKES = named({
    "reversed": ("You have 1 − AUC: the share of pairs in which the *test* point is closer. Copies "
        "of training points have to give 1.", then(memorization_auc, lambda auc: 1 - auc),
        lambda s, t, u: _share(_gaps(s, t, u) < 0), lambda s, t, u: _share(_gaps(s, t, u) <= 0)),
    "test_in_itself": ("The test points are searched in the test set. Both are searched in the "
        "*training* set: how close does fresh data come to it by chance? (And in its own set each "
        "point finds itself, at distance 0.)",
        lambda s, t, u: _auc(_closest(s, t), _in_itself(u)),
        lambda s, t, u: _auc(_closest(s, t), torch.zeros(len(u)))),
    "samples_in_test": ("The samples are searched in the test set. What could have been memorized "
        "is the training set: search samples and test points there.",
        lambda s, t, u: _auc(_closest(s, u), _closest(u, t)),
        lambda s, t, u: _auc(_closest(s, t), _closest(s, u)),
        lambda s, t, u: _auc(_closest(s, u), _in_itself(u))),
    "train_and_test_swapped": ("Training and test set changed places: both sides are searched in "
        "the test set, which the model never saw.",
        lambda s, t, u: _auc(_closest(s, u), _closest(t, u))),
    "samples_and_test_swapped": ("For each training point you found the nearest *sample*. Find for "
        "each sample the nearest training point: the smallest along the training points, `min(1)`.",
        lambda s, t, u: _auc(_closest(t, s), _closest(t, u)),
        lambda s, t, u: _auc(_closest(t, s), _closest(u, t)),
        lambda s, t, u: _auc(_closest(t, s), _closest(u, s))),
    "train_in_itself": ("Your yardstick is how close training points are to each other. It should "
        "be how close *test* points come to the training set.",
        lambda s, t, u: _auc(_closest(s, t), _in_itself(t))),
    "each_against_its_own_two": ("You compare, for each sample, its distance to the training set "
        "with its distance to the test set. That is another test, and depends on the sizes of the "
        "two sets. Here a sample's distance to the training set is compared with that of a test "
        "point.", lambda s, t, u: _share(_closer_than_to_test(s, t, u) > 0),
        lambda s, t, u: _share(_closer_than_to_test(s, t, u) >= 0)),
    "ties_counted_as_wins": ("A tie counts as a whole win for the sample (`<=`). Ties count half.",
        lambda s, t, u: _share(_gaps(s, t, u) >= 0)),
    "ties_counted_as_losses": ("Ties count nothing. They count half, so that two sets of exact "
        "copies come out at ½.", lambda s, t, u: _share(_gaps(s, t, u) > 0)),
    "exact_copies": ("You counted exact copies. One changed pixel would hide a copy from this: "
        "compare the distances.", lambda s, t, u: _share(_closest(s, t) == 0),
        lambda s, t, u: _share(_closest(s, t) < 1e-6)),
    "one_threshold": ("You compare the samples with one threshold, the mean or median distance of "
        "the test points. Compare each sample with each test point.",
        lambda s, t, u: _share(_closest(s, t) < _closest(u, t).mean()),
        lambda s, t, u: _share(_closest(s, t) < _closest(u, t).median()),
        lambda s, t, u: _share(_closest(s, t) < _closest(u, t).min())),
    "mean_distance": ("You took the mean distance to the training set. A copy is close to one "
        "training point: take the smallest, `min(1)`.", _with(lambda d: d.mean(1))),
    "largest_distance": ("You took the largest distance to the training set. Take the smallest.",
        _with(lambda d: d.amax(1))),
    "second_nearest": ("You took the second-nearest training point, as if the samples were part of "
        "the training set. They aren't: take the nearest.", _with(lambda d: d.sort(1).values[:, 1]),
        lambda s, t, u: _auc(distances(s, t).sort(1).values[:, 1], _closest(u, t)),
        lambda s, t, u: _auc(_closest(s, t), distances(u, t).sort(1).values[:, 1])),
    "pairs_by_index": ("You compared sample number i with test point number i. The probability is "
        "over all pairs: `mine[:, None] < theirs`.",
        lambda s, t, u: _share(_by_index(s, t, u) > 0),
        lambda s, t, u: _auc_of(_by_index(s, t, u))),
    "ratio": ("You divided the mean distances. What is asked for is a probability over pairs.",
        lambda s, t, u: float(_closest(s, t).mean() / _closest(u, t).mean()),
        lambda s, t, u: float(_closest(u, t).mean() / _closest(s, t).mean()),
        lambda s, t, u: float(_closest(s, t).median() / _closest(u, t).median())),
    "difference_of_means": ("You subtracted the mean distances. What is asked for is a probability "
        "over pairs.", lambda s, t, u: float(_closest(u, t).mean() - _closest(s, t).mean()),
        lambda s, t, u: float(_closest(s, t).mean() - _closest(u, t).mean())),
    "gini": ("You have 2 · AUC − 1, wins minus losses. A probability is asked for.",
        then(memorization_auc, lambda auc: 2 * auc - 1)),
    "count": ("You counted the pairs. Divide by how many there are, samples times test points.",
        lambda s, t, u: memorization_auc(s, t, u) * len(s) * len(u)),
    "per_sample": ("You return a number for each sample. Take the mean over the samples as well.",
        lambda s, t, u: ((_gaps(s, t, u) > 0).float() + (_gaps(s, t, u) == 0) / 2).mean(1)),
    "not_euclidean": ("That is another distance. Euclidean is asked for, `torch.cdist(a, b)`.",
        _manhattan, _cosine),
    "never_below_half": ("You return the larger of AUC and 1 − AUC. Samples that stay away from "
        "the training points come out below ½: return it as it is.",
        then(memorization_auc, lambda auc: max(auc, 1 - auc))),
    "percent": ("You return percent. A probability runs from 0 to 1.",
        scaled(memorization_auc, 100)),
})  # fmt: skip


def _auc_of(gap: Tensor) -> float:
    return _share((gap > 0).double() + 0.5 * (gap == 0))


MEMORIZATION_AUC = Exercise(
    name="memorization_auc",
    notebook="12",
    title="probability that a sample is closer to the training set than a test point is",
    reference=memorization_auc,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[
        must_be(
            "copies",
            1,
            lambda fn, g: fn(*_copies(g)),
            "Exact copies of training points must give 1; yours is {:.4g}.",
        ),
    ],
    hints=[
        "For each sample, the distance to its nearest training point; for each test point, the "
        "distance to *its* nearest training point. Then a duel over all pairs: who is closer?",
        "`mine = torch.cdist(samples, train).min(1).values`, and `theirs` the same with `test`. "
        "Notebook 02's `roc_auc` is the same duel, with the higher score as the winner.",
        "`gap = theirs - mine[:, None]`, then the mean of `(gap > 0).float() + 0.5 * (gap == "
        "0).float()`",
    ],
    points=3,
    hides=["nearest_distances"],
)


def _copies(generator: Generator) -> Sets:
    train = torch.randint(0, 50, (15, 4), generator=generator).float()
    return train[:5].clone(), train, train[5:11] + 0.5
