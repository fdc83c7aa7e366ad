"""Graders side by side, each a process with a zygote of its own.

A grader that dies is replaced, and its submission is tried again. Libraries have such pools, and
none fits: concurrent.futures ends the whole pool when a process is killed, and so does pebble when
the process holds the lock on the pipe that all of them share (tried with 25 kills in 1,500 tasks).
Here each grader has a line of its own.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import resource
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from coursework.grading.grader import Grader, Mapper, Settings
from coursework.grading.results import Result
from coursework.grading.status import Fault, Status
from coursework.grading.submissions import Submission

TRIES = 3  # processes that may die under one submission
MEMORY = 4 << 30  # bytes that a grader may add: student code may call a reference with giants
DIED = Fault(
    Status.SANDBOX_FAILED,
    f"the sandbox failed: {TRIES} grading processes ended under it; grade it again with --resume",
)


def on_this_machine(graders: int) -> Mapper:
    """Grade in `graders` processes on this machine."""

    def mapper(settings: Settings, submissions: list[Submission]) -> Iterator[Result]:
        size = max(1, min(graders, len(submissions) or 1))
        return Pool(settings, size).results(submissions)

    return mapper


def _limit_memory() -> None:
    """What a giant would need is refused by the system, and the call that wanted it fails."""
    pages = Path("/proc/self/statm")
    if pages.exists():  # Linux
        have = int(pages.read_text().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (have + MEMORY, hard))


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit


def _grade_from(line: Connection, settings: Settings) -> None:
    """What a grader's process does: grade what comes down the line until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    import torch
    import torch.fx.experimental.symbolic_shapes

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()  # what has been imported stays
    _limit_memory()
    grader = Grader(settings)
    signal.signal(signal.SIGTERM, _leave)
    try:
        while True:
            student, file, path = line.recv()
            line.send_bytes(grader.grade(student, file, Path(path)).to_json().encode())
    except (EOFError, OSError, SystemExit):
        pass
    finally:
        grader.close()


@dataclass
class GraderProcess:
    """A grader in a process of its own, the line to it, and what it is grading."""

    process: BaseProcess
    line: Connection
    submission: Submission | None = None

    def give(self, submission: Submission) -> None:
        """Have it grade a submission."""
        self.submission = submission
        with contextlib.suppress(OSError):  # a dead process is noticed when its line is read
            self.line.send((submission.student, submission.file, str(submission.path)))

    def take(self) -> Result | None:
        """The result that is ready, None where the process has died."""
        self.submission = None
        try:
            return Result.from_json(self.line.recv_bytes())
        except (EOFError, OSError, ValueError):
            return None


@dataclass
class Pool:
    """`size` graders; `results` yields what they give, in the order in which it comes."""

    settings: Settings
    size: int
    graders: list[GraderProcess] = field(default_factory=list)

    def results(self, submissions: Iterable[Submission]) -> Iterator[Result]:
        """One result for each submission, whatever happens to the graders."""
        waiting = deque(submissions)
        tries: dict[str, int] = {}
        try:
            while waiting or any(g.submission for g in self.graders):
                self.hire(len(waiting))
                for grader in self.graders:
                    if grader.submission is None and waiting:
                        grader.give(waiting.popleft())
                for grader in self._ready():
                    submission = grader.submission
                    if submission is None:
                        continue
                    result = grader.take()
                    if result is None:
                        self._dismiss(grader)
                        tries[submission.file] = tries.get(submission.file, 0) + 1
                        if tries[submission.file] < TRIES:
                            waiting.append(submission)
                            continue
                        result = Result.ungraded(submission.student, submission.file, DIED)
                    yield result
        finally:
            self.close()

    def hire(self, waiting: int) -> None:
        """Start as many graders as `waiting` submissions need, up to `size`."""
        busy = sum(g.submission is not None for g in self.graders)
        spawn = multiprocessing.get_context("spawn")
        while len(self.graders) < self.size and len(self.graders) - busy < waiting:
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_grade_from, args=(theirs, self.settings), daemon=True)
            process.start()
            theirs.close()
            self.graders.append(GraderProcess(process, ours))

    def _ready(self) -> list[GraderProcess]:
        """Wait until a grader has spoken or died; all that have."""
        lines = wait([g.line for g in self.graders if g.submission])
        return [g for g in self.graders if g.line in lines]

    def _dismiss(self, grader: GraderProcess) -> None:
        self.graders.remove(grader)
        grader.process.kill()
        grader.line.close()

    def close(self) -> None:
        """Let all graders go, and with them their sandboxes."""
        for grader in self.graders:
            grader.line.close()
            if grader.submission is not None:
                grader.process.terminate()
        for grader in self.graders:
            grader.process.join(20)
            grader.process.kill()
        self.graders.clear()
