"""An environment with Colab's versions, made once and kept in `.cache`, and what to put on top.

python tests/colab/environment.py     makes it (several GB) and prints its Python
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REQUIREMENTS = HERE / "requirements-colab.txt"
WANTED = "3.13"


def make_environment() -> Path:
    """The Python of the cached environment; made if it isn't there, for this list of versions."""
    python = find_python()
    version = run(python, "-c", "import sys; print(sys.version)")
    digest = hashlib.sha256((REQUIREMENTS.read_text() + version).encode()).hexdigest()[:10]
    folder = ROOT / ".cache" / f"colab-{digest}"
    made = folder / "bin" / "python"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):  # another worker may be making it
        if not (folder / "complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            run(python, "-m", "venv", str(folder))
            run(str(made), "-m", "pip", "install", "-q", "--no-compile", "-r", str(REQUIREMENTS))
            (folder / "complete").touch()
    return made


def find_python() -> str:
    """Colab's Python where pyenv or the path has it, else the running one."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{WANTED}.*/bin/python"))
    candidates = [str(path) for path in kept] + [f"python{WANTED}"]
    for candidate in candidates:
        found = shutil.which(candidate)
        if (
            found
            and subprocess.run([found, "-c", "import venv, ssl"], capture_output=True).returncode
            == 0
        ):
            return found
    return sys.executable


def make_overlay(folder: Path, environment: Path, stubs: Path) -> Path:
    """A fresh, empty environment that sees the cached one and `stubs`; the Python in it.

    The first cell of a notebook installs into this one, so that the cached one stays as it was.
    """
    run(str(environment), "-m", "venv", "--without-pip", str(folder))
    (site,) = folder.glob("lib/python*/site-packages")
    (below,) = environment.parents[1].glob("lib/python*/site-packages")
    (site / "colab.pth").write_text(f"{below}\n{stubs}\n", encoding="utf-8")
    return folder / "bin" / "python"


def run(*command: str) -> str:
    """Standard output of a command; its complaints where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    print(make_environment())
