"""Every answer of the table `answers.py` gets the verdict that it deserves, and the words."""

from __future__ import annotations

from typing import Any

import pytest

from coursework.checking import evaluate

from .answers import ANSWERS, TYPED, Answer

WHOLE_COURSE = True


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.exercise)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_function_gets_the_verdict_it_deserves(answer: Answer, seed: int) -> None:
    found = evaluate(answer.exercise, answer.fn, seed)
    assert found.kind == answer.kind and answer.says in found.message, found
    assert answer.mistake in (None, found.mistake), found


@pytest.mark.parametrize("name, given, kind, mistake, says", TYPED)
def test_a_typed_answer_gets_the_verdict_it_deserves(
    name: str, given: Any, kind: str, mistake: str | None, says: str
) -> None:
    found = evaluate(name, given)
    assert found.kind == kind and says in found.message, found
    assert mistake is None or found.mistake == mistake, found
