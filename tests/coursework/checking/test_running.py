"""A check that takes too long, and one that only seems to."""

import ctypes
import re
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from coursework.checking.exercise import Case, Exercise
from coursework.checking.running import attempt, limited

SLOW_MODULE = """
import time
for _ in range(10):
    time.sleep(0.1)
whole = True
"""


def twice(x):
    return 2 * x


EXERCISE = Exercise(
    name="twice", notebook="99", title="twice", reference=twice, cases=lambda generator: ()
)


def run(fn, seconds):
    case = Case((torch.ones(2),))
    return attempt(EXERCISE, fn, [case], torch.Generator().manual_seed(0), seconds)


def test_a_loop_without_end_is_ended():
    def endless(x):
        while True:
            pass

    trial = run(endless, 0.3)
    assert trial.timed_out and not trial.stuck


def test_an_import_is_never_cut_in_half(tmp_path, monkeypatch):
    """PyTorch imports parts of itself at the first optimizer; on a busy machine that takes long."""
    (tmp_path / "slow_to_come.py").write_text(textwrap.dedent(SLOW_MODULE))
    monkeypatch.syspath_prepend(tmp_path)

    def late(x):
        import slow_to_come

        return x * (2 if slow_to_come.whole else 0)

    trial = run(late, 0.2)
    assert not trial.timed_out and torch.equal(trial.outcomes[0].seen.value, torch.full((2,), 2.0))
    assert sys.modules.pop("slow_to_come").whole


def test_a_function_is_called_with_as_many_threads_as_the_caller_has():
    """OpenMP would give a new thread all processors, of which a grader has one."""
    maps = Path("/proc/self/maps")
    libraries = re.findall(r"\S*torch\S*libgomp\S*", maps.read_text()) if maps.exists() else []
    if not libraries:
        pytest.skip("torch does not compute with libgomp here")
    openmp, seen = ctypes.CDLL(libraries[0]), []
    before = torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            limited(lambda: seen.append(openmp.omp_get_max_threads()), 5.0)
    finally:
        torch.set_num_threads(before)
    assert seen == [1, 3]
