"""A whole batch: which submissions are missing, and grading them into the results file."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Generator, Iterator

from coursework.grading.grader import Mapper, Settings
from coursework.grading.options import BatchOptions
from coursework.grading.results import BatchInfo, Result, Results, ResultsError
from coursework.grading.status import Fault, Status
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import read_bytes


def begin(options: BatchOptions) -> Results:
    """The results file of a batch: a new one with a secret seed, or the one to resume."""
    path = options.out / "results.jsonl"
    if options.resume:
        return _resume(Results.resume(path), options)
    seed = secrets.randbits(48) if options.seed is None else options.seed
    return Results.start(path, BatchInfo(seed, options.labs, options.confined))


def _resume(results: Results, options: BatchOptions) -> Results:
    batch = results.batch
    if options.seed not in (None, batch.seed):
        raise ResultsError(f"this report was begun with seed {batch.seed}; --resume keeps it")
    if options.labs and options.labs != batch.labs:
        labs = list(batch.labs) or "of any number"
        raise ResultsError(f"this report was begun for notebooks {labs}; --resume keeps them")
    return results


def missing(results: Results, submissions: list[Submission]) -> list[Submission]:
    """Submissions that have no result yet, or whose file has changed since."""
    done = results.finished()
    return [s for s in submissions if s.file not in done or done[s.file] != _digest(s)]


def _digest(submission: Submission) -> str:
    if submission.fault:
        return ""
    try:
        return hashlib.sha256(read_bytes(submission.path)).hexdigest()
    except (OSError, ValueError):
        return ""


def grade_all(
    results: Results, submissions: list[Submission], options: BatchOptions, mapper: Mapper
) -> Generator[Result, None, None]:
    """Grade and write down, one result after the other."""
    for result in _results(results.batch, submissions, options, mapper):
        results.add(result)
        yield result


def _results(
    batch: BatchInfo, submissions: list[Submission], options: BatchOptions, mapper: Mapper
) -> Iterator[Result]:
    settings = Settings(batch.seed, batch.labs, str(options.released), options.confined)
    for s in submissions:
        if s.fault:
            yield Result.ungraded(s.student, s.file, Fault(Status.NOT_OPENED, s.fault))
    yield from mapper(settings, [s for s in submissions if not s.fault])
