"""The sandbox around the zygote.

Bubblewrap gives the zygote a file system of its own (Python, its packages, the copy of the course,
all read-only) and no network; each worker leaves even the zygote's namespaces, as
`inside/confine.py` says.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch

import course_utils
import coursework
from coursework.grading.bubblewrap import DEBUG, bwrap_command, environment
from coursework.grading.inside.wire import Gone, Late, Malformed
from coursework.grading.meter import MeteredChannel
from coursework.grading.package import write_learners, write_rest

STARTUP = 600.0  # seconds that a zygote may take to import torch on a busy machine
ANSWER = 120.0  # seconds that it may take to fork or kill
CREDENTIALS = struct.Struct("3i")  # process, user, group


class SandboxError(RuntimeError):
    """The sandbox could not be started, or does not answer."""


class Zygote:
    """A process that has imported torch and forks a worker on request. One worker at a time.

    hidden: names of functions that the copy of the course must lack; `turn_to` makes it another
    copy. Use as a context manager.
    """

    def __init__(self, hidden: list[str], confined: bool = True) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"course-grade-{os.getpid()}-"))
        copy, home = self.folder / "copy", self.folder / "home"
        home.mkdir()
        write_rest(copy)
        if not confined:  # code may run as another user, who has to get to his folder
            self.folder.chmod(0o711)
            home.chmod(0o711)
        self.control, theirs = socket.socketpair()
        mode = "namespaces" if confined else "plain"
        python = [sys.executable, "-P", "-m", "inside.zygote", str(theirs.fileno()), mode]
        command = bwrap_command(copy, _private()) + python if confined else python
        try:
            self.process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get(DEBUG) else subprocess.DEVNULL,
                start_new_session=True,
                cwd=home,
                env=None if confined else environment(str(copy), str(home)),
            )
        except OSError as error:
            self._remove()
            raise SandboxError(f"the sandbox does not start: {error}") from error
        finally:
            theirs.close()
        self.answers = self.control.makefile("rb")
        self._start_lab(hidden)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def turn_to(self, hidden: list[str]) -> None:
        """Go on with another lab: its worker has ended, torch need not be imported again."""
        self._ask(b"end\n")
        self._start_lab(hidden)

    def _start_lab(self, hidden: list[str]) -> None:
        write_learners(self.folder / "copy", hidden)
        self._ask(b"lab\n", STARTUP)

    def fork(self) -> MeteredChannel:
        """Start a worker on this thread's core, ending the one before; our end of a line to it."""
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else {-1}
        order = b"fork %d\n" % min(cores)
        channel = MeteredChannel(ours)
        channel.deadline = time.monotonic() + ANSWER
        try:
            socket.send_fds(self.control, [order], [theirs.fileno()])
            theirs.close()
            self._answer(ANSWER)
            channel.worker = _sender(ours)
            channel.receive()  # the worker says that it is confined
        except (OSError, SandboxError, Gone, Late, Malformed) as error:
            channel.close()
            raise SandboxError("a worker does not start") from error
        finally:
            theirs.close()
        channel.deadline = math.inf
        return channel

    def kill(self) -> float:
        """End the worker and everything it started; the processor seconds it had."""
        return float(str(self._ask(b"kill\n").get("seconds", 0.0)))

    def _ask(self, order: bytes, seconds: float = ANSWER) -> dict[str, object]:
        try:
            self.control.sendall(order)
        except OSError as error:
            self.close()
            raise SandboxError("the zygote has ended") from error
        return self._answer(seconds)

    def _answer(self, seconds: float) -> dict[str, object]:
        self.control.settimeout(seconds)
        cause: OSError | None = None
        try:
            line = self.answers.readline()
        except OSError as error:
            line, cause = b"", error
        if not line:
            self.close()
            raise SandboxError("the sandbox does not answer") from cause
        return json.loads(line)

    def close(self) -> None:
        """End the zygote, its worker and its folder."""
        self.process.kill()
        self.process.wait()
        self.answers.close()
        self.control.close()
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _sender(line: socket.socket) -> int:
    """The process that is about to be heard, by the number that it has for us.

    Linux says so beside the bytes, and puts the numbers of other namespaces into ours.
    """
    line.settimeout(ANSWER)
    _, beside, _, _ = line.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size), socket.MSG_PEEK)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for _, kind, data in beside:
        if kind == socket.SCM_CREDENTIALS and len(data) == CREDENTIALS.size:
            return int(CREDENTIALS.unpack(data)[0])
    raise SandboxError("the system does not say which process a worker is")


def _private() -> list[Path]:
    """Folders that no submission may see: the course, and the home of whoever grades."""
    packages = [Path(p.__path__[0]).resolve() for p in (course_utils, coursework)]
    repository = packages[0].parent
    hidden = [repository] if (repository / "notebooks").is_dir() else packages
    return [*hidden, Path.home()]


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread, and the workers that it asks for meanwhile, on the core that it is on.

    Judge and worker take turns. A message to the same core is there at once; another core would
    have to be woken up, a hundred times a submission. Two threads of torch's on one core would
    spend their time waiting for each other.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else None  # None: macOS
    if allowed:
        os.sched_setaffinity(0, {ctypes.CDLL(None).sched_getcpu()})
    try:
        yield
    finally:
        if allowed:
            os.sched_setaffinity(0, allowed)
        torch.set_num_threads(threads)


def remove_leftovers() -> None:
    """Remove the folders of graders that were killed: `course-WHAT-PROCESS-…`."""
    for kind in ("grade", "task", "submissions"):
        for path in Path(tempfile.gettempdir()).glob(f"course-{kind}-*-*"):
            owner = path.name.split("-")[2]
            if owner.isdecimal() and not _is_alive(int(owner)):
                shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
