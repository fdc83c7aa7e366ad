"""The first screen of a notebook: a picture, one line that says what to do, folded setup."""

import base64
import re

import nbformat

from coursework.authoring.first_screen import PICTURES, folded_cells
from coursework.authoring.project import find_root
from coursework.authoring.source import choose_sources
from coursework.diagrams import names

IMPORTS = """\
# %%
import math

# %%
from math import pi

half = pi / 2

# %% [markdown]
# ## 1 · What to do first

# %%
import cmath
"""


def cells_of(course, name: str = "01_tiny.ipynb") -> list[nbformat.NotebookNode]:
    return nbformat.reads(course.text(name), as_version=4).cells


def test_setup_and_the_imports_below_it_are_folded_and_nothing_else(course):
    course.exercises.entries.clear()
    course.write("# %% [markdown]\n# # Title\n", name="01_tiny.py")
    course.write(IMPORTS)
    course.build()
    for name in ("01_tiny.ipynb", "solutions/01_tiny.ipynb"):
        start, *code = cells_of(course, name)
        folded = [cell for cell in code if cell.metadata.get("jupyter", {}).get("source_hidden")]
        assert [cell.source.split("\n")[0] for cell in folded] == [
            "# @title Setup: run this cell first",
            "import math",
            "from math import pi",
        ]
        assert all(cell.metadata.cellView == "form" for cell in folded)
        assert start.source.startswith("**Start here:**")
        assert "*1 · What to do first*" in start.source


def test_the_picture_is_in_the_notebook_and_says_what_it_shows(course):
    course.exercises.entries.clear()
    course.write("# %% [markdown]\n# # Autoencoders\n", name="02_coders.py")
    (course.root / "notebooks/source/01_tiny.py").unlink()
    course.build()
    cells = cells_of(course, "02_coders.ipynb")
    title = next(
        cell.source for cell in cells if cell.cell_type == "markdown" and "#" in cell.source
    )
    assert title.startswith('# Autoencoders\n\n<img alt="Autoencoder')
    data = re.search(r"base64,([^\"]+)", title)
    assert b"<svg" in base64.b64decode(data[1])


def test_every_picture_is_a_diagram_of_the_course():
    assert set(PICTURES.values()) <= set(names())


def test_every_notebook_folds_its_setup_and_says_what_comes_first():
    for source in choose_sources(find_root()):
        assert len(folded_cells(source.cells)) >= 2, source.file


def test_generative_completion_is_switched_off_where_the_course_says_so(course):
    path = course.root / "pyproject.toml"
    course.build()
    assert "colab" not in nbformat.reads(course.text("01_tiny.ipynb"), as_version=4).metadata
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('repository = ""', 'repository = ""\ngenerative_ai = false', 1))
    course.build()
    for name in ("01_tiny.ipynb", "solutions/01_tiny.ipynb"):
        metadata = nbformat.reads(course.text(name), as_version=4).metadata
        assert metadata.colab == {"generative_ai_disabled": True}
