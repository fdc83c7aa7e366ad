"""Batches that are interrupted, killed, or run out of disk, and are resumed: the same marks."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import (
    MISTAKES,
    RIGHT,
    SETUP,
    course_grade,
    marks,
    results,
    save,
)

pytestmark = [pytest.mark.slow, sandboxed]


def test_interrupt_keeps_what_is_done(tmp_path):
    for i in range(60):
        save(tmp_path / "subs", f"s{i}", [SETUP, RIGHT["roc_auc"]])
    command = [
        sys.executable,
        "-m",
        "coursework.cli",
        "grade",
        str(tmp_path / "subs"),
        "--out",
        str(tmp_path / "out"),
    ]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's `&` ignores it
    )
    _wait_for_lines(tmp_path / "out" / "results.jsonl", 4)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=600)
    assert process.returncode == 130 and "--resume" in told
    kept = len(results(tmp_path / "out"))
    assert 3 <= kept < 60
    assert course_grade(tmp_path / "subs", "--out", tmp_path / "out", "--resume").returncode == 0
    assert {r["total"] for r in marks(tmp_path / "out").values()} == {"2"}


@pytest.mark.parametrize("seed", [1])
def test_killed_at_random_moments_and_resumed_gives_the_same_marks(tmp_path, seed):
    draw = random.Random(seed)
    answers = [RIGHT["roc_auc"], MISTAKES["roc_auc"][1], "def roc_auc(a, b):\n    return 1 / 0"]
    for i in range(200):
        save(tmp_path / "subs", f"s{i:03d}", [SETUP, RIGHT["reconstruction_error"], answers[i % 3]])
    calm = course_grade(tmp_path / "subs", "--out", tmp_path / "calm", "--seed", 5)
    assert calm.returncode == 0
    command = [
        sys.executable,
        "-m",
        "coursework.cli",
        "grade",
        str(tmp_path / "subs"),
        "--out",
        str(tmp_path / "out"),
        "--seed",
        "5",
    ]
    for attempt in range(4):
        process = psutil.Popen(
            [*command, *(["--resume"] if attempt else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for_lines(tmp_path / "out" / "results.jsonl", 1)
        for _ in range(4):
            time.sleep(draw.uniform(0.5, 5))
            family = process.children(recursive=True) if process.is_running() else []
            if family:
                draw.choice(family).kill()
        if attempt < 3:
            process.kill()
        process.wait()
    run = course_grade(tmp_path / "subs", "--out", tmp_path / "out", "--resume")
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "out" / "gradebook.csv").read_bytes() == (
        tmp_path / "calm" / "gradebook.csv"
    ).read_bytes()


def test_a_full_disk_stops_with_a_message_and_loses_nothing(tmp_path):
    if os.getuid() != 0:
        pytest.skip("a small file system needs root")
    for i in range(20):
        save(tmp_path / "subs", f"s{i}", [SETUP, RIGHT["roc_auc"]])
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", small], check=True)
    try:
        run = course_grade(tmp_path / "subs", "--out", small, "--seed", 1, "--workers", 1)
        assert run.returncode == 1 and "No space left" in run.stderr and "--resume" in run.stderr
        kept = len(results(small))
        assert 0 < kept < 20
        subprocess.run(["mount", "-o", "remount,size=2m", small], check=True)
        assert course_grade(tmp_path / "subs", "--out", small, "--resume").returncode == 0
        assert {r["total"] for r in marks(small).values()} == {"2"}
    finally:
        subprocess.run(["umount", small], check=True)


def _wait_for_lines(path: Path, count: int) -> None:
    for _ in range(6000):
        if path.exists() and len(path.read_bytes().splitlines()) > count:
            return
        time.sleep(0.1)
    raise TimeoutError(path)
