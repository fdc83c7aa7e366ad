"""The sandbox around the zygote.

Bubblewrap gives the zygote a file system of its own (Python, its packages, the copy of the course,
all read-only) and no network; each worker leaves even the zygote's namespaces (see `inside/confine.py`).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import course_utils
import coursework
from coursework.grading.inside.wire import Channel, Gone, Late, Malformed
from coursework.grading.package import write_copy

STARTUP = 120.0  # seconds that a zygote may take to import torch on a busy machine
ANSWER = 15.0  # seconds that it may take to fork or kill


class SandboxError(RuntimeError):
    """The sandbox could not be started, or does not answer."""


def read_only_folders() -> list[str]:
    """Folders that Python needs: system libraries, the interpreter, its packages."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    found = sorted({str(Path(p)) for p in places if Path(p).exists()}, key=len)
    outer: list[str] = []
    for place in found:
        if place != "/" and not any(Path(place).is_relative_to(o) for o in ["/usr", *outer]):
            outer.append(place)
    return outer


def bwrap_command(copy: Path, private: list[Path]) -> list[str]:
    """The command line of bubblewrap. `private`: folders that must not be seen even where Python's hold them."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
               "--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--ro-bind", "/usr", "/usr"]  # fmt: skip
    for place in ("/lib", "/lib64", "/lib32", "/bin", "/sbin"):
        if os.path.islink(place):
            command += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            command += ["--ro-bind", place, place]
    for place in (
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/alternatives",
        "/etc/fonts",
    ):
        command += ["--ro-bind-try", place, place]
    command += ["--tmpfs", "/tmp"]  # before Python's folders, which may lie in /tmp themselves
    folders = read_only_folders()
    for place in folders:
        command += ["--ro-bind", place, place]
    for path in private:
        if any(path.is_relative_to(f) and str(path) != f for f in ["/usr", *folders]):
            command += ["--tmpfs", str(path), "--remount-ro", str(path)]
    command += [
        "--ro-bind",
        str(copy),
        "/course",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--chdir",
        "/tmp",
    ]
    for name, value in environment("/course", "/tmp").items():
        command += ["--setenv", name, value]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def environment(copy: str, home: str) -> dict[str, str]:
    """All that a worker learns from its environment."""
    return {
        "PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "USER": "student", "LOGNAME": "student",
        "PYTHONPATH": copy, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1",
        "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg",
        "MPLCONFIGDIR": home, "IPYTHONDIR": home, "TORCHINDUCTOR_CACHE_DIR": home, "COURSE_DEVICE": "cpu",
        "CUDA_VISIBLE_DEVICES": "", **({"COURSE_GRADING_DEBUG": "1"} if os.environ.get("COURSE_GRADING_DEBUG") else {}),
    }  # fmt: skip


class Zygote:
    """A process that has imported torch and forks a worker on request. One worker at a time.

    hidden: names of functions that the copy of the course must lack. Use as a context manager.
    """

    def __init__(self, hidden: list[str], confined: bool = True) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"course-grade-{os.getpid()}-"))
        copy, home = self.folder / "copy", self.folder / "home"
        home.mkdir()
        write_copy(copy, hidden)
        self.control, theirs = socket.socketpair()
        python = [
            sys.executable,
            "-P",
            "-m",
            "inside.zygote",
            str(theirs.fileno()),
            "namespaces" if confined else "plain",
        ]
        packages = [Path(p.__file__).resolve().parent for p in (course_utils, coursework)]
        repository = packages[0].parent
        private = [repository] if (repository / "notebooks").is_dir() else packages
        private.append(Path.home())
        command = bwrap_command(copy, private) + python if confined else python
        try:
            self.process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("COURSE_GRADING_DEBUG") else subprocess.DEVNULL, start_new_session=True,
                cwd=home, env=None if confined else environment(str(copy), str(home)),
            )  # fmt: skip
        except OSError as error:
            self._remove()
            raise SandboxError(f"the sandbox does not start: {error}") from error
        finally:
            theirs.close()
        self.answers = self.control.makefile("rb")
        self._answer(STARTUP)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def fork(self) -> Channel:
        """Start a worker on this thread's core, ending the one before; the judge's end of the line to it."""
        ours, theirs = socket.socketpair()
        cores = getattr(os, "sched_getaffinity", lambda _: set())(0)
        order = b"fork %d\n" % min(cores, default=-1)
        channel = Channel(ours)
        channel.deadline = time.monotonic() + ANSWER
        try:
            socket.send_fds(self.control, [order], [theirs.fileno()])
            theirs.close()
            self._answer(ANSWER)
            channel.receive()  # the worker says that it is confined
        except (OSError, SandboxError, Gone, Late, Malformed) as error:
            channel.close()
            raise SandboxError("a worker does not start") from error
        finally:
            theirs.close()
        return channel

    def kill(self) -> float:
        """End the worker, whatever it does, and everything it started; the processor seconds it had."""
        try:
            self.control.sendall(b"kill\n")
        except OSError as error:
            raise SandboxError("the zygote has ended") from error
        return float(str(self._answer(ANSWER).get("seconds", 0.0)))

    def _answer(self, seconds: float) -> dict[str, object]:
        self.control.settimeout(seconds)
        try:
            line = self.answers.readline()
        except OSError as error:
            line, cause = b"", error
        else:
            cause = None
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


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread, and the workers that it asks for meanwhile, on the core that it is on.

    Judge and worker take turns. A message to the same core is there at once; another core would have
    to be woken up, a hundred times a submission.
    """
    if not hasattr(os, "sched_setaffinity"):  # macOS
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {ctypes.CDLL(None).sched_getcpu()})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def remove_leftovers() -> None:
    """Remove the folders of judges that were killed."""
    for path in Path(tempfile.gettempdir()).glob("course-grade-*-*"):
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
