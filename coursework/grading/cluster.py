"""The same work on a Dask cluster.

Each Dask worker keeps one grader with its sandbox; results stream back.
"""

from __future__ import annotations

import atexit
import threading
from collections import Counter, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coursework.grading.grader import Grader, Mapper, Settings
from coursework.grading.order import peeked
from coursework.grading.results import Result
from coursework.grading.sandbox import remove_leftovers
from coursework.grading.status import Fault, Status
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import read_bytes, unreadable

if TYPE_CHECKING:
    from distributed import Client, Future

TRIES = 2  # times that a submission is given to the cluster, should its Dask workers be lost
_graders: dict[Settings, Grader] = {}
# The engine seeds torch and redirects output, so a process judges one submission at a time.
_one_at_a_time = threading.Lock()


def grade_one(settings: Settings, student: str, file: str, data: bytes) -> Result:
    """Runs on a Dask worker: grade one file's bytes with the grader that this process keeps."""
    with _one_at_a_time:
        if settings not in _graders:
            remove_leftovers()  # of a process that was lost
            _graders[settings] = Grader(settings)
            atexit.register(_graders[settings].close)
        return _graders[settings].grade_bytes(student, file, data)


def on_cluster(address: str) -> Mapper:
    """Grade on the cluster whose scheduler listens at `address`."""

    def mapper(settings: Settings, submissions: list[Submission]) -> Iterator[Result]:
        try:
            from distributed import Client, as_completed
        except ImportError:
            raise ValueError("--scheduler needs Dask: pip install 'dask[distributed]'") from None
        with Client(address, timeout=30) as client:
            by_lab = peeked(submissions, settings.labs)
            waiting = deque(s for lab in sorted(by_lab) for s in by_lab[lab])
            tries: Counter[Submission] = Counter()
            futures: dict[Future[Result], Submission] = {}
            running = as_completed([])
            # Few files are in flight, so that memory stays flat.
            width = 2 * max(1, sum(client.nthreads().values()))
            while waiting or futures:
                while waiting and len(futures) < width:
                    submission = waiting.popleft()
                    try:
                        future = _submit(client, settings, submission)
                    except (OSError, ValueError) as error:
                        yield _ungraded(submission, unreadable(error))
                        continue
                    futures[future] = submission
                    running.add(future)
                future = next(running)
                submission = futures.pop(future)
                tries[submission] += 1
                try:
                    yield future.result()
                except Exception as error:  # lost with every worker that tried it
                    if tries[submission] < TRIES:
                        waiting.append(submission)
                    else:
                        yield _ungraded(submission, _lost(error))

    return mapper


def _submit(client: Client, settings: Settings, s: Submission) -> Future[Result]:
    """Send a file's bytes, so that workers need no shared disk; raises where it can't be read."""
    return client.submit(grade_one, settings, s.student, s.file, read_bytes(s.path), pure=False)


def _ungraded(submission: Submission, fault: Fault) -> Result:
    return Result.ungraded(submission.student, submission.file, fault)


def _lost(error: Exception) -> Fault:
    kind = type(error).__name__
    return Fault(Status.SANDBOX_FAILED, f"the sandbox failed on the cluster ({kind})")
