"""Where a learner stands: what is kept, what survives, what `predict` and `progress` say of it."""

import json

import pytest

from coursework.checking import Verdict, record
from coursework.checking.notebook import answer_sheet, check
from coursework.checking.progress import predict, progress
from coursework.checking.record import Guess, Record

from .posterior import reference, without_prior


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    return path


def restart():
    record._record_in.cache_clear()


def attempt(fn):
    check(fn, "posterior")


def test_a_verdict_survives_a_restart(file, capsys):
    attempt(lambda a, b: reference(a, b))
    restart()
    capsys.readouterr()
    progress("99")
    said = capsys.readouterr().out
    assert "1 of 3 right" in said and "2 of 4 points" in said
    assert "Not tried: `1`, `2`" in said


def test_a_wrong_answer_is_neither_right_nor_untried(file, capsys):
    attempt(lambda a, b: without_prior(a, b))
    capsys.readouterr()
    progress("99")
    assert "Tried, and not right yet: `posterior`" in capsys.readouterr().out


def test_a_check_before_the_attempt_takes_nothing_back(file, capsys):
    attempt(lambda a, b: reference(a, b))
    restart()
    check(answer_sheet("99"), "1")

    def posterior(log_likelihood, log_prior):
        raise NotImplementedError("TODO")

    check(posterior)
    capsys.readouterr()
    progress("99")
    assert "1 of 3 right" in capsys.readouterr().out


def test_two_notebooks_share_the_file(file):
    one, other = Record(file), Record(file)
    one.note(Verdict("posterior", "passed", "", 2))
    other.note(Verdict("99.answers.1", "mistake", "", 1))
    assert json.loads(file.read_text())["verdicts"] == {
        "posterior": "passed",
        "99.answers.1": "mistake",
    }


@pytest.mark.parametrize("text", ["", "{", "[]", '{"verdicts": {}}', '{"guesses": 3}'])
def test_a_damaged_file_is_set_aside(file, text):
    file.write_text(text)
    Record(file).note(Verdict("posterior", "passed", "", 2))
    assert file.with_suffix(".damaged.json").read_text() == text
    assert json.loads(file.read_text())["verdicts"] == {"posterior": "passed"}


def test_where_nothing_can_be_written_the_kernel_remembers(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    attempt(lambda a, b: reference(a, b))
    capsys.readouterr()
    progress("99")
    said = capsys.readouterr().out
    assert "1 of 3 right" in said and "a restart forgets it" in said


def test_nothing_is_kept_where_a_grader_runs(file, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    attempt(lambda a, b: reference(a, b))
    assert not file.exists()


def test_a_guess_gets_its_reply_and_is_counted(file, capsys):
    predict("99.coin", "B", sure=True)
    assert "Your guess, and you were sure: b either" in capsys.readouterr().out
    progress("99")
    said = capsys.readouterr().out
    assert "1 of 1 made, 1 right" in said and "When you were sure, 1 of 1 were right." in said


def test_the_first_guess_counts(file, capsys):
    predict("99.coin", "a")
    predict("99.coin", "b", sure=True)
    assert "Your first guess, a, is the one that counts" in capsys.readouterr().out
    record._record_in.cache_clear()
    kept = record.record()
    kept.read()
    assert kept.guesses == {"99.coin": Guess("a", right=False, sure=False)}


def test_a_prediction_without_a_guess_says_how_to_make_one(file, capsys):
    predict("99.coin")
    assert 'predict("99.coin", "a")' in capsys.readouterr().out and not file.exists()
    with pytest.raises(ValueError, match='choose one of "a", "b"'):
        predict("99.coin", "heads")


def test_progress_knows_the_notebooks(file, capsys):
    with pytest.raises(ValueError, match="there are 99"):
        progress("98")
    progress()
    assert "99 ░" in capsys.readouterr().out


def test_all_right_is_said(file, capsys):
    attempt(lambda a, b: reference(a, b))
    answers = answer_sheet("99")
    answers["1"], answers["2"] = 0.6931, "b"
    check(answers)
    capsys.readouterr()
    progress("99")
    assert "Everything in this notebook is right." in capsys.readouterr().out
