"""A JupyterLab for all browser tests of notebooks, and one with the oldest ipywidgets."""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock

from tests.notebooks.cut import explorers_of
from tests.notebooks.jupyterlab import serve

ROOT = Path(__file__).resolve().parents[2]
OLDEST = Path(__file__).parent / "requirements-oldest-widgets.txt"


def serve_notebooks(factory: pytest.TempPathFactory, python: str) -> Iterator[str]:
    """A JupyterLab on copies of the student notebooks, in `explorers` on their explorers alone."""
    folder = factory.mktemp("lab")
    (folder / "explorers").mkdir()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(path, folder / path.name)
        short = explorers_of(nbformat.read(path, as_version=4))
        nbformat.write(short, folder / "explorers" / path.name)
    with serve(folder, factory.mktemp("lab_settings"), python) as address:
        yield address


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab on the student notebooks, its token included."""
    yield from serve_notebooks(tmp_path_factory, sys.executable)


@pytest.fixture(scope="session")
def oldest_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same with the oldest ipywidgets; everything else is that of the running Python."""
    yield from serve_notebooks(tmp_path_factory, str(oldest_widgets()))


def oldest_widgets() -> Path:
    """The Python of an environment in `.cache`, made if it isn't there, that sees ours below it."""
    digest = hashlib.sha256(OLDEST.read_bytes() + sys.version.encode()).hexdigest()[:10]
    folder = ROOT / ".cache" / f"widgets-{digest}"
    python = folder / "bin" / "python"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):  # another worker may be making it
        if not (folder / "complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            install = [str(python), "-m", "pip", "install", "-q", "-r", str(OLDEST)]
            subprocess.run(install, check=True)
            (site,) = folder.glob("lib/python*/site-packages")
            (site / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
            (folder / "complete").touch()
    return python
