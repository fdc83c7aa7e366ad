"""Judges side by side, each a process with a zygote of its own. One that dies is replaced, its task retried."""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import resource
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from coursework.grading.submissions import Submission
from coursework.grading.task import Grader, Settings

TRIES = 3  # processes that may die under one submission
MEMORY = (
    4 << 30
)  # bytes that a judge may add: a student's code may ask it to call a reference on giants


def failed(submission: Submission, why: str) -> dict[str, Any]:
    """The result of a file that was not graded at all."""
    return {"student": submission.student, "file": submission.file, "sha256": "", "lab": "", "fault": why,
            "remarks": [], "verdicts": [], "code": {}, "seconds": 0.0}  # fmt: skip


def _limit_memory() -> None:
    """What a giant would need is refused by the system, and the call that wanted it fails."""
    pages = Path("/proc/self/statm")
    if pages.exists():  # Linux
        have = int(pages.read_text().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (have + MEMORY, hard))


def _judge_process(line: Connection, settings: Settings) -> None:
    """Grade what comes down the line until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    import torch
    import torch.fx.experimental.symbolic_shapes

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()  # what has been imported stays
    _limit_memory()
    grader = Grader(settings)
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit))
    try:
        while True:
            student, file, path = line.recv()
            line.send_bytes(json.dumps(grader.grade(student, file, Path(path))).encode())
    except (EOFError, OSError, SystemExit):
        pass
    finally:
        grader.close()


@dataclass
class _Judge:
    process: BaseProcess
    line: Connection
    task: Submission | None = None


@dataclass
class Pool:
    """`workers` judges; `results` yields what they give, in the order in which it comes."""

    settings: Settings
    workers: int
    judges: list[_Judge] = field(default_factory=list)

    def results(self, submissions: Iterable[Submission]) -> Iterator[dict[str, Any]]:
        """One result for each submission, whatever happens to the judges."""
        waiting = deque(submissions)
        tries: dict[str, int] = {}
        try:
            while waiting or any(j.task for j in self.judges):
                self._hire(len(waiting))
                for judge in self.judges:
                    if judge.task is None and waiting:
                        self._give(judge, waiting.popleft())
                ready = wait([j.line for j in self.judges if j.task])
                for judge in [j for j in self.judges if j.line in ready]:
                    task = judge.task
                    if task is None:
                        continue
                    result = self._take(judge)
                    if result is None:
                        tries[task.file] = tries.get(task.file, 0) + 1
                        if tries[task.file] < TRIES:
                            waiting.append(task)
                            continue
                        result = failed(
                            task,
                            f"the sandbox failed: {TRIES} grading processes ended under it; grade it again with --resume",
                        )
                    yield result
        finally:
            self.close()

    def _hire(self, waiting: int) -> None:
        busy = sum(j.task is not None for j in self.judges)
        spawn = multiprocessing.get_context("spawn")
        while len(self.judges) < self.workers and len(self.judges) - busy < waiting:
            ours, theirs = spawn.Pipe()
            process = spawn.Process(
                target=_judge_process, args=(theirs, self.settings), daemon=True
            )
            process.start()
            theirs.close()
            self.judges.append(_Judge(process, ours))

    def _give(self, judge: _Judge, task: Submission) -> None:
        judge.task = task
        with contextlib.suppress(OSError):  # a judge that is dead is noticed when its line is read
            judge.line.send((task.student, task.file, str(task.path)))

    def _take(self, judge: _Judge) -> dict[str, Any] | None:
        """The result of a judge that has spoken; None where it has died, and then it is let go."""
        judge.task = None
        try:
            return json.loads(judge.line.recv_bytes())
        except (EOFError, OSError, ValueError):
            self.judges.remove(judge)
            judge.process.kill()
            judge.line.close()
            return None

    def close(self) -> None:
        """Let all judges go, and with them their sandboxes."""
        for judge in self.judges:
            judge.line.close()
            if judge.task is not None:
                judge.process.terminate()
        for judge in self.judges:
            judge.process.join(20)
            judge.process.kill()
        self.judges.clear()
