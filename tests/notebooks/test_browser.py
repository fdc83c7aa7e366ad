"""A learner's first quarter of an hour: notebook 01 in JupyterLab, one wrong try, one right."""

from pathlib import Path

import pytest

from coursework.authoring.browser import NoBrowser, open_page
from tests.notebooks.jupyterlab import ALL_DONE, run_all

ROOT = Path(__file__).resolve().parents[2]
WRONG = """\
def class_posterior(log_likelihood, log_prior):
    return log_likelihood.softmax(dim=1)
"""
RIGHT = """\
def class_posterior(log_likelihood, log_prior):
    return (log_likelihood + log_prior).softmax(dim=1)
"""


@pytest.mark.slow
def test_a_wrong_posterior_is_told_and_a_right_one_ticked(lab, tmp_path):
    (name,) = [path.name for path in (ROOT / "notebooks").glob("01_*.ipynb")]
    try:
        with open_page(1280, 1000) as page:
            run_all(page, lab, name)
            page.screenshot(path=tmp_path / "run_all.png")
            assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0

            unsolved = _verdict(page)
            assert "not attempted yet" in unsolved
            _solve(page, WRONG)
            told = _verdict(page)
            assert "prior" in told and "✓" not in told, told
            page.screenshot(path=tmp_path / "wrong.png")
            _solve(page, RIGHT)
            assert "✓" in _verdict(page)
            page.screenshot(path=tmp_path / "right.png")
            print(f"pictures in {tmp_path}")
    except NoBrowser as missing:
        pytest.skip(str(missing))


def _solve(page, code: str) -> None:
    """Type `code` over the learner's cell, run it and the check below it."""
    page.locator(".jp-CodeCell", has_text="def class_posterior").locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    _check_cell(page).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_timeout(300)
    page.wait_for_function(ALL_DONE, timeout=300_000)
    _check_cell(page).scroll_into_view_if_needed()


def _verdict(page) -> str:
    return _check_cell(page).locator(".jp-OutputArea").inner_text()


def _check_cell(page):
    return page.locator(".jp-CodeCell", has_text="class_posterior = check(class_posterior)")
