"""`results.jsonl`: one line a submission, on disk before the next is graded. The file that --resume reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VERSION = 1


class ResultsError(Exception):
    """The results can't be read or written; the message says what to do."""


class Results:
    """The results file of a report folder. The first line says how the run was made."""

    def __init__(self, path: Path, run: dict[str, Any]) -> None:
        self.path, self.run = path, run

    @classmethod
    def start(cls, path: Path, run: dict[str, Any]) -> Results:
        """A new file; an old one is kept beside it as `results.old.jsonl`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.replace(path.with_name("results.old.jsonl"))
        results = cls(path, {"version": VERSION, **run})
        results._write({"run": results.run})
        return results

    @classmethod
    def resume(cls, path: Path) -> Results:
        """An existing file, cut after its last whole line. Raises ResultsError where there is none."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise ResultsError(
                f"{path} does not exist, so there is nothing to resume; run without --resume"
            ) from None
        whole = data[: data.rfind(b"\n") + 1]
        try:
            run = json.loads(whole.split(b"\n", 1)[0])["run"]
        except (ValueError, KeyError, TypeError):
            raise ResultsError(
                f"{path} does not begin as a results file does; run without --resume"
            ) from None
        if run.get("version") != VERSION:
            raise ResultsError(f"{path} was written by another version; run without --resume")
        if len(whole) < len(data):
            os.truncate(path, len(whole))
        return cls(path, run)

    def add(self, result: dict[str, Any]) -> None:
        """Append a result and wait until it is on the disk. Raises ResultsError where it can't be."""
        self._write(result)

    def _write(self, line: dict[str, Any]) -> None:
        data = json.dumps(line, ensure_ascii=True).encode() + b"\n"
        descriptor = os.open(
            self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o644
        )
        before = os.fstat(descriptor).st_size
        try:
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        except OSError as error:
            os.ftruncate(descriptor, before)
            raise ResultsError(f"{self.path} can't be written: {error.strerror}. Nothing already graded is lost; "
                               "make room and run again with --resume.") from error  # fmt: skip
        finally:
            os.close(descriptor)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """All results, read one by one; lines that are damaged are left out."""
        return (entry for _, entry in self._entries())

    def places(self) -> Iterator[tuple[str, int]]:
        """(file, byte at which its line begins) of all results."""
        return ((entry["file"], at) for at, entry in self._entries())

    def _entries(self) -> Iterator[tuple[int, dict[str, Any]]]:
        at = 0
        with self.path.open("rb") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    entry = None
                if isinstance(entry, dict) and "file" in entry:
                    yield at, entry
                at += len(line)

    def finished(self) -> dict[str, str]:
        """{file: sha256} of what needs no second grading."""
        return {r["file"]: r["sha256"] for r in self if "sandbox failed" not in r["fault"]}
