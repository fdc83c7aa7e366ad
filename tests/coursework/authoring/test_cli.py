"""The program `course`, called as a person calls it."""

import os
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner, Result

from coursework.cli import app

ROOT = Path(__file__).resolve().parents[3]


def call(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coursework.cli", *words]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False
    )


def invoke(*words: str, cwd: Path) -> Result:
    """The same in this process: a second sooner."""
    with chdir(cwd):
        return CliRunner().invoke(app, words, catch_exceptions=False)


def write_notebook(path: Path, *cells: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=metadata)
    nbformat.write(notebook, path)


def test_generated_files_are_those_of_the_sources():
    done = invoke("build", "--check", cwd=ROOT)
    assert done.exit_code == 0, done.output


def test_build_stops_with_file_and_line_and_all_problems(course):
    done = invoke("build", cwd=course.root)
    assert done.exit_code == 1
    line = (
        (course.root / "notebooks/source/01_tiny.py")
        .read_text()
        .split("\n")
        .index("def double(x: float) -> float:")
    )
    assert f"01_tiny.py:{line + 1}: TODO double has no exercise" in done.stderr
    assert "problems; nothing was written." in done.stderr
    assert "Traceback" not in done.stderr


def test_build_wants_an_owner_and_a_name(course):
    done = invoke("build", "--repository", "nonsense", cwd=course.root)
    assert done.exit_code == 1 and "OWNER/NAME" in done.stderr


def test_an_address_and_a_check_do_not_go_together(course):
    before = (course.root / "pyproject.toml").read_text(encoding="utf-8")
    done = invoke("build", "--check", "--repository", "ada/course", cwd=course.root)
    assert done.exit_code == 1 and "give one of them" in done.stderr
    assert (course.root / "pyproject.toml").read_text(encoding="utf-8") == before


def test_run_prints_a_table_and_ends_with_0(course):
    folder = course.root / "notebooks" / "solutions"
    write_notebook(folder / "01_good.ipynb", "x = 2", "assert x == 2")
    done = invoke("run", cwd=course.root)
    assert done.exit_code == 0, done.stderr
    assert "seconds" in done.stdout and "peak GB" in done.stdout
    name, seconds, peak, outcome = done.stdout.strip().split("\n")[-1].split()
    assert name == "01_good" and outcome == "ok"
    assert float(seconds) > 0 and 0.02 < float(peak) < 1


def test_run_names_the_exercise_file_that_does_not_parse(course):
    write_notebook(course.root / "notebooks" / "solutions" / "01_good.ipynb", "x = 2")
    folder = course.root / "coursework" / "exercises"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nb01.py").write_text("x = (1\n", encoding="utf-8")
    done = invoke("run", cwd=course.root)
    assert done.exit_code == 1
    said = "coursework/exercises/nb01.py:1: this doesn't parse as Python: '(' was never closed"
    assert said in done.stderr


@pytest.mark.slow
def test_run_shows_notebook_cell_and_error_and_goes_on(course):
    folder = course.root / "notebooks" / "solutions"
    write_notebook(folder / "01_bad.ipynb", "x = 0", "1 / x  # the culprit", "print('not reached')")
    write_notebook(folder / "02_good.ipynb", "x = 2")
    done = call("run", cwd=course.root)
    assert done.returncode == 1
    assert "01_bad.ipynb, cell 2: ZeroDivisionError: division by zero" in done.stderr
    assert "1 / x  # the culprit" in done.stderr
    outcomes = [line.split()[-1] for line in done.stdout.strip().split("\n")[1:3]]
    assert outcomes == ["failed", "ok"]


@pytest.mark.slow
def test_run_survives_a_kernel_that_dies(course):
    folder = course.root / "notebooks" / "solutions"
    write_notebook(folder / "01_dead.ipynb", "import os", "os._exit(1)")
    started = time.monotonic()
    done = invoke("run", cwd=course.root)
    assert done.exit_code == 1 and "01_dead.ipynb, cell 2" in done.stderr
    assert time.monotonic() - started < 60


@pytest.mark.slow
def test_run_stops_a_cell_that_takes_too_long(course):
    write_notebook(course.root / "notebooks/solutions/01_slow.ipynb", "import time; time.sleep(99)")
    done = invoke("run", "--timeout", "2", cwd=course.root)
    assert done.exit_code == 1 and "01_slow.ipynb, cell 1" in done.stderr


@pytest.mark.parametrize("word", ["7", "07", "nonsense"])
def test_an_unknown_number_lists_what_there_is(course, word):
    write_notebook(course.root / "notebooks/solutions/01_good.ipynb", "x = 2")
    done = invoke("run", word, cwd=course.root)
    assert done.exit_code == 1 and "there is 01" in done.stderr


@pytest.mark.parametrize(
    ("words", "opened", "passed_on"),
    [
        ([], "01_tiny", []),
        (["1"], "01_tiny", []),
        (["--no-browser", "--port=9"], "01_tiny", ["--no-browser", "--port=9"]),
        (["02", "--no-browser"], "02_more", ["--no-browser"]),
    ],
)
def test_lab_opens_the_student_notebook(course, monkeypatch, words, opened, passed_on):
    course.build()
    course.write("# %% [markdown]\n# # More\n", name="02_more.py")
    course.build()
    monkeypatch.chdir(course.root)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    calls = []
    monkeypatch.setattr(subprocess, "call", lambda *args, **kwargs: calls.append((args, kwargs)))
    result = CliRunner().invoke(app, ["lab", *words])
    assert result.exit_code == 0, result.output
    (((command,), where),) = calls
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[3].endswith(f"/lab/workspaces/course/tree/notebooks/{opened}.ipynb")
    assert command[6:] == passed_on
    assert "'solutions', 'source'" in command[5]
    assert where == {"cwd": course.root}


def test_lab_opens_the_first_notebook_that_is_there(course, monkeypatch):
    (course.root / "notebooks/source/01_tiny.py").unlink()
    course.exercises.entries.clear()
    course.write("# %% [markdown]\n# # More\n", name="02_more.py")
    course.build()
    monkeypatch.chdir(course.root)
    calls = []
    monkeypatch.setattr(subprocess, "call", lambda command, **_: calls.append(command))
    assert CliRunner().invoke(app, ["lab"]).exit_code == 0
    assert calls[0][3].endswith("/tree/notebooks/02_more.ipynb")


def test_lab_without_notebooks_says_so(course):
    done = invoke("lab", cwd=course.root)
    assert done.exit_code == 1 and "there is no notebook in " in done.stderr
    done = invoke("lab", "5", cwd=course.root)
    assert done.exit_code == 1 and "no notebook 5" in done.stderr


def test_paths_and_numbers_that_can_not_be_meant_are_told(tmp_path):
    (tmp_path / "file").write_text("")
    for words in (("--secret", tmp_path / "none"), ("--out", tmp_path / "file")):
        done = invoke("exam", *map(str, words), cwd=ROOT)
        assert done.exit_code == 1 and "Errno" not in done.stderr
        assert str(words[1]) in done.stderr and "look whether the path is right" in done.stderr
    assert invoke("run", "--timeout", "-5", "1", cwd=ROOT).exit_code == 2


def test_help_names_every_command():
    done = call("--help")
    assert done.returncode == 0
    for command in ("build", "lab", "run"):
        assert command in done.stdout


def test_commands_load_torch_only_when_they_need_it():
    code = "import sys, coursework.cli; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_learner_imports_none_of_it():
    code = (
        "import sys, course_utils, coursework.checking, coursework.exercises, course_utils.data\n"
        "print([m for m in sys.modules if m.startswith(('coursework.authoring', "
        "'coursework.grading', 'jupytext', 'nbformat', 'typer'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
