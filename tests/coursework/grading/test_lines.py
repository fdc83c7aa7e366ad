"""Feedback marks the line at which Python stopped, as the traceback tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coursework.grading.definitions import Excerpt
from coursework.grading.grader import Grader, Settings
from coursework.grading.inside.errors import Place, place_of, unpack
from coursework.grading.options import RELEASED
from coursework.grading.results import Result
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import save, solved

TWICE = """
# two equal lines, and the second stops
@torch.no_grad()
def roc_auc(a, b):
    for divisor in (1, 0):
        a = 3 / divisor
    a = 3 / divisor
    return a
"""
HELPER = """
def flat(x):
    return x.no_such_thing()

def reconstruction_error(x, x_hat):
    return flat(x - x_hat)
"""
STOPS = """
%%time
%matplotlib inline
corrupt(1, 2)
def corrupt(x, noise_std, generator):
    return x
"""
ELSEWHERE = """def denoising_loss(model, x, x_noisy):
    return outside(x)"""
CLAIMS = """def pca_reconstruct(x, k):
    y = 1 / 1
    raise ValueError("stopped at line 2 of your function: `y = 1 / 1`.")"""
CELL_OF_ANOTHER = """import math

outside(3)
def copy_step(model, x):
    return 0"""


def test_of_equal_lines_the_one_that_python_told_is_meant():
    shown = Excerpt("def f(a):\n    a = a / 0\n    a = a / 0", 5, 10)
    there = Place(5, 12, 3, "`f`", "a = a / 0")
    assert shown.row(there) == 3
    assert shown.row(replace(there, line=11)) == 2
    for elsewhere in (
        replace(there, cell=4),
        replace(there, line=13),
        replace(there, line=10),
        None,
    ):
        assert shown.row(elsewhere) == 0


def test_what_a_worker_says_of_a_line_is_only_data():
    for odd in ([3, "x"], {"text": ""}, {"text": "x", "cell": -5, "line": 1e9, "number": True}):
        place = place_of(unpack({"type": "E", "line": odd}))
        assert place is None or place == Place(0, 0, 0, "`None`", "x")


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Result:
    cells = solved(
        roc_auc=TWICE,
        reconstruction_error=HELPER,
        corrupt=STOPS,
        denoising_loss=ELSEWHERE,
        pca_reconstruct=CLAIMS,
        copy_step=CELL_OF_ANOTHER,
    )
    cells.insert(1, "import math\ndef outside(x):\n    return math.log(-1)")
    grader = Grader(Settings(seed=1, labs=("02",), released=str(RELEASED)))
    try:
        return grader.grade("ada", "ada.ipynb", save(tmp_path_factory.mktemp("a"), "ada", cells))
    finally:
        grader.close()


@pytest.mark.slow
@sandboxed
@pytest.mark.parametrize(
    ("name", "message", "marked"),
    [
        ("roc_auc", "line 4 of your function: `a = 3 / divisor`", "        a = 3 / divisor"),
        ("reconstruction_error", "a line of your `flat`: `return x.no_such_thing()`", None),
        ("corrupt", "line 4 of the cell: `corrupt(1, 2)`", "corrupt(1, 2)"),
        ("denoising_loss", "line 2 of your function: `return outside(x)`", "    return outside(x)"),
        ("copy_step", "line 3 of the cell: `outside(3)`", "outside(3)"),
        (
            "pca_reconstruct",
            "line 3 of your function: `raise Value",
            '    raise ValueError("stopped',
        ),
    ],
)
def test_the_line_is_the_tracebacks(result, name, message, marked):
    (verdict,) = [v for v in result.verdicts if v.name == name]
    assert message in verdict.message
    rows = result.code[name].split("\n")
    if marked is None:
        assert verdict.line == 0
    else:
        assert rows[verdict.line - 1].startswith(marked)


@pytest.mark.slow
@sandboxed
def test_lines_survive_the_results_file(result):
    again = Result.from_json(result.to_json())
    assert [v.line for v in again.verdicts] == [v.line for v in result.verdicts]
    assert '"line": 0' not in result.to_json()
