"""Several ways to do one work, timed in turns, so that a busy machine slows them all alike."""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import torch

from course_utils.device import synchronize

Rounds = list[dict[str, float]]
STATUS = Path("/proc/self/status")
RESET = Path("/proc/self/clear_refs")


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """Wall-clock time of work(), with nothing left running on the device before and after."""
    synchronize(device)
    start = time.perf_counter()
    work()
    synchronize(device)
    return time.perf_counter() - start


def ratios(rounds: Rounds, above: str, below: str) -> list[float]:
    """In each round, the seconds of one way over those of another."""
    return [times[above] / times[below] for times in rounds]


def spread(values: list[float], form: str = ".2f") -> str:
    """From the lowest to the highest."""
    return f"{min(values):{form}} to {max(values):{form}}"


def prepared(build: Callable[[], Callable[[], object]]) -> Callable[[], object]:
    """Work that is built when it is first called, so that what building breaks is its own."""
    built: list[Callable[[], object]] = []

    def work() -> object:
        if not built:
            built.append(build())
        return built[0]()

    return work


@dataclass(frozen=True)
class Way:
    """One way to do the work, the device that does it, and how many units of work one call does."""

    work: Callable[[], object]
    device: torch.device
    units: int = 1


@dataclass
class Turns:
    """The ways, what a unit of work took in each round, and memory; a way that fails drops out."""

    ways: dict[str, Way]
    rounds: Rounds = field(default_factory=list)
    warm_up: dict[str, float] = field(default_factory=dict)  # seconds of the first time
    peaks: dict[str, float | None] = field(default_factory=dict)  # MB above what there was
    failures: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)  # ways that are not there, and why

    def start(self) -> None:
        """Each way once: counted as warm-up, and watched for its memory."""
        for name, way in list(self.ways.items()):
            begin = time.perf_counter()
            try:
                self.peaks[name] = peak_memory(way.work, way.device)
            except Exception as problem:
                self._drop(name, problem)
            self.warm_up[name] = time.perf_counter() - begin

    def go_on(self, left: Callable[[], float], at_most: int) -> Iterator[int]:
        """One round, and others while the `left()` seconds are enough for one more."""
        longest = 0.0
        for number in range(at_most):
            if number and left() < 1.2 * longest:
                return
            begin = time.perf_counter()
            times: dict[str, float] = {}
            for name, way in list(self.ways.items()):
                try:
                    times[name] = seconds(way.work, way.device) / way.units
                except Exception as problem:
                    self._drop(name, problem)
            self.rounds.append(times)
            longest = max(longest, time.perf_counter() - begin)
            yield number + 1

    def of(self, name: str) -> list[float]:
        return [times[name] for times in self.rounds]

    def median(self, name: str) -> float:
        return median(self.of(name))

    def ratios(self, above: str, below: str) -> list[float]:
        """Empty where one of the two ways is not there or has failed."""
        both = above in self.ways and below in self.ways
        return ratios(self.rounds, above, below) if both else []

    def _drop(self, name: str, problem: Exception) -> None:
        self.failures[name] = in_a_line(problem)
        del self.ways[name]


def in_a_line(problem: BaseException) -> str:
    """Kind and first line of an error, so that it fits into a table."""
    lines = str(problem).strip().splitlines()
    text = f"{type(problem).__name__}: {lines[0] if lines else ''}"
    return text.replace("|", "/")[:200]


def peak_memory(work: Callable[[], object], device: torch.device) -> float | None:
    """Megabytes that work() needs at its peak, above what was there; None where nobody can tell.

    On CUDA: what torch has allocated. On the CPU: resident memory of the process, by Linux.
    """
    gc.collect()
    if device.type == "cuda":
        torch.ones(8, 8, device=device).mm(torch.ones(8, 8, device=device))  # cuBLAS takes its room
        synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        work()
        synchronize(device)
        return (torch.cuda.max_memory_allocated(device) - before) / 1e6
    before = _resident("VmRSS") if _forget_the_peak() else None
    work()
    peak = _resident("VmHWM")
    return peak - before if before is not None and peak is not None else None


def _forget_the_peak() -> bool:
    """Give freed memory back to the system and let its peak begin anew, if that can be done."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
        RESET.write_text("5")
    except (OSError, AttributeError, TypeError):
        return False
    return True


def _resident(key: str) -> float | None:
    """VmRSS (now) or VmHWM (peak) of this process in megabytes."""
    try:
        lines = STATUS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith(key + ":")]
    return kilobytes[0] * 1024 / 1e6 if kilobytes else None
