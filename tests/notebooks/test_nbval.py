"""The README's test command really runs notebooks; a wrong output or an error fails it."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from coursework.authoring.executed import execute, kept_at
from coursework.authoring.source import read_source

ROOT = Path(__file__).resolve().parents[2]


def run_nbval(
    folder: Path, *cells: nbformat.NotebookNode, workers: int = 0
) -> subprocess.CompletedProcess[str]:
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "01_made_up.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml")]
    command += ["-p", "tests.notebooks.keeping", f"--rootdir={ROOT}", f"--numprocesses={workers}"]
    command += [str(folder / "01_made_up.ipynb")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)


def checked(code: str, printed: str) -> nbformat.NotebookNode:
    output = new_output("stream", name="stdout", text=printed)
    tags = {"tags": ["nbval-check-output"]}
    return new_code_cell(code, outputs=[output], metadata=tags, execution_count=1)


@pytest.mark.slow
def test_cells_share_one_kernel_and_right_outputs_pass(tmp_path):
    cells = [new_code_cell(f"x{n} = {n}") for n in range(6)]
    done = run_nbval(tmp_path, *cells, checked("print(x0 + x5)", "5\n"), workers=2)
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell", [checked("print(1 + 1)", "3\n"), new_code_cell("1 / 0")], ids=["output", "error"]
)
def test_a_wrong_output_or_an_error_fails(tmp_path, cell):
    done = run_nbval(tmp_path, cell)
    assert done.returncode == 1 and "1 failed" in done.stdout, done.stdout
    assert "Unrun" not in done.stdout


SOURCE = """\
# ---
# course:
#   title: Made up
#   minutes: 5
# ---

# %%
from IPython.display import display
line = display({"text/plain": "begun"}, raw=True, display_id=True)
print("between")
line.update({"text/plain": "done"}, raw=True)

# %%
CELL
"""


@pytest.mark.slow
@pytest.mark.parametrize("last", ["6 * 7", "1 / 0"], ids=["whole", "stopped"])
def test_what_nbval_showed_is_what_slides_and_site_take(tmp_path, monkeypatch, last):
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    solutions = tmp_path / "notebooks" / "solutions"
    solutions.mkdir()
    script = tmp_path / "notebooks" / "source" / "01_made_up.py"
    script.write_text(SOURCE.replace("CELL", last), encoding="utf-8")
    source = read_source(script, tmp_path)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_SOURCE", "drawn")
    run_nbval(solutions, *(new_code_cell(cell.text) for cell in source.cells))
    assert kept_at(source).is_file() == (last == "6 * 7")
    if kept_at(source).is_file():
        progress, printed, result = [output for cell in execute(source) for output in cell]
        assert progress.data == {"text/plain": "done"} and printed.text == "between\n"
        assert result.data == {"text/plain": "42"}
