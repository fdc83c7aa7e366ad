"""A copy that keeps answers does not judge them; one to practice with judges by its seed."""

from __future__ import annotations

import pytest

from course_utils import draw_with, record_only
from coursework import exercises
from coursework.checking import copies
from coursework.checking.notebook import answer_sheet, check, hint
from coursework.checking.record import record
from coursework.checking.variants import reordered

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
