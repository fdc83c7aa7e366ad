"""Imports torch once, then forks a process for each lab, which forks a worker for each submission.

Neither runs a student's code itself. Started as `python -m inside.zygote FD MODE` in the sandbox;
FD is a Unix socket to the judge. The judge sends `lab` when the copy of the course for a lab is
there; then `fork CORE` with a socket attached, or `kill`; at last `end`. Each is answered by one
line of JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

MEMORY, CPU_SECONDS, FILES = 3072, 300, 64  # megabytes, seconds, megabytes


def import_libraries() -> None:
    """Import what student code imports, and what would cost each fork a second.

    The latter is sympy, which torch imports at the first gradient.
    """
    import torch
    import torch.fx.experimental.symbolic_shapes

    torch.set_num_threads(1)
    wanted = ("numpy", "matplotlib.pyplot", "IPython.display", "torchvision", "ipywidgets")
    for name in (*wanted, f"{__package__}.confine", f"{__package__}.worker"):
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def import_course() -> None:
    """Import the learner's package, of which there is another copy for each lab."""
    importlib.invalidate_caches()
    import course_utils

    for found in pkgutil.walk_packages(course_utils.__path__, "course_utils."):
        with contextlib.suppress(Exception):
            importlib.import_module(found.name)


def few_pages() -> None:
    """Ask the kernel to keep our heap in pages of 2 MB, where it can.

    A fork then copies 512 times fewer entries. It takes a second or two, once, and makes a fork
    and its end five times cheaper.
    """
    from .confine import LIBC

    size, advise, collapse = 1 << 21, 14, 25  # MADV_HUGEPAGE, MADV_COLLAPSE (Linux 6.1)
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, _, _, _, *name = line.split()
        if rights == "rw-p" and name in ([], ["[heap]"]):
            start, end = (int(n, 16) for n in place.split("-"))
            first, last = -(-start // size) * size, end // size * size
            if first < last:
                for wish in (advise, collapse):
                    LIBC.madvise(
                        ctypes.c_void_p(first), ctypes.c_size_t(last - first), ctypes.c_int(wish)
                    )


def to_core(core: int) -> None:
    """Keep this process and what it forks on the judge's core (see `one_core` in `sandbox.py`)."""
    with contextlib.suppress(AttributeError, OSError, ValueError):  # -1, or macOS
        os.sched_setaffinity(0, {core})


def confined_worker(channel: socket.socket, namespaces: bool) -> None:
    """Become a worker: shut this process in, say so, then serve. Never returns."""
    from . import confine, wire, worker

    os.chdir("/tmp")
    kept = channel.fileno()
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.closerange(3, kept)
    os.closerange(kept + 1, 4096)
    confine.limits(MEMORY, CPU_SECONDS, FILES)
    if namespaces:
        confine.own_folders(FILES)
        os.chdir("/tmp")
    else:
        confine.own_user()
    confine.give_up_rights()
    line = wire.Channel(channel)
    with contextlib.suppress(wire.Gone, wire.Late, wire.Malformed):
        line.send({"do": "confined"})
        worker.serve(line)


def fork_worker(channel: socket.socket, home: int | None) -> int:
    """Fork a worker, into namespaces of its own where there is a handle on ours; its process id."""
    from . import confine

    child = os.fork() if home is None else confine.fork_apart(home)
    if child:
        return child
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.setsid()  # a signal to a group would reach the zygote, through all namespaces
        confined_worker(channel, namespaces=home is not None)
    except BaseException as error:  # the judge sees that the worker has gone
        if os.environ.get("COURSE_GRADING_DEBUG"):
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(0)


def kill(worker: int) -> float:
    """End a worker and everything it started; the processor seconds it had."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
    try:
        used = os.wait4(worker, 0)[2]
    except ChildProcessError:
        return 0.0
    return used.ru_utime + used.ru_stime


def say(judge: socket.socket, **words: Any) -> None:
    """Answer the judge."""
    judge.sendall(json.dumps(words).encode() + b"\n")


def serve_lab(judge: socket.socket, home: int | None) -> None:
    """Fork workers for the submissions of one lab, until the judge ends it or hangs up."""
    import_course()
    gc.freeze()
    say(judge, ready=threading.active_count() == 1, torch=sys.modules["torch"].__version__)
    worker, message = 0, b"lab"
    while message not in (b"end\n", b""):
        message, fds, _, _ = socket.recv_fds(judge, 64, 1)
        seconds = kill(worker) if worker else 0.0
        worker = 0
        if message.startswith(b"fork"):
            to_core(int(message.split()[1]))
            with socket.socket(fileno=fds[0]) as channel:
                worker = fork_worker(channel, home)
        if message:
            say(judge, worker=worker, seconds=seconds)


def main() -> None:
    """Serve the judge until it hangs up."""
    from . import confine

    judge = socket.socket(fileno=int(sys.argv[1]))
    home = confine.own_processes() if sys.argv[2] == "namespaces" else None
    import_libraries()
    gc.collect()
    gc.freeze()  # a collection in a fork would copy every page that it looks at
    with contextlib.suppress(OSError, ValueError):
        few_pages()
    while judge.recv(64):
        child = os.fork()
        if not child:
            try:
                serve_lab(judge, home)
            finally:
                os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
