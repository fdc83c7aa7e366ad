"""Gradescope's autograder zip: the course, a setup script, and one that grades a submission."""

from __future__ import annotations

import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAMP = (2020, 1, 1, 0, 0, 0)  # the same bytes each time
SETUP = """#!/usr/bin/env bash
set -e
apt-get update
apt-get install -y --no-install-recommends python3 python3-pip python3-venv bubblewrap
python3 -m venv /opt/course-python
/opt/course-python/bin/pip install --extra-index-url https://download.pytorch.org/whl/cpu \\
    "/autograder/source/course[grading]"
# Student code may read /opt. The course holds the solutions, so it is run from /autograder.
/opt/course-python/bin/pip uninstall --yes course-utils
"""
# Gradescope gives each submission a container of its own and no user namespaces, so the sandbox is
# incomplete there; the container is what keeps submissions apart. Student code runs as a user that
# can't enter /autograder, where the scripts, the solutions and the results are.
GRADE = """#!/usr/bin/env bash
set -e
cd /autograder
if [ "$(id -u)" != 0 ]; then echo "this script must run as root" >&2; exit 1; fi
chown root:root /autograder
chmod 700 /autograder
PYTHONPATH=/autograder/source/course /opt/course-python/bin/python -P -m coursework.cli grade \\
    /autograder/submission --out /autograder/report --workers 1 --gradescope --unconfined \\
    --released /autograder/source/course/notebooks
mkdir -p results
cp "$(ls -d report/gradescope/*/ | head -n 1)results.json" results/results.json
"""


def write_autograder(target: Path, root: Path = ROOT) -> None:
    """Write the zip. root: the repository, with `pyproject.toml` and the released notebooks."""
    if not (root / "pyproject.toml").exists():
        raise ValueError("the autograder zip needs the course's repository, not an installed copy")
    files = [root / "pyproject.toml", *sorted((root / "notebooks").glob("*.ipynb"))]
    files += [
        p
        for package in ("course_utils", "coursework")
        for p in sorted((root / package).rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts
    ]
    files += [p for p in (root / "README.md", root / "LICENSE") if p.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("setup.sh", SETUP), ("run_autograder", GRADE)):
            _add(archive, name, text.encode(), 0o755)
        for path in files:
            _add(archive, f"course/{path.relative_to(root)}", path.read_bytes(), 0o644)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, STAMP)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
