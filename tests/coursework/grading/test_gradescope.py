"""The autograder zip, run as Gradescope runs it: as root, in a container without namespaces.

The container is imitated by bubblewrap, and there is no bubblewrap in it. It keeps all rights that
root has, so that what is refused to student code is refused by the grader alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coursework.grading.autograder import write_autograder
from coursework.grading.inside.confine import STUDENT
from tests.coursework.grading.making import save, solved

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or os.getuid() != 0 or not shutil.which("bwrap"),
        reason="imitating the container needs root and bubblewrap",
    ),
]
FORGES = """
def roc_auc(score_normal, score_anomaly):
    import os
    from pathlib import Path

    found = []
    for folder, _, files in os.walk("/autograder"):
        found += files
    for name in ("run_autograder", "results/results.json", "source/x", "report/results.jsonl"):
        for mode in ("r", "a", "w"):
            try:
                with open(f"/autograder/{name}", mode) as f:
                    found.append(f.write("true; exit 0") if mode != "r" else f.read())
            except OSError:
                pass
    for attempt in (
        lambda: os.chmod("/autograder", 0o777),
        lambda: os.rename("/autograder", "/tmp/moved"),
        lambda: os.setuid(0),
        lambda: os.kill(os.getppid(), 9),
        lambda: open(f"/proc/{os.getppid()}/environ").read(),
        lambda: open(f"/proc/{os.getppid()}/mem", "rb").read(1),
        lambda: os.listdir(f"/proc/{os.getppid()}/cwd/"),
        lambda: open("/opt/course-python/forged", "w"),
        lambda: open("/etc/shadow").read(),
        lambda: os.symlink("/etc/passwd", "/autograder/results/results.json"),
    ):
        try:
            attempt()
            found.append(attempt.__code__.co_firstlineno)
        except OSError:
            pass
    try:
        import coursework.exercises
        found.append("exercises")
    except ImportError:
        pass
    if found or os.getuid() == 0:
        raise SystemError(f"BROKEN OUT: {found}")
    Path("own.txt").write_text("a folder of one's own is there")
    import sqlite3
    raise ValueError(f"SHUT IN as {os.getuid()}")
"""


def container(root: Path, python: Path) -> list[str]:
    """The command that runs another in what looks like the container; root: its /autograder."""
    command = ["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--die-with-parent"]
    for name in ("usr", "bin", "sbin", "lib", "lib32", "lib64", "etc"):
        place = Path("/", name)
        if place.is_symlink():
            command += ["--symlink", os.readlink(place), str(place)]
        elif place.exists():
            command += ["--ro-bind", str(place), str(place)]
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        command += open_folders(Path(prefix))
        command += ["--ro-bind", prefix, prefix]
    command += open_folders(Path("/opt/course-python/bin/python"))
    command += ["--ro-bind", "/dev/null", shutil.which("bwrap") or "/usr/bin/bwrap"]
    command += ["--perms", "1777", "--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"]
    command += ["--bind", str(root), "/autograder"]
    command += ["--ro-bind", str(python), "/opt/course-python/bin/python", "--chdir", "/"]
    return [*command, "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--"]


def open_folders(path: Path) -> list[str]:
    """Options that make the folders above a path, which all users may enter."""
    above = [str(p) for p in reversed(path.parents) if not Path("/usr").is_relative_to(p)]
    return [word for folder in above for word in ("--perms", "0755", "--dir", folder)]


@pytest.fixture(scope="module")
def tests(tmp_path_factory) -> dict[str, dict]:
    """By exercise, what results.json says of a submission that tries to forge its own."""
    folder = tmp_path_factory.mktemp("gradescope")
    root, python = folder / "autograder", folder / "python"
    write_autograder(folder / "autograder.zip")
    with zipfile.ZipFile(folder / "autograder.zip") as archive:
        archive.extractall(root / "source")
    (root / "source" / "run_autograder").rename(root / "run_autograder")
    (root / "results").mkdir()
    save(root / "submission", "02", solved(roc_auc=FORGES))
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    before = (root / "run_autograder").read_bytes()
    command = [*container(root, python), "bash", "/autograder/run_autograder"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "UNCONFINED" in done.stderr and "files: NOT confined" in done.stderr
    assert (root / "run_autograder").read_bytes() == before
    written = json.loads((root / "results" / "results.json").read_text())
    (line,) = (root / "report" / "results.jsonl").read_text().splitlines()[1:]
    told = [v["message"] for v in json.loads(line)["verdicts"] if v["name"] == "roc_auc"]
    assert f"SHUT IN as {STUDENT}" in told[0], told
    return {"all": written, **{t["name"]: t for t in written["tests"]}}


def test_student_code_gains_nothing_in_gradescopes_container(tests):
    lost = [name for name, t in tests.items() if name != "all" and t["score"] < t["max_score"]]
    assert len(lost) == 1 and "roc_auc" in lost[0], lost
    most = sum(t["max_score"] for name, t in tests.items() if name != "all")
    assert tests["all"]["score"] == most - 2


def test_the_solutions_are_not_left_where_student_code_can_read():
    from coursework.grading.autograder import GRADE, SETUP

    assert "uninstall --yes course-utils" in SETUP and "/autograder/venv" not in SETUP + GRADE
