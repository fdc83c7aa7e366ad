"""Whether the notebooks handed out are the copies that a seed draws, before anybody is graded."""

from __future__ import annotations

import json
from pathlib import Path

from coursework import exercises
from coursework.checking import Question
from coursework.checking.exercise import Exercise
from coursework.grading.options import RELEASED, BatchOptions
from coursework.seeds import PUBLIC


def refuse_another_copy(options: BatchOptions) -> None:
    """ValueError where a released notebook asks for something else than the seed draws."""
    if options.variant == PUBLIC or options.released == RELEASED:
        return
    for path in sorted(options.released.glob("[0-9][0-9]_*.ipynb")):
        if not _is_drawn(path, options.variant):
            raise ValueError(
                f"{path} is not the copy that this seed draws. Give --variant, --secret and "
                "--questions as `course exam` printed them, and in --released the folder that it "
                "wrote. Nothing was graded."
            )


def _is_drawn(path: Path, variant: int) -> bool:
    """Whether a notebook asks for the exercises of a seed, in their words; True if unreadable."""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return True
    lab, whole = path.name[:2], "\n".join(texts)
    asked = exercises.names(lab, variant)
    if any((_place(name) in whole) != (name in asked) for name in exercises.names(lab)):
        return False
    table = exercises.variant_of(variant)
    return all(_words(table[name]) in whole for name in asked if name in table)


def _place(name: str) -> str:
    """What stands in the cell of an exercise."""
    exercise = exercises.get(name)
    return f'answers["{exercise.key}"] =' if isinstance(exercise, Question) else f"def {name}("


def _words(exercise: Exercise | Question) -> str:
    return f"{exercise.task}\n" if isinstance(exercise, Exercise) else exercise.text
