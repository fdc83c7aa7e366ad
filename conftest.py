"""Settings for every test run; also for the notebooks that nbval runs beside the tests."""

import os
import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent
pytest_plugins = ["tests.notebooks.keeping"]

# What takes longest is begun first, so that two workers end together.
LONGEST_FIRST = (
    "tests/colab/",
    "notebooks/",
    "tests/notebooks/test_student",
    "tests/coursework/exercises/test_every",
    "tests/coursework/authoring/site",
    "tests/coursework/grading",
)

# Kernels start seconds faster where Python may keep its compiled files.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Two workers on two cores: with two threads each, torch's threads wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What a test checks is no learner's doing.
os.environ.setdefault("COURSE_PROGRESS", "")
# A kernel runs in its notebook's folder, so the data folder can't be given relative to ours.
if os.environ.get("COURSE_DATA"):
    os.environ["COURSE_DATA"] = str(Path(os.environ["COURSE_DATA"]).resolve())


class ByNotebook(LoadScopeScheduling):
    """The tests of a file share a worker, and so their fixtures; those of one notebook go by themselves."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        notebook = re.search(r"[\[-](\d\d_[a-z_]+)", test)
        return f"{file}::{notebook[1]}" if notebook else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByNotebook:
    return ByNotebook(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {start: rank for rank, start in enumerate(LONGEST_FIRST)}
    items.sort(
        key=lambda item: next((r for s, r in ranks.items() if item.nodeid.startswith(s)), 99)
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Notebooks run by nbval draw their data, and a check that their solution fails stops them."""
    for name, value in {"COURSE_SOURCE": "drawn", "COURSE_STRICT": "1"}.items():
        if item.path.suffix == ".ipynb":
            os.environ[name] = value
        elif os.environ.get(name) == value:
            del os.environ[name]
