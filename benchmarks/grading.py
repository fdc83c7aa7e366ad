"""How fast is `course grade`, beside nbgrader's autograde on the same submissions?

Writes grading.md.

    python -m benchmarks.grading [--count 18] [--class-size 300]

Both graders run in one process each, as their commands run them, taking turns submission by
submission, so that a busy machine is equally busy for both; medians are compared. Needs nbgrader.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.grading_class import class_rows
from coursework.authoring.nbgrader import check_metadata, solution_metadata
from coursework.grading.grader import Settings
from coursework.grading.pool import Pool
from coursework.grading.submissions import find

SETUP = "import torch\nfrom course_utils import check"
RIGHT = {
    "reconstruction_error": """\
def reconstruction_error(x, x_hat):
    return (x - x_hat).square().flatten(1).sum(1)""",
    "corrupt": """\
def corrupt(x, noise_std, generator):
    noise = torch.randn(x.shape, generator=generator)
    return (x + noise_std * noise).clamp(0, 1)""",
    "roc_auc": """\
def roc_auc(a, b):
    gap = b[:, None] - a[None, :]
    return float((gap > 0).double().mean() + 0.5 * (gap == 0).double().mean())""",
}
WRONG = {
    "reconstruction_error": RIGHT["reconstruction_error"].replace("sum(1)", "mean(1)"),
    "corrupt": RIGHT["corrupt"].replace(".clamp(0, 1)", ""),
    "roc_auc": RIGHT["roc_auc"].replace("0.5 * ", ""),
}
CONFIG = """c = get_config()
kept = ("LockCells", "ClearOutput", "CheckCellMetadata", "ComputeChecksums", "SaveCells")
c.GenerateAssignment.preprocessors = ["nbgrader.preprocessors." + name for name in kept]
"""


def submission(number: int) -> nbformat.NotebookNode:
    """Three TODOs, of which `number` decides which are right: all combinations in turn."""
    cells = [new_code_cell(SETUP, id="setup")]
    for bit, name in enumerate(RIGHT):
        text = (WRONG if number >> bit & 1 else RIGHT)[name]
        check = f"{name} = check({name})"
        cells.append(
            new_code_cell(text, id=f"s{bit}", metadata={"nbgrader": solution_metadata(name, text)})
        )
        cells.append(
            new_code_cell(
                check, id=f"c{bit}", metadata={"nbgrader": check_metadata(name, check, 1)}
            )
        )
    return new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def desk(folder: Path, count: int) -> list[str]:
    """An nbgrader course with `count` submissions of one assignment; the students' names."""
    students = [f"s{i:03d}" for i in range(count)]
    (folder / "source/lab").mkdir(parents=True)
    nbformat.write(submission(0), folder / "source/lab/lab.ipynb")
    for i, student in enumerate(students):
        (folder / "submitted" / student / "lab").mkdir(parents=True)
        nbformat.write(submission(i % 8), folder / "submitted" / student / "lab" / "lab.ipynb")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "lab", "--create"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return students


def beside_nbgrader(count: int) -> dict[str, list[float]]:
    """Seconds a submission of both graders, taking turns."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    seconds: dict[str, list[float]] = {"nbgrader": [], "course grade": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        students = desk(folder, count)
        config = Config()
        config.CourseDirectory.root = str(folder)
        api = NbGraderAPI(config=config)
        pool = Pool(Settings(1, ("02",), name), 1)
        pool.hire(1)
        grader = pool.graders[0].line
        file = folder / "submitted" / students[0] / "lab/lab.ipynb"
        _ask(grader, file)  # what only the first one costs
        api.autograde("lab", students[0], force=True)
        for student in students:
            start = time.perf_counter()
            done = api.autograde("lab", student, force=True)
            seconds["nbgrader"].append(time.perf_counter() - start)
            if not done["success"]:
                raise RuntimeError(done["log"])
            start = time.perf_counter()
            _ask(grader, folder / "submitted" / student / "lab/lab.ipynb")
            seconds["course grade"].append(time.perf_counter() - start)
        pool.close()
    return seconds


def _ask(grader: Connection, path: Path) -> None:
    """One submission through a grader of `course grade`. Raises where it was not graded."""
    grader.send((path.parts[-3], "lab.ipynb", str(path)))
    result = json.loads(grader.recv_bytes())
    if len(result["verdicts"]) < 3:
        raise RuntimeError(result["fault"])


def rates(count: int) -> dict[int, float]:
    """Submissions a second with 1 and with 2 workers, once all of them are warm."""
    found: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i in range(count):
            nbformat.write(submission(i % 8), folder / f"s{i:03d}.ipynb")
        files = find(folder)
        for _ in range(3):
            for workers in (1, 2):
                came = [
                    time.perf_counter()
                    for _ in Pool(Settings(1, ("02",), name), workers).results(files)
                ]
                warm = came[len(came) // 4 :]
                found[workers].append((len(warm) - 1) / (warm[-1] - warm[0]))
    return {workers: statistics.median(r) for workers, r in found.items()}


def processor_time(count: int) -> float:
    """Processor seconds a submission, judge and sandbox together; hardly changed by other load."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "student/lab/lab.ipynb"
        path.parent.mkdir(parents=True)
        pool = Pool(Settings(1, ("02",), name), 1)
        pool.hire(1)
        grader = pool.graders[0]
        for i in range(count + 1):
            if i == 1:
                start = _used(grader.process.pid)
            nbformat.write(submission(i % 8), path)
            _ask(grader.line, path)
        seconds = (_used(grader.process.pid) - start) / count
        pool.close()
    return seconds


def _used(grader: int) -> float:
    """Processor seconds of a grader and its sandbox up to now, those of ended workers included."""
    times = [p.cpu_times() for p in psutil.Process(grader).children(recursive=True)]
    own = psutil.Process(grader).cpu_times()
    return own.user + own.system + sum(sum(t[:4]) for t in times)


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=18)
    parser.add_argument("--class-size", type=int, default=300)
    asked = parser.parse_args()
    os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    side = beside_nbgrader(asked.count)
    slow, fast = (statistics.median(side[k]) for k in ("nbgrader", "course grade"))
    load, python = os.getloadavg()[0], platform.python_version()
    pairs = statistics.median(a / b for a, b in zip(*side.values(), strict=True))
    lines = [
        "# Grading: measured",
        "",
        "Made by `python -m benchmarks.grading`. Three TODOs a submission; medians.",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f} while measuring, "
        f"Python {python}.",
        "",
        "| | |",
        "|---|---|",
        f"| nbgrader 0.9.6 autograde, {asked.count} submissions | {slow:.2f} s a submission |",
        f"| course grade, the same, taking turns with it | {fast:.3f} s a submission |",
        f"| ratio of the medians | {slow / fast:.0f} |",
        f"| median of the ratios, pair by pair | {pairs:.0f} |",
    ]
    speed = rates(60)
    lines += [
        f"| processor time of judge and sandbox together | {processor_time(60):.3f} s a submission |",
        f"| 1 worker, 60 submissions | {speed[1]:.1f} a second |",
        f"| 2 workers | {speed[2]:.1f} a second, {speed[2] / speed[1]:.2f} times as many; "
        f"{2 / speed[2]:.3f} s a submission and core |",
    ]
    if asked.class_size:
        lines += class_rows(asked.class_size, asked.class_size // 5)
    Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    shutil.which("bwrap") or sys.exit("this benchmark needs bubblewrap")
    main()
