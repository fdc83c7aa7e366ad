"""A course of one notebook with something of everything, and the real course, each built once."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from course_utils.data import measured as measuring
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
scoreboard
contributing
:::
"""
OUTLINE = """\
example: {exercise: no_such_exercise, code: ""}
notebooks:
  - {number: "01", title: Everything, question: "What is there?"}
  - {number: "02", title: More, question: "What is next?"}
"""

SCOREBOARD = {  # (data, model, budget): Fréchet distances of seeds 0, 1, 2
    ("digits", "vae", 10): (40, 44, 60),
    ("digits", "vae", 60): (20, 21, 23),
    ("digits", "vae", 300): (5, 6, 7),
    ("digits", "dcgan", 10): (30, 28, 45),
    ("digits", "dcgan", 60): (9, 10, 11),
    ("digits", "dcgan", 300): (9, 9.5, 12),
    ("digits", "flow", 60): (200, 210, 250),
    ("digits", "flow", 300): (150, 160, 170),
    ("digits", "test", 0): (2.1, 2.2, 2.4),
    ("digits", "forger", 0): (8, 8.2, 8.4),
    ("mixture", "vae", 10): (0.2, 0.3, 0.4),
    ("mixture", "vae", 300): (-0.001, 0.1, 0.2),
    ("mixture", "flow", 300): (0.3, 0.4, 0.5),
    ("mixture", "test", 0): (-0.001, 0.001, 0.002),
}


def made_up_rows() -> list[dict[str, object]]:
    """A table with the scoreboard's columns and a few of its rows."""
    likely = {"vae": "binary pixels", "flow": "256 grays"}
    other = {"vae": 90, "dcgan": 60, "flow": 300, "test": 5, "forger": 50}
    return [
        {
            "data": data, "model": model, "budget": budget, "seed": seed, "steps": 100,
            "parameters": "" if budget == 0 else 650_000, "seconds": budget, "frechet": frechet,
            "frechet_other": other[model] + seed, "precision": 0.5, "recall": 0.4 + seed / 10,
            "coverage": 0.3, "neighbor": 0.9, "nats": "", "bits": 0.2 if model in likely else "",
            "of": likely.get(model, ""), "sampling": 0.1 if model == "vae" else 2.0,
        }
        for (data, model, budget), runs in SCOREBOARD.items()
        for seed, frechet in enumerate(runs)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def tiny_site(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    page = (ROOT / "docs" / "scoreboard.md").read_text(encoding="utf-8")
    page = page.replace("<!-- scoreboard figure", "<!-- no figure, which takes seconds,")
    for file, text in {
        "notebooks/source/01_everything.py": SOURCE.replace("\\\\", "\\"),
        "docs/index.md": INDEX,
        "docs/outline.yml": OUTLINE,
        "CONTRIBUTING.md": "# How to contribute\n\nWrite a test.\n",
        "docs/cheatsheet.md": "# Cheat sheet\n\n<!-- formulas of the notebooks -->\n",
        "docs/cheatsheet/01.md": "[there](#exercise)\n",
        "docs/cheatsheet/02.md": "[not yet](#nowhere)\n",
        "docs/scoreboard.md": page,
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    known = SimpleNamespace(
        get=lambda name: SimpleNamespace(title="double it", points=1),
        names=lambda notebook=None: ["double"],
    )
    out = root / "site"
    with drawn_data(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "FOLDER", tmp_path_factory.mktemp("measurements"))
        measuring.write_measured("scoreboard", made_up_rows())
        assert write_site(Project(root, "ada/course", "v1"), known, out) == []
    return out


@pytest.fixture(scope="session")
def course_site(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("course") / "site"
    with drawn_data():
        assert write_site(read_project(ROOT), exercises, out) == []
    return out
