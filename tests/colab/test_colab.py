"""Every notebook as Colab runs it: its versions, its first cell, the package from a zip, and MNIST.

The digits are MNIST where this machine has it, in `data/` or `$COURSE_DATA`, since Colab downloads
it. Where it hasn't, they are drawn, as they are in every test run with our own versions.
"""

import http.server
import json
import os
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from packaging.requirements import Requirement

from coursework import exercises
from coursework.authoring.build import generate
from coursework.authoring.project import Project, read_project
from coursework.authoring.source import find_sources
from tests.colab.environment import REQUIREMENTS, ROOT, make_environment, make_overlay, run
from tests.notebooks.memory import run_lean

SOLUTIONS = [f"notebooks/solutions/{path.stem}.ipynb" for path in find_sources(ROOT)]
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


@pytest.fixture
def colab(tmp_path: Path, environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python with Colab's versions, `google.colab` and no course; kernels use it from here on."""
    stub = tmp_path / "stubs" / "google" / "colab"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text('"""Stands in for Colab\'s own module."""\n')
    python = make_overlay(tmp_path / "venv", environment, tmp_path / "stubs")
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "Colab", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("COURSE_SOURCE", "mnist" if WITH_MNIST else "drawn")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    if WITH_MNIST:
        monkeypatch.setenv("COURSE_DATA", str(WITH_MNIST))
    return python


def notebook_for(name: str, address: str) -> nbformat.NotebookNode:
    project = read_project(ROOT)
    known = Project(ROOT, "owner/name", project.tag)
    text = generate(ROOT, known, exercises)[name]
    assert known.zip_address in text
    notebook = nbformat.reads(text.replace(known.zip_address, address), as_version=4)
    notebook.cells.insert(0, new_code_cell(STRICT))
    return notebook


@pytest.mark.slow
@pytest.mark.parametrize("name", SOLUTIONS, ids=lambda name: Path(name).stem)
def test_a_notebook_runs_on_colabs_versions_and_on_mnist(name, address, colab, tmp_path):
    content = tmp_path / "content"
    content.mkdir()
    path = content / Path(name).name
    nbformat.write(notebook_for(name, address), path)
    result = run_lean(path, timeout=600)
    assert not result.failure, result.failure
    assert result.peak < 1.5e9
    where = run(str(colab), "-P", "-c", "import course_utils; print(course_utils.__file__)")
    assert str(tmp_path) in where, "the first cell didn't install the package"
    digits = "MNIST" if WITH_MNIST else "drawn digits"
    took = f"{result.seconds:.0f} s, {result.peak / 1e9:.2f} GB"
    print(f"{path.stem} on Colab's versions and {digits}: {took}")


@pytest.mark.slow
def test_it_is_colabs_versions_that_are_tested(colab):
    code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    for line in REQUIREMENTS.read_text().split("\n"):
        name, pinned, version = line.partition("==")
        if pinned:
            assert run(str(colab), "-c", code, name).strip().split("+")[0] == version, name


def test_the_pins_are_within_what_the_project_allows():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = dict(line.split("==") for line in REQUIREMENTS.read_text().split("\n") if "==" in line)
    needed = [Requirement(text) for text in data["project"]["dependencies"]]
    for requirement in needed:
        if requirement.name in pins:
            assert requirement.specifier.contains(pins[requirement.name]), requirement
