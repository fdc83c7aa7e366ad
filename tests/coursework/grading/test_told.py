"""What the command says when it can't go on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from coursework.grading.gradebook import Row
from coursework.grading.lecture import table
from coursework.grading.options import BatchOptions, ReportOptions
from coursework.grading.refusing import refuse_empty, refuse_places
from coursework.grading.report import _unknown_to_brightspace
from coursework.grading.roster import Identity
from coursework.grading.submissions import opened
from coursework.saying import sentence_of


def test_an_error_of_the_system_says_what_failed_and_what_to_do(tmp_path):
    with pytest.raises(OSError) as caught:
        (tmp_path / "file").mkdir()
        (tmp_path / "file").read_text()
    told = sentence_of(caught.value)
    assert str(tmp_path / "file") in told and "Errno" not in told and "look whether" in told
    assert sentence_of(ValueError("a sentence")) == "a sentence"


def test_what_is_no_class_says_what_to_give(tmp_path):
    (tmp_path / "students.csv").write_text("name")
    for name in ("submission.zip", "students.csv"):
        with (
            pytest.raises((OSError, ValueError), match="give the folder or the zip"),
            opened(tmp_path / name),
        ):
            pass


def test_a_report_is_no_class(tmp_path):
    (tmp_path / "results.jsonl").write_text('{"batch": 3}\n')
    with pytest.raises(ValueError, match="is a report of the grader"), opened(tmp_path):
        pass


@pytest.mark.parametrize(
    ("path", "wanted", "words"),
    [
        ("file", {}, "--out .* is a file; name a folder"),
        ("subs", {}, "--out .* is the folder of the submissions"),
        ("new", {"released": "nowhere"}, "--released .* holds no notebook"),
        ("new", {"released": "subs"}, "--released .* holds no notebook"),
    ],
)
def test_paths_that_can_not_be_meant_are_refused(tmp_path, path, wanted, words):
    (tmp_path / "file").write_text("")
    (tmp_path / "subs").mkdir()
    given = {name: tmp_path / place for name, place in wanted.items()}
    with pytest.raises(ValueError, match=words):
        refuse_places(
            tmp_path / "subs", BatchOptions(out=tmp_path / path, **given), ReportOptions()
        )
    refuse_places(tmp_path / "subs", BatchOptions(out=tmp_path / "new"), ReportOptions())


def test_an_installed_course_has_no_notebooks_and_grades_all_the_same(tmp_path, monkeypatch):
    options = BatchOptions(out=tmp_path / "out", released=tmp_path / "nowhere")
    monkeypatch.setattr("coursework.grading.refusing.RELEASED", tmp_path / "nowhere")
    refuse_places(tmp_path, options, ReportOptions())


def test_scores_for_nbgrader_are_refused_before_grading(tmp_path, monkeypatch):
    options = BatchOptions(out=tmp_path / "out")
    monkeypatch.setattr("coursework.grading.refusing.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install nbgrader"):
        refuse_places(tmp_path, options, ReportOptions(nbgrader_db=tmp_path / "gradebook.db"))
    monkeypatch.setattr("coursework.grading.refusing.find_spec", lambda name: name)
    refuse_places(tmp_path, options, ReportOptions(nbgrader_db=tmp_path / "gradebook.db"))
    for place in (tmp_path, tmp_path / "nowhere" / "gradebook.db"):
        with pytest.raises(ValueError, match="can't be a file"):
            refuse_places(tmp_path, options, ReportOptions(nbgrader_db=place))


def test_rows_that_brightspace_can_not_match_are_told():
    known, unknown = Row("ada", []), Row("bob", [])
    known.identity = Identity(login="ada1")
    assert _unknown_to_brightspace([known]) == []
    (told,) = _unknown_to_brightspace([known, unknown])
    assert "for 1 student;" in told and "--roster" in told


def test_an_empty_folder_replaces_no_report(tmp_path):
    with pytest.raises(ValueError, match="holds nothing to grade"):
        refuse_empty(tmp_path, [], BatchOptions(out=tmp_path / "out"))
    refuse_empty(tmp_path, [], BatchOptions(out=tmp_path / "out", resume=True))
    refuse_empty(tmp_path, ["one"], BatchOptions(out=tmp_path / "out"))


@pytest.mark.parametrize(
    ("rare", "told"),
    [
        (0, "no named mistake in these reports"),
        (1, "1 mistake on the page, each made by fewer than 5 students"),
        (3, "3 mistakes on the page, each made by fewer than 5 students"),
    ],
)
def test_a_small_class_is_told_where_its_mistakes_are(rare, told):
    hidden = SimpleNamespace(cell=SimpleNamespace(count=None))
    assert table([hidden] * rare) == [told]
