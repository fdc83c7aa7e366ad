"""Settings for every test run; also for the notebooks that nbval runs beside the tests."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent

# Kernels start seconds faster where Python may keep its compiled files.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Two workers on two cores: with two threads each, torch's threads wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A kernel runs in its notebook's folder, so the data folder can't be given relative to ours.
if os.environ.get("COURSE_DATA"):
    os.environ["COURSE_DATA"] = str(Path(os.environ["COURSE_DATA"]).resolve())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Notebooks run by nbval draw their data, and a check that their solution fails stops them."""
    for name, value in {"COURSE_SOURCE": "drawn", "COURSE_STRICT": "1"}.items():
        if item.path.suffix == ".ipynb":
            os.environ[name] = value
        elif os.environ.get(name) == value:
            del os.environ[name]
