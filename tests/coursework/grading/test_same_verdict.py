"""The grader judges every function as the notebook does, from another process.

Each reference and each named mistake is tried.
"""

import time

import pytest

from coursework import exercises
from coursework.checking import Exercise, evaluate
from coursework.grading.judge import Judge
from tests.coursework.grading.answering import judge_of, offered

NAMES = [n for n in exercises.names() if isinstance(exercises.get(n), Exercise)]


@pytest.fixture(scope="module")
def judge():
    with judge_of() as judge:
        yield judge


def compare(judge: Judge, name: str, only_reference: bool) -> None:
    for i, (exercise, mistake, fn) in enumerate(offered()):
        if exercise != name or (only_reference and mistake):
            continue
        judge.channel.deadline = time.monotonic() + 120
        judge.argument_changed = False
        here, there = (
            evaluate(name, fn, seed=5),
            evaluate(name, judge.call(0, (i,), {}), seed=5, seconds=60),
        )
        assert (there.kind, there.mistake) == (here.kind, here.mistake), (mistake, there.message)
        assert not (here.passed and judge.argument_changed)


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_passes_from_another_process(judge, name):
    compare(judge, name, only_reference=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_each_named_mistake_gets_its_name_from_another_process(judge, name):
    compare(judge, name, only_reference=False)
