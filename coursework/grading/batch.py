"""A whole batch: find the files, grade what is missing, write everything that comes out."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursework.grading import notebook
from coursework.grading.gradebook import Brief
from coursework.grading.pool import Pool, failed
from coursework.grading.results import Results, ResultsError
from coursework.grading.submissions import Submission
from coursework.grading.task import Settings

Mapper = Callable[[Settings, list[Submission]], Iterator[dict[str, Any]]]


@dataclass
class Options:
    """What the command line asks for."""

    out: Path
    seed: int | None = None
    labs: tuple[str, ...] = ()
    resume: bool = False
    confined: bool = True
    released: Path = field(
        default_factory=lambda: Path(__file__).resolve().parents[2] / "notebooks"
    )


def begin(options: Options) -> Results:
    """The results file of this run: a new one with a secret seed, or the one to resume."""
    path = options.out / "results.jsonl"
    if options.resume:
        results = Results.resume(path)
        if options.seed not in (None, results.run["seed"]):
            raise ResultsError(
                f"this report was begun with seed {results.run['seed']}; --resume keeps it"
            )
        if options.labs and list(options.labs) != results.run["labs"]:
            raise ResultsError(
                f"this report was begun for notebooks {results.run['labs'] or 'of any number'}; --resume keeps them"
            )
        return results
    seed = secrets.randbits(48) if options.seed is None else options.seed
    return Results.start(
        path, {"seed": seed, "labs": list(options.labs), "confined": options.confined}
    )


def missing(results: Results, submissions: list[Submission]) -> list[Submission]:
    """Submissions that have no result yet, or whose file has changed since."""
    done = results.finished()
    return [s for s in submissions if s.file not in done or done[s.file] != _digest(s)]


def _digest(submission: Submission) -> str:
    if submission.fault:
        return ""
    try:
        return hashlib.sha256(notebook.read_bytes(submission.path)).hexdigest()
    except (OSError, ValueError):
        return ""


def grade(
    results: Results, submissions: list[Submission], options: Options, mapper: Mapper
) -> Iterator[dict[str, Any]]:
    """Grade and write down, one result after the other."""
    settings = Settings(
        results.run["seed"], tuple(results.run["labs"]), str(options.released), options.confined
    )
    for s in (s for s in submissions if s.fault):
        result = failed(s, s.fault)
        results.add(result)
        yield result
    for result in mapper(settings, [s for s in submissions if not s.fault]):
        results.add(result)
        yield result


def local(workers: int) -> Mapper:
    """Grade in processes on this machine."""

    def mapper(settings: Settings, submissions: list[Submission]) -> Iterator[dict[str, Any]]:
        return Pool(settings, max(1, min(workers, len(submissions) or 1))).results(submissions)

    return mapper


def latest(results: Results, submissions: Iterable[Submission]) -> list[Brief]:
    """The last result of each file that is still among the submissions."""
    present = {s.file for s in submissions}
    found = {r["file"]: Brief.of(r) for r in results if r["file"] in present}
    return list(found.values())


def keep_overrides(out: Path, given: Path | None) -> Path | None:
    """The overrides in force: those given now, else those that an earlier grading kept in the report."""
    kept = out / "overrides.csv"
    if given is not None and given.resolve() != kept.resolve():
        shutil.copyfile(given, kept)
    return kept if kept.exists() else None


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises ResultsError where the disk is full or closed to us."""
    temporary = path.with_name(path.name[:100] + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8", errors="replace", newline="")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ResultsError(f"{path} can't be written: {error.strerror}. The marks are safe in results.jsonl; "
                           "make room and run again with --resume.") from error  # fmt: skip


def as_json(value: Any) -> str:
    """JSON as platforms read it."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
