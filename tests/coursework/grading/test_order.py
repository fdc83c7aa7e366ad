"""Submissions are graded lab by lab, and each of them once, whatever becomes of the graders."""

from __future__ import annotations

import json
import random
from collections import deque
from pathlib import Path

import pytest

from benchmarks.class_mistakes import CHANGES
from benchmarks.made_up_class import make_class, solution
from coursework import exercises
from coursework.checking import Exercise
from coursework.grading.definitions import find_lab
from coursework.grading.order import WORTH, Waiting, likely_lab
from coursework.grading.submissions import Submission, find
from coursework.grading.submitted_notebook import parse

LABS = sorted({exercises.get(n).notebook for n in exercises.names()})


@pytest.mark.parametrize("lab", LABS)
def test_a_look_at_the_bytes_tells_the_lab(lab: str) -> None:
    data = json.dumps(solution(lab)).encode()
    assert likely_lab(data) == lab == find_lab(parse(data).cells, "x", ())
    assert likely_lab(data, [lab]) == lab
    assert likely_lab(b"\xff" + data[: len(data) // 2]) in (lab, "")


def test_what_is_no_notebook_has_no_lab() -> None:
    assert {likely_lab(d) for d in (b"", b"\x00\xff", b"def mine(x):", b'{"cells": []}')} == {""}


def waiting(**counts: int) -> Waiting:
    by_lab = {
        lab: deque(Submission(f"{lab}{i}", f"{lab}{i}.ipynb", Path()) for i in range(count))
        for lab, count in counts.items()
    }
    return Waiting(by_lab)


def test_a_grader_stays_with_its_lab_and_takes_a_free_one_next() -> None:
    left = waiting(a=2, b=1, c=3)
    taken = [left.next("a", {"c"}) for _ in range(3)]
    assert [found[0] for found in taken if found] == ["a", "a", "b"]


def test_a_lab_is_shared_only_where_many_wait() -> None:
    assert waiting(a=WORTH - 1).next(None, {"a"}) is None
    found = waiting(a=WORTH).next(None, {"a"})
    assert found and found[0] == "a"


def test_no_more_graders_than_are_of_use() -> None:
    assert waiting(a=3).useful() == 1
    assert waiting(a=3, b=1).useful() == 2
    assert waiting(a=4 * WORTH).useful() == 4


@pytest.mark.parametrize("seed", range(30))
def test_every_submission_is_given_out_once_whatever_graders_do(seed: int) -> None:
    draw = random.Random(seed)
    left = waiting(**{lab: draw.randrange(1, 3 * WORTH) for lab in "abcd"[: draw.randrange(1, 5)]})
    everything = sorted(s.file for queue in left.by_lab.values() for s in queue)
    graders: list[str | None] = [None] * draw.randrange(1, 5)
    given: list[str] = []
    while left:
        progress = False
        for i in draw.sample(range(len(graders)), len(graders)):
            others = {g for j, g in enumerate(graders) if j != i and g is not None}
            if found := left.next(graders[i], others):
                progress = True
                if draw.random() < 0.1:  # it dies, another takes its place
                    left.again(*found)
                    graders[i] = None
                    continue
                graders[i] = found[0]
                given.append(found[1].file)
        assert progress, "nobody does anything, and files wait"
    assert sorted(given) == everything


def test_a_made_up_class_is_the_same_twice_and_has_what_it_says(tmp_path: Path) -> None:
    first, second = (make_class(tmp_path / n, count=60, odd=40, seed=3) for n in ("a", "b"))
    assert first == second
    assert len(find(tmp_path / "a")) == 60
    assert sum(m.kind != "honest" for m in first) == 40
    assert {m.lab for m in first} == set(LABS)
    for made in first:
        path, twin = tmp_path / "a" / made.file, tmp_path / "b" / made.file
        if not path.is_symlink():
            assert path.read_bytes() == twin.read_bytes()
    assert make_class(tmp_path / "c", count=60, odd=40, seed=4) != first


def test_each_change_of_the_class_changes_its_solution() -> None:
    written = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for lab in LABS
        for cell in solution(lab)["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    for name, changes in CHANGES.items():
        exercise = exercises.get(name)
        assert isinstance(exercise, Exercise)
        known = {m.name for m in exercise.mistakes}
        for mistake, old, _ in changes:
            assert old in written[name] and mistake in known, (name, mistake)
