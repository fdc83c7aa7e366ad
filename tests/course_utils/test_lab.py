"""The explorer and the game in JupyterLab, by keyboard."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from coursework.authoring.browser import NoBrowser, open_page
from tests.notebooks.jupyterlab import run_all, serve

EXPLORE = """
import torch
from course_utils import plots, widgets
plots.use_style()
def draw(fig, scale):
    return plots.image_grid(torch.full((4, 1, 8, 8), scale / 10), title="Four grays", fig=fig)
widgets.explore(draw, alt=lambda scale: f"gray level {scale:.1f}", scale=(0.1, 10.0, 1.0))
"""
PLAY = "widgets.guess_which(torch.ones(5, 1, 8, 8), torch.zeros(5, 1, 8, 8))"
CHANGED = "before => document.querySelector('.widget-image, .jupyter-widgets img').src != before"


@pytest.mark.slow
def test_the_picture_follows_the_keyboard_and_the_game_counts(tmp_path: Path) -> None:
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": python})
    notebook.cells = [nbformat.v4.new_code_cell(code) for code in (EXPLORE, PLAY)]
    (tmp_path / "lab").mkdir()
    nbformat.write(notebook, tmp_path / "lab" / "widgets.ipynb")
    try:
        with serve(tmp_path / "lab", tmp_path) as address, open_page(1280, 1000) as page:
            run_all(page, address, "widgets.ipynb")
            picture = page.locator(".jupyter-widgets img, img.widget-image").first
            picture.wait_for()
            before = picture.get_attribute("src")
            page.locator(".noUi-handle").first.focus()
            page.keyboard.press("ArrowRight")
            page.wait_for_function(CHANGED, arg=before, timeout=120_000)
            # The words come after the picture, in a message of their own.
            finding = page.locator(".jp-OutputArea").first.get_by_text("gray level 1.1")
            finding.first.wait_for(state="attached", timeout=120_000)
            game = page.locator(".jp-OutputArea").nth(1)
            game.get_by_role("button", name="Left is real").click()
            game.get_by_text("of 1 found. Pair 2 of 5.").wait_for(timeout=120_000)
            page.screenshot(path=tmp_path / "widgets.png")
    except NoBrowser as missing:
        pytest.skip(str(missing))
