"""`feedback.zip`: named as each platform wants it."""

from __future__ import annotations

import zipfile

import pytest

from coursework.grading.feedback_zip import name_for_upload, write_feedback_zip
from coursework.grading.gradebook import Row
from coursework.grading.report import page_names


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("ada_LATE_123_456_04_kl-1.ipynb", "ada_LATE_123_456_04_kl-1.html"),
        ("ada_123_456_mine.zip/04.ipynb", "ada_123_456_mine.html"),
        (
            "Ada L_77_assignsubmission_file_/04.ipynb",
            "Ada L_77_assignsubmission_file_feedback.html",
        ),
        ("Ada L_77_assignsubmission_file_04.ipynb", "Ada L_77_assignsubmission_file_feedback.html"),
        (
            "12-67 - Ada L - Nov 3, 2026 1010 AM - 04.ipynb",
            "12-67 - Ada L - Nov 3, 2026 1010 AM - 04.html",
        ),
        (
            "12-67 - Ada L - Nov 3, 2026 1010 AM/04.ipynb",
            "12-67 - Ada L - Nov 3, 2026 1010 AM/feedback.html",
        ),
        ("ada.ipynb", "ada.html"),
    ],
)
def test_names(file, name):
    assert name_for_upload(Row("ada", [file]), "ada.html") == name


def test_canvas_finds_user_and_attachment_by_the_first_two_numbers():
    name = name_for_upload(Row("x", ["ada_LATE_123_456_04_kl.ipynb"]), "x.html")
    assert [p for p in name.split("_") if p.isdigit()][:2] == ["123", "456"]


def test_moodle_finds_participant_and_plugin_by_underscores():
    name = name_for_upload(Row("x", ["Ada L_77_assignsubmission_file_/04.ipynb"]), "x.html")
    assert name.split("_", 4) == ["Ada L", "77", "assignsubmission", "file", "feedback.html"]


def test_the_zip_is_the_same_bytes_again_and_names_nobody_twice(tmp_path):
    page = tmp_path / "ada.html"
    page.write_text("<p>")
    other = tmp_path / "ada-1.html"
    other.write_text("<b>")
    pages = [(Row("a", ["ada_1_2_x.ipynb"]), page), (Row("b", ["Ada_1_2_x.ipynb"]), other)]
    for name in ("1.zip", "2.zip"):
        write_feedback_zip(tmp_path / name, pages)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as z:
        assert z.namelist() == ["ada_1_2_x.html", "ada-1.html"]
        assert z.read("ada-1.html") == b"<b>"


def test_pages_of_names_that_differ_in_capitals_do_not_replace_each_other():
    names = page_names([Row("Ada", []), Row("ada", []), Row("ADA", [])])
    assert len({n.casefold() for n in names.values()}) == 3 and names["Ada"] == "Ada.html"
