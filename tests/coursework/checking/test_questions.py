"""Typed answers: numbers with units, and choices."""

import math

import pytest
import torch

from coursework.checking import evaluate
from coursework.checking.exercise import Question
from coursework.checking.questions import judge_answer


@pytest.mark.parametrize(
    "given",
    [
        math.log(2),
        "0.693",
        "0,693",
        "H = 0.693",
        "0.693 nats",
        "1 bit",
        torch.tensor(0.693),
        lambda: 0.6931,
    ],
)
def test_right_numbers(given):
    assert evaluate("99.answers.1", given).passed


@pytest.mark.parametrize(
    "given, kind, mistake",
    [
        (..., "not attempted", None),
        (None, "not attempted", None),
        (1.0, "mistake", "bits_for_nats"),
        (math.log10(2), "mistake", "log10_for_nats"),
        ("0.693 bits", "mistake", "unit_mislabeled"),
        ("H = 0.693 bits", "mistake", "unit_mislabeled"),
        ("infinity", "different", None),
        ("10^4", "interface", None),
        (0.5, "mistake", "probability"),
        (-0.6931, "mistake", "sign"),
        (0.9, "different", None),
        (float("nan"), "different", None),
        ("b", "interface", None),
        ("0.69 meters", "interface", None),
        ([0.69], "interface", None),
        (True, "interface", None),
        (lambda: 1 / 0, "raised", None),
    ],
)
def test_wrong_numbers_say_what_is_wrong(given, kind, mistake):
    found = evaluate("99.answers.1", given)
    assert (found.kind, found.mistake) == (kind, mistake), found


@pytest.mark.parametrize("given", ["b", "B", " b ", "(b)", "b.", "b. The second one"])
def test_right_choice_in_any_spelling(given):
    assert evaluate("99.answers.2", given).passed


def test_wrong_choices():
    assert evaluate("99.answers.2", "a").mistake == "first"
    assert evaluate("99.answers.2", "c").kind == "interface"
    assert evaluate("99.answers.2", 2).kind == "interface"


@pytest.mark.parametrize(
    "given, right",
    [
        ("1,875", 1875),
        ("10,000", 1e4),
        ("10000 draws", 1e4),
        ("0,325", 0.325),
        ("∞", math.inf),
        ("infinity", math.inf),
        ("math.inf", math.inf),
        ("−1.5", -1.5),
        ("σ = 1", 1),
        ("3 times", 3),
    ],
)
def test_numbers_as_people_type_them(given, right):
    question = Question(name="99.answers.9", title="a number", answer=right)
    assert judge_answer(question, given).passed
