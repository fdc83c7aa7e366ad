"""Typed answers: numbers with units, and choices."""

import math

import numpy as np
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
        np.float32(0.693),
        np.float64(0.693),
        np.array(0.693),
        "0.693 nats.",
        "0.693 nats per flip",
        "0.693 per flip",
        "0.693 (nats)",
        "0.693.",
        "≈0.693",
        "≈ 0,693 nat",
        "about 0.693",
        "approximately 0.693 nats",
        "H(p) ≈ 0.693",
        "~ .693",
        "1 bit per flip",
        "6.93e-1",
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
        ("infinite", "different", None),
        (0.6, "mistake", "rounded"),
        ("0.6 nats", "mistake", "rounded"),
        ("about 0.68", "different", None),
        (0.68, "different", None),
        ((0, 693), "interface", None),
        ("0.693 - 1", "interface", None),
        ("0.693 or 1", "interface", None),
        ("1/2", "interface", None),
        ("2 · 0.35", "interface", None),
        ("0.693%", "interface", None),
        (np.bool_(True), "interface", None),
        (torch.tensor(True), "interface", None),
        (np.array([0.693]), "interface", None),
        (torch.tensor(1j), "interface", None),
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


def test_what_is_wrong_with_the_form_is_said_in_words_that_help():
    said = evaluate("99.answers.1", (0, 693)).message
    assert "Write a decimal point: `0.693`" in said
    assert "yours is in meters." in evaluate("99.answers.1", "0.69 meters.").message
    assert "inite" not in evaluate("99.answers.1", "infinite").message
    assert "∞ nats is too large" in evaluate("99.answers.1", "infinite").message


def test_one_of_a_unit_is_said_without_s():
    question = Question("99.answers.9", "a number", 5.5, unit="nats")
    assert judge_answer(question, 1).message.startswith("1 nat is too small.")
    assert judge_answer(question, 1.04).message.startswith("1.04 nats is too small.")


@pytest.mark.parametrize(
    "right, given, verdict",
    [
        (1 / 3, 0.33, "passed"),
        (1 / 3, 0.3, "rounded"),
        (0.3679, 0.36, "rounded"),
        (0.3679, 0.4, "rounded"),
        (0.18232, 0.18, "rounded"),
        (0.18232, 0.2, "rounded"),
        (3.1623, 3.2, "rounded"),
        (5.2565, 5, "rounded"),
        (-1.3863, -1.3, "rounded"),
        (-1.3863, -1, "rounded"),
        (1875.5, 1900, "rounded"),
        (0.3679, 0.35, "different"),
        (5.2565, 6, "different"),
        (0.05, 0.0, "different"),
        (12, 10, "different"),
        (1875, 1900, "different"),
        (math.inf, 9e9, "different"),
    ],
)
def test_too_few_digits_are_told_as_that(right, given, verdict):
    found = judge_answer(Question("99.answers.9", "a number", right), given)
    assert verdict in (found.kind, found.mistake), found
    assert ("three digits" in found.message) == (verdict == "rounded")


@pytest.mark.parametrize(
    "given",
    [
        "b",
        "B",
        " b ",
        "(b)",
        "b)",
        "b.",
        "b. The second one",
        "(b) two",
        "b: two",
        "two",
        "Two.",
        "Answer: b",
        "option b",
        "choice (b)",
        np.str_("b"),
    ],
)
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
        ("1,875", 1.875),
        ("Infinity", math.inf),
        ("infinite", math.inf),
        ("infinitely many", math.inf),
        ("+inf", math.inf),
        ("-∞", -math.inf),
        (float("inf"), math.inf),
        (np.int64(3), 3),
        (np.float32(0.325), 0.325),
        ("90%", 0.9),
        ("90 percent", 0.9),
        ("22 times as many", 22),
        ("0.9 of all", 0.9),
    ],
)
def test_numbers_as_people_type_them(given, right):
    question = Question(name="99.answers.9", title="a number", answer=right)
    assert judge_answer(question, given).passed


@pytest.mark.parametrize(
    "given", ["1" + " " * 40_000 + "!", "x" + " " * 40_000 + "!", "b" * 40_000]
)
def test_an_answer_without_end_is_refused_and_not_repeated(given):
    number = Question(name="99.answers.9", title="a number", answer=0.5)
    letter = Question(name="99.answers.8", title="a letter", answer="b", choices={"a": "", "b": ""})
    for question in (number, letter):
        verdict = judge_answer(question, given)
        assert verdict.kind == "interface" and "characters" in verdict.message
        assert len(verdict.message) < 200


@pytest.mark.parametrize(
    "given",
    [
        ["1" + " " * 40_000 + "!"],
        [[["1" + " " * 40_000]]] * 2000,
        ("1" + " " * 40_000 + "!", "b"),
        {"b" * 40_000: 1},
        10**4000,
        np.arange(40_000),
        np.array(["b" * 40_000]),
        torch.zeros(40_000),
        b"b" * 40_000,
        lambda: ["b" * 40_000],
    ],
    ids=range(10),
)
def test_what_is_no_answer_is_refused_and_not_repeated(given):
    number = Question(name="99.answers.9", title="a number", answer=0.5)
    letter = Question(name="99.answers.8", title="a letter", answer="b", choices={"a": "", "b": ""})
    for question in (number, letter):
        verdict = judge_answer(question, given)
        assert verdict.kind == "interface" and len(verdict.message) < 400


def test_an_error_without_end_is_not_repeated():
    def gives() -> None:
        raise ValueError("1" + " " * 40_000 + "!")

    question = Question(name="99.answers.9", title="a number", answer=0.5)
    assert len(judge_answer(question, gives).message) < 400


@pytest.mark.parametrize("unit", [" ", "a", "(", "1,", "=", "x(", "~ ", "-"])
def test_the_longest_answers_are_read_to_their_end(unit):
    """A pattern that takes more than the cube of 200 characters would hang here."""
    number = Question(name="99.answers.9", title="a number", answer=0.5)
    for given in ("1" + unit * 199 + "!", "x" + unit * 199 + "!", unit * 200):
        assert not judge_answer(number, given[:199] + "!").passed
