"""What the command says when it can't go on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from coursework.grading.command import _told
from coursework.grading.lecture import table
from coursework.grading.submissions import opened


def test_an_error_of_the_system_says_what_failed_and_what_to_do(tmp_path):
    with pytest.raises(OSError) as caught:
        (tmp_path / "file").mkdir()
        (tmp_path / "file").read_text()
    told = _told(caught.value)
    assert str(tmp_path / "file") in told and "Errno" not in told and "look whether" in told
    assert _told(ValueError("a sentence")) == "a sentence"


def test_what_is_no_class_says_what_to_give(tmp_path):
    (tmp_path / "students.csv").write_text("name")
    for name in ("submission.zip", "students.csv"):
        with (
            pytest.raises((OSError, ValueError), match="give the folder or the zip"),
            opened(tmp_path / name),
        ):
            pass


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
