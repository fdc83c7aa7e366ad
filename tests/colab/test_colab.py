"""Every notebook as Colab runs it: its versions, its first cell, the package from a zip, and MNIST.

The student notebook runs from top to bottom with no TODO done, and in between the cells that only
its solution has, which assert what the studies found. Then the exercises of the solution run, and
every check must pass. The digits are MNIST where this machine has it, in `data/` or `$COURSE_DATA`,
since Colab downloads it. Where it hasn't, they are drawn, as they are in every test run with our
own versions.
"""

import http.server
import json
import os
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from packaging.requirements import Requirement

from coursework import exercises
from coursework.authoring.build import generate
from coursework.authoring.kernel import Run, run_notebook
from coursework.authoring.project import Project, read_project
from coursework.authoring.source import find_sources
from tests.colab.environment import REQUIREMENTS, ROOT, make_environment, make_overlay, run
from tests.notebooks.cut import exercises_of
from tests.notebooks.memory import run_lean
from tests.notebooks.unsolved import (
    assert_every_check_says_not_attempted,
    assert_every_picture_has_alt_text,
    assert_no_warning,
    assert_small_when_saved,
)

NAMES = [path.stem for path in find_sources(ROOT)]
FOLDERS = [os.environ.get("COURSE_DATA"), ROOT / "data", ROOT.parent / "shared" / "data"]
WITH_MNIST = next((Path(f) for f in FOLDERS if f and (Path(f) / "MNIST").is_dir()), None)
# ipywidgets 7.7.1 drops what it doesn't know with a DeprecationWarning: here that is an error.
STRICT = """\
import warnings
warnings.filterwarnings("error", message="Passing unrecognized", category=DeprecationWarning)
warnings.filterwarnings("error", category=DeprecationWarning, module="ipywidgets")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a zip of the course is served, with the folder inside that GitHub's zips have."""
    folder = tmp_path_factory.mktemp("served")
    with zipfile.ZipFile(folder / "course.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            archive.write(ROOT / name, f"course-1/{name}")
        packages = [ROOT / "course_utils", ROOT / "coursework"]
        for path in sorted(p for package in packages for p in package.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, f"course-1/{path.relative_to(ROOT)}")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/course.zip"
    server.shutdown()


@pytest.fixture(scope="module")
def environment() -> Path:
    return make_environment()


@dataclass
class OnColab:
    """A Python with Colab's versions, `google.colab` and no course, and what ran with it."""

    folder: Path
    python: Path
    student: Run | None = None
    solved: Run | None = None


@contextmanager
def colab_kernels(folder: Path, environment: Path) -> Iterator[OnColab]:
    """Kernels use such a Python meanwhile."""
    stub = folder / "stubs" / "google" / "colab"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text('"""Stands in for Colab\'s own module."""\n')
    python = make_overlay(folder / "venv", environment, folder / "stubs")
    spec = folder / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "Colab", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        patch.setenv("COURSE_SOURCE", "mnist" if WITH_MNIST else "drawn")
        patch.delenv("COURSE_DATA", raising=False)
        if WITH_MNIST:
            patch.setenv("COURSE_DATA", str(WITH_MNIST))
        yield OnColab(folder, python)


@cache
def generated() -> tuple[Project, dict[str, str]]:
    """The project with an address, and the text of all its notebooks by file."""
    known = Project(ROOT, "owner/name", read_project(ROOT).tag)
    return known, generate(ROOT, known, exercises)


def notebooks_for(name: str, address: str) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """The student notebook with the cells that only its solution has; the solution's exercises."""
    known, made = generated()
    found = []
    for path in (f"notebooks/{name}.ipynb", f"notebooks/solutions/{name}.ipynb"):
        assert known.zip_address in made[path]
        text = made[path].replace(known.zip_address, address)
        found.append(nbformat.reads(text, as_version=4))
    student, solution = found
    solved = exercises_of(solution)
    theirs = {cell.id: cell for cell in student.cells}
    student.cells = [theirs.get(cell.id, cell) for cell in solution.cells]
    assert theirs.keys() <= {cell.id for cell in student.cells}
    for notebook in (student, solved):
        notebook.cells.insert(0, new_code_cell(STRICT))
    return student, solved


@pytest.fixture(scope="module", params=NAMES)
def colab(request, address, environment, tmp_path_factory) -> Iterator[OnColab]:
    folder = tmp_path_factory.mktemp("colab")
    student, solved = notebooks_for(request.param, address)
    with colab_kernels(folder, environment) as ran:
        for kind, notebook in {"student": student, "solved": solved}.items():
            path = folder / "content" / kind / f"{request.param}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(notebook, path)
        ran.student = run_lean(folder / "content" / "student" / path.name, timeout=1800)
        ran.solved = run_notebook(path, timeout=1800, quiet=True, strict=True)
        yield ran


@pytest.mark.slow
def test_a_notebook_runs_unsolved_on_colabs_versions_and_on_mnist(colab):
    run_ = colab.student
    assert not run_.failure, run_.failure
    assert 0 < run_.peak < 1.5e9
    where = run(str(colab.python), "-P", "-c", "import course_utils; print(course_utils.__file__)")
    assert str(colab.folder) in where, "the first cell didn't install the package"
    digits = "MNIST" if WITH_MNIST else "drawn digits"
    took = f"{run_.seconds:.0f} s, {run_.peak / 1e9:.2f} GB"
    print(f"{run_.name} on Colab's versions and {digits}: {took}")


@pytest.mark.slow
def test_every_check_says_not_attempted_and_goes_on(colab):
    assert_every_check_says_not_attempted(colab.student)


@pytest.mark.slow
def test_every_picture_has_alt_text(colab):
    assert_every_picture_has_alt_text(colab.student.notebook.cells)


@pytest.mark.slow
def test_nothing_is_written_to_stderr_but_progress(colab):
    assert_no_warning(colab.student.notebook.cells)


@pytest.mark.slow
def test_saved_with_outputs_it_stays_small(colab):
    assert_small_when_saved(colab.student)


@pytest.mark.slow
def test_every_check_passes_on_the_solutions(colab):
    assert not colab.solved.failure, colab.solved.failure


@pytest.mark.slow
def test_it_is_colabs_versions_that_are_tested(environment, tmp_path):
    code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    with colab_kernels(tmp_path, environment) as colab:
        for line in REQUIREMENTS.read_text().split("\n"):
            name, pinned, version = line.partition("==")
            if pinned:
                found = run(str(colab.python), "-c", code, name).strip()
                assert found.split("+")[0] == version, name


def test_the_pins_are_within_what_the_project_allows():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = dict(line.split("==") for line in REQUIREMENTS.read_text().split("\n") if "==" in line)
    needed = [Requirement(text) for text in data["project"]["dependencies"]]
    for requirement in needed:
        if requirement.name in pins:
            assert requirement.specifier.contains(pins[requirement.name]), requirement
