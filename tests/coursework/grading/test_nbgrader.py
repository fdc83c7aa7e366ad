"""The real nbgrader, with no setting of ours: right answers get all marks, stubs none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbgrader.api")
from benchmarks.grading import RIGHT, desk, submission

pytestmark = pytest.mark.slow


def test_autograde_and_our_scores_in_its_gradebook(tmp_path, monkeypatch):
    import nbformat
    from nbgrader.api import Gradebook

    from coursework.grading.gradebook import Row
    from coursework.grading.nbgrader_db import enter_scores

    monkeypatch.delenv("COURSE_STRICT", raising=False)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    desk(tmp_path, 1)  # s000: all right
    stub = submission(0)
    for cell in stub.cells[1::2]:
        cell.source = cell.source.split("\n")[0] + "\n    raise NotImplementedError('TODO')"
    for student, notebook in (("stub", stub), ("wrong", submission(1))):
        (tmp_path / "submitted" / student / "lab").mkdir(parents=True)
        nbformat.write(notebook, tmp_path / "submitted" / student / "lab" / "lab.ipynb")
    command = [sys.executable, "-m", "nbgrader", "autograde", "lab", "--create"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    database = tmp_path / "gradebook.db"
    with Gradebook(f"sqlite:///{database}") as book:
        assert {s.id: s.score for s in book.students} == {"s000": 3, "stub": 0, "wrong": 2}
    row = Row("ada", ["ada.ipynb"], dict.fromkeys(RIGHT, 1))
    other = tmp_path / "ours.db"
    assert enter_scores(other, [row], list(RIGHT)) == 1
    with Gradebook(f"sqlite:///{other}") as book:
        assert {s.id: s.score for s in book.students} == {"ada": 3}


def test_validate_says_which_todos_fail(tmp_path, monkeypatch):
    import nbformat

    monkeypatch.delenv("COURSE_STRICT", raising=False)
    for number, words in ((0, "passes all the tests"), (1, "FAILED")):
        path = tmp_path / f"n{number}.ipynb"
        nbformat.write(submission(number), path)
        command = [sys.executable, "-m", "nbgrader", "validate", path.name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert words in done.stdout + done.stderr
    shutil.rmtree(tmp_path)
