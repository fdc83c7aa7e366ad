"""Exercises of notebook 12: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from course_utils import sample_metrics
from coursework import exercises
from coursework.checking import evaluate
from tests.coursework.exercises.verdicts import assert_mistake, assert_passes


def score_by_entropies(probs):
    marginal = probs.mean(0)
    each = torch.special.entr(probs).sum(1).mean()
    return torch.exp(torch.special.entr(marginal).sum() - each)


def score_in_a_loop(probs):
    marginal, total = probs.mean(dim=0).tolist(), 0.0
    for row in probs.tolist():
        total += sum(
            p * (math.log(p) - math.log(m)) for p, m in zip(row, marginal, strict=True) if p > 0
        )
    return math.exp(total / len(probs))


def line_by_lstsq(ns, fids):
    design = torch.stack([torch.ones(len(ns)), 1 / ns], 1)
    limit, slope = torch.linalg.lstsq(design, fids[:, None]).solution[:, 0]
    return limit, slope


def line_by_normal_equations(ns, fids):
    design = torch.stack([torch.ones_like(ns), 1 / ns], 1)
    limit, slope = torch.linalg.solve(design.T @ design, design.T @ fids)
    return limit.item(), slope.item()


def line_by_polyfit(ns, fids):
    slope, limit = np.polyfit(1 / np.asarray(ns), np.asarray(fids), 1)
    return limit, slope


def line_by_covariance(ns, fids):
    both = torch.cov(torch.stack([1 / ns, fids]))
    slope = both[0, 1] / both[0, 0]
    return fids.mean() - slope * (1 / ns).mean(), slope


def kid_by_einsum(a, b):
    def kernel(x, y):
        return (torch.einsum("nd,md->nm", x, y) / x.size(1) + 1).pow(3)

    n, m = len(a), len(b)
    same_a, same_b = kernel(a, a).fill_diagonal_(0), kernel(b, b).fill_diagonal_(0)
    inside = same_a.sum() / (n * (n - 1)) + same_b.sum() / (m * (m - 1))
    return (inside - 2 * kernel(a, b).mean()).item()


def kid_in_a_loop(a, b):
    def k(x, y):
        return (float(x @ y) / len(x) + 1) ** 3

    def inside(rows):
        pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j]
        return sum(k(rows[i], rows[j]) for i, j in pairs) / len(pairs)

    return inside(a) + inside(b) - 2 * sum(k(x, y) for x in a for y in b) / (len(a) * len(b))


def kid_by_mask(a, b):
    def inside(x):
        table = (x @ x.T / x.shape[-1] + 1) ** 3
        return table[~torch.eye(len(x), dtype=torch.bool)].mean()

    return inside(a) + inside(b) - 2 * ((a @ b.T / a.shape[-1] + 1) ** 3).mean()


def radii_by_kthvalue(points, k):
    return torch.cdist(points, points).kthvalue(k + 1, dim=1).values


def radii_by_diagonal(points, k):
    table = torch.cdist(points, points).fill_diagonal_(torch.inf)
    return table.topk(k, dim=1, largest=False).values[:, -1]


def radii_by_subtraction(points, k):
    table = (points[:, None] - points[None]).square().sum(-1).sqrt()
    return table.sort(dim=1)[0][:, k]


def both_by(radii):
    def precision_recall(real, fake, k=3):
        between = torch.cdist(fake, real)
        precision = (between <= radii(real, k)).any(dim=1).float().mean()
        recall = (radii(fake, k)[None] >= between.T).any(dim=1).double().mean().item()
        return precision, recall

    return precision_recall


def both_squared(real, fake, k):
    def share(points, centers):
        own = torch.cdist(centers, centers).square().sort(1).values[:, k]
        return (torch.cdist(points, centers).square() <= own).any(1).float().mean().item()

    return [share(fake, real), share(real, fake)]


def both_in_numpy(real, fake, k):
    def far(a, b):
        return np.sqrt(((np.asarray(a)[:, None] - np.asarray(b)[None]) ** 2).sum(-1))

    def share(points, centers):
        own = np.sort(far(centers, centers), axis=1)[:, k]
        return np.mean((far(points, centers) <= own).any(1))

    return share(fake, real), share(real, fake)


def covered_by_nearest(real, fake, k):
    near = torch.cdist(real, fake).amin(1)
    return (near <= radii_by_kthvalue(real, k)).float().mean()


def covered_in_a_loop(real, fake, k):
    hits = 0
    for i, x in enumerate(real):
        others = (torch.cat([real[:i], real[i + 1 :]]) - x).norm(dim=1).sort().values
        hits += int(((fake - x).norm(dim=1) <= others[k - 1]).any())
    return hits / len(real)


def auc_by_table(samples, train, test):
    mine = torch.cdist(samples, train).min(dim=1).values
    theirs = torch.cdist(test, train).min(dim=1).values
    wins = (mine[:, None] < theirs).float() + 0.5 * (mine[:, None] == theirs).float()
    return wins.mean()


def auc_by_squares(samples, train, test):
    def near(points):
        return (points.double()[:, None] - train.double()).square().sum(-1).amin(1)

    gap = near(test) - near(samples)[:, None]
    return float(((gap.sign() + 1) / 2).mean())


def auc_in_a_loop(samples, train, test):
    mine, theirs = ([min((x - t).norm().item() for t in train) for x in s] for s in (samples, test))
    return sum(0.5 * (a == b) + (a < b) for a in mine for b in theirs) / (len(mine) * len(theirs))


RIGHT = {
    "inception_score": {
        "entropies": score_by_entropies,
        "loop": score_in_a_loop,
        "kl_div": lambda p: F.kl_div(p.mean(0).log().expand_as(p), p, reduction="batchmean").exp(),
        "small number": lambda p: (
            (p * ((p + 1e-12).log() - (p.mean(0) + 1e-12).log())).sum(1).mean().exp()
        ),
        "base two": lambda p: (
            2 ** ((torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).sum(1).mean() / math.log(2))
        ),
        "double": lambda p: sample_metrics.inception_score(p.double()),
    },
    "extrapolate_fid": {
        "lstsq": line_by_lstsq,
        "normal equations": line_by_normal_equations,
        "polyfit": line_by_polyfit,
        "covariance": line_by_covariance,
    },
    "kid": {"einsum": kid_by_einsum, "loop": kid_in_a_loop, "mask": kid_by_mask},
    "precision_recall": {
        "kthvalue": both_by(radii_by_kthvalue),
        "diagonal": both_by(radii_by_diagonal),
        "subtraction": both_by(radii_by_subtraction),
        "squared": both_squared,
        "numpy": both_in_numpy,
    },
    "coverage": {"nearest": covered_by_nearest, "loop": covered_in_a_loop},
    "memorization_auc": {
        "table": auc_by_table,
        "squares": auc_by_squares,
        "loop": auc_in_a_loop,
    },
}
CASES = [(name, kind) for name, kinds in RIGHT.items() for kind in kinds]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_right_answers_of_many_kinds_pass(name, kind):
    assert_passes(name, RIGHT[name][kind])


WRONG = {
    "inception_score": [
        (lambda p: (p * (p / p.mean(0)).log()).sum(1).mean().exp(), "log_of_zero"),
        (lambda p: F.kl_div(p.mean(0).log().expand_as(p), p).exp(), "mean_over_classes"),
        (lambda p: score_by_entropies(p).log(), "no_exp"),
        (lambda p: score_by_entropies(F.softmax(p, 1)), "softmax_again"),
    ],
    "extrapolate_fid": [
        (lambda n, f: tuple(np.polyfit(1 / np.asarray(n), np.asarray(f), 1)), "swapped"),
        (lambda n, f: tuple(np.polyfit(np.asarray(n), np.asarray(f), 1)[::-1]), "line_in_n"),
    ],
    "kid": [
        (lambda a, b: kid_by_mask(a, b).clamp(min=0), "never_negative"),
        (lambda a, b: kid_in_a_loop(a, b) ** 0.5, "root"),
        (lambda a, b: math.sqrt(kid_in_a_loop(a, b)), "root"),
        (lambda a, b: kid_by_mask(a * a.shape[1] ** 0.5, b * a.shape[1] ** 0.5), "d_missing"),
    ],
    "precision_recall": [
        (both_by(lambda points, k: radii_by_kthvalue(points, k - 1)), "self_counted"),
        (both_by(lambda points, k: radii_by_kthvalue(points, k + 1)), "one_neighbor_more"),
        (both_by(lambda points, k: torch.cdist(points, points).topk(k).values[:, -1]), "farthest"),
        (
            both_by(lambda points, k: radii_by_kthvalue(points, k).median().expand(len(points))),
            "global_radius",
        ),
        (lambda real, fake, k: both_squared(fake, real, k), "swapped"),
    ],
    "coverage": [
        (lambda real, fake, k: covered_by_nearest(fake, real, k), "roles_swapped"),
        (lambda real, fake, k: both_squared(real, fake, k)[0], "precision"),
    ],
    "memorization_auc": [
        (lambda s, t, u: 1 - auc_by_table(s, t, u), "reversed"),
    ],
}


@pytest.mark.parametrize(
    ("name", "fn", "mistake"),
    [(name, *row) for name, rows in WRONG.items() for row in rows],
)
def test_more_mistakes_are_told(name, fn, mistake):
    assert_mistake(name, fn, mistake)


@pytest.mark.parametrize(
    ("name", "fn"),
    [
        ("inception_score", lambda p: (score_by_entropies(p), 0.0)),
        ("kid", lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3),
        ("precision_recall", lambda real, fake, k: both_squared(real, fake, k)[0]),
        ("extrapolate_fid", lambda n, f: line_by_covariance(n, f)[0]),
    ],
)
def test_another_form_is_told_as_that(name, fn):
    assert evaluate(name, fn, 0).kind == "interface"


def test_a_training_set_that_holds_the_test_points_does_not_pass():
    for seed in range(8):
        verdict = evaluate("memorization_auc", lambda s, t, u: auc_by_table(s, t, t[:9]), seed)
        assert not verdict.passed


@pytest.mark.parametrize(
    ("key", "given", "mistake"),
    [
        ("12.2", math.log(5), "no_exp"),
        ("12.2", 10, "all_classes"),
        ("12.4", 4, "limit"),
        ("12.4", 8, "sign"),
    ],
)
def test_typed_answers_name_their_mistakes(key, given, mistake):
    assert evaluate(f"12.answers.{key}", given).mistake == mistake


def test_typed_answers_agree_with_the_functions():
    five = torch.eye(10)[:5].repeat(4, 1)
    assert sample_metrics.inception_score(five) == pytest.approx(
        exercises.get("12.answers.12.2").answer
    )
    ns = torch.tensor([500.0, 1000.0, 4000.0])
    limit, slope = exercises.get("extrapolate_fid").reference(ns, 4 + 2000 / ns)
    assert limit + slope / 10_000 == pytest.approx(exercises.get("12.answers.12.4").answer, 1e-4)
