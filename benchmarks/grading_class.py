"""A made-up class of 300 through `course grade`: how long it takes, and whether nothing is lost.

Graded twice, once killed with `kill -9` and resumed, and once on a Dask cluster that loses a
worker. The same bytes must come out: `gradebook.csv`, `feedback/`, and the lines of `results.jsonl`
in any order without their `seconds`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.made_up_class import Made, make_class
from benchmarks.processor_seconds import Used, run

SEED = 7


def _command(folder: Path, out: str, *more: str) -> list[str]:
    words = [str(folder / "subs"), "--out", str(folder / out), "--seed", str(SEED)]
    return [sys.executable, "-m", "coursework.cli", "grade", *words, "--workers", "2", *more]


def same_bytes(out: Path) -> dict[str, bytes]:
    """What two gradings of one class with one seed have in common."""
    found = {"gradebook.csv": (out / "gradebook.csv").read_bytes()}
    found |= {path.name: path.read_bytes() for path in sorted((out / "feedback").iterdir())}
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    told = sorted(json.dumps({**line, "seconds": 0}) for line in lines)
    return found | {"results.jsonl": "\n".join(told).encode()}


def differences(one: Path, other: Path) -> str:
    """Which files differ, "none" where none does."""
    first, second = same_bytes(one), same_bytes(other)
    return ", ".join(n for n in first | second if first.get(n) != second.get(n)) or "none"


def wrong_marks(out: Path, made: list[Made]) -> list[str]:
    """The files whose mark, or whose named mistakes, are not those that were put in."""
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    found = {line["file"]: line["verdicts"] for line in lines if "file" in line}
    return [m.file for m in made if m.file not in found or not _fits(m, found[m.file])]


def _fits(made: Made, verdicts: list[dict]) -> bool:
    points = sum(v["points"] for v in verdicts) if verdicts else None
    wrong = {v["name"]: v["mistake"] or "" for v in verdicts if v["kind"] != "passed"}
    return points == made.points and (made.kind != "honest" or wrong == made.mistakes)


def kill_and_resume(folder: Path, count: int) -> None:
    """Grade into `killed`, with a `kill -9` of the command when half of the class is done."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(_command(folder, "killed"), **quiet)
    lines = folder / "killed" / "results.jsonl"
    while process.poll() is None:
        if lines.exists() and lines.read_bytes().count(b"\n") > count // 2:
            process.kill()
        time.sleep(0.1)
    subprocess.run(_command(folder, "killed", "--resume"), check=True, **quiet)


def on_a_cluster(folder: Path, count: int) -> None:
    """Grade into `cluster` on two Dask processes, of which one is killed under way."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        command = _command(folder, "cluster", "--scheduler", cluster.scheduler_address)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines, killed = folder / "cluster" / "results.jsonl", False
        while process.poll() is None:
            if not killed and lines.exists() and lines.read_bytes().count(b"\n") > count // 3:
                next(iter(cluster.workers.values())).process.process.kill()
                killed = True
            time.sleep(0.1)


def class_rows(count: int = 300, odd: int = 60) -> list[str]:
    """Rows of a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = make_class(folder / "subs", count, odd)
        first = run(_command(folder, "first"))
        second = run(_command(folder, "second"))
        kill_and_resume(folder, count)
        on_a_cluster(folder, count)
        others = {
            out: differences(folder / "first", folder / out)
            for out in ("second", "killed", "cluster")
        }
        wrong = wrong_marks(folder / "first", made)
        lines = (folder / "first" / "results.jsonl").read_text().splitlines()[1:]
    seconds = [json.loads(line)["seconds"] for line in lines]
    return _rows(first, second, others, wrong, statistics.median(seconds), f"{count}, {odd} odd")


def _rows(
    first: Used, second: Used, others: dict[str, str], wrong: list[str], middle: float, size: str
) -> list[str]:
    kinds = ", ".join(f"{kind} {s:.0f}" for kind, s in sorted(first.by_kind.items()))
    return [
        f"| a mixed class of nine labs ({size}), 2 workers, start included | {first.wall:.0f} s, "
        f"again {second.wall:.0f} s |",
        f"| processor seconds of all that | {first.seconds:.0f} ({kinds}), again "
        f"{second.seconds:.0f} |",
        f"| median of a submission | {middle:.2f} s |",
        f"| largest judge, memory of its own (USS) | {max(first.own, second.own):.0f} MB |",
        f"| wrong marks or names of mistakes | {', '.join(wrong) or 'none'} |",
        f"| what differs when it is graded again | {others['second']} |",
        f"| … after `kill -9` and `--resume` | {others['killed']} |",
        f"| … on a Dask cluster that lost a process | {others['cluster']} |",
    ]


if __name__ == "__main__":
    print("\n".join(class_rows(*map(int, sys.argv[1:]))))
