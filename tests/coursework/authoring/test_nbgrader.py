"""The generated student notebooks, read by the real nbgrader."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.cut import exercises_of

nbgrader_utils = pytest.importorskip("nbgrader.utils")
nbgrader_api = pytest.importorskip("nbgrader.api")
ROOT = Path(__file__).resolve().parents[3]
STUDENT = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def assert_nbgrader_agrees(notebook: nbformat.NotebookNode) -> int:
    from nbgrader.preprocessors import CheckCellMetadata

    CheckCellMetadata().preprocess(notebook, {})
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    for cell in graded:
        assert cell.metadata.nbgrader.checksum == nbgrader_utils.compute_checksum(cell)
    ids = [cell.metadata.nbgrader.grade_id for cell in graded]
    assert len(set(ids)) == len(ids)
    return len(graded)


def test_nbgrader_agrees_with_metadata_and_checksums(course):
    course.build()
    for name in ("01_tiny.ipynb", "solutions/01_tiny.ipynb"):
        assert assert_nbgrader_agrees(nbformat.reads(course.text(name), 4)) == 4


@pytest.mark.parametrize("path", STUDENT, ids=lambda path: path.stem)
def test_nbgrader_agrees_on_the_real_notebooks(path):
    assert assert_nbgrader_agrees(nbformat.read(path, 4)) >= 2


def validate(path: Path) -> str:
    environment = {**os.environ, "COURSE_SOURCE": "drawn"}
    command = [sys.executable, "-m", "nbgrader", "validate", "--Execute.timeout=1800", path.name]
    done = subprocess.run(
        command, cwd=path.parent, env=environment, capture_output=True, text=True, timeout=1800
    )
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("path", STUDENT[::4], ids=lambda path: path.stem)
def test_nbgrader_validates_the_solved_and_fails_the_unsolved(path, tmp_path):
    """The first notebook whole; of some others what they ask, since their studies run elsewhere."""
    unsolved, solved = tmp_path / path.name, tmp_path / "solved" / path.name
    solved.parent.mkdir()
    for original, copy in ((path, unsolved), (path.parent / "solutions" / path.name, solved)):
        notebook = nbformat.read(original, as_version=4)
        nbformat.write(notebook if path == STUDENT[0] else exercises_of(notebook), copy)
    assert "Success! Your notebook passes all the tests." in validate(solved)
    told = validate(unsolved)
    assert "VALIDATION FAILED ON" in told and "CheckFailed" in told


BODY = """\
# %%
from course_utils import check

# %%
def class_posterior(log_likelihood, log_prior):
    # 1. Add the prior. 2. Normalize over classes.
    ### BEGIN SOLUTION
    return (log_likelihood + log_prior).softmax(dim=1)
    ### END SOLUTION


# %%
class_posterior = check(class_posterior)
"""
# The notebooks are release versions already: nbgrader has nothing to take out of them.
CONFIG = """\
c = get_config()
kept = ("LockCells", "ClearOutput", "CheckCellMetadata", "ComputeChecksums", "SaveCells")
c.GenerateAssignment.preprocessors = ["nbgrader.preprocessors." + name for name in kept]
"""


@pytest.mark.slow
def test_nbgrader_autogrades_a_solved_and_an_unsolved_copy(course, monkeypatch):
    # nbgrader calls `alembic` by name, so the environment has to be on the path.
    bin_folder = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", bin_folder + os.pathsep + os.environ["PATH"])
    (exercise,) = course.exercises.entries["01"][:1]
    course.exercises.entries = {"01": [type(exercise)("class_posterior", points=2)]}
    course.write(BODY)
    course.build()
    notebooks, desk = course.root / "notebooks", course.root / "desk"
    for folder, name in {
        "source": "01_tiny.ipynb",
        "submitted/ada": "solutions/01_tiny.ipynb",
        "submitted/bob": "01_tiny.ipynb",
    }.items():
        (desk / folder / "week1").mkdir(parents=True)
        shutil.copy(notebooks / name, desk / folder / "week1" / "01_tiny.ipynb")
    (desk / "nbgrader_config.py").write_text(CONFIG)
    for words in (["generate_assignment"], ["autograde"]):
        command = [sys.executable, "-m", "nbgrader", *words, "week1", "--create"]
        done = subprocess.run(command, cwd=desk, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    released = nbformat.read(desk / "release" / "week1" / "01_tiny.ipynb", 4)
    ours = nbformat.reads(course.text("01_tiny.ipynb"), 4)
    assert [cell.source for cell in released.cells] == [cell.source for cell in ours.cells]
    with nbgrader_api.Gradebook(f"sqlite:///{desk / 'gradebook.db'}") as gradebook:
        scores = {student.id: student.submissions[0].score for student in gradebook.students}
    assert scores == {"ada": 2, "bob": 0}
