"""Partial credit: never more than all, all only for what is right, and no verdict changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from coursework import exercises
from coursework.checking import Exercise, Part, Verdict, evaluate
from coursework.checking.engine import judge
from coursework.checking.inputs import Inputs
from coursework.checking.parts import credited, parts_of

NAMES = [n for n in exercises.names() if isinstance(exercises.get(n), Exercise)]
QUICK = ["gaussian_mle", "entropy", "gaussian_kl", "reparameterize", "wilson_interval", "elbo"]
MLE = exercises.get("gaussian_mle")


def credit(name: str, fn: object) -> float:
    return evaluate(name, fn, seed=3, partial=True).points


def both(name: str) -> list[tuple[Verdict, Verdict]]:
    """Verdicts without and with partial credit on the reference and on every known mistake."""
    exercise = exercises.get(name)
    inputs = Inputs(exercise, 3)
    functions = [exercise.reference, *(m.wrong for m in exercise.mistakes)]
    return [
        (judge(exercise, f, inputs=inputs), judge(exercise, f, inputs=inputs, partial=True))
        for f in functions
    ]


def assert_fair(name: str) -> None:
    most = exercises.get(name).points
    for without, given in both(name):
        assert replace(given, earned=0, credit="") == without
        assert without.points == (most if without.passed else 0)
        assert 0 <= given.points <= most and (given.points == most) == given.passed, given
        assert bool(given.credit) == (0 < given.points < most)


@pytest.mark.parametrize("name", QUICK)
def test_points_stay_between_nothing_and_all_and_verdicts_stay_as_they_are(name):
    assert_fair(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in NAMES if n not in QUICK])
def test_points_of_every_exercise_stay_between_nothing_and_all(name):
    assert_fair(name)


@pytest.mark.parametrize("name", NAMES)
def test_parts_add_up_to_the_points_of_the_exercise(name):
    parts = parts_of(exercises.get(name))
    assert sum(p.points for p in parts) == exercises.get(name).points
    assert all(p.points > 0 and p.words for p in parts)
    assert len({p.name for p in parts}) == len(parts) and parts[-1].name == "edges"


@pytest.mark.parametrize(
    ("fn", "points"),
    [
        (lambda x: (x.mean(0), torch.cov(x.T, correction=0)), 2),
        (lambda x: (x.mean(0), x.T @ x / len(x)), 0.75),  # form and mean
        (lambda x: (x.mean(0) + 1, MLE.reference(x)[1]), 1),  # form and covariance
        (lambda x: (x.sum(0), x.T @ x), 0.25),  # form
        (lambda x: (torch.zeros(x.shape[1]), torch.zeros(x.shape[1], x.shape[1])), 0),
        (lambda x: x.mean(0), 0),  # not the form
        (lambda x: 1 / 0, 0),
        (None, 0),
        (MLE.reference(torch.eye(3)), 0),
    ],
)
def test_an_exercise_may_name_parts_of_its_own(fn, points):
    assert credit("gaussian_mle", fn) == points


def cut(mu, logvar, eps):
    return (mu + (0.5 * logvar).exp() * eps).detach()


def test_right_values_without_gradients_say_so():
    verdict = evaluate("reparameterize", cut, seed=3, partial=True)
    assert (verdict.mistake, verdict.points) == ("graph_cut", 0.75)
    assert verdict.credit.startswith("Partial credit, 0.75 of 2. Right: the form; the values; ")
    assert verdict.credit.endswith("Not yet: the gradients.")


def changes_its_argument(p):
    value = -torch.xlogy(p, p).sum(-1)
    p += 1
    return value


def test_extreme_inputs_and_side_effects_cost_a_part():
    def overflows(p):
        return -(p * p.log()).sum(-1)

    assert credit("entropy", overflows) == 0.75
    assert credit("entropy", changes_its_argument) == 0.75
    assert credit("entropy", lambda p: torch.xlogy(p, p).sum(-1)) == 0.25  # the sign


@pytest.mark.parametrize(
    "fn", [lambda p: torch.zeros(p.shape[:-1]), lambda p: torch.full(p.shape[:-1], 0.7)]
)
def test_a_constant_earns_nothing(fn):
    assert credit("entropy", fn) == 0


def test_an_argument_handed_back_earns_nothing():
    assert credit("reparameterize", lambda mu, logvar, eps: mu) == 0


def test_the_same_seed_gives_the_same_credit():
    given = [evaluate("gaussian_mle", MLE.mistakes[0].wrong, 8, partial=True) for _ in range(2)]
    assert given[0] == given[1]


def test_a_verdict_that_did_not_pass_never_earns_all():
    verdict = Verdict("entropy", "mistake", "", 1)
    everything = {p.name for p in parts_of(exercises.get("entropy"))}
    assert credited(exercises.get("entropy"), verdict, everything).points == 0.75
    assert credited(exercises.get("entropy"), verdict, set()) == verdict


def test_parts_that_do_not_add_up_are_refused():
    edges = Part("edges", "what else is asked", 1)
    with pytest.raises(ValueError, match="do not add up to its 2 points"):
        replace(MLE, parts=[Part("form", "the form", 0.5), edges])
    with pytest.raises(ValueError, match="need one called 'edges'"):
        replace(MLE, parts=[Part("form", "the form", 2)])
