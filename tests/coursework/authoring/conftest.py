"""A course of one tiny notebook in a folder of its own, and exercises to go with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coursework.authoring.build import BuildReport, build
from coursework.authoring.problems import BuildError, Problem

HEADER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# course:
#   title: A tiny notebook
#   minutes: 5
# ---

# %% tags=["setup"]
# setup

"""

BODY = '''\
# %% [markdown] slide_type="slide"
# # Twice
#
# A line of prose.

# %% [markdown] slide_type="notes"
# These words are for the speaker.

# %% [markdown] slide_type="slide" only="slides"
# These words are for a slide.

# %%
def double(x: float) -> float:
    """Twice x."""
    # 1. Add x to itself.
    ### BEGIN SOLUTION
    sum_of_the_two = x + x
    return sum_of_the_two
    ### END SOLUTION


# %%
double = check(double)

# %%
### BEGIN SOLUTION
answers["1.1"] = "because two is even"
### END SOLUTION

# %%
check(answers, "1.1")

# %% tags=["solution"]
only_for_the_instructor = double(21)

# %% tags=["nbval-check-output"]
print(1 / 4)
#> 0.25
'''

PYPROJECT = """\
[project]
version = "0.1.0"  # kept as it is

# the address
[tool.course]
repository = ""

[tool.other]
repository = "not this one"
"""


@dataclass(frozen=True)
class Exercise:
    name: str
    title: str = "twice as much"
    points: float = 2


@dataclass
class Exercises:
    """Stands in for the module `coursework.exercises`."""

    entries: dict[str, list[Exercise]]

    def names(self, notebook: str | None = None) -> list[str]:
        return [e.name for e in self.entries.get(notebook or "", [])]

    def get(self, name: str) -> Exercise:
        return next(e for entries in self.entries.values() for e in entries if e.name == name)

    def prediction(self, name: str) -> str:
        return {"01.coin": name}[name]


@dataclass
class Course:
    root: Path
    exercises: Exercises = field(
        default_factory=lambda: Exercises({"01": [Exercise("double"), Exercise("01.answers.1.1")]})
    )

    def write(self, body: str, name: str = "01_tiny.py", header: str = HEADER) -> Path:
        path = self.root / "notebooks" / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header + body, encoding="utf-8")
        return path

    def build(
        self,
        check: bool = False,
        repository: str | None = None,
        force: bool = False,
        confirmed: Sequence[str] = (),
    ) -> BuildReport:
        return build(
            self.root,
            check=check,
            repository=repository,
            force=force,
            confirmed=confirmed,
            exercises=self.exercises,
        )

    def problems(self) -> Sequence[Problem]:
        with pytest.raises(BuildError) as error:
            self.build()
        return error.value.problems

    def text(self, name: str) -> str:
        return (self.root / "notebooks" / name).read_text(encoding="utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    tiny = Course(tmp_path)
    tiny.write(BODY)
    return tiny
