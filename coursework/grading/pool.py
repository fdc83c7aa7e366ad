"""Graders side by side, each a process with a zygote of its own.

A grader that dies is replaced, and its submission is tried again. Libraries have such pools, and
none fits: concurrent.futures ends the whole pool when a process is killed, and so does pebble when
the process holds the lock on the pipe that all of them share (tried with 25 kills in 1,500 tasks).
Here each grader has a line of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import os
import resource
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from coursework.grading.examination import PROCESSOR
from coursework.grading.grader import Grader, Mapper, Settings
from coursework.grading.order import Waiting
from coursework.grading.results import Result
from coursework.grading.sandbox import remove_leftovers
from coursework.grading.status import Fault, Status
from coursework.grading.submissions import Submission

TRIES = 2  # processes that may die under one submission
MEMORY = 4 << 30  # bytes that a grader may add: student code may call a reference with giants
M_ARENA_MAX = -8  # of glibc's mallopt
# Imported once, in a server that forks the graders, so that these share the memory it takes.
PRELOADED = ["torch", "torch.fx.experimental.symbolic_shapes", "coursework.grading.grader"]
DIED = Fault(
    Status.SANDBOX_FAILED,
    f"the sandbox failed: {TRIES} grading processes ended under it",
)
ENDLESS = Fault(
    Status.STOPPED_GRADER,
    f"judging it took more than {PROCESSOR:.0f} seconds and was ended; look at it by hand",
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


def _give_back(libc: ctypes.CDLL, at_start: bool = False) -> None:
    """Memory that is free goes back to the system; at the start: no stock of it for each thread."""
    if hasattr(libc, "malloc_trim"):  # glibc
        if at_start:
            libc.mallopt(M_ARENA_MAX, 1)
        libc.malloc_trim(0)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit


@contextlib.contextmanager
def _no_imports_from_here() -> Iterator[None]:
    """The server that forks graders imports nothing from the current folder: submissions lie there.

    It reads that from the environment as it starts. What is started later finds ours as it was.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _grade_from(line: Connection, settings: Settings) -> None:
    """What a grader's process does: grade what comes down the line until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    libc = ctypes.CDLL(None)
    _give_back(libc, at_start=True)
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
            _give_back(libc)
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
    lab: str | None = None  # of the submission that it got last

    def give(self, lab: str, submission: Submission) -> None:
        """Have it grade a submission."""
        self.lab, self.submission = lab, submission
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
        given = list(submissions)
        self.hire(len(given[:1]))  # it imports torch while the files are looked at
        waiting = Waiting.of(given, self.settings.labs)
        tries: Counter[Submission] = Counter()
        try:
            while waiting or any(g.submission for g in self.graders):
                self.hire(waiting.useful())
                self._give_out(waiting)
                for grader in self._ready():
                    submission, lab = grader.submission, grader.lab
                    if submission is None or lab is None:
                        continue
                    result = grader.take()
                    if result is None:
                        endless = self._dismiss(grader) == -signal.SIGPROF
                        tries[submission] += 1
                        if tries[submission] < TRIES and not endless:
                            waiting.again(lab, submission)
                            continue
                        fault = ENDLESS if endless else DIED
                        result = Result.ungraded(submission.student, submission.file, fault)
                    yield result
        finally:
            self.close()

    def _give_out(self, waiting: Waiting) -> None:
        """Have idle graders go on, each with the lab that its sandbox was made for if it can."""
        for grader in self.graders:
            if grader.submission is None:
                others = {g.lab for g in self.graders if g is not grader and g.lab is not None}
                if found := waiting.next(grader.lab, others):
                    grader.give(*found)

    def hire(self, count: int) -> None:
        """Start graders until there are `count`, or as many as the pool has room for."""
        fresh = multiprocessing.get_context("forkserver")
        fresh.set_forkserver_preload(PRELOADED)
        with _no_imports_from_here():
            while len(self.graders) < min(count, self.size):
                ours, theirs = fresh.Pipe()
                given = (theirs, self.settings)
                process = fresh.Process(target=_grade_from, args=given, daemon=True)
                process.start()
                theirs.close()
                self.graders.append(GraderProcess(process, ours))

    def _ready(self) -> list[GraderProcess]:
        """Wait until a grader has spoken or died; all that have."""
        lines = wait([g.line for g in self.graders if g.submission])
        return [g for g in self.graders if g.line in lines]

    def _dismiss(self, grader: GraderProcess) -> int | None:
        """Let go of a grader that has ended; how it ended."""
        self.graders.remove(grader)
        grader.line.close()
        grader.process.join(5)
        grader.process.kill()
        remove_leftovers()  # its sandbox's folder
        return grader.process.exitcode

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
