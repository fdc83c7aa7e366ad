"""What the first cell installs is enough: a learner's way imports only what Colab has already.

`test_colab.py` proves the same by running every notebook, but takes gigabytes; this takes seconds.
"""

import ast
import subprocess
import sys
from functools import cache
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from coursework.authoring.markers import solution_text
from coursework.authoring.reach import PACKAGES, reachable
from coursework.authoring.source import find_sources, read_source
from tests.colab.environment import REQUIREMENTS, ROOT

PINNED = [line.split("==")[0] for line in REQUIREMENTS.read_text().split("\n") if "==" in line]
IMPORTED_AS = {"pillow": "PIL", "scikit-learn": "sklearn"}
WITH_TORCH = {Requirement(text).name for text in requires("torch") or [] if "extra ==" not in text}
THERE = {IMPORTED_AS.get(name, name).lower() for name in PINNED} | WITH_TORCH
THERE |= {name.lower() for name in sys.stdlib_module_names} | {*PACKAGES, "google"}
OPTIONAL = {"torchmetrics"}  # notebook 12 compares with it where it is, and goes on without it
# Looks a name up among what Colab lacks, and refuses it, whoever asks.
REFUSE = """\
import sys
from importlib.abc import MetaPathFinder
class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {LACKING}:
            raise ModuleNotFoundError(f"Colab has no {name}", name=name)
sys.meta_path.insert(0, Refuse())
"""
A_CHECK = """\
from course_utils import answer_sheet, check, hint, plots, predict, progress, show
from course_utils.data import load
import torch
plots.use_style()
load("digits", n=10)
def class_posterior(log_likelihood, log_prior):
    return (log_likelihood + log_prior).softmax(dim=1)
check(class_posterior)
answers = answer_sheet("01")
progress("01")
"""


@cache
def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", find_sources(ROOT), ids=lambda path: path.stem)
def test_a_notebook_and_what_it_reaches_import_what_colab_has(path):
    source = read_source(path, ROOT)
    cells = [solution_text(cell.text) for cell in source.cells if cell.kind == "code"]
    files = [file for file in reachable(ROOT, source.number, cells) if file.suffix == ".py"]
    assert any(file.name == "engine.py" for file in files), "the checks are among them"
    names = imported(path) | {name for file in files for name in imported(file)}
    assert {name for name in names if name.lower() not in THERE} <= OPTIONAL


def test_torch_brings_filelock_and_nothing_brings_typer():
    assert "filelock" in WITH_TORCH and "typer" not in THERE


def test_a_check_runs_where_everything_that_colab_lacks_is_refused(tmp_path):
    lacking = {"typer", "click", "rich", "jupytext", "yaml", "sphinx", "pygments", "jupyterlab"}
    lacking |= {"nbclient", "bwrap", "distributed", "myst_nb", "playwright", "markdown_it"}
    code = REFUSE.replace("{LACKING}", repr(lacking)) + A_CHECK
    environment = {"COURSE_SOURCE": "drawn", "PYTHONPATH": str(ROOT), "PATH": ""}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "class_posterior" in done.stdout and "✓" in done.stdout
    asked = REFUSE.replace("{LACKING}", repr(lacking)) + "import typer"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert "Colab has no typer" in done.stderr
