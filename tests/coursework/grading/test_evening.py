"""An evening with `course grade`: one class, graded, mended, and handed back."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from pathlib import Path

import pytest

from coursework import exercises
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import NAMES, RIGHT, SETUP, course_grade, notebook, solved

pytestmark = [pytest.mark.slow, sandboxed]
MOST = sum(exercises.get(n).points for n in NAMES)
ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section
    Points Possible,,,,
"Lovelace, Ada",11,S1,alovelace,A
"Roe, Bob",12,S2,broe,A
"Doe, Cy",13,S3,cdoe,A
"""
ADA, BOB = "lovelaceada_11_101_02.ipynb", "roebob_LATE_12_102_02.ipynb"


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    """A Canvas download, graded inside its own folder with roster, policy and a mark by hand."""
    folder = tmp_path_factory.mktemp("evening")
    subs = folder / "subs"
    subs.mkdir()
    cells = [SETUP, RIGHT["roc_auc"], RIGHT["corrupt"]]
    (subs / ADA).write_text(json.dumps(notebook(solved())))
    (subs / BOB).write_text(json.dumps(notebook(cells)))
    first = exercises.get(exercises.names("03")[0])
    other = [SETUP, f"def {first.signature}:\n    return 1"]
    (subs / "straylea_14_104_03.ipynb").write_text(json.dumps(notebook(other)))
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "marks.csv").write_text("student,exercise,points,comment\nroebob,roc_auc,1,aloud\n")
    words = ["--roster", "../roster.csv", "--override", "../marks.csv", "--late", "50%"]
    run = course_grade(".", *words, "--seed", 5, "--canvas", cwd=subs, env=environment())
    assert run.returncode == 0, run.stderr
    return folder, run.stdout


def environment() -> dict[str, str]:
    root = Path(__file__).resolve().parents[3]
    return {**os.environ, "PYTHONPATH": str(root)}


def table(folder: Path, name: str = "gradebook.csv") -> dict[str, dict[str, str]]:
    with (folder / "subs" / "report" / name).open(newline="") as file:
        return {row.get("student") or row["ID"]: row for row in csv.DictReader(file)}


def test_marks_names_and_warnings(evening):
    folder, told = evening
    found = table(folder)
    assert found["lovelaceada_11"]["total"] == str(MOST) == found["straylea_14"]["max"]
    assert found["roebob_12"]["taken off, late"] == found["roebob_12"]["total"]
    assert found["Doe, Cy"]["status"] == "nothing handed in" and found["Doe, Cy"]["total"] == ""
    assert found["lovelaceada_11"]["sis id"] == "S1"
    assert "straylea_14_104_03.ipynb: notebook 03 was handed in where 02 was asked" in told
    assert "2 of 3 on the roster handed in; nothing from Doe, Cy" in told
    assert "not on the roster: straylea_14" in told and "median" in told
    canvas = table(folder, "canvas.csv")
    assert canvas["11"]["SIS User ID"] == "S1" and canvas["11"]["Lab"] == str(MOST)


def test_pages_say_what_was_taken_off_and_are_named_for_upload(evening):
    folder, _ = evening
    page = (folder / "subs" / "report" / "feedback" / "roebob_12.html").read_text()
    assert "taken off for coming late" in page
    with zipfile.ZipFile(folder / "subs" / "report" / "feedback.zip") as z:
        assert BOB.replace(".ipynb", ".html") in z.namelist()


def test_a_second_grading_in_the_same_folder_sees_no_new_student(evening):
    folder, _ = evening
    before = (folder / "subs" / "report" / "gradebook.csv").read_bytes()
    run = course_grade(".", "--resume", cwd=folder / "subs", env=environment())
    assert "left out: report (a report of the grader)" in run.stdout
    assert "3 files, 3 of them graded before" in run.stdout
    assert (folder / "subs" / "report" / "gradebook.csv").read_bytes() == before


def test_one_student_again_and_nobody_else(evening):
    folder, _ = evening
    subs = folder / "subs"
    lines = (subs / "report" / "results.jsonl").read_text().splitlines()
    run = course_grade(".", "--only", "lovelaceadda", cwd=subs, env=environment())
    assert run.returncode == 1 and "did you mean lovelaceada_11" in run.stderr
    run = course_grade(".", "--only", "lovelaceada", cwd=subs, env=environment())
    assert run.returncode == 0, run.stderr
    after = (subs / "report" / "results.jsonl").read_text().splitlines()
    assert after[: len(lines)] == lines and len(after) == len(lines) + 1
    assert json.loads(after[-1])["file"] == ADA
    assert table(folder)["lovelaceada_11"]["total"] == str(MOST)


def test_marks_that_can_not_be_used_stop_before_anything_is_graded(evening, tmp_path):
    folder, _ = evening
    marks = tmp_path / "marks.csv"
    marks.write_text("student,exercise,points\nroebob,roc_auc,inf\n")
    out = tmp_path / "out"
    run = course_grade(folder / "subs", "--out", out, "--override", marks, env=environment())
    assert run.returncode == 1 and "row 2, column points: inf" in run.stderr
    assert not out.exists()


def test_only_needs_a_report(evening, tmp_path):
    folder, _ = evening
    words = [folder / "subs", "--out", tmp_path / "none", "--only", "lovelaceada"]
    run = course_grade(*words, env=environment())
    assert run.returncode == 1 and "grade the class first" in run.stderr


def test_the_odd_notebook_can_be_counted_afterwards(evening):
    folder, _ = evening
    words = [".", "--resume", "--labs", "02,03"]
    run = course_grade(*words, cwd=folder / "subs", env=environment())
    assert run.returncode == 0, run.stderr
    found = table(folder)
    most = MOST + sum(exercises.get(n).points for n in exercises.names("03"))
    assert {r["max"] for r in found.values()} == {str(most), ""}
