"""A timed sitting records and says nothing; a report says by objective what to read again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from coursework import exercises
from coursework.checking import copies, notebook, progress, sitting
from coursework.checking.record import Record
from coursework.checking.variants import dice
from coursework.exercises.nb18 import draw_sitting


class At:
    """A clock that stands where it is put."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the cards say, with a record of its own."""
    cards: list[str] = []
    kept = Record(None)
    for module in (notebook, progress, sitting):
        monkeypatch.setattr(module, "emit", lambda card: cards.append(repr(card)))
        monkeypatch.setattr(module, "record", lambda: kept)
    yield cards
    sitting._running.clear()


def answer(answers: notebook.AnswerSheet, key: str, value: object = None) -> None:
    answers[key] = exercises.get(f"18.answers.{key}").answer if value is None else value
    notebook.check(answers, key)


def typed(draw: int) -> list[str]:
    return [key for key in draw_sitting(dice(draw, "sitting")) if key[0].isdigit()]


def test_practice_replies_and_the_report_names_sections(said: list[str]) -> None:
    sitting.sit("18")
    answers = notebook.answer_sheet("18")
    answer(answers, "18.6")
    assert "right · 1 of 1 point" in said[-1]
    answer(answers, "18.18", 17.0)
    assert "values differ" in said[-1] and "Hint 1 of 3" in said[-1]
    sitting.report("18")
    assert "derive the ELBO and compute" in said[-1] and "1 of 7 right" in said[-1]
    assert "Read again: notebook 07, “Exercise 7.1 · The optimal" in said[-1].replace("\n", " ")


def test_a_timed_sitting_says_nothing_of_right_or_wrong(said: list[str]) -> None:
    at = At()
    sitting.sit("18", timed=True, draw=3, clock=at)
    assert "12 questions, 60 minutes" in said[-1]
    right, wrong, *_ = keys = typed(3)
    answers = notebook.answer_sheet("18")
    answer(answers, right)
    of_right = said[-1]
    at.now += 600
    question = exercises.get(f"18.answers.{wrong}")
    answer(answers, wrong, next(iter(question.wrong)))
    assert of_right.replace("59", "49").replace("60", "50").replace("1 of", "2 of").replace(
        right, wrong
    ) == said[-1].replace(right, wrong)
    assert "✓" not in said[-1] and "Hint" not in said[-1]
    notebook.hint(right)
    assert "No hints" in said[-1]
    left_out = next(k for k in ("18.6", "18.7", "18.8", "18.9", "18.11") if k not in keys)
    answer(answers, left_out)
    assert "not in this sitting" in said[-1]
    sitting.report("18")
    assert "1 of 1 right" in said[-1] and "Read again" in said[-1]
    answer(answers, right)
    assert "right · " in said[-1], "the report ends the sitting"


def test_what_comes_too_late_is_not_counted(said: list[str]) -> None:
    at = At()
    sitting.sit("18", timed=True, draw=2, minutes=5, clock=at)
    first, second, *_ = typed(2)
    answers = notebook.answer_sheet("18")
    answer(answers, first)
    at.now += 301
    answer(answers, second)
    assert "recorded as late" in said[-1] and "✓" not in said[-1]
    question = exercises.get(f"18.answers.{first}")
    answer(answers, first, next(iter(question.wrong)))
    sitting.report("18")
    assert f"After the end, and not counted: right: `{second}`; wrong: `{first}`" in said[-1]
    assert "Report: 1 of 15" in said[-1]
    kept = sitting.record().kinds
    assert [kept[f"18.answers.{key}"] for key in (first, second)] == ["passed", "passed"]


def test_a_report_of_late_answers_alone(said: list[str]) -> None:
    at = At()
    sitting.sit("18", timed=True, draw=2, minutes=5, clock=at)
    at.now += 301
    answer(notebook.answer_sheet("18"), typed(2)[0])
    sitting.report("18")
    assert "Report: 0 of 15" in said[-1] and "After the end" in said[-1]


def test_the_report_of_a_practice_copy_is_of_its_questions(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_THIS", copies.Copy())
    seed = next(s for s in range(1, 99) if "18.answers.18.28" in exercises.names("18", s)
                and "critic" not in exercises.get("18.answers.18.28", s).text)  # fmt: skip
    copies.draw_with(seed)
    question = exercises.get("18.answers.18.28", seed)
    answer(notebook.answer_sheet("18"), "18.28", next(iter(question.wrong)))
    sitting.report("18")
    asked = exercises.names("18", seed)
    points = sum(exercises.get(name).points for name in asked)
    assert f"0 of {points} points" in said[-1]
    shown = question.hints[-1].rpartition("The course shows it in ")[2].rstrip(".")
    assert f"Read again: {shown}" in said[-1]


def test_an_answer_that_cannot_be_read_is_told_and_a_function_is_handed_back(
    said: list[str],
) -> None:
    draw = next(d for d in range(50) if "best_judge" in draw_sitting(dice(d, "sitting")))
    sitting.sit("18", timed=True, draw=draw)
    key = next(k for k in typed(draw) if exercises.get(f"18.answers.{k}").choices)
    answer(notebook.answer_sheet("18"), key, "perhaps")
    assert "form is wrong" in said[-1] and "should be one of" in said[-1]

    def best_judge(log_p_data, log_p_g):
        return torch.sigmoid(log_p_g - log_p_data)

    assert notebook.check(best_judge) is best_judge
    assert "recorded" in said[-1] and "P(fake)" not in said[-1]


def test_faulty_calls_say_what_to_do(said: list[str]) -> None:
    for call in (lambda: sitting.sit("03"), lambda: sitting.report("99")):
        with pytest.raises(ValueError, match="the exam is notebook '18'"):
            call()
    with pytest.raises(ValueError, match="from 1 to 600"):
        sitting.sit("18", timed=True, minutes=0)
    with pytest.raises(TypeError, match="True or False"):
        sitting.sit("18", timed="yes")
    sitting.report("18")
    assert "nothing answered yet" in said[-1]
