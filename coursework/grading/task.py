"""One file from bytes to a plain dict, in a process that holds the exercises. The unit of all parallelism."""

from __future__ import annotations

import ast
import hashlib
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from coursework import exercises
from coursework.checking import Verdict
from coursework.grading import notebook
from coursework.grading.demos import released, to_run
from coursework.grading.judge import STOPPED, Run, judge, speaks_of
from coursework.grading.sandbox import SandboxError, Zygote

ATTEMPTS = 3  # sandboxes that may fail under one submission
LONGEST_CODE = 8000  # characters of an answer that feedback shows


@dataclass(frozen=True)
class Settings:
    """What all tasks of a run share. labs: those that count; empty: whatever a notebook is about."""

    seed: int
    labs: tuple[str, ...]
    released: str
    confined: bool = True
    seconds: float = 20.0  # that a cell, and all calls of a function, may take


class Grader:
    """Grades files one after the other; keeps one zygote, for the notebook it saw last."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.zygote: Zygote | None = None
        self.lab = ""
        self.starting = 0.0  # seconds that starting the sandbox took, no submission's fault

    def grade(self, student: str, file: str, path: Path) -> dict[str, Any]:
        """The result of one file: `fault`, `lab`, `verdicts`, `code`, `remarks`, `sha256`, `seconds`."""
        start, self.starting = time.perf_counter(), 0.0
        result: dict[str, Any] = {
            "student": student,
            "file": file,
            "sha256": "",
            "lab": "",
            "fault": "",
            "remarks": [],
            "verdicts": [],
            "code": {},
        }
        try:
            data = notebook.read_bytes(path)
        except (OSError, ValueError) as error:
            result["fault"] = f"the file can't be read: {notebook._words(error)}"
            return result
        result["sha256"] = hashlib.sha256(data).hexdigest()
        submitted = notebook.parse(data)
        del data
        result["fault"], result["remarks"] = submitted.fault, submitted.remarks
        lab = find_lab(submitted.cells, file, self.settings.labs)
        if not submitted.fault and not lab:
            result["fault"] = "none of the functions and answers that are graded is in it"
        if not result["fault"]:
            result["lab"] = lab
            run = self._run(lab, submitted.cells, student)
            result["verdicts"] = [
                {**asdict(v), "message": v.message[:3000], "points": v.points} for v in run.verdicts
            ]
            result["remarks"] += run.remarks
            result["code"] = answers_code(
                submitted.cells,
                [v.name for v in run.verdicts],
                {v.name for v in run.verdicts if v.message.startswith(STOPPED)},
            )
            result["fault"] = "" if run.verdicts else "; ".join(run.remarks)
        result["seconds"] = round(time.perf_counter() - start - self.starting, 3)
        return result

    def _run(self, lab: str, cells: list[str], student: str) -> Run:
        names = exercises.names(lab)
        demos = released(Path(self.settings.released), lab, frozenset(names))
        plan = to_run(cells, demos)
        for _ in range(ATTEMPTS):
            try:
                return judge(
                    self._zygote_for(lab),
                    plan,
                    names,
                    self.settings.seed,
                    student,
                    self.settings.seconds,
                )
            except SandboxError:
                self.close()
        return Run([], ["the sandbox failed under this submission; grade it again with --resume"])

    def _zygote_for(self, lab: str) -> Zygote:
        if self.zygote is None or self.lab != lab:
            start = time.perf_counter()
            self.close()
            self.zygote, self.lab = Zygote(hidden_names(lab), self.settings.confined), lab
            self.starting += time.perf_counter() - start
        return self.zygote

    def close(self) -> None:
        """End the sandbox."""
        if self.zygote is not None:
            self.zygote.close()
            self.zygote = None


def hidden_names(lab: str) -> list[str]:
    """Names in the package that would answer the exercises of a notebook."""
    return sorted(
        {
            *exercises.names(lab),
            *(n for e in exercises.names(lab) for n in getattr(exercises.get(e), "hides", ())),
        }
    )


def find_lab(cells: list[str], file: str, labs: tuple[str, ...]) -> str:
    """The notebook ("01") whose exercises a submission defines most of, "" for none."""
    defined = set().union(*(notebook.definitions(c) for c in cells)) if cells else set()
    text = "\n".join(cells)
    score: dict[str, float] = {}
    for name in exercises.names():
        lab = exercises.get(name).notebook
        if labs and lab not in labs:
            continue
        is_sheet = f'answer_sheet("{lab}")' in text or f"answer_sheet('{lab}')" in text
        short = name.removeprefix(f"{lab}.")
        if ".answers." in name:
            score[lab] = score.get(lab, 0) + (0.5 if is_sheet and short in defined else 0)
        else:
            score[lab] = (
                score.get(lab, 0) + (short in defined) + (0.01 if f"def {short}(" in text else 0)
            )
    best = max(score, key=lambda lab: (score[lab], Path(file).name.startswith(lab)), default="")
    return best if best and score[best] > 0 else ""


def answers_code(cells: list[str], names: list[str], stopped: Collection[str]) -> dict[str, str]:
    """The student's own text of each exercise: the last definition of a function, the line of an answer.

    Of those in `stopped`, and where a cell doesn't parse, the whole cell.
    """
    found: dict[str, str] = {}
    for cell in cells:
        parsed = notebook.syntax(cell)
        for name in names:
            if parsed is None:
                if speaks_of(cell, exercises.get(name)):
                    found[name] = cell[:LONGEST_CODE]
            elif text := _text_of(parsed, cell, name):
                found[name] = (cell if name in stopped else text)[:LONGEST_CODE]
    return found


def _text_of(parsed: ast.Module, cell: str, name: str) -> str:
    key = name.split(".answers.")[1] if ".answers." in name else None
    for node in reversed(parsed.body):
        match node:
            case ast.FunctionDef(name=n) | ast.AsyncFunctionDef(name=n) | ast.ClassDef(name=n) if (
                n == name
            ):
                return ast.get_source_segment(cell, node) or ""
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id="answers"), slice=ast.Constant(value=k))]
            ) if key and k == key:
                return ast.get_source_segment(cell, node) or ""
    return ""


__all__ = ["Grader", "Settings", "Verdict", "find_lab", "hidden_names"]
