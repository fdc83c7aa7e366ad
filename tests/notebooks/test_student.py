"""Student notebooks run from top to bottom with no TODO done, and nobody is stuck on the way.

Their studies are those of the solutions, which nbval runs in every test run. So here they run among
the slow tests. The fast ones run exercises, checks, hints and predictions of 01, 07 and 13.
"""

import base64
import re
from pathlib import Path

import nbformat
import pytest

from coursework.authoring.kernel import Run
from tests.notebooks.cut import exercises_of
from tests.notebooks.memory import LIMIT, run_lean

ROOT = Path(__file__).resolve().parents[2]
STUDENT = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
WHOLE = [pytest.param((path, "whole"), id=path.stem, marks=pytest.mark.slow) for path in STUDENT]
ASKED = [pytest.param((path, "exercises"), id=f"{path.stem}-exercises") for path in STUDENT[::6]]


@pytest.fixture(scope="module", params=WHOLE + ASKED)
def unsolved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    path, part = request.param
    if part == "exercises":
        short = exercises_of(nbformat.read(path, as_version=4))
        path = tmp_path_factory.mktemp("student") / path.name
        nbformat.write(short, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SOURCE", "drawn")
        return run_lean(path)


def html_of(cell: nbformat.NotebookNode) -> str:
    found = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
    return "\n".join(found)


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
    graded = [cell for cell in unsolved.notebook.cells if "nbgrader" in cell.metadata]
    checks = [cell for cell in graded if cell.metadata.nbgrader.grade]
    assert checks
    for cell in checks:
        assert "not attempted yet" in html_of(cell), cell.source


def test_every_picture_has_alt_text(unsolved):
    for cell in unsolved.notebook.cells:
        for output in cell.get("outputs", []):
            bare = {"image/png", "image/svg+xml", "image/jpeg"} & output.get("data", {}).keys()
            assert not bare, f"a figure without alt text; use show(fig, alt=...):\n{cell.source}"
        for tag in re.findall(r"<img\b[^>]*>", html_of(cell)):
            alt = re.search(r'\balt="([^"]*)"', tag)
            assert alt and len(alt[1]) > 20, f"alt text says too little:\n{cell.source}"


def test_nothing_is_written_to_stderr_but_progress(unsolved):
    for cell in unsolved.notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                assert not re.search("warning|error", output.text, re.IGNORECASE), output.text


def test_saved_with_outputs_it_stays_small(unsolved):
    """A submission with its pictures has to pass through a learning platform."""
    size = len(nbformat.writes(unsolved.notebook).encode())
    images = sum(
        len(base64.b64decode(found))
        for cell in unsolved.notebook.cells
        for found in re.findall(r'base64,([^"]+)"', html_of(cell))
    )
    assert size < 8e6, f"{size / 1e6:.1f} MB, {images / 1e6:.1f} MB of it pictures"
