"""`.ci/run` with stand-ins for what it calls: it ends with a table, kept where all passed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUSY = "python3 -c 'import time\nwhile time.process_time() < 1.2: pass'"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A folder that looks like a fresh clone, whose commands do nothing."""
    if shutil.which("bash") is None:
        pytest.skip("no bash here")
    root = tmp_path / "fresh"
    (root / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", root / ".ci" / "run")
    (root / "README.md").write_text("true && .venv/bin/pytest\n", encoding="utf-8")
    for name in ("chromium", "npm", "bwrap"):
        write(tmp_path / "bin" / name, "true")
    write(root / ".venv/bin/ruff", "true")
    write(root / ".venv/bin/pip", "true")
    write(root / ".venv/bin/mypy", "true")
    slow = 'if [ "$1" = -m ]; then echo slow tests; exit ${SLOW:-0}; fi'
    write(root / ".venv/bin/pytest", f'{slow}\n[ $SLOW ] || {BUSY}\necho "cache: $COURSE_CACHE"')

    return root


def run(root: Path, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{root.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COURSE_CACHE": "/nowhere", **more}
    command = ["bash", ".ci/run"]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def table(printed: str) -> dict[str, int]:
    """Processor seconds by step."""
    rows = re.findall(r"^(\S.*?) +\d+ s +(\d+) s$", printed, re.MULTILINE)
    return {step: int(seconds) for step, seconds in rows}


def test_a_run_that_passes_ends_with_its_table_and_writes_it(fresh: Path) -> None:
    done = run(fresh)
    assert done.returncode == 0, done.stderr
    assert re.search("^cache: (?!/nowhere)", done.stdout, re.MULTILINE), done.stdout
    rows = table(done.stdout)
    assert rows["README's test command"] >= 1 and rows["of which install"] == 0
    assert list(rows)[-2:] == ["slow tests", "in all"]
    written = (fresh / ".cache" / "ci.csv").read_text(encoding="utf-8")
    assert [line.split(",")[0] for line in written.splitlines()] == list(rows)


def test_a_run_that_fails_ends_with_its_table_and_writes_nothing(fresh: Path) -> None:
    done = run(fresh, SLOW="3")
    assert done.returncode == 3
    assert list(table(done.stdout))[-2:] == ["slow tests (failed)", "in all"]
    assert not (fresh / ".cache").exists()
