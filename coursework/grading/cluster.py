"""The same work on a Dask cluster.

Each Dask worker keeps one grader with its sandbox; results stream back.
"""

from __future__ import annotations

import atexit
import tempfile
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from coursework.grading.grader import Grader, Mapper, Settings
from coursework.grading.results import Result
from coursework.grading.status import Fault, Status
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import read_bytes

if TYPE_CHECKING:
    from distributed import Client, Future

RETRIES = 2  # times that a submission is started elsewhere when its Dask worker is lost
_graders: dict[Settings, Grader] = {}
# The engine seeds torch and redirects output, so a process judges one submission at a time.
_one_at_a_time = threading.Lock()


def grade_one(settings: Settings, student: str, file: str, data: bytes | None, path: str) -> Result:
    """Runs on a Dask worker: grade one file with the grader that this process keeps.

    data: the file's bytes, so that workers need no shared disk; None where the file can't be read.
    """
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="course-task-") as folder:
        if settings not in _graders:
            _graders[settings] = Grader(settings)
            atexit.register(_graders[settings].close)
        place = Path(folder) / "submission.ipynb"
        if data is not None:
            place.write_bytes(data)
        return _graders[settings].grade(student, file, place if data is not None else Path(path))


def on_cluster(address: str) -> Mapper:
    """Grade on the cluster whose scheduler listens at `address`."""

    def mapper(settings: Settings, submissions: list[Submission]) -> Iterator[Result]:
        try:
            from distributed import Client, as_completed
        except ImportError:
            raise ValueError("--scheduler needs Dask: pip install 'dask[distributed]'") from None
        with Client(address, timeout=30) as client:
            waiting = iter(submissions)
            futures: dict[Future[Result], Submission] = {}
            running = as_completed([])
            # Few files are in flight, so that memory stays flat.
            width = 2 * max(1, sum(client.nthreads().values()))
            for submission in islice(waiting, width):
                running.add(_submit(client, futures, settings, submission))
            for future in running:
                submission = futures.pop(future)
                yield _result(future, submission)
                for following in islice(waiting, 1):
                    running.add(_submit(client, futures, settings, following))

    return mapper


def _submit(
    client: Client, futures: dict[Future[Result], Submission], settings: Settings, s: Submission
) -> Future[Result]:
    try:
        data: bytes | None = read_bytes(s.path)
    except (OSError, ValueError):
        data = None
    future = client.submit(
        grade_one, settings, s.student, s.file, data, str(s.path), pure=False, retries=RETRIES
    )
    futures[future] = s
    return future


def _result(future: Future[Result], submission: Submission) -> Result:
    try:
        return future.result()
    except Exception as error:  # lost with every worker that tried it
        kind = type(error).__name__
        said = f"the sandbox failed on the cluster ({kind}); grade it again with --resume"
        fault = Fault(Status.SANDBOX_FAILED, said)
        return Result.ungraded(submission.student, submission.file, fault)
