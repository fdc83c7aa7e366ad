"""Run a command and count the processor seconds of all that it starts, sandboxes included.

The system adds up what ended children used only where somebody waits for them, and nobody waits for
a sandbox. So the tree of processes is looked at five times a second.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

EVERY = 0.2  # seconds


@dataclass
class Used:
    """What a command used: seconds on the clock, and processor seconds by kind of process.

    own: the largest memory of its own, in MB, of a grading process.
    """

    wall: float = 0.0
    by_kind: dict[str, float] = field(default_factory=dict)
    own: float = 0.0

    @property
    def seconds(self) -> float:
        return sum(self.by_kind.values())


def run(command: Sequence[str]) -> Used:
    """Run a command to its end. Raises RuntimeError where it fails."""
    start = time.perf_counter()
    process = psutil.Popen(
        list(command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    seen: dict[int, tuple[str, float]] = {}
    used = Used()
    while process.poll() is None:
        _look(process, seen, used)
        time.sleep(EVERY)
    if process.returncode:
        raise RuntimeError(process.stderr.read())
    used.wall = time.perf_counter() - start
    for kind, seconds in seen.values():
        used.by_kind[kind] = used.by_kind.get(kind, 0.0) + seconds
    return used


def _look(process: psutil.Popen, seen: dict[int, tuple[str, float]], used: Used) -> None:
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return
    for one in family:
        try:
            kind = _kind(one, process.pid)
            times = one.cpu_times()
            if kind == "judge":
                used.own = max(used.own, one.memory_full_info().uss / 1e6)
        except psutil.Error:
            continue
        if kind:
            ended = times.children_user + times.children_system if kind == "sandbox" else 0.0
            seen[one.pid] = kind, times.user + times.system + ended


def _kind(process: psutil.Process, command: int) -> str:
    """The command, a judge, or a sandbox with its workers; "" for a process counted in another."""
    if process.pid == command:
        return "command"
    told = " ".join(process.cmdline())
    if "multiprocessing.forkserver" in told:  # graders, and the server that forks them
        return "judge"
    parents = [p.name() for p in process.parents()[:2]]
    is_zygote = "inside.zygote" in told and parents[1:] == ["bwrap"] and parents[0] != "bwrap"
    return "sandbox" if is_zygote else ""
