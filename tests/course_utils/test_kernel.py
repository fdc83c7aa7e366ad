"""What training and explorers leave in a notebook that was run without anyone looking."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

TRAIN = """
import time, torch
from course_utils.training import fit
model = torch.nn.Linear(2, 1)
def step(x):
    time.sleep(0.02)
    return model(x).square().mean()
history = fit(step, torch.randn(80, 2), model=model, batch_size=1)
"""
EXPLORE = """
from course_utils import plots, widgets
widgets.explore(
    lambda fig, k: plots.curves([1, 2], {"a": [1, k]}, "x", "y", fig=fig),
    alt="it rises", k=(1, 9, 2)
)
"""
FAIL = """
explorer = widgets.explore(
    lambda fig, k: plots.curves([1, 2], {"a": [1, 1 / k]}, "x", "y", fig=fig), alt="up", k=(0, 9, 2)
)
explorer.controls["k"].value = 0
"""


@pytest.fixture(scope="module")
def cells() -> list[nbformat.NotebookNode]:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(code) for code in (TRAIN, EXPLORE, FAIL)]
    NotebookClient(notebook, timeout=900, kernel_name="python3", allow_errors=True).execute()
    return notebook.cells


def test_training_leaves_one_short_line(cells: list[nbformat.NotebookNode]) -> None:
    (output,) = cells[0].outputs
    assert set(output.data) == {"text/plain"}
    assert output.data["text/plain"].startswith("80 steps · loss ")


def test_an_explorer_leaves_a_view_and_a_picture(cells: list[nbformat.NotebookNode]) -> None:
    (output,) = cells[1].outputs
    assert "model_id" in output.data["application/vnd.jupyter.widget-view+json"]
    assert 'alt="it rises"' in output.data["text/html"]


def test_an_explorers_error_ends_the_cell(cells: list[nbformat.NotebookNode]) -> None:
    assert cells[2].outputs[-1].output_type == "error"
    assert cells[2].outputs[-1].ename == "ZeroDivisionError"
