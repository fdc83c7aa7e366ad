"""What `course lab` prepares: the map, one's progress on it, and the tab that shows it."""

import json
import re

import pytest

from coursework import exercises
from coursework.authoring.project import find_root
from coursework.launcher import MAP, course_map, lab_options

NOTEBOOK = {"cells": [{"cell_type": "markdown", "source": ["# Twice\n", "\n", "About 5 minutes."]}]}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("01_twice", "02_thrice"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(json.dumps(NOTEBOOK))
    return tmp_path


def test_the_map_of_the_course_names_every_notebook_and_what_it_asks():
    folder = find_root() / "notebooks"
    page = course_map(folder, {"01": "What | which?"})
    for path in folder.glob("[0-9][0-9]_*.ipynb"):
        assert f"]({path.name})" in page
    assert "What \\| which?" in page and 'alt="Generative models"' in page
    assert page.count("minutes") == 0 and re.search(r"\| \d{2,3} \|", page)


def test_progress_is_on_the_map_and_what_is_not_finished_comes_first(root):
    folder = root / "notebooks"
    assert "**Begin with [01 · Twice](01_twice.ipynb).**" in course_map(folder, {})
    names = exercises.names("01")
    verdicts = {**dict.fromkeys(names, "passed"), exercises.names("02")[0]: "mistake"}
    record = {"version": 1, "verdicts": verdicts, "guesses": {}}
    (folder / "progress.json").write_text(json.dumps(record))
    page = course_map(folder, {})
    assert "**Go on with [02 · Twice](02_thrice.ipynb).**" in page
    assert f"██████&nbsp;{len(names)}&nbsp;of&nbsp;{len(names)}" in page
    assert f"░░░░░░&nbsp;0&nbsp;of&nbsp;{len(exercises.names('02'))}" in page


@pytest.mark.parametrize("text", ["", "{}", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_damaged_notebook_is_still_on_the_map(root, text):
    (root / "notebooks" / "01_twice.ipynb").write_text(text)
    assert "[**01 · twice**](01_twice.ipynb)" in course_map(root / "notebooks", {})


def test_lab_shows_the_map_in_a_tab_and_leaves_a_used_workspace_as_it_was(root):
    notebook = root / "notebooks" / "02_thrice.ipynb"
    address, spaces, hidden = lab_options(root, notebook)
    assert address.endswith("/lab/workspaces/course/tree/notebooks/02_thrice.ipynb")
    assert "'solutions'" in hidden
    assert "'solutions'" not in lab_options(root, notebook, everything=True)[2]
    assert (root / "notebooks" / MAP).is_file()
    (space,) = (root / ".cache" / "lab").iterdir()
    assert spaces.endswith(str(space.parent))
    tab = json.loads(space.read_text())["data"][f"markdownviewer-widget:notebooks/{MAP}"]
    assert tab["data"] == {"path": f"notebooks/{MAP}", "factory": "Markdown Preview"}
    space.write_text("mine")
    lab_options(root, notebook)
    assert space.read_text() == "mine"
