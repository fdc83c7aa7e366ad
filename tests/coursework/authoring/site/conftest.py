"""A course of one notebook with something of everything, and the real course, each built once."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from coursework import exercises
from coursework.authoring.project import Project, find_root, read_project
from coursework.authoring.site import write_site
from tests.needs import drawn_data

ROOT = find_root(Path(__file__))
SOURCE = '''\
# ---
# course:
#   title: Something of everything
#   minutes: 5
# ---

# %% [markdown] slide_type="slide"
# # Something of everything
#
# A formula, $p(x) = \\\\tfrac{1}{2}$, and a table.
#
# | a | b |
# |---|---|
# | $x$ | one |

# %% tags=["setup"]
# setup

# %% [markdown] slide_type="notes"
# For the speaker alone.

# %% [markdown]
# ## Exercise
#
# $$ \\\\log p(x) = -\\\\tfrac12 \\\\log 2\\\\pi - \\\\tfrac12 x^2 $$

# %%
def double(x: float) -> float:
    """Twice x."""
    ### BEGIN SOLUTION
    the_secret_sum = x + x
    return the_secret_sum
    ### END SOLUTION

# %%
check = print
check(double)

# %% tags=["solution"]
only_for_the_instructor = "hidden in the executed output"
print(only_for_the_instructor)

# %%
import sys
print("a line that is long enough to need a scroll bar of its own on a telephone " * 2)
print("pro" + "gress", file=sys.stderr)

# %%
from course_utils import show, plots
import torch
show(plots.image_grid(torch.rand(8, 1, 8, 8)), alt="Eight squares of noise, none like another")

# %%
from course_utils.widgets import explore
explore(
    lambda fig, n: plots.image_grid(torch.rand(n, 1, 4, 4), fig=fig),
    alt="As many squares as the slider says", n=(1, 4, 2))
'''
INDEX = """\
# A tiny course

<!-- a verdict -->

<!-- cards of the notebooks -->

:::{toctree}
NOTEBOOKS
cheatsheet
contributing
:::
"""
OUTLINE = """\
example: {exercise: no_such_exercise, code: ""}
notebooks:
  - {number: "01", title: Everything, question: "What is there?"}
  - {number: "02", title: More, question: "What is next?"}
"""


@pytest.fixture(scope="session")
def tiny_site(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    for file, text in {
        "notebooks/source/01_everything.py": SOURCE.replace("\\\\", "\\"),
        "docs/index.md": INDEX,
        "docs/outline.yml": OUTLINE,
        "CONTRIBUTING.md": "# How to contribute\n\nWrite a test.\n",
        "docs/cheatsheet.md": "# Cheat sheet\n\n<!-- formulas of the notebooks -->\n",
        "docs/cheatsheet/01.md": "[there](#exercise)\n",
        "docs/cheatsheet/02.md": "[not yet](#nowhere)\n",
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    known = SimpleNamespace(
        get=lambda name: SimpleNamespace(title="double it", points=1),
        names=lambda notebook=None: ["double"],
    )
    out = root / "site"
    with drawn_data():
        assert write_site(Project(root, "ada/course", "v1"), known, out) == []
    return out


@pytest.fixture(scope="session")
def course_site(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("course") / "site"
    with drawn_data():
        assert write_site(read_project(ROOT), exercises, out) == []
    return out
