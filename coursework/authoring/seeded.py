"""Copies of notebooks that are made with a seed: `course exam`, and `course build --variant`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from coursework.authoring.build import stop_leaks
from coursework.authoring.exercise_files import load_exercises
from coursework.authoring.ipynb import notebook_text
from coursework.authoring.posing import Rules, copy_of, missing_names, unposed
from coursework.authoring.problems import BuildError
from coursework.authoring.project import read_project
from coursework.authoring.rules import find_problems
from coursework.authoring.source import Source, choose_sources
from coursework.checking.variants import copy_number, read_secret
from coursework.exercises import Registry
from coursework.exercises.nb18.places import LEAST, MOST
from coursework.seeds import PUBLIC

EXAM = "18"
KEPT = "# This copy judges none of these: it keeps your answers, and they are judged when it is graded."
KEPT_ALL = (
    "# This copy judges nothing: it keeps your answers, and they are judged when it is graded."
)
RULES = (
    "There are {count} questions, and you have {minutes} minutes from when you run the next cell. "
    "Each has a place for your answer and a check, which says that the answer is kept and how many "
    "minutes are left, and nothing of right or wrong. The last answer counts. A pocket calculator, "
    "`math.log` and paper are allowed. Logarithms are natural. Give whole numbers exactly, others "
    "with three digits.\n\n"
    "Nothing stops when the time is over: save the notebook by then (File menu, Save), and hand "
    "the file in. What you check later is kept too, and marked as late; your teacher decides "
    "whether it counts."
)
PRACTICE_RULES = (
    "There are {count} questions, as in an exam. Each has a place for your answer and a check, "
    "which replies; a wrong answer has three hints to unfold. Do the questions in any order, and "
    "run the cell under *Your report* at the end. A pocket calculator, `math.log` and paper are "
    "allowed. Logarithms are natural. Give whole numbers exactly, others with three digits. Before "
    "you begin, run the next cell."
)
PRACTICE = "# A copy to practice with: answers are judged by what this seed has drawn."


def write_variants(root: Path, seed: int, out: Path, numbers: Sequence[str]) -> list[Path]:
    """Copies of these notebooks, or of all that have variants, with the variants of a seed."""
    _refuse(root, seed, out)
    sources = choose_sources(root, numbers)
    if numbers and EXAM in [source.number for source in sources]:
        raise ValueError(f"notebook {EXAM} is the exam: `course exam --seed {seed}` writes a copy")
    load_exercises()
    registry = Registry(seed)
    without = [source.number for source in sources if not registry.changed(source.number)]
    if numbers and without:
        raise ValueError(f"no exercise of notebook {', '.join(without)} has variants")
    chosen = [source for source in sources if source.number not in [*without, EXAM]]
    return _write(root, chosen, registry, out, lambda source: _record_only(registry, source))


def number_of_exam(seed: int, secret: Path | None, questions: int) -> int:
    """The number of the copy that `course exam` writes with these options."""
    if not LEAST <= questions <= MOST:
        raise ValueError(
            f"an exam has {LEAST} to {MOST} questions, so that every objective is asked about; "
            f"yours would have {questions}"
        )
    return copy_number(seed, read_secret(secret), questions if questions != MOST else 0)


def write_exam(
    root: Path, seed: int, out: Path, practice: bool = False, minutes: int = 60
) -> list[Path]:
    """A copy of the exam with the questions that a seed draws.

    practice: checks reply, since the copy says its seed. minutes: what an exam tells its students.
    """
    _refuse(root, seed, out)
    sources = choose_sources(root, [EXAM])
    load_exercises()
    called = f"record_only(minutes={minutes})"
    opening = f"from course_utils import record_only\n\n{KEPT_ALL}\n{called}"
    if practice:
        opening = f"from course_utils import draw_with\n\n{PRACTICE}\ndraw_with({seed})"
    registry = Registry(seed)
    told = (PRACTICE_RULES if practice else RULES).format(
        count=len(registry.names(EXAM)), minutes=minutes
    )
    sitting = Rules(told, has_report=practice)
    return _write(root, sources, registry, out, lambda source: opening, sitting)


def _refuse(root: Path, seed: int, out: Path) -> None:
    """ValueError where a copy would be the course's own, or be written over it."""
    if seed == PUBLIC:
        raise ValueError("seed 0 is the course's own copy, which everybody has: choose another")
    if out.resolve() == (root / "notebooks").resolve():
        raise ValueError(
            f"{out} holds the course's own notebooks: choose another folder with --out"
        )


def _record_only(registry: Registry, source: Source) -> str:
    names = [f'    "{name}",' for name in registry.changed(source.number)]
    return "\n".join(
        ["from course_utils import record_only", "", KEPT, "record_only(", *names, ")"]
    )


def _write(
    root: Path,
    sources: list[Source],
    registry: Registry,
    out: Path,
    opening: Callable[[Source], str],
    rules: Rules | None = None,
) -> list[Path]:
    """A student's and a solution notebook of each source, in `out` and `out/solutions`."""
    project = read_project(root)
    if problems := find_problems(sources, Registry()):
        raise BuildError(problems)
    copies = [copy_of(source, registry, opening(source), rules) for source in sources]
    missing = [problem for copy in copies for problem in missing_names(copy)]
    other = [
        p
        for source, copy in zip(sources, copies, strict=True)
        for p in unposed(source, copy, registry)
    ]
    if problems := [*find_problems(copies, registry), *missing, *other]:
        raise BuildError(problems)
    files: dict[Path, str] = {}
    for copy in copies:
        files[out / f"{copy.stem}.ipynb"] = notebook_text(
            copy, "student", project, registry, badge=False
        )
        solved = notebook_text(copy, "solution", project, registry, badge=False)
        files[out / "solutions" / f"{copy.stem}.ipynb"] = solved
    stop_leaks(copies, [text for path, text in files.items() if path.parent == out])
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return list(files)
