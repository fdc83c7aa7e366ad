"""Solution notebooks with real digits. The drawn ones are run by nbval in every test run."""

import os
from pathlib import Path

import pytest

from coursework.authoring.kernel import run_notebook

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = sorted((ROOT / "notebooks" / "solutions").glob("[0-9][0-9]_*.ipynb"))
FOLDERS = [os.environ.get("COURSE_DATA"), ROOT / "data", ROOT.parent / "shared" / "data"]
WITH_MNIST = next((Path(f) for f in FOLDERS if f and (Path(f) / "MNIST").is_dir()), None)


@pytest.mark.slow
@pytest.mark.skipif(WITH_MNIST is None, reason="MNIST is not on this machine")
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_it_runs_on_mnist(path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(WITH_MNIST))
    monkeypatch.setenv("COURSE_SOURCE", "mnist")
    run = run_notebook(path, timeout=600, quiet=True)
    assert not run.failure, run.failure
    assert run.peak < 1.5e9
    print(f"{run.name} on MNIST: {run.seconds:.0f} s, {run.peak / 1e9:.2f} GB")
