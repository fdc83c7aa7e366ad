"""Every variant of every notebook: its reference passes, the course's own solution is named."""

from __future__ import annotations

from collections import Counter

import pytest

from coursework import exercises
from coursework.checking.engine import judge
from coursework.checking.inputs import Inputs
from coursework.checking.variants import Variant, dice

VARIANTS = [variant for found in exercises.variants().values() for variant in found]
NOTEBOOKS = [f"{number:02d}" for number in (*range(1, 17), 18)]


def _name_of(variant: Variant) -> str:
    return f"{variant.exercise.name}-{variant.name}"


def _misjudged(variant: Variant, seed: int) -> list[str]:
    exercise = variant.exercise
    right = judge(exercise, exercise.reference, seed)
    copied = judge(exercise, exercise.public.reference, seed)
    named = copied.mistake == "public_solution" and exercise.task in copied.message
    return [v.message for v, ok in ((right, right.passed), (copied, named)) if not ok]


@pytest.mark.parametrize("variant", VARIANTS, ids=_name_of)
def test_the_reference_passes_and_the_public_solution_is_named(variant: Variant) -> None:
    assert _misjudged(variant, 1) == []


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS, ids=_name_of)
def test_the_same_on_more_seeds(variant: Variant) -> None:
    assert [said for seed in range(2, 6) for said in _misjudged(variant, seed)] == []


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS, ids=_name_of)
def test_mistakes_are_named_as_themselves_or_as_the_public_solution(variant: Variant) -> None:
    exercise = variant.exercise
    inputs = Inputs(exercise, 2)
    told = [(m.name, judge(exercise, m.wrong, 2, inputs=inputs).mistake) for m in exercise.mistakes]
    assert [pair for pair in told if pair[1] not in (pair[0], "public_solution")] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_at_least_three_functions_of_a_notebook_vary(notebook: str) -> None:
    names = {v.exercise.name for v in VARIANTS if v.exercise.notebook == notebook}
    assert len(names) >= 3


def test_variants_keep_name_and_points_and_differ_by_name() -> None:
    counted = Counter((v.exercise.name, v.name) for v in VARIANTS)
    assert set(counted.values()) == {1}
    for variant in VARIANTS:
        public = exercises.get(variant.exercise.name)
        assert variant.exercise.public is public
        assert variant.exercise.points == public.points
        assert variant.task.endswith(".")


def test_a_seed_draws_the_same_variants_each_time_and_every_variant_some_time() -> None:
    assert exercises.variant_of(0) == {}
    drawn = set()
    for seed in range(1, 60):
        table = exercises.variant_of(seed)
        for name, choices in exercises.variants().items():
            chosen = [v.name for v in choices if v.exercise is table[name]]
            assert chosen == [dice(seed, name).choice(choices).name]
            drawn.add((name, *chosen))
    assert drawn == {(v.exercise.name, v.name) for v in VARIANTS}


@pytest.mark.slow
@pytest.mark.parametrize("drawn", exercises.drawn(), ids=lambda d: d.name)
def test_two_hundred_seeds_of_a_question_are_whole_and_the_same_each_time(drawn) -> None:
    for seed in range(200):
        question = drawn.at(seed)
        assert question == drawn.at(seed)
        assert question.name == drawn.name
        assert question.text
        assert judge(question, question.answer).passed
        for given, (name, _) in question.wrong.items():
            assert judge(question, given).mistake == name
