"""Batches: right marks, bad input, marks by hand, the same bytes again."""

from __future__ import annotations

import csv
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from coursework import exercises
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import (
    MISTAKES,
    NAMES,
    SETUP,
    course_grade,
    marks,
    notebook,
    results,
    save,
    solved,
    unsolved,
)

pytestmark = [pytest.mark.slow, sandboxed]
MOST = sum(exercises.get(n).points for n in NAMES)


USES = """
def denoising_loss(model, x, x_noisy):
    return reconstruction_error(x, model(x_noisy).sigmoid())
"""
GREEK = "def reconstruction_error(μ, μ̂):\n    return (μ - μ̂).square().flatten(1).sum(1)"
ODD_CELLS = ["", "%matplotlib inline\n!ls\nx = 3 %2", "raise ValueError('mine')", "def (:"]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A batch with everything that comes from a learning platform, graded with 2 workers."""
    folder = tmp_path_factory.mktemp("batch")
    subs = folder / "subs"
    save(subs, "ada", solved())
    save(subs, "bob", unsolved())
    for name, (_, code) in MISTAKES.items():
        save(subs, f"mistake-{name}", solved(**{name: code}))
    wrong = MISTAKES["reconstruction_error"][1]
    save(subs, "depends", solved(reconstruction_error=wrong, denoising_loss=USES))
    save(subs, "greek", solved(reconstruction_error=GREEK))
    setup, *rest = solved()
    save(subs, "shuffled", [setup, *rest[::-1], *ODD_CELLS])
    save_formats(subs)
    save_odd_names(subs)
    save_what_cannot_be_read(subs)
    run = course_grade(subs, "--out", folder / "out", "--seed", 7, "--workers", 2)
    assert run.returncode == 0, run.stderr
    return folder


def save_formats(subs: Path) -> None:
    """A solved notebook in old and new formats, in several encodings, and with huge outputs."""
    written = json.dumps(notebook(solved()))
    cell = {"cell_type": "code", "outputs": [], "language": "python"}
    sheet = {"cells": [{**cell, "input": [c]} for c in solved()]}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    (subs / "old.ipynb").write_text(json.dumps(old))
    (subs / "new.ipynb").write_text(json.dumps({**notebook(solved()), "nbformat": 5}))
    (subs / "utf16.ipynb").write_text(written, encoding="utf-16")
    (subs / "bom.ipynb").write_text(written, encoding="utf-8-sig")
    accents = json.dumps(notebook(["# Müller\n" + SETUP, *solved()[1:]]), ensure_ascii=False)
    (subs / "latin.ipynb").write_bytes(accents.encode("cp1252"))
    big = notebook(solved())
    printed = {"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}
    big["cells"][1]["outputs"] = [printed]
    big["metadata"]["widgets"] = {}
    (subs / "big.ipynb").write_text(json.dumps(big))


def save_odd_names(subs: Path) -> None:
    """Students whose names a file system, a spreadsheet or a page may stumble over."""
    save(subs, "José Ñandú Çelik 李", solved())
    save(subs, "n" * 200, solved())
    save(subs, "=cmd|' !A0", unsolved())
    save(subs / "folder student", "lab2", unsolved())
    save(subs / "folder student", "lab10", solved())


def save_what_cannot_be_read(subs: Path) -> None:
    """Files that are no notebooks, or only half of one, or no files."""
    (subs / "cut.ipynb").write_text(json.dumps(notebook(solved()))[:3000])
    (subs / "empty.ipynb").write_text("")
    (subs / "essay.docx").write_bytes(b"PK\x03\x04 no notebook")
    (subs / "list.ipynb").write_text("[1, 2]")
    (subs / "empty folder").mkdir()
    (subs / "linked.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(subs / "pipe.ipynb")


FULL = [
    "ada",
    "old",
    "new",
    "utf16",
    "bom",
    "latin",
    "big",
    "José Ñandú Çelik 李",
    "n" * 200,
    "shuffled",
    "greek",
]


def test_solved_notebooks_get_full_marks_however_they_are_saved(first):
    found = marks(first / "out")
    assert {s: found[f"{s}.ipynb"]["total"] for s in FULL} == {s: str(MOST) for s in FULL}


def test_untouched_notebooks_get_nothing_and_are_called_not_attempted(first):
    assert marks(first / "out")["bob.ipynb"]["total"] == "0"
    assert {v["kind"] for v in results(first / "out")["bob.ipynb"]["verdicts"]} == {"not attempted"}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_named_mistake_costs_its_exercise_and_is_named(first, name):
    verdicts = results(first / "out")[f"mistake-{name}.ipynb"]["verdicts"]
    assert {v["name"] for v in verdicts if v["kind"] != "passed"} == {name}
    assert next(v["mistake"] for v in verdicts if v["name"] == name) == MISTAKES[name][0]


def test_a_wrong_function_costs_no_exercise_that_calls_it(first):
    verdicts = results(first / "out")["depends.ipynb"]["verdicts"]
    assert {v["name"] for v in verdicts if v["kind"] != "passed"} == {"reconstruction_error"}


def test_what_cannot_be_read_has_a_row_that_says_why(first):
    found, lines = marks(first / "out"), results(first / "out")
    told = {
        "cut.ipynb": ("damaged", "cut short"),
        "empty.ipynb": ("empty", "empty"),
        "essay.docx": ("not_a_notebook", "not a notebook"),
        "list.ipynb": ("not_a_notebook", "not a notebook"),
        "linked.ipynb": ("not_opened", "link"),
        "pipe.ipynb": ("unreadable", "no regular file"),
        "empty folder/": ("not_opened", "no notebook"),
    }
    for file, (status, words) in told.items():
        assert found[file]["total"] == "0" and words in found[file]["status"], file
        assert lines[file]["status"] == status, file
    assert {line["status"] for file, line in lines.items() if file not in told} == {"graded"}


def test_of_two_submissions_the_last_by_name_counts_and_the_other_says_so(first):
    found = marks(first / "out")
    assert found["folder student/lab10.ipynb"]["total"] == str(MOST)
    assert "lab2.ipynb was handed in too" in found["folder student/lab10.ipynb"]["status"]
    assert found["folder student/lab2.ipynb"]["total"] == ""
    assert "not counted" in found["folder student/lab2.ipynb"]["status"]


def test_no_cell_is_a_formula(first):
    text = (first / "out" / "gradebook.csv").read_text()
    assert "\n'=cmd" in text


def test_same_seed_gives_the_same_bytes_at_another_worker_count(first, tmp_path):
    assert (
        course_grade(first / "subs", "--out", tmp_path, "--seed", 7, "--workers", 1).returncode == 0
    )
    assert (tmp_path / "gradebook.csv").read_bytes() == (
        first / "out" / "gradebook.csv"
    ).read_bytes()


def test_a_zip_is_graded_and_one_that_leads_out_or_bursts_is_told(tmp_path):
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("ada.ipynb", json.dumps(notebook(solved())))
        z.writestr("../evil.ipynb", "{}")
        z.writestr("/abs.ipynb", "{}")
        z.writestr("bomb.ipynb", b"0" * (300 << 20))
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = 0o120777 << 16
        z.writestr(link, "/etc/passwd")
    run = course_grade(archive, "--out", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    found = marks(tmp_path / "out")
    assert found["ada.ipynb"]["total"] == str(MOST)
    assert len(found) == 5
    assert not list(tmp_path.glob("**/evil*.ipynb")) and not Path("/abs.ipynb").exists()


def test_overrides_survive_a_second_grading(first, tmp_path):
    save(tmp_path / "subs", "bob", unsolved())
    by_hand = tmp_path / "marks.csv"
    by_hand.write_text(
        "student,exercise,points,comment\nbob,roc_auc,1.5,explained it aloud\nnobody,roc_auc,1,\n"
    )
    run = course_grade(tmp_path / "subs", "--out", tmp_path / "out", "--override", by_hand)
    assert "no student nobody" in run.stdout
    by_hand.unlink()
    course_grade(tmp_path / "subs", "--out", tmp_path / "out")
    assert marks(tmp_path / "out")["bob.ipynb"]["total"] == "1.5"


LABS = sorted({exercises.get(n).notebook for n in exercises.names()})


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The course's own notebooks, all labs of two students: one solved them, one did nothing."""
    folder = tmp_path_factory.mktemp("own")
    notebooks = Path(__file__).resolve().parents[3] / "notebooks"
    for student, below in {"solved": "solutions/", "untouched": ""}.items():
        (folder / "subs" / student).mkdir(parents=True)
        for lab in LABS:
            (path,) = notebooks.glob(f"{below}{lab}_*.ipynb")
            shutil.copy(path, folder / "subs" / student / f"{lab}.ipynb")
    run = course_grade(folder / "subs", "--out", folder / "out", "--workers", 2)
    assert run.returncode == 0, run.stderr
    return folder / "out"


@pytest.mark.parametrize("lab", LABS)
def test_the_courses_own_notebooks_get_all_marks_solved_and_none_untouched(own, lab):
    found, names = results(own), exercises.names(lab)
    solved, untouched = (found[f"{s}/{lab}.ipynb"]["verdicts"] for s in ("solved", "untouched"))
    assert {v["name"]: v["points"] for v in solved} == {n: exercises.get(n).points for n in names}
    assert {v["name"]: v["kind"] for v in untouched} == dict.fromkeys(names, "not attempted")
    assert {v["points"] for v in untouched} == {0}


def test_the_gradebook_adds_up_the_labs_of_a_course(own):
    with (own / "gradebook.csv").open(newline="") as file:
        found = {row["student"]: row for row in csv.DictReader(file)}
    most = f"{sum(exercises.get(n).points for n in exercises.names()):g}"
    assert found["solved"]["total"] == found["solved"]["max"] == most
    assert found["untouched"]["total"] == "0" and found["untouched"]["max"] == most
