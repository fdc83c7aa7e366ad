"""Student notebooks run with no TODO done, and nobody is stuck on the way.

Here, with our versions, run exercises, checks, hints and predictions: those of 01 in every test
run, the others among the slow tests. From top to bottom the student notebooks run on Colab's
versions, in `tests/colab`. Their studies run with our versions in the solutions, through nbval, and
what these showed is looked at here.
"""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from coursework.authoring.cells import parse
from coursework.authoring.executed import execute
from coursework.authoring.kernel import Run
from coursework.authoring.source import choose_sources
from tests.needs import drawn_data
from tests.notebooks.cut import exercises_of, given_by, needed_by
from tests.notebooks.memory import LIMIT, run_lean
from tests.notebooks.unsolved import (
    assert_every_check_says_not_attempted,
    assert_every_picture_has_alt_text,
    assert_no_warning,
    assert_small_when_saved,
)

ROOT = Path(__file__).resolve().parents[2]
STUDENT = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
ASKED = [
    pytest.param(path, id=f"{path.stem}-exercises", marks=[pytest.mark.slow] if index else [])
    for index, path in enumerate(STUDENT)
]


@pytest.fixture(scope="module", params=ASKED)
def unsolved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    short = exercises_of(nbformat.read(request.param, as_version=4))
    path = tmp_path_factory.mktemp("student") / request.param.name
    nbformat.write(short, path)
    with drawn_data():
        return run_lean(path)


@pytest.mark.parametrize("path", STUDENT, ids=lambda path: path.stem)
def test_it_ends_with_where_the_reader_stands(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.source for cell in cells if cell.cell_type == "code"][
        -1
    ] == f'progress("{path.name[:2]}")'
    assert cells[-1].source.startswith("**Next:**")


def test_it_runs_unsolved(unsolved):
    assert not unsolved.failure, unsolved.failure


def test_it_fits_into_memory(unsolved):
    assert 0 < unsolved.peak < LIMIT


def test_every_check_says_not_attempted_and_goes_on(unsolved):
    assert_every_check_says_not_attempted(unsolved)


def test_every_picture_has_alt_text(unsolved):
    assert_every_picture_has_alt_text(unsolved.notebook.cells)


def test_nothing_is_written_to_stderr_but_progress(unsolved):
    assert_no_warning(unsolved.notebook.cells)


def test_saved_with_outputs_it_stays_small(unsolved):
    assert_small_when_saved(unsolved)


@pytest.mark.parametrize("path", STUDENT, ids=lambda path: path.stem)
def test_no_cell_needs_what_only_the_solutions_hold(path):
    """So a run of the student notebook with the solutions' cells in between is one without, too."""
    theirs = {cell.id for cell in nbformat.read(path, as_version=4).cells}
    only_there: set[str] = set()
    for cell in nbformat.read(path.parent / "solutions" / path.name, as_version=4).cells:
        if cell.cell_type == "code":
            body = parse(cell.source).body
            if cell.id in theirs:
                assert not needed_by(body) & only_there, cell.source
                only_there -= given_by(body)
            else:
                only_there |= given_by(body)


@pytest.mark.slow
@pytest.mark.parametrize("path", STUDENT, ids=lambda path: path.stem)
def test_what_solutions_showed_has_words_and_no_warning(path):
    (source,) = choose_sources(ROOT, [path.name[:2]])
    with drawn_data():
        shown = execute(source)
    assert any(shown)
    cells = [
        new_code_cell(cell.text, outputs=outputs)
        for cell, outputs in zip(source.cells, shown, strict=True)
    ]
    assert_every_picture_has_alt_text(cells)
    assert_no_warning(cells)
