"""What comes from outside has bounds: files, messages, folders that are left behind."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection

import pytest
import torch

from coursework.grading.grader import Settings
from coursework.grading.inside.changes import entries
from coursework.grading.inside.mirror import call_part
from coursework.grading.inside.reading import read_table
from coursework.grading.inside.wire import Malformed
from coursework.grading.pool import GraderProcess, Pool
from coursework.grading.sandbox import remove_leftovers
from coursework.grading.status import Status
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import parse
from tests.coursework.grading.making import notebook, save, solved


def test_a_file_that_would_fill_the_memory_is_not_read():
    many = b'{"cells": [' + b"[]," * 3_000_001 + b"0]}"
    for data in (many, b'{"cells": [' + b"1," * 20_000_001 + b"0]}"):
        fault = parse(data).fault
        assert fault and fault.status is Status.UNREADABLE and "outputs" in fault.sentence
    plot = json.dumps(notebook(["x = 1"])).encode()[:-1] + b', "more": "' + b"[" * 5_000_000 + b'"}'
    assert parse(plot).fault  # text counts as well: nobody can tell without reading it


def test_memory_that_runs_out_is_the_files_fault(monkeypatch):
    def loads(text: str) -> None:
        raise MemoryError

    monkeypatch.setattr("coursework.grading.submitted_notebook.json.loads", loads)
    fault = parse(b"{}").fault
    assert fault and fault.status is Status.UNREADABLE


def test_folders_of_killed_graders_are_removed_and_those_of_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for kind in ("grade", "task", "submissions"):
        for owner in (gone.pid, os.getpid(), "x"):
            (tmp_path / f"course-{kind}-{owner}-a" / "inner").mkdir(parents=True)
    (tmp_path / f"course-other-{gone.pid}-a").mkdir()
    remove_leftovers()
    assert len(list(tmp_path.iterdir())) == 7
    assert [p.name for p in tmp_path.glob(f"*-{gone.pid}-*")] == [f"course-other-{gone.pid}-a"]


def test_a_network_is_called_with_weights_of_its_own_shapes():
    net = torch.nn.Linear(3, 2)
    state = {"weight": torch.ones(2, 3), "bias": torch.zeros(2)}
    assert call_part(net, ["", "forward"], [state, [False], torch.ones(1, 3)], {}).sum() == 6
    with pytest.raises(ValueError, match="another shape"):
        odd = {**state, "weight": torch.ones(1000, 3)}
        call_part(net, ["", "forward"], [odd, [False], torch.ones(1, 3)], {})


def test_messages_have_bounds():
    long = {"dtype": "float32", "shape": [2**39] * 200_000}
    for line in (long, {"dtype": "float32", "shape": [1, 1], "stride": [1] * 100_000}):
        with pytest.raises(Malformed):
            read_table([line], bytearray(4))
    for changes in ([{"at": 0}] * 2, [{"at": 0}, {"at": 0}], "x", [1]):
        with pytest.raises(Malformed):
            entries(changes, 1)
    assert entries(None, 1) == [] and len(entries([{"at": 0}, {"at": 1}], 2)) == 2


def die(line: Connection, number: int) -> None:
    line.recv()
    os.kill(os.getpid(), number)


class Dying(Pool):
    """A pool whose graders end by a signal, each time."""

    number = signal.SIGKILL
    hired = 0

    def hire(self, *count: int) -> None:
        if not self.graders:
            ours, theirs = multiprocessing.Pipe()
            fork = multiprocessing.get_context("fork")
            process = fork.Process(target=die, args=(theirs, self.number), daemon=True)
            process.start()
            theirs.close()
            self.hired += 1
            self.graders.append(GraderProcess(process, ours))


@pytest.mark.parametrize("endless", [True, False], ids=["endless", "killed"])
def test_a_grader_that_ends_costs_its_own_submission(tmp_path, endless):
    """What ran out of processor time would do so again, and gets its final result at once."""
    pool = Dying(Settings(seed=1, labs=(), released=str(tmp_path)), 1)
    pool.number = signal.SIGPROF if endless else signal.SIGKILL
    submissions = [Submission("ada", "ada.ipynb", save(tmp_path, "ada", solved()))]
    (result,) = pool.results(submissions)
    assert (result.status is Status.STOPPED_GRADER) == endless
    assert result.status.is_final == endless and (pool.hired == 1) == endless


def test_of_code_without_end_the_first_million_characters_are_run():
    long = parse(json.dumps(notebook(["x = 1\n" * 50_000] * 6)).encode())
    assert len(long.cells) == 3 and "after the first 3" in long.remarks[0]
    many = parse(json.dumps(notebook(["x = 1"] * 2500)).encode())
    assert len(many.cells) == 2000 and len(many.remarks) == 1
