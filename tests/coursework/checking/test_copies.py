"""A copy that keeps answers does not judge them; one to practice with judges by its seed."""

from __future__ import annotations

import json

import pytest

from course_utils import draw_with, record_only
from coursework import exercises
from coursework.checking import copies
from coursework.checking.notebook import answer_sheet, check, hint
from coursework.checking.record import record
from coursework.checking.variants import reordered
from coursework.grading.clock import late_remark
from coursework.grading.submitted_notebook import parse

from .posterior import POSTERIOR, reference, without_prior


@pytest.fixture(autouse=True)
def a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_THIS", copies.Copy())


def posterior(a, b):
    return without_prior(a, b)


@pytest.mark.parametrize("names", [(), ("posterior",)])
def test_a_kept_function_is_not_judged_and_the_notebook_goes_on(names, capsys):
    record_only(*names)
    lent = check(posterior)
    said = capsys.readouterr().out
    assert "kept" in said and "prior" not in said and "✓" not in said and "✗" not in said
    assert lent.on_loan and "posterior" not in record().kinds
    hint("posterior")
    assert "no hints" in capsys.readouterr().out


def test_a_stub_is_told_as_that(capsys):
    def posterior(a, b):
        raise NotImplementedError("TODO posterior: …")

    record_only()
    check(posterior)
    assert "not answered yet" in capsys.readouterr().out


def test_kept_answers(capsys):
    record_only()
    answers = answer_sheet("99")
    answers["1"] = "b"
    check(answers, "1")
    assert "`answers" in (said := capsys.readouterr().out) and "kept" in said
    answers["1"] = ...
    check(answers, "1")
    assert "not answered yet" in capsys.readouterr().out


def test_others_are_judged_as_ever(capsys):
    record_only("entropy")
    check(posterior)
    assert "left out the prior" in capsys.readouterr().out


def test_practice_judges_by_its_seed_and_goes_on_with_the_courses_own(capsys, monkeypatch):
    order = " ".join(reversed(POSTERIOR.signature[len("posterior(") : -1].split(", ")))
    table = {"posterior": reordered(POSTERIOR, order).exercise}
    monkeypatch.setattr(exercises, "variant_of", lambda seed: table if seed == 5 else {})
    draw_with(5)

    def posterior(b, a):
        return reference(a, b)

    lent = check(posterior)
    assert "✓" in capsys.readouterr().out
    assert lent.on_loan


def test_a_copy_with_a_time_says_how_much_is_left_and_the_grader_reads_what_is_late(
    capsys, monkeypatch
):
    now = [1000.0]
    monkeypatch.setattr(copies, "_THIS", copies.Copy(clock=lambda: now[0]))
    record_only(minutes=60)
    assert "Nothing stops" in capsys.readouterr().out
    answers = answer_sheet("99")
    answers["1"] = "b"
    now[0] += 59 * 60
    record_only(minutes=60)  # a second run begins no new time
    check(answers, "1")
    in_time = capsys.readouterr().out
    assert "kept · 1 minute left" in in_time
    now[0] += 200
    check(answers, "1")
    late = capsys.readouterr().out
    assert "kept · 3 minutes after the end" in late
    said = [{"outputs": [{"data": {"text/plain": [text]}}]} for text in (in_time, late)]
    assert late_remark(said[:1]) == ""
    assert late_remark(said).endswith("student's machine: 1 (3 min)")
    data = json.dumps(
        {"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1", **said[1]}]}
    )
    assert parse(data.encode()).remarks == [late_remark(said)]


@pytest.mark.parametrize("odd", [None, 3, [], {"outputs": 3}, {"outputs": [3, {"data": 1}]},
                                 {"outputs": [{"data": {"text/plain": 7}}]}])  # fmt: skip
def test_odd_outputs_are_no_late_answers(odd):
    assert late_remark([odd]) == ""
