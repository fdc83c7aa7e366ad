"""The right answer times two, negated, in bits: told by name, and nothing else is taken for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from coursework import exercises
from coursework.checking import Case, Exercise, Mistake, Property, evaluate
from coursework.checking.engine import judge
from coursework.checking.exercise import Verdict
from coursework.checking.relations import RELATIONS, find
from coursework.checking.running import observe
from coursework.checking.state import own_state

WHOLE_COURSE = True


def cases(g: Generator) -> Iterator[Case]:
    for n in (5, 7):
        yield Case((0.1 + torch.rand(n, 3, generator=g),))
    yield Case((50 + torch.rand(4, 3, generator=g),), extreme=True)


def made(reference: Callable[..., Any], **more: Any) -> Exercise:
    return Exercise("f", "99", "an exercise", reference, cases, **more)


PER_ROW = made(lambda x: x.log().sum(1))  # (N,)
PER_ENTRY = made(lambda x: x / (1 + x.sum(1, keepdim=True)))  # (N, 3), all in (0, 1)
TABLE = made(lambda x: (x.T @ x) + torch.arange(9.0).reshape(3, 3))  # (3, 3)
ONE = made(lambda x: x.log().sum())  # ()
PAIR = made(lambda x: (x.mean(0), x.std(0)))
NAMED = made(lambda x: x.sum(1), mistakes=[Mistake("own", "Its own.", lambda x: 2 * x.sum(1))])

HOLDS = [
    ("minus", PER_ROW, lambda y, x: -y),
    ("twice", PER_ROW, lambda y, x: 2 * y),
    ("twice", ONE, lambda y, x: 2 * float(y)),
    ("half", PER_ENTRY, lambda y, x: y / 2),
    ("four_times", PER_ROW, lambda y, x: 4 * y.double()),
    ("quarter", TABLE, lambda y, x: y / 4),
    ("minus_twice", PER_ROW, lambda y, x: -2 * y),
    ("minus_in_bits", PER_ROW, lambda y, x: -y / math.log(2)),
    ("times_rows", PER_ROW, lambda y, x: y * len(x)),
    ("over_rows", PER_ROW, lambda y, x: y / len(x)),
    ("times_entries", PER_ROW, lambda y, x: y * 3),
    ("over_entries", PER_ROW, lambda y, x: y / 3),
    ("over_all_entries", ONE, lambda y, x: y / x.numel()),
    ("in_bits", PER_ROW, lambda y, x: y / math.log(2)),
    ("times_log_2", PER_ROW, lambda y, x: y * math.log(2)),
    ("base_10", ONE, lambda y, x: y / math.log(10)),
    ("offset", PER_ROW, lambda y, x: y + 0.7),
    ("offset", TABLE, lambda y, x: y - 3),
    ("reversed", PER_ROW, lambda y, x: y.flip(0)),
    ("reversed", PER_ENTRY, lambda y, x: y.flip(-1)),
    ("transposed", TABLE, lambda y, x: y.T),
    ("transposed", PER_ENTRY, lambda y, x: y.T),
    ("summed_over_batch", PER_ROW, lambda y, x: y.sum()),
    ("summed_over_batch", PER_ROW, lambda y, x: y.sum().expand(len(x))),
    ("averaged_over_batch", PER_ROW, lambda y, x: y.mean()),
    ("averaged_over_batch", PER_ENTRY, lambda y, x: y.mean(0)),
    ("one_row_for_all", PER_ROW, lambda y, x: y[0].expand(len(x))),
    ("one_row_for_all", PER_ENTRY, lambda y, x: y[-1:].repeat(len(x), 1)),
    ("not_summed", PER_ROW, lambda y, x: x.log()),
    ("not_summed", ONE, lambda y, x: x.log().sum(1)),
    ("not_averaged", PER_ROW, lambda y, x: 3 * x.log()),
    ("exp", PER_ROW, lambda y, x: y.exp()),
    ("log", PER_ENTRY, lambda y, x: y.log()),
    ("inverse", PER_ROW, lambda y, x: 1 / y),
    ("square", TABLE, lambda y, x: y**2),
    ("root", TABLE, lambda y, x: y.sqrt()),
    ("complement", PER_ENTRY, lambda y, x: 1 - y),
    ("rounded", PER_ROW, lambda y, x: y.round()),
    ("rounded", PER_ENTRY, lambda y, x: y.round(decimals=2)),
    ("rounded", ONE, lambda y, x: round(float(y), 1)),
    ("twice", PAIR, lambda y, x: (2 * y[0], 2 * y[1])),
    ("twice", PAIR, lambda y, x: (y[0], 2 * y[1])),
    ("swapped", PAIR, lambda y, x: y[::-1]),
]


def changed(exercise: Exercise, change: Callable[[Any, Tensor], Any], seed: int = 0) -> Verdict:
    return judge(exercise, lambda x: change(exercise.reference(x), x), seed)


@pytest.mark.parametrize("name, exercise, change", HOLDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_relation_is_told_by_its_name(
    name: str, exercise: Exercise, change: Any, seed: int
) -> None:
    found = changed(exercise, change, seed)
    assert (found.kind, found.mistake) == ("mistake", f"relation_{name}"), found
    assert found.message[0].isupper() and found.message.endswith(".") and "{" not in found.message


def test_every_relation_is_tested() -> None:
    names = {r.name for r in RELATIONS}
    minus = {n for n in names if n.startswith("minus_")}
    assert (names - minus) | {"offset", "swapped"} == {name for name, *_ in HOLDS} - minus
    assert minus == {f"minus_{n.removeprefix('minus_')}" for n in minus} and len(minus) == 12


def test_the_part_that_is_wrong_is_named() -> None:
    said = changed(PAIR, lambda y, x: (y[0], 2 * y[1])).message
    assert said.startswith("The second thing you return is exactly twice")
    said = changed(PAIR, lambda y, x: (2 * y[0], 2 * y[1])).message
    assert said.startswith("The first thing you return and the second thing you return")
    assert "the length of `x`" in changed(PER_ROW, lambda y, x: y * len(x)).message
    assert "0.7 too large" in changed(PER_ROW, lambda y, x: y + 0.7).message


def test_named_mistakes_come_before_and_properties_after() -> None:
    assert changed(NAMED, lambda y, x: 2 * y).mistake == "own"
    broken = made(PER_ROW.reference, properties=[Property("never", lambda fn, g: "No.")])
    assert changed(broken, lambda y, x: 2 * y).mistake == "relation_twice"
    assert changed(broken, lambda y, x: 2.2 * y).kind == "property"


def test_extreme_inputs_are_not_asked() -> None:
    assert changed(PER_ROW, lambda y, x: 2 * y if x.max() < 9 else y).mistake == "relation_twice"
    assert changed(PER_ROW, lambda y, x: y if x.max() < 9 else 2 * y).kind == "different"


def test_a_gradient_that_is_cut_comes_before() -> None:
    exercise = made(PER_ROW.reference, differentiable=(0,))
    assert changed(exercise, lambda y, x: 2 * y.detach()).mistake == "graph_cut"
    assert changed(exercise, lambda y, x: 2 * y).mistake == "relation_twice"


@pytest.mark.parametrize(
    "exercise, change",
    [
        (PER_ROW, lambda y, x: torch.zeros_like(y)),
        (PER_ROW, lambda y, x: torch.ones_like(y)),
        (PER_ROW, lambda y, x: torch.full_like(y, math.nan)),
        (PER_ROW, lambda y, x: y * 2 + 1),
        (PER_ROW, lambda y, x: y * 3.3),
        (PER_ROW, lambda y, x: torch.cat([2 * y[:-1], y[-1:]])),
        (PER_ROW, lambda y, x: 2 * y if len(x) == 5 else 3 * y),
        (PER_ROW, lambda y, x: 2 * y if len(x) == 5 else y),
        (PER_ENTRY, lambda y, x: torch.full_like(y, 0.3)),
        (PER_ENTRY, lambda y, x: y.clamp(min=0.2)),
        (PER_ROW, lambda y, x: y[:, None]),
        (ONE, lambda y, x: y.reshape(1, 1)),
        (ONE, lambda y, x: y.round()),
        (ONE, lambda y, x: y + 0.7),
        (ONE, lambda y, x: 0.0),
        (ONE, lambda y, x: 1e6),
        (ONE, lambda y, x: math.inf),
        (made(lambda x: len(x)), lambda y, x: 2 * y),
        (made(lambda x: x > 0.5), lambda y, x: ~y),
        (made(lambda x: "word"), lambda y, x: "drow"),
        (made(lambda x: x, same=lambda y, t: False), lambda y, x: 2 * y),
    ],
)
def test_anything_else_is_no_relation(exercise: Exercise, change: Any) -> None:
    found = changed(exercise, change)
    assert not found.passed and found.mistake is None, found


FUNCTIONS = [
    e for e in map(exercises.get, exercises.names()) if isinstance(e, Exercise) and not e.same
]


def answers(exercise: Exercise, seed: int) -> list[tuple[Any, Case]]:
    with own_state():
        every = exercise.cases(Generator().manual_seed(seed))
        ordinary = [c for c in every if not c.extreme]
        return [(observe(exercise, exercise.reference, c).value, c) for c in ordinary]


def spoiled(value: Any, how: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(value, (tuple, list)):
        return tuple(spoiled(v, how) for v in value)
    if isinstance(value, dict):
        return {k: spoiled(v, how) for k, v in value.items()}
    return how(torch.as_tensor(value).detach()) if isinstance(value, (float, Tensor)) else value


SPOILT: list[Callable[[Tensor], Tensor]] = [
    torch.zeros_like,
    torch.ones_like,
    torch.randn_like,
    torch.rand_like,
    lambda t: t + 0.01 * torch.randn_like(t),
    lambda t: t * (1 + 0.01 * torch.randn_like(t)),
    lambda t: t * torch.rand(()),
    lambda t: t * 1.7 + 0.3,
    lambda t: t.abs() ** 0.9,
    lambda t: torch.full_like(t, math.nan),
    lambda t: torch.full_like(t, math.inf),
    lambda t: torch.randn_like(t).round(),
]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.name)
def test_random_wrong_answers_have_no_relation_and_right_ones_none(exercise: Exercise) -> None:
    torch.manual_seed(0)
    right = answers(exercise, 0)
    assert find(exercise, [(v, v, case) for v, case in right]) is None
    for how in SPOILT:
        found = find(exercise, [(spoiled(v, how), v, case) for v, case in right])
        assert found is None, (found, right)


NAMELESS = (
    "log_gaussian",
    "roc_auc",
    "reconstruction_error",
    "elbo",
    "entropy",
    "gaussian_kl",
    "jensen_shannon",
    "debiasing_loss",
)


@pytest.mark.parametrize("factor", [0.25, -0.5, 2])
@pytest.mark.parametrize("name", NAMELESS)
def test_every_factor_has_a_name_in_the_course(name: str, factor: float) -> None:
    found = evaluate(name, lambda *args: factor * exercises.get(name).reference(*args), 0)
    assert found.kind == "mistake" and found.mistake, found
