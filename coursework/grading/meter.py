"""What a submission has used of its budget: processor time, and time in which nobody worked.

How busy the machine is must not change a mark. So time in which a process was ready to run and had
to wait for a processor doesn't count; Linux keeps account of it in `/proc/PID/task/*/schedstat`.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from pathlib import Path

from coursework.grading.inside.wire import Channel, Given, Gone, Got, Late

TICK = 0.1  # seconds between two looks at the accounts
IDLE_WEIGHT = 0.5  # sleepers get twice as long: a second of sleep counts as half a second of work


class Meter:
    """Seconds that one submission has used: of its workers, of the judge, and idle ones.

    limit: of `spent`. A worker is known by its process id, as it is outside the sandbox.
    """

    def __init__(self) -> None:
        self.idle, self.limit = 0.0, math.inf
        self._worker, self._earlier = 0, 0.0  # earlier: processor time of the workers before
        self._began = time.process_time()
        self._unexplained = 0.0  # seconds in which we waited and the worker did not run
        # how long each thread of ours, and the worker (0), had waited for a processor before
        self._queued = {threading.get_ident(): queued(Path("/proc/thread-self"))}

    def watch(self, worker: int) -> None:
        """Go on with this worker."""
        self._worker, self._queued[0] = worker, 0.0

    def ended(self, seconds: float) -> None:
        """The worker has ended, after so many processor seconds."""
        self._worker, self._earlier = 0, self._earlier + seconds

    def spent(self) -> float:
        """Processor seconds of all workers and of this process, and idle ones by their weight."""
        own = time.process_time() - self._began
        return own + self._earlier + self.worker_seconds() + IDLE_WEIGHT * self.idle

    def worker_seconds(self) -> float:
        """Processor time of all threads of the worker; 0 where there is none."""
        try:
            clock = (~self._worker << 3) | 2  # what clock_getcpuclockid(3) makes of it
            return time.clock_gettime(clock) if self._worker else 0.0
        except OSError:
            return 0.0

    def waited(self, seconds: float, worked: float) -> None:
        """We waited for the worker, which ran for `worked` seconds meanwhile."""
        self._unexplained += max(0.0, seconds - worked)
        if self._unexplained < TICK:
            return
        theirs = sum(queued(task) for task in _tasks(self._worker))
        explained = self._more(0, theirs)
        explained += self._more(threading.get_ident(), queued(Path("/proc/thread-self")))
        self.idle += max(0.0, self._unexplained - explained)
        self._unexplained = 0.0

    def _more(self, account: int, now: float) -> float:
        before, self._queued[account] = self._queued.get(account, 0.0), now
        return max(0.0, now - before)


def queued(task: Path) -> float:
    """Seconds that a thread was ready to run and had no processor; 0 where that can't be told."""
    try:
        return int((task / "schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _tasks(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir()) if pid else []
    except OSError:
        return []


class MeteredChannel(Channel):
    """A line to a worker that is Late when the meter, and not the clock, has passed its limit.

    worker: its process id; meter: None until the worker is known.
    """

    worker = 0
    meter: Meter | None = None

    def _try(self, operation: Callable[[Given], Got], argument: Given) -> Got:
        if self.meter is None:
            return super()._try(operation, argument)
        self.sock.settimeout(TICK)
        while self.meter.spent() <= self.meter.limit:
            start, worked = time.monotonic(), self.meter.worker_seconds()
            try:
                return operation(argument)
            except TimeoutError:
                continue
            except OSError as error:
                raise Gone("the process has ended") from error
            finally:
                ran = self.meter.worker_seconds() - worked
                self.meter.waited(time.monotonic() - start, ran)
        raise Late("the budget is used up")
