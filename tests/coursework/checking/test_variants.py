"""Variants and drawn questions: what is turned, what is kept, and how the public answer is told."""

from __future__ import annotations

import math
import random

import pytest
import torch
from torch import Tensor

from coursework.checking.copies import Copy
from coursework.checking.engine import judge
from coursework.checking.exercise import Case, Exercise, Mistake, Property, Question
from coursework.checking.variants import (
    Drawn,
    copy_number,
    dice,
    questions_of,
    read_secret,
    reordered,
    varied,
)


def ratio(top: Tensor, bottom: Tensor) -> Tensor:
    """The natural log of a ratio."""
    return (top / bottom).log()


BASE = Exercise(
    name="ratio",
    notebook="01",
    title="a ratio",
    reference=ratio,
    cases=lambda g: [Case((1 + torch.rand(5, generator=g), 2 + torch.rand(5, generator=g)))],
    mistakes=[
        Mistake("no_log", "The log is missing.", lambda top, bottom: top / bottom),
        Mistake("sum", "You added.", lambda top, bottom: top + bottom),
        Mistake("in_bits", "That is in bits.", lambda t, b: (t / b).log2()),
    ],
    properties=[
        Property("one", lambda fn, g: None if fn(torch.ones(1), torch.ones(1)) == 0 else "not 0")
    ],
    hints=["a log", "`(top / bottom).log()`"],
    differentiable=(1,),
)


def in_bits() -> Exercise:
    def ratio(top: Tensor, bottom: Tensor) -> Tensor:
        return (top / bottom).log2()

    return varied(
        BASE,
        name="bits",
        task="In this copy the answer is in bits.",
        reference=ratio,
        turned=lambda fn: lambda *args: fn(*args) / math.log(2),
        without=["in_bits"],
    ).exercise


def test_mistakes_are_turned_and_the_public_solution_is_told():
    exercise = in_bits()
    assert judge(exercise, exercise.reference, 1).passed
    verdict = judge(exercise, lambda top, bottom: top.log() - bottom.log(), 1)
    assert (verdict.mistake, verdict.points) == ("public_solution", 0)
    assert verdict.message.endswith("In this copy the answer is in bits.")
    added = judge(exercise, lambda top, bottom: (top + bottom) / math.log(2), 1)
    assert added.mistake == "sum"
    other = judge(exercise, lambda top, bottom: top * bottom, 1)
    assert not other.passed and other.mistake is None


def test_the_public_solution_earns_nothing_where_parts_earn_points():
    assert judge(in_bits(), ratio, 1, partial=True).points == 0


def test_mistakes_that_are_right_here_and_properties_that_do_not_hold_are_left_out():
    def ratio(top: Tensor, bottom: Tensor) -> Tensor:
        return top / bottom

    exercise = varied(
        BASE, name="no_log", task="In this copy without a log.", reference=ratio,
        turned=lambda fn: fn,
    ).exercise  # fmt: skip
    assert [m.name for m in exercise.mistakes] == ["sum", "in_bits"]
    assert exercise.properties == []
    assert "log()" not in "".join(exercise.hints)


def test_a_reference_of_another_name_is_refused():
    with pytest.raises(ValueError, match="another name"):
        varied(BASE, name="x", task="In this copy.", reference=lambda top, bottom: top)


def test_another_order_turns_cases_mistakes_and_gradients():
    exercise = reordered(BASE, "bottom top").exercise
    assert exercise.signature == "ratio(bottom, top)"
    assert list(exercise.differentiable) == [0]
    assert judge(exercise, lambda b, t: (t / b).log(), 1).passed
    assert judge(exercise, ratio, 1).mistake == "public_solution"
    assert judge(exercise, lambda b, t: t / b, 1).mistake == "no_log"
    assert judge(exercise, lambda b, t: (t / b).log() + 1 - 1 + (t.sum() > 99), 1).passed


def first(x: Tensor, k: int) -> Tensor:
    return x[:k]


def test_a_public_solution_that_stops_with_an_error_is_told_as_well():
    base = Exercise(
        name="first", notebook="01", title="the first ones", reference=first,
        cases=lambda g: [Case((torch.rand(5, generator=g), 2))],
    )  # fmt: skip
    verdict = judge(reordered(base, "k x").exercise, first, 1)
    assert verdict.mistake == "public_solution"


def test_no_other_order_is_refused():
    for names in ("top bottom", "top", "top below"):
        with pytest.raises(ValueError, match="no other order"):
            reordered(BASE, names)


def ask(rng: random.Random) -> Question:
    n = rng.randint(2, 40) + 0.5
    wrong = {2.0 * n: ("twice", "Twice too much.")}
    return Question("18.answers.1", "n squared", float(n * n), wrong=wrong, text=f"{n}²?")


def choose(rng: random.Random) -> Question:
    options = dict(zip("abc", rng.sample(["one", "two", "three"], 3), strict=True))
    right = next(letter for letter, text in options.items() if text == "two")
    wrong = {k: (f"said_{v}", f"Not {v}.") for k, v in options.items() if k != right}
    return Question("18.answers.2", "two", right, choices=options, wrong=wrong)


def test_the_public_number_is_named_where_it_is_wrong_without_an_accusation():
    drawn = Drawn("18.answers.1", ask)
    public = drawn.at(0)
    assert "public_answer" not in [name for name, _ in public.wrong.values()]
    others = [drawn.at(seed) for seed in range(1, 30)]
    assert len({q.answer for q in others}) > 2
    for question in others:
        assert judge(question, question.answer).passed
        verdict = judge(question, public.answer)
        if question.answer != public.answer:
            assert verdict.mistake == "public_answer"
            assert f"{public.answer:.4g} is the answer to this question" in verdict.message


def test_a_letter_proves_nothing_and_is_told_as_what_it_is():
    drawn = Drawn("18.answers.2", choose)
    public = drawn.at(0)
    for seed in range(1, 30):
        question = drawn.at(seed)
        assert question == choose(dice(seed, drawn.name))
        verdict = judge(question, public.answer)
        assert verdict.passed or verdict.mistake.startswith("said_")


def test_short_numbers_and_known_mistakes_are_reached_in_other_ways():
    def short(rng: random.Random) -> Question:
        return Question("18.answers.3", "a side", float(rng.randint(2, 40)))

    def slipped(rng: random.Random) -> Question:
        n = rng.randint(2, 3) * 1.234
        return Question("18.answers.4", "n", n, wrong={5 * 1.234 - n: ("other", "The other.")})

    for draw in (short, slipped):
        drawn = Drawn("18.answers.3", draw)
        assert all(drawn.at(seed) == draw(dice(seed, drawn.name)) for seed in range(1, 30))


def test_a_secret_moves_the_seed_and_the_number_says_how_many_questions(tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("\ufeffblue  horse\nbattery nine\n", "utf-8")
    secret = read_secret(words)
    assert secret == "blue horse battery nine" and read_secret(None) == ""
    assert copy_number(7) == 7
    assert copy_number(7, secret) == copy_number(7, secret) != copy_number(8, secret)
    assert len({7, copy_number(7, secret), copy_number(7, secret + " ten")}) == 3
    assert questions_of(copy_number(7, secret)) == 0
    assert questions_of(copy_number(7, questions=10)) == 10
    for seed in (0, -3, 2**64):
        with pytest.raises(ValueError, match="from 1 to"):
            copy_number(seed)
    words.write_text("blue")
    with pytest.raises(ValueError, match="four words"):
        read_secret(words)
    words.write_bytes(b"\xff\x00\xfe" * 9)
    with pytest.raises(ValueError, match="no text"):
        read_secret(words)


def test_dice_are_the_same_on_every_machine_and_others_for_each_name():
    assert dice(7, "elbo").random() == dice(7, "elbo").random() == 0.7266381306848079
    assert dice(7, "elbo").random() != dice(7, "kl").random()


def test_a_copy_keeps_what_it_names_or_all():
    assert Copy(kept=None).keeps("elbo")
    assert Copy(kept=frozenset({"elbo"})).keeps("elbo")
    assert not Copy().keeps("elbo")
