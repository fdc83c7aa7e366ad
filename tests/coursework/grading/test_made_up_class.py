"""A small made-up class of all labs, a third of it odd: the right marks, and the same bytes again.

What is compared: `gradebook.csv`, all of `feedback/`, and the lines of `results.jsonl` in any order
without `seconds`, the one thing in them that no two runs share.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.grading_class import same_bytes, wrong_marks
from benchmarks.made_up_class import Made, make_class
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import course_grade, results

pytestmark = [pytest.mark.slow, sandboxed]
COUNT, ODD, SEED = 24, 8, 1


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Made]]:
    """The folder with the class in `subs` and its report in `out`, and what the class is."""
    folder = tmp_path_factory.mktemp("class")
    made = make_class(folder / "subs", COUNT, ODD, SEED)
    run = course_grade(folder / "subs", "--out", folder / "out", "--seed", 5, "--workers", 2)
    assert run.returncode == 0, run.stderr
    return folder, made


def test_each_gets_its_marks_and_each_mistake_its_name(calm: tuple[Path, list[Made]]) -> None:
    folder, made = calm
    assert set(results(folder / "out")) == {m.file for m in made}
    assert wrong_marks(folder / "out", made) == []


def test_killed_and_resumed_gives_the_same_bytes(calm: tuple[Path, list[Made]]) -> None:
    folder, _ = calm
    out = folder / "killed"
    words = ["grade", str(folder / "subs"), "--out", str(out), "--seed", "5", "--workers", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "coursework.cli", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    lines = out / "results.jsonl"
    while process.poll() is None and not (
        lines.exists() and lines.read_bytes().count(b"\n") > COUNT // 2
    ):
        time.sleep(0.1)
    process.kill()
    process.wait()
    assert lines.read_bytes().count(b"\n") <= COUNT, "it was over before it was killed"
    run = course_grade(folder / "subs", "--out", out, "--resume", "--workers", 2)
    assert run.returncode == 0, run.stderr
    assert same_bytes(out) == same_bytes(folder / "out")


def test_nothing_is_graded_twice_and_no_mark_is_lost(calm: tuple[Path, list[Made]]) -> None:
    folder, _ = calm
    shutil.copytree(folder / "out", folder / "again")
    before = (folder / "again" / "results.jsonl").read_bytes()
    run = course_grade(folder / "subs", "--out", folder / "again", "--resume")
    assert run.returncode == 0, run.stderr
    assert (folder / "again" / "results.jsonl").read_bytes() == before
    assert same_bytes(folder / "again") == same_bytes(folder / "out")
