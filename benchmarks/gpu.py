"""Test and measure the course on a GPU in six minutes: `python -m benchmarks.gpu` writes gpu.md.

    python -m benchmarks.gpu                           on CUDA, into gpu.md beside this file
    python -m benchmarks.gpu --device cpu --quick      the same in small, where there is no GPU
    python -m benchmarks.gpu --only vae compiled       some parts

Needs torch, torchvision, numpy and matplotlib, no network and no data. Each part runs in a process
of its own with a time of its own; what fails is said in the table, and the others go on. The exit
code is 0 if nothing failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for `python benchmarks/gpu.py`

import matplotlib
import numpy as np
import torch
import torchvision

from benchmarks.apart import Outcome, Part, Run, Table, run_apart
from benchmarks.gpu_compiled import compiled_steps
from benchmarks.gpu_speed import dcgan_steps, vae_epochs
from benchmarks.gpu_tests import run_tests
from benchmarks.gpu_training import train_all
from benchmarks.machine import processor
from course_utils.device import pick_device, synchronize

HERE = Path(__file__).resolve().parent
MACHINE, LIMIT, RESERVE = "machine", 360.0, 5.0


def describe(run: Run) -> Iterator[Table]:
    """What the machine is, and whether the device computes; this also loads its libraries."""
    device = pick_device()
    begin = time.perf_counter()
    x = torch.randn(8, 3, 32, 32, device=device)
    torch.nn.functional.conv2d(x, torch.randn(4, 3, 3, 3, device=device)).square().mean().item()
    (x.flatten(1) @ x.flatten(1).T).sum().item()
    synchronize(device)
    first = time.perf_counter() - begin
    rows = [
        ("device", str(device)),
        *facts(device),
        ("first convolution and product", f"{first:.1f} s"),
    ]
    run.say("; ".join(f"{name} {value}" for name, value in rows))
    yield Table("Machine", ("", ""), rows, "All tables of this page come from this machine.")


def facts(device: torch.device) -> list[tuple[str, str]]:
    """Names and versions."""
    rows = []
    if device.type == "cuda":
        about = torch.cuda.get_device_properties(device)
        capability = ".".join(map(str, torch.cuda.get_device_capability(device)))
        rows += [
            ("GPU", f"{about.name}, {about.total_memory / 1e9:.0f} GB, capability {capability}"),
            ("CUDA, cuDNN", f"{torch.version.cuda}, {torch.backends.cudnn.version()}"),
        ]
    versions = {
        "Python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "numpy": np.__version__,
        "matplotlib": matplotlib.__version__,
    }
    return [
        *rows,
        ("processor", f"{os.cpu_count()} cores, {processor()}, torch on {torch.get_num_threads()}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]


PARTS: dict[str, tuple[Part, float]] = {  # and the seconds that each may take at most
    MACHINE: (describe, 45),
    "tests": (run_tests, 45),
    "paths": (train_all, 75),
    "vae": (vae_epochs, 80),
    "dcgan": (dcgan_steps, 55),
    "compiled": (compiled_steps, 120),
}


class Report:
    """gpu.md, written anew with each piece of news, so that a stopped run leaves what it found."""

    def __init__(self, path: Path, command: str, limit: float, started: float) -> None:
        self.path, self.command, self.limit, self.started = path, command, limit, started
        self.outcomes: dict[str, Outcome] = {}
        self.skipped: dict[str, str] = {}

    @property
    def failures(self) -> list[str]:
        return [f"{part}: {why}" for part, end in self.outcomes.items() for why in end.failures]

    def most(self, part: str) -> float:
        """Seconds that a part may take: those in PARTS, or more where the whole may take more."""
        return PARTS[part][1] * max(1.0, self.limit / LIMIT)

    def write(self) -> None:
        took = time.monotonic() - self.started
        used = f"{took:.0f} of {self.limit:.0f} seconds"
        text = f"""# The course on a GPU, measured

Written by `{self.command}` on {date.today()}, in {used}; don't edit.

| part | seconds | at most | |
|---|---|---|---|
{self._overview()}
"""
        tables = [table for outcome in self.outcomes.values() for table in outcome.tables]
        text += "".join(f"\n{section(table)}" for table in tables)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.path)

    def _overview(self) -> str:
        lines = []
        for name in PARTS:
            limit = self.most(name)
            if name in self.outcomes:
                outcome = self.outcomes[name]
                end = "; ".join(outcome.failures)
                end = f"**failed**: {end}" if end else "passed" if outcome.seconds else "running"
                lines.append(f"| {name} | {outcome.seconds:.0f} | {limit:.0f} | {end} |")
            else:
                why = self.skipped.get(name, "not yet")
                lines.append(f"| {name} | | {limit:.0f} | skipped: {why} |")
        return "\n".join(lines)


def section(table: Table) -> str:
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    rows = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"## {table.title}\n\n{table.reading}\n\n{rows}\n".replace("\n\n\n", "\n")


def run_parts(report: Report, device: torch.device, quick: bool, only: list[str]) -> None:
    """One part after the other; without a device that computes, the others are skipped."""
    for name, (part, _) in PARTS.items():
        rest = report.limit - RESERVE - (time.monotonic() - report.started)
        if name != MACHINE and only and name not in only:
            report.skipped[name] = "not asked for"
        elif report.outcomes.get(MACHINE, Outcome()).error:
            report.skipped[name] = f"{device.type} can't be used"
        elif rest < 10:
            report.skipped[name] = f"the {report.limit:.0f} seconds were up"
        else:
            limit = min(report.most(name), rest)
            until = time.monotonic() + 0.85 * limit

            def changed(outcome: Outcome, name: str = name) -> None:
                report.outcomes[name] = outcome
                report.write()

            run = Run(device, quick, report.started, until)
            run.say(f"{name}: at most {limit:.0f} s")
            outcome = run_apart(part, run, limit, changed)
            run.say(f"{name}: {'; '.join(outcome.failures) or 'passed'} ({outcome.seconds:.1f} s)")
    report.write()


def place(out: str | None, device: torch.device, quick: bool) -> Path:
    """Where the report goes; only a full run on a GPU replaces the one beside this file."""
    if out is None:
        full = device.type != "cpu" and not quick
        out = str(HERE if full else Path(tempfile.gettempdir()))
    path = Path(out)
    if path.suffix != ".md":
        path.mkdir(parents=True, exist_ok=True)
        path /= "gpu.md"
    return path.resolve()


def main(arguments: list[str] | None = None) -> int:
    started = time.monotonic()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--quick", action="store_true", help="everything in small")
    parser.add_argument("--out", help="a folder, or a file that ends in .md")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=[], help="these parts")
    parser.add_argument("--seconds", type=float, default=LIMIT, help=f"for all; {LIMIT:.0f}")
    asked = parser.parse_args(arguments)
    device = torch.device(asked.device)
    words = ["--device cpu"] * (device.type == "cpu") + ["--quick"] * asked.quick
    words += [f"--only {' '.join(asked.only)}"] * bool(asked.only)
    command = " ".join(["python -m benchmarks.gpu", *words])
    report = Report(place(asked.out, device, asked.quick), command, asked.seconds, started)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run_parts(report, device, asked.quick, asked.only)
    finally:
        signal.signal(signal.SIGTERM, before)
        report.write()
        print(f"wrote {report.path}", flush=True)
    for failure in report.failures:
        print(f"failed: {failure}", flush=True)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
