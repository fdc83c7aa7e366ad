"""What a learner has done: verdicts and guesses, kept in `progress.json` beside the notebook.

The file outlives a restart of the kernel, and nothing leaves the machine. The environment variable
COURSE_PROGRESS names another file; where it is empty, nothing is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from coursework.checking.exercise import Verdict

VERSION = 1


@dataclass(frozen=True)
class Guess:
    """A prediction made: the letter chosen, whether it came true, whether the learner was sure."""

    letter: str
    right: bool
    sure: bool = False


@dataclass
class Record:
    """The verdicts and guesses in one file, which is read anew before each change.

    So several notebooks of a folder can share it. Where it can't be written, the record lives as
    long as the kernel, and `kept` is False. A file that can't be understood is set aside.
    """

    path: Path | None
    kinds: dict[str, str] = field(default_factory=dict)  # {exercise: kind of its last verdict}
    guesses: dict[str, Guess] = field(default_factory=dict)
    kept: bool = True

    def note(self, verdict: Verdict) -> None:
        """Keep a verdict. One that says "not attempted" never replaces another."""
        self.read()
        if verdict.kind != "not attempted" and self.kinds.get(verdict.name) != verdict.kind:
            self.kinds[verdict.name] = verdict.kind
            self._write()

    def guess(self, name: str, guess: Guess) -> Guess:
        """The guess that counts: the first one, since its reply gives the answer away."""
        self.read()
        if name not in self.guesses:
            self.guesses[name] = guess
            self._write()
        return self.guesses[name]

    def read(self) -> None:
        """Take over what the file says, where there is one and it can be read."""
        if self.path is None or not self.kept or not self.path.exists():
            return
        try:
            entry = json.loads(self.path.read_text(encoding="utf-8"))
            kinds = {str(name): str(kind) for name, kind in entry["verdicts"].items()}
            self.guesses = {str(name): _guess(told) for name, told in entry["guesses"].items()}
            self.kinds = kinds
        except OSError:
            self.kept = False
        except (ValueError, KeyError, TypeError, AttributeError):
            with contextlib.suppress(OSError):
                self.path.replace(self.path.with_suffix(".damaged.json"))

    def _write(self) -> None:
        if self.path is None:
            return
        guesses = {name: asdict(guess) for name, guess in self.guesses.items()}
        entry = {"version": VERSION, "verdicts": self.kinds, "guesses": guesses}
        try:
            with tempfile.NamedTemporaryFile(
                "w", dir=self.path.parent, suffix=".tmp", delete=False, encoding="utf-8"
            ) as file:
                json.dump(entry, file, indent=1, ensure_ascii=False)
            os.replace(file.name, self.path)
            self.kept = True
        except OSError:
            self.kept = False


def _guess(told: dict[str, Any]) -> Guess:
    return Guess(str(told["letter"]), bool(told["right"]), bool(told["sure"]))


def record() -> Record:
    """The record beside the notebook: a kernel runs in its notebook's folder."""
    named = os.environ.get("COURSE_PROGRESS", "progress.json")
    return _record_in(Path(named).absolute() if named else None)


@cache
def _record_in(path: Path | None) -> Record:
    return Record(path)
