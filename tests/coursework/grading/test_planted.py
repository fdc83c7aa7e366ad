"""Files that a student puts beside the others, where the command is run in that folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coursework.grading.grader import Settings
from coursework.grading.pool import Pool
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import marks, results, save, solved

pytestmark = [pytest.mark.slow, sandboxed]
MODULES = ("torch", "numpy", "json", "multiprocessing", "coursework", "sitecustomize", "typer")
COMMAND = "from coursework.cli import app\nif __name__ == '__main__':\n    app()\n"
ROOT = Path(__file__).resolve().parents[3]


def test_a_module_among_the_submissions_is_never_imported(tmp_path):
    subs, mark = tmp_path / "subs", tmp_path / "came"
    save(subs, "ada", solved())
    for name in MODULES:
        (subs / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')")
    (subs / "eve\nlook at this: all is fine\x1b[2J.ipynb").write_text("{")
    (subs / "autograder.zip.ipynb").write_text("{")
    (tmp_path / "command.py").write_text(COMMAND)  # as the command `course` begins
    words = [tmp_path / "command.py", "grade", ".", "--out", tmp_path / "out", "--gradescope"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=subs,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert not mark.exists()
    (verdicts,) = [r["verdicts"] for f, r in results(tmp_path / "out").items() if f == "ada.ipynb"]
    assert all(v["kind"] == "passed" for v in verdicts)
    assert len(marks(tmp_path / "out")) == len(MODULES) + 3
    assert (tmp_path / "out/gradescope/autograder.zip").is_file()
    # A name of a file is a part of a line, and rules no terminal.
    assert not any(line.startswith("look at this: all") for line in done.stdout.splitlines())
    assert "\x1b" not in done.stdout + done.stderr


def test_what_is_started_after_graders_were_hired_finds_its_modules():
    before = dict(os.environ)
    pool = Pool(Settings(seed=0, labs=(), released=""), size=1)
    try:
        pool.hire(1)
        assert dict(os.environ) == before
    finally:
        pool.close()
