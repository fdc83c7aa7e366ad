"""The same tasks on a Dask cluster: each Dask worker keeps one judge with its sandbox; results stream back."""

from __future__ import annotations

import atexit
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coursework.grading import notebook
from coursework.grading.batch import Mapper
from coursework.grading.pool import failed
from coursework.grading.submissions import Submission
from coursework.grading.task import Grader, Settings

RETRIES = 2  # times that a task is started elsewhere when its worker is lost
_graders: dict[Settings, Grader] = {}
_one_at_a_time = (
    threading.Lock()
)  # the engine seeds torch and redirects output: one judge a process


def grade_one(
    settings: Settings, student: str, file: str, data: bytes | None, path: str
) -> dict[str, Any]:
    """Runs on a Dask worker: grade one file with the judge and zygote that the worker keeps.

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

    def mapper(settings: Settings, submissions: list[Submission]) -> Iterator[dict[str, Any]]:
        try:
            from distributed import Client, as_completed
        except ImportError:
            raise ValueError("--scheduler needs Dask: pip install 'dask[distributed]'") from None
        with Client(address, timeout=30) as client:
            waiting = iter(submissions)
            futures: dict[Any, Submission] = {}
            running = as_completed([])
            width = 2 * max(
                1, sum(client.nthreads().values())
            )  # few files in flight: memory stays flat
            for submission in _first(waiting, width):
                running.add(_submit(client, futures, settings, submission))
            for future in running:
                submission = futures.pop(future)
                yield _result(future, submission)
                for following in _first(waiting, 1):
                    running.add(_submit(client, futures, settings, following))

    return mapper


def _first(waiting: Iterator[Submission], count: int) -> Iterator[Submission]:
    for _, submission in zip(range(count), waiting, strict=False):
        yield submission


def _submit(client: Any, futures: dict[Any, Submission], settings: Settings, s: Submission) -> Any:
    try:
        data: bytes | None = notebook.read_bytes(s.path)
    except (OSError, ValueError):
        data = None
    future = client.submit(
        grade_one, settings, s.student, s.file, data, str(s.path), pure=False, retries=RETRIES
    )
    futures[future] = s
    return future


def _result(future: Any, submission: Submission) -> dict[str, Any]:
    try:
        return future.result()
    except Exception as error:  # lost with every worker that tried it
        return failed(
            submission,
            f"the sandbox failed on the cluster ({type(error).__name__}); grade it again with --resume",
        )
