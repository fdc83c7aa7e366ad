"""Run a part of a benchmark in a process of its own, which may fail, hang or be killed.

What it had found by then is kept: a part is a generator of tables, and each table is written down
as it comes. A table with the title of an earlier one replaces it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from benchmarks.timing import in_a_line


@dataclass
class Table:
    """A heading, rows of text, and one sentence that reads them."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    reading: str = ""
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """What a part is told: the device, whether to be quick, and when it should be done."""

    device: torch.device
    quick: bool
    started: float  # of the whole command, time.monotonic()
    until: float

    def left(self) -> float:
        """Seconds until the part should be done."""
        return self.until - time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", flush=True)


@dataclass
class Outcome:
    """The tables of a part, and what ended it if it was not its end."""

    tables: list[Table] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0

    @property
    def failures(self) -> list[str]:
        told = [failure for table in self.tables for failure in table.failures]
        return told + [self.error] * bool(self.error)


Part = Callable[[Run], Iterator[Table]]


def run_apart(part: Part, run: Run, limit: float, changed: Callable[[Outcome], None]) -> Outcome:
    """The outcome of part(run), which is stopped after `limit` seconds; `changed` hears of news."""
    # A forked process has all imports at once; CUDA must not have been asked for anything before.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    outcome, begin = Outcome(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.json"
        process = context.Process(target=_work, args=(part, run, notes))
        sys.stdout.flush()
        sys.stderr.flush()
        process.start()
        try:
            written = 0
            while process.is_alive() and time.monotonic() - begin < limit:
                process.join(0.2)
                if notes.exists() and (now := notes.stat().st_mtime_ns) != written:
                    written = now
                    done = _read(notes, outcome)
                    changed(outcome)
                    if done:
                        process.join(5)
                        break
            _read(notes, outcome)
            outcome.error = outcome.error or _how_it_ended(process, notes, limit)
        finally:
            _kill(process)
    outcome.seconds = time.monotonic() - begin
    changed(outcome)
    return outcome


def _work(part: Part, run: Run, notes: Path) -> None:
    """In the process: take one table after the other, and write down all so far."""
    if hasattr(os, "setsid"):
        os.setsid()  # so that the processes that it starts can be ended with it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["COURSE_DEVICE"] = str(run.device)
    tables: dict[str, dict] = {}

    def write(error: str = "", done: bool = False) -> None:
        state = {"tables": list(tables.values()), "error": error, "done": done}
        fresh = notes.with_suffix(".new")
        fresh.write_text(json.dumps(state), encoding="utf-8")
        fresh.replace(notes)

    try:
        for table in part(run):
            tables[table.title] = asdict(table)
            write()
        write(done=True)
    except BaseException as problem:
        traceback.print_exc()
        write(in_a_line(problem), done=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _read(notes: Path, outcome: Outcome) -> bool:
    """Take over what the process has written; True if it says that it is done."""
    if not notes.exists():
        return False
    state = json.loads(notes.read_text(encoding="utf-8"))
    outcome.tables = [
        Table(**table | {"head": tuple(table["head"]), "rows": [tuple(r) for r in table["rows"]]})
        for table in state["tables"]
    ]
    outcome.error = state["error"]
    return state["done"]


def _how_it_ended(process: multiprocessing.Process, notes: Path, limit: float) -> str:
    """What went wrong, where the process did not say so itself; else nothing."""
    if notes.exists() and json.loads(notes.read_text(encoding="utf-8"))["done"]:
        return ""
    if process.is_alive():
        return f"stopped after {limit:.0f} s, its time; what it had found is kept"
    return f"its process ended with exit code {process.exitcode}"


def _kill(process: multiprocessing.Process) -> None:
    """End the process, and whatever it has started."""
    if process.pid is not None and hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.is_alive():
        process.kill()
    process.join(5)
