"""Every exercise of every notebook: its reference passes, mistakes are named, texts whole."""

from __future__ import annotations

import inspect
import math
import os
import re
from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace

import pytest

from coursework import exercises
from coursework.checking import evaluate
from coursework.checking.exercise import Exercise, Mistake, Prediction, Question, Verdict
from tests.coursework.exercises.verdicts import verdicts

NAMES = exercises.names()
NUMBERS = sorted({exercises.get(name).notebook for name in NAMES})
FUNCTIONS = [e for e in map(exercises.get, NAMES) if isinstance(e, Exercise)]
QUESTIONS = [e for e in map(exercises.get, NAMES) if isinstance(e, Question)]
PREDICTIONS = [p for number in NUMBERS for p in exercises.predictions(number)]
# All functions of an exercise are judged on the same inputs; among the slow tests each goes through
# `evaluate` by itself, too. COURSE_SEEDS=200 before a new exercise, or a changed one, is committed.
SEEDS = range(1, int(os.environ.get("COURSE_SEEDS", "20")))
FEW = 12  # mistakes of each exercise that every test run tries


def _name_of(value: object) -> str:
    return getattr(value, "name", str(value))


def _few(exercise: Exercise) -> list[Mistake]:
    apart = math.ceil(len(exercise.mistakes) / FEW) or 1
    return list(exercise.mistakes[::apart])


def _misjudged(
    exercise: Exercise, seeds: range, only: Collection[Mistake] | None = None
) -> list[tuple[int, str, Verdict]]:
    """Seed, function and verdict wherever the reference fails, or a mistake is told as another."""
    return [
        (seed, mistake.name if mistake else "reference", verdict)
        for seed in seeds
        for mistake, verdict in verdicts(exercise, seed, only)
        if (verdict.kind, verdict.mistake)
        != (("mistake", mistake.name) if mistake else ("passed", None))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name_of)
def test_reference_passes(exercise: Exercise) -> None:
    verdict = evaluate(exercise.name, exercise.reference, 0)
    assert verdict.passed, verdict


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name_of)
def test_each_mistake_by_itself_is_named_as_itself(exercise: Exercise) -> None:
    told = [(mistake, evaluate(exercise.name, mistake.wrong, 0)) for mistake in exercise.mistakes]
    right = [(mistake.name, "mistake", mistake.name) for mistake, _ in told]
    found = [(mistake.name, verdict.kind, verdict.mistake) for mistake, verdict in told]
    assert found == right, [v.message for m, v in told if v.mistake != m.name]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name_of)
def test_reference_and_some_mistakes(exercise: Exercise) -> None:
    assert _misjudged(exercise, range(1), _few(exercise)) == []


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name_of)
def test_reference_and_mistakes_on_many_seeds(exercise: Exercise) -> None:
    others = [mistake for mistake in exercise.mistakes if mistake not in _few(exercise)]
    assert _misjudged(exercise, range(1), others) == []
    assert _misjudged(exercise, SEEDS) == []


# With extreme inputs; with gradients; modules that are trained; random answers told by `when`.
@pytest.mark.parametrize("name", ["class_posterior", "elbo", "denoising_loss", "sample_joint"])
def test_on_shared_inputs_the_verdict_is_that_of_evaluate(name: str) -> None:
    exercise = exercises.get(name)
    for mistake, verdict in verdicts(exercise, 1):
        assert verdict == evaluate(name, mistake.wrong if mistake else exercise.reference, 1)


@pytest.mark.parametrize("question", QUESTIONS, ids=_name_of)
def test_question_knows_its_answers(question: Question) -> None:
    assert evaluate(question.name, lambda: question.answer).passed
    assert evaluate(question.name, ...).kind == "not attempted"
    for given, (short, _) in question.wrong.items():
        verdict = evaluate(question.name, given)
        assert (verdict.kind, verdict.mistake) == ("mistake", short)
    if question.choices:
        assert set(question.wrong) | {question.answer} == set(question.choices)


@pytest.mark.parametrize("entry", [*FUNCTIONS, *QUESTIONS], ids=_name_of)
def test_texts_are_whole(entry: Exercise | Question) -> None:
    assert entry.title and not entry.title.endswith("."), "the title stands in a sentence"
    assert len(entry.hints) == 3 and entry.points > 0
    texts = [*entry.hints]
    if isinstance(entry, Exercise):
        texts += [m.message for m in entry.mistakes]
    else:
        texts += [entry.why, *(message for _, message in entry.wrong.values())]
    for text in texts:
        assert text and "!" not in re.sub(r"`[^`]*`|!=", "", text), text
        assert not re.search(r"\b(simply|obviously)\b", text), text


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name_of)
def test_messages_tell_mistakes_apart(exercise: Exercise) -> None:
    messages = {m.name: m.message for m in exercise.mistakes}
    assert len(set(messages.values())) == len(messages)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in messages)


def test_names_are_unique_and_say_their_notebook() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert all(re.fullmatch(r"\d\d", exercises.get(name).notebook) for name in NAMES)
    for exercise in FUNCTIONS:
        assert inspect.signature(exercise.reference).parameters, exercise.name


def test_a_notebook_can_be_deleted_without_the_others_missing_it() -> None:
    folder = Path(exercises.__file__).parent
    for path in sorted(folder.glob("nb*/*.py")):
        used = set(re.findall(r"coursework\.exercises\.(nb\d\d)", path.read_text("utf-8")))
        assert used <= {path.parent.name}, path


def test_a_list_among_the_exercises_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(
        EXERCISES=[FUNCTIONS[0], QUESTIONS[:2]], PREDICTIONS=[], __file__="nb99/__init__.py"
    )
    monkeypatch.setattr(exercises, "_modules", lambda: [module])
    with pytest.raises(ValueError, match=r"nb99.* is a list: .* write a star"):
        exercises._by_name.__wrapped__()


@pytest.mark.parametrize("prediction", PREDICTIONS, ids=_name_of)
def test_a_prediction_knows_what_comes_true(prediction: Prediction) -> None:
    assert len(prediction.options) >= 2 and prediction.right in list(prediction.letters)


def test_no_letter_is_a_good_guess_for_all_predictions() -> None:
    for letter in "abc":
        assert sum(p.right == letter for p in PREDICTIONS) <= len(PREDICTIONS) / 2
