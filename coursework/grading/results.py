"""`results.jsonl`: one line a submission, on disk before the next is graded; --resume reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from coursework.grading.status import Fault, Reason, Status
from coursework.seeds import PUBLIC

# Version 1 called its first line "run", and its results had neither status nor reason. Up to
# version 2 a result of a grader that had died did not say of which content it was.
VERSION = 3


class ResultsError(Exception):
    """The results can't be read or written; the message says what to do."""


@dataclass(frozen=True)
class ExerciseResult:
    """The verdict on one exercise, as the engine gave it, and the reason for it.

    credit: a sentence on the parts that are right, where partial credit was given. line: at which
    line of the student's text that is shown Python stopped, 0 where it did not, or elsewhere.
    """

    name: str
    kind: str
    reason: Reason
    message: str
    points: float
    max_points: int
    mistake: str | None = None
    printed: str = ""
    credit: str = ""
    line: int = 0


@dataclass
class Result:
    """What became of one file.

    lab: the notebook ("02"); fault: a sentence where the file was not graded; remarks: sentences
    for the instructor; code: the student's own text, by exercise.
    """

    student: str
    file: str
    status: Status
    fault: str = ""
    sha256: str = ""
    lab: str = ""
    remarks: list[str] = field(default_factory=list)
    verdicts: list[ExerciseResult] = field(default_factory=list)
    code: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @classmethod
    def ungraded(cls, student: str, file: str, fault: Fault) -> Result:
        """The result of a file that was not graded."""
        return cls(student, file, fault.status, fault.sentence)

    @classmethod
    def from_json(cls, line: str | bytes) -> Result:
        """A result from its line, of version 1 too. Raises ValueError where the line is none."""
        entry = json.loads(line)
        try:
            verdicts = [_exercise_result(v) for v in entry.get("verdicts", [])]
            status = Status(entry.get("status", _status_of_version_1(entry)))
            return cls(**{**_known(cls, entry), "status": status, "verdicts": verdicts})
        except (AttributeError, TypeError) as error:
            raise ValueError("a line that is not a result") from error

    def to_json(self) -> str:
        """The result as one line."""
        entry = asdict(self)
        for verdict in entry["verdicts"]:
            for key in ("credit", "line"):
                if not verdict[key]:
                    del verdict[key]
        return json.dumps(entry, ensure_ascii=True)


def _status_of_version_1(entry: dict[str, Any]) -> Status:
    return Status.UNKNOWN if entry.get("fault") else Status.GRADED


def _exercise_result(verdict: dict[str, Any]) -> ExerciseResult:
    reason = Reason(verdict.get("reason", Reason.UNKNOWN))
    return ExerciseResult(**{**_known(ExerciseResult, verdict), "reason": reason})


def _known(kind: type[Result | ExerciseResult], entry: dict[str, Any]) -> dict[str, Any]:
    """The entries that are known here: another program may have added some."""
    return {f.name: entry[f.name] for f in fields(kind) if f.name in entry}


@dataclass(frozen=True)
class BatchInfo:
    """How a batch was begun; a resumed batch keeps it.

    labs: notebooks that count, () for any. partial: whether parts of an exercise earn points.
    variant: the seed of the copies that were handed out.
    """

    seed: int
    labs: tuple[str, ...] = ()
    confined: bool = True
    partial: bool = False
    variant: int = PUBLIC

    @classmethod
    def from_json(cls, line: str | bytes) -> BatchInfo | None:
        """What the first line says, None where a version wrote it that is not known here.

        Raises ValueError where the line is none.
        """
        first = json.loads(line)
        try:
            told = first["batch"] if "batch" in first else first["run"]
            if told["version"] not in range(1, VERSION + 1):
                return None
            kept = told.get("confined", True), told.get("partial", False)
            variant = told.get("variant", PUBLIC)
            return cls(told["seed"], tuple(told["labs"]), *kept, variant)
        except (KeyError, TypeError) as error:
            raise ValueError("a line that begins no batch") from error

    def to_json(self) -> str:
        """The first line of a results file."""
        entry = asdict(self)
        if not self.partial:
            del entry["partial"]
        if self.variant == PUBLIC:
            del entry["variant"]
        return json.dumps({"batch": {"version": VERSION, **entry}})


class Results:
    """The results file of a report folder. Its first line says how the batch was begun."""

    def __init__(self, path: Path, batch: BatchInfo) -> None:
        self.path, self.batch = path, batch

    @classmethod
    def start(cls, path: Path, batch: BatchInfo) -> Results:
        """A new file; older ones are kept beside it: `results.old.jsonl`, `results.old-2.jsonl`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            names = ("results.old.jsonl", *(f"results.old-{n}.jsonl" for n in range(2, 1000)))
            free = (p for n in names if not (p := path.with_name(n)).exists())
            path.replace(next(free, path.with_name(names[-1])))
        results = cls(path, batch)
        results._write(batch.to_json())
        return results

    @classmethod
    def resume(cls, path: Path) -> Results:
        """An existing file, cut after its last whole line. Raises ResultsError if there is none."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise ResultsError(
                f"{path} does not exist, so there is nothing to resume; run without --resume"
            ) from None
        whole = data[: data.rfind(b"\n") + 1]
        try:
            batch = BatchInfo.from_json(whole.split(b"\n", 1)[0])
        except ValueError:
            raise ResultsError(
                f"{path} does not begin as a results file does; run without --resume"
            ) from None
        if batch is None:
            raise ResultsError(f"{path} was written by another version; run without --resume")
        if len(whole) < len(data):
            os.truncate(path, len(whole))
        return cls(path, batch)

    def add(self, result: Result) -> None:
        """Append a result and wait until it is on the disk; ResultsError where it can't be."""
        self._write(result.to_json())

    def _write(self, line: str) -> None:
        data = line.encode() + b"\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o644)
        before = os.fstat(descriptor).st_size
        try:
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        except OSError as error:
            os.ftruncate(descriptor, before)
            raise ResultsError(
                f"{self.path} can't be written: {error.strerror}. Nothing already graded is lost; "
                "make room and run again with --resume."
            ) from error
        finally:
            os.close(descriptor)

    def __iter__(self) -> Iterator[Result]:
        """All results, read one by one; lines that are damaged are left out."""
        return (result for _, result in self.entries())

    def at(self, place: int) -> Result:
        """The result whose line begins at byte `place`."""
        with self.path.open("rb") as lines:
            lines.seek(place)
            return Result.from_json(lines.readline())

    def entries(self) -> Iterator[tuple[int, Result]]:
        """All results, each with the byte at which its line begins."""
        at = 0
        with self.path.open("rb") as file:
            for line in file:
                result = _result_or_none(line)
                if result is not None:
                    yield at, result
                at += len(line)


def _result_or_none(line: bytes) -> Result | None:
    try:
        return Result.from_json(line)
    except ValueError:
        return None
