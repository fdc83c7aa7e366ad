"""Budgets are processor time: a busy machine changes no mark, and a sleeper is not waited for."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from coursework.grading.examination import examine
from coursework.grading.findings import Examined
from coursework.grading.meter import IDLE_WEIGHT, Meter
from coursework.grading.package import hidden_names
from coursework.grading.sandbox import Zygote
from coursework.grading.status import Reason
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import RIGHT, SETUP

BUSY = """import time
ends = time.process_time() + 1.2
while time.process_time() < ends:
    pass"""
CELLS = [SETUP, BUSY, RIGHT["reconstruction_error"], RIGHT["roc_auc"]]
NAMES = ["reconstruction_error", "roc_auc"]


@contextlib.contextmanager
def one_loaded_core() -> Iterator[None]:
    """Keep this process, and all that it starts, on a core that three others are on."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    loop = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(loop, start_new_session=True) for _ in range(3)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
        os.sched_setaffinity(0, allowed)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(hidden_names("02")) as zygote:
        yield zygote


def graded(zygote: Zygote, cells: list[str], seconds: float) -> Examined:
    return examine(zygote, cells, NAMES, seed=5, student="ada", seconds=seconds)


@pytest.mark.slow
@sandboxed
def test_a_file_gets_the_same_result_on_a_busy_machine(zygote):
    """The cell takes 1.2 of 2 seconds, more than two on a core with three other processes."""
    calm = asdict(graded(zygote, CELLS, 2.0))
    with one_loaded_core():
        assert asdict(graded(zygote, CELLS, 2.0)) == calm
    assert calm["remarks"] == [] and all(f["verdict"]["kind"] == "passed" for f in calm["findings"])


@pytest.mark.slow
@sandboxed
@pytest.mark.parametrize(
    "waits",
    [
        "import time; time.sleep(10**6)",
        "import os; os.read(os.pipe()[0], 1)",
        "import time\nwhile True: time.sleep(0.01)",
    ],
    ids=["sleeps", "reads", "naps"],
)
def test_a_function_that_waits_is_not_waited_for(zygote, waits):
    cells = [
        SETUP,
        RIGHT["reconstruction_error"],
        "def roc_auc(a, b):\n    " + waits.replace("\n", "\n    "),
    ]
    found = graded(zygote, cells, 1.5).findings
    assert [f.reason for f in found] == [Reason.JUDGED, Reason.CALL_TOO_LONG]


def test_time_in_a_queue_is_not_idle(monkeypatch, tmp_path):
    """A worker that was ready for 3 of 4 seconds, and had no processor, was idle for 1."""
    meter = Meter()
    monkeypatch.setattr("coursework.grading.meter._tasks", lambda pid: [tmp_path])
    (tmp_path / "schedstat").write_text(f"0 {3 * 10**9} 1")
    before = meter.spent()
    meter.waited(4.0, worked=0.0)
    assert 0.9 < meter.idle < 1.1
    assert meter.spent() - before == pytest.approx(meter.idle * IDLE_WEIGHT, abs=0.2)


def test_a_worker_that_is_not_there_has_used_nothing():
    meter = Meter()
    meter.watch(2**22 + 1)
    assert meter.worker_seconds() == 0.0
    meter.watch(os.getpid())
    assert meter.worker_seconds() == pytest.approx(time.process_time(), abs=0.5)


GIANT = """
import torch
def group_accuracy(y, y_hat, group):
    return None
def accuracy_gap(acc):
    many = torch.arange(100_000)
    return group_accuracy(many, many, many)
def wilson_interval(successes, n, z):
    return None
"""


@pytest.mark.slow
@sandboxed
def test_a_lent_function_called_with_giants_runs_under_the_same_limit():
    """The course's own `group_accuracy` needs seconds for 100,000 groups of one example each."""
    names = ["group_accuracy", "accuracy_gap", "wilson_interval"]
    with Zygote(hidden_names("09")) as zygote:
        found = examine(zygote, [GIANT], names, seed=5, student="ada", seconds=1.5).findings
    assert [f.reason for f in found] == [Reason.JUDGED, Reason.CALL_TOO_LONG, Reason.JUDGED]
