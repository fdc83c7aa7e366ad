"""A whole batch: which submissions are missing, and grading them into the results file."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator

from coursework.grading.grader import Mapper, Settings
from coursework.grading.options import BatchOptions
from coursework.grading.results import BatchInfo, Result, Results, ResultsError
from coursework.grading.standing import digest, finished
from coursework.grading.status import Fault, Status
from coursework.grading.submissions import Submission
from coursework.seeds import PUBLIC


def begin(options: BatchOptions) -> Results:
    """The results file of a batch: a new one with a secret seed, or the one to resume."""
    path = options.out / "results.jsonl"
    if options.resume:
        return _resume(Results.resume(path), options)
    seed = secrets.randbits(48) if options.seed is None else options.seed
    return Results.start(
        path, BatchInfo(seed, options.labs, options.confined, options.partial, options.variant)
    )


def _resume(results: Results, options: BatchOptions) -> Results:
    batch = results.batch
    if options.seed not in (None, batch.seed):
        raise ResultsError(f"this report was begun with seed {batch.seed}; --resume keeps it")
    if options.labs and batch.labs and options.labs != batch.labs:
        labs = ", ".join(batch.labs)
        raise ResultsError(f"this report was begun for notebooks {labs}; --resume keeps them")
    if options.variant not in (PUBLIC, batch.variant):
        was = f"--variant {batch.variant}" if batch.variant else "the course's own notebooks"
        raise ResultsError(f"this report was begun for {was}; --resume keeps that")
    if options.partial and not batch.partial:
        raise ResultsError("this report was begun without --partial; run without --resume")
    return results


def missing(results: Results, submissions: list[Submission]) -> list[Submission]:
    """Submissions whose content has no result yet."""
    done = finished(results)
    return [s for s in submissions if (s.file, digest(s)) not in done]


def grade_all(
    results: Results, submissions: list[Submission], options: BatchOptions, mapper: Mapper
) -> Generator[Result, None, None]:
    """Grade and write down, one result after the other."""
    by_file = {s.file: s for s in submissions if not s.fault}
    for result in _results(results.batch, submissions, options, mapper):
        if result.status is Status.SANDBOX_FAILED and not result.sha256:
            result.sha256 = digest(by_file[result.file])  # whoever read it has died
        results.add(result)
        yield result


def _results(
    batch: BatchInfo, submissions: list[Submission], options: BatchOptions, mapper: Mapper
) -> Iterator[Result]:
    settings = Settings(
        batch.seed,
        batch.labs,
        str(options.released),
        options.confined,
        partial=batch.partial,
        variant=batch.variant,
    )
    for s in submissions:
        if s.fault:
            yield Result.ungraded(s.student, s.file, Fault(Status.NOT_OPENED, s.fault))
    yield from mapper(settings, [s for s in submissions if not s.fault])
