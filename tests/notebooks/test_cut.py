"""A cut notebook holds what it is cut for, whole, and what that needs, and no study besides."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks.cut import calls, cut, exercises_of, explorers_of

ROOT = Path(__file__).resolve().parents[2]
STUDENT = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
KEPT = [
    "import torch",
    "scale = 1",
    "def train(k):\n    return k * scale",
    "nets = {}\nfor k in sizes:\n    nets[k] = train(k)",
    "def picture(fig, k):\n    sizes = nets[k]\n    return sizes",
    "explore(picture, k=(1, 2, 1))  # a comment stays",
]


def test_what_a_cell_needs_is_kept_and_no_more():
    cells = [
        *KEPT[:3],
        "sizes = study()",
        "sizes = (1, 2)\nunused = study()",
        KEPT[3],
        "scale = 2\nprint(nets[1])",
        *KEPT[4:],
        "nets = study()",
    ]
    notebook = new_notebook(cells=[new_markdown_cell("text"), *map(new_code_cell, cells)])
    short = cut(notebook, lambda cell: calls(cell.source, {"explore"}))
    assert [cell.source for cell in short.cells] == [*KEPT[:3], "sizes = (1, 2)", *KEPT[3:]]
    assert len(notebook.cells) == 11, "the notebook itself is as it was"


def test_names_of_loops_and_of_what_is_shown_keep_no_study():
    cells = [
        "fast = study(1)\nfor name, run in fast.items():\n    rows = run\n    print(name, rows)",
        "runs = study(2)\nprint({name: run for name, run in runs.items()})",
        "rows, total = ({}, 0)",
        "for name in 'ab':\n    here = name\n    rows[name] = here\n    total += 1",
        "def one(run):\n    fast = rows[run]\n    return fast",
        "explore(one, run=total)",
    ]
    short = cut(new_notebook(cells=[*map(new_code_cell, cells)]), lambda c: "explore" in c.source)
    assert [cell.source for cell in short.cells] == cells[2:]


def test_explorers_move_pictures_of_networks_that_learned_for_a_moment():
    cells = [
        "from course_utils.widgets import explore",
        "def train(k: int, steps: int=2500):\n    return fit(k, epochs=8, lr=0.1)",
        "net = train(1)",
        "explore(net, epochs=(1, 9, 8))",
    ]
    short = explorers_of(new_notebook(cells=[*map(new_code_cell, cells)]))
    brief = cells[1].replace("2500", "20").replace("epochs=8", "epochs=1")
    assert [cell.source for cell in short.cells] == [cells[0], brief, *cells[2:]]


@pytest.mark.parametrize("path", STUDENT, ids=lambda path: path.stem)
def test_no_explorer_and_no_exercise_is_cut_away(path):
    notebook = nbformat.read(path, as_version=4)
    whole = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for short, wanted in (
        (explorers_of(notebook), r"\b(explore|embed|guess_which|check)\("),
        (exercises_of(notebook), r"NotImplementedError|\b(check|hint|predict)\("),
    ):
        asked = [text for text in whole if re.search(wanted, text)]
        kept = [cell.source for cell in short.cells]
        assert asked and [text for text in kept if re.search(wanted, text)] == asked
        assert len("".join(kept)) < 0.8 * len("".join(whole))
