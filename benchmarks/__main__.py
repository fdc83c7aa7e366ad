"""Measure what takes no study, and write it into README.md: `python -m benchmarks`."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path
from statistics import median

import torch
import torchvision

from benchmarks import checks, imports, vae_epoch
from benchmarks.machine import processor
from benchmarks.sections import README, rewrite
from benchmarks.timing import ratios, spread
from course_utils.device import pick_device
from coursework.authoring.kernel import find_notebooks, run_notebook

SOLUTIONS = Path(__file__).parents[1] / "notebooks" / "solutions"
HEAD = """# What the course promises, measured

Written by `python -m benchmarks`; don't edit. Ratios are medians of ratios taken side by side in
one process, so a busy machine changes them less than it changes the seconds.
"""


def main() -> None:
    """Measure in order of how little the parts disturb each other, then write their sections.

    Studies that take minutes are measured by themselves, and their sections stay.
    """
    head = f"{HEAD}\n{machine()}"
    rewrite(head, [epoch_table(), import_line(), check_table(), notebook_table()])
    print(f"wrote {README}")


def machine() -> str:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{date.today()}: {os.cpu_count()} cores, {processor()}, torch on"
        f" {torch.get_num_threads()} of them,"
        f" device {pick_device()}, Python {platform.python_version()}, torch {torch.__version__},"
        f" torchvision {torchvision.__version__}; load at the start {load:.1f}.\n"
    )


def epoch_table() -> str:
    data, rounds = vae_epoch.measure()
    result = vae_epoch.medians(rounds)
    faster, products = result["usual / fit"], result["fit / products"]
    room = median(ratios(rounds, "usual", "products")) / 3.5
    gain, cost = (spread(ratios(rounds, *pair)) for pair in (("usual", "fit"), ("fit", "products")))
    return f"""## One epoch of the VAE of pytorch/examples

784-400-20, batch 128, Adam, {len(data):,} images ({data.source}), {len(rounds)} rounds of all
three. The usual way: torchvision `MNIST`, `ToTensor`, `DataLoader`, plain Adam, `.item()` at each
step.

| way | seconds (median) |
|---|---|
| the usual way | {result["usual"]:.2f} |
| `fit` | {result["fit"]:.2f} |
| the matrix products alone | {result["products"]:.2f} |

| ratio | median | lowest to highest | goal | |
|---|---|---|---|---|
| usual / `fit` | {faster:.2f} | {gain} | ≥ 3.5 | {mark(faster >= 3.5)} |
| `fit` / products | {products:.2f} | {cost} | ≤ 2.6 | {mark(products <= 2.6)} |

To be 3.5 times as fast as the usual loop of this machine, a loop must take at most {room:.2f} times
its matrix products. What is left then is for autograd, the loss, and the reads and writes of Adam.
"""


def mark(reached: bool) -> str:
    return "reached" if reached else "**not reached**"


def import_line() -> str:
    milliseconds, loaded = imports.measure()
    reached = milliseconds < 50 and "torch" not in loaded
    brought = ", ".join(loaded) or "none of torch, numpy, matplotlib, IPython, ipywidgets"
    return f"""## Import

`import course_utils` takes {milliseconds:.1f} ms and loads {brought} (goal: under 50 ms, without
torch): {mark(reached)}.
"""


def check_table() -> str:
    slowest = checks.measure()
    rows = "\n".join(
        f"| `{name}` | {seconds:.3f} | {what} |" for name, (seconds, what) in slowest.items()
    )
    worst = max((seconds for seconds, _ in slowest.values()), default=0.0)
    return f"""## A verdict

Seconds that `evaluate` takes, for the slowest of: the reference, each named mistake, a function
that returns None. Goal: under 0.5 s each: {mark(worst < 0.5)} (worst {worst:.2f} s).

| exercise | seconds | slowest attempt |
|---|---|---|
{rows}
"""


def notebook_table() -> str:
    runs = [run_notebook(path, quiet=True) for path in find_notebooks(SOLUTIONS)]
    rows = "\n".join(
        f"| {run.name} | {run.seconds:.0f} | {run.peak / 1e9:.2f} | {mark(run.peak < 1.5e9)} |"
        if not run.failure
        else f"| {run.name} | failed | | |"
        for run in runs
    )
    return f"""## Solution notebooks

Seconds include the start of the kernel; memory is the kernel's peak. Goal: under 1.5 GB.

| notebook | seconds | GB | |
|---|---|---|---|
{rows}
"""


if __name__ == "__main__":
    main()
