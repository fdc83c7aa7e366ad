"""Every generator of the course on the same digits and on one ring, for the same seconds.

`python -m benchmarks.scoreboard` trains each model for 10, 60 and 300 seconds of processor time on
one thread, three seeds each, and writes `course_utils/data/measurements/scoreboard.csv` and
pictures of samples in `docs/images/scoreboard`. All of it takes about six hours of one core, so it
can be stopped at any time and started again, by several processes at once: rows that stand are
kept, and each process takes the next run that nobody has. `--data`, `--budget`, `--seed` and
`--model` choose runs; `--out FOLDER` writes table and pictures elsewhere. What the columns mean
stands in `scoreboard.md`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import torch
from filelock import FileLock, Timeout
from torch import Generator, Tensor

from benchmarks.scoreboard_measures import WORLDS, N, bits
from benchmarks.scoreboard_models import DIGITS
from benchmarks.scoreboard_pictures import picture
from benchmarks.scoreboard_points import MIXTURE
from benchmarks.scoreboard_training import warm_up
from course_utils.data.measured import FOLDER, Row

PICTURES = Path(__file__).parents[1] / "docs" / "images" / "scoreboard"
BUDGETS, SEEDS = (10.0, 60.0, 300.0), (0, 1, 2)
MODELS: dict[str, dict[str, Any]] = {"digits": DIGITS, "mixture": MIXTURE}
BASELINES = {"digits": ("test", "forger", "gaussian", "noise"), "mixture": ("test", "noise")}
NAMES = [*BASELINES["digits"], *DIGITS]
COLUMNS = [
    "data",
    "model",
    "budget",
    "seed",
    "steps",
    "parameters",
    "seconds",
    "frechet",
    "frechet_other",
    "precision",
    "recall",
    "coverage",
    "neighbor",
    "nats",
    "bits",
    "of",
    "sampling",
]


class Run(NamedTuple):
    """One row of the table. A baseline has the budget 0."""

    data: str
    model: str
    budget: float
    seed: int

    @property
    def place(self) -> tuple[object, ...]:
        """In which order rows stand."""
        return list(MODELS).index(self.data), NAMES.index(self.model), self.budget, self.seed

    @property
    def turn(self) -> tuple[object, ...]:
        """In which order they are run: short ones, then long ones seed by seed."""
        late = self.seed + 1 if self.budget > 60 else 0
        data, model, budget, seed = self.place
        return late, data, budget, seed, model

    @property
    def name(self) -> str:
        return f"{self.data}_{self.model}_{self.budget:g}"


def chosen(
    data: Sequence[str], models: Sequence[str], budgets: Sequence[float], seeds: Sequence[int]
) -> list[Run]:
    """The runs of these, in their turn. Models that a data set leaves out are not among them."""
    runs = [
        Run(d, m, b, s)
        for d, s in product(data, seeds)
        for m in models
        for b in ([0.0] if m in BASELINES[d] else budgets)
        if m in BASELINES[d] or m in MODELS[d]
    ]
    return sorted(runs, key=lambda run: run.turn)


class Table:
    """scoreboard.csv in a folder, which several processes fill."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "scoreboard.csv"
        digest = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()[:12]
        self.locks = Path(tempfile.gettempdir()) / f"course-scoreboard-{digest}"
        self.locks.mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)

    def rows(self) -> dict[Run, Row]:
        """What was measured. Raises ValueError where the file is another table."""
        if not self.path.exists():
            return {}
        with open(self.path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != COLUMNS:
                raise ValueError(f"{self.path} has other columns. Move it away, or choose --out.")
            return {run_of(row): row for row in reader}

    def add(self, row: Row) -> None:
        """Write the table with one row more, at once: whoever is killed leaves the old one."""
        with FileLock(self.locks / "table.lock"):
            rows = self.rows() | {run_of(row): row}
            new = self.path.with_suffix(f".{os.getpid()}.part")
            with open(new, "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows[run] for run in sorted(rows, key=lambda run: run.place))
            os.replace(new, self.path)

    def claimed(self, runs: Sequence[Run]) -> Iterator[Run]:
        """Each run without a row that no other process is at. A killed process loses its claim."""
        for run in runs:
            claim = FileLock(self.locks / f"{run.name}_{run.seed}.lock")
            try:
                with claim.acquire(timeout=0):
                    if run not in self.rows():
                        yield run
            except Timeout:
                continue


def run_of(row: Row) -> Run:
    return Run(row["data"], row["model"], float(row["budget"]), int(row["seed"]))


@cache
def world(name: str) -> Any:
    return WORLDS[name]()


def measure(run: Run) -> tuple[Row, Tensor]:
    """The row of a run, and its samples."""
    place, found = world(run.data), dict.fromkeys(COLUMNS, "")
    found |= {"data": run.data, "model": run.model}
    found |= {"budget": f"{run.budget:g}", "seed": str(run.seed)}
    if run.model in BASELINES[run.data]:
        samples, nats, of = place.baseline(run.model, run.seed)
    else:
        start = time.process_time()
        made = MODELS[run.data][run.model](place.train, run.budget, run.seed)
        found["seconds"] = f"{time.process_time() - start:.1f}"
        found |= {"steps": str(made.steps), "parameters": str(made.parameters)}
        start = time.process_time()
        samples = made.sample(N, Generator().manual_seed(1000 + run.seed)).detach()
        found["sampling"] = f"{1000 / N * (time.process_time() - start):.4f}"
        nats, of = (made.nats(place.test), made.of) if made.nats else (None, "")
    if nats is not None and math.isfinite(nats):
        found |= {"nats": f"{nats:.3f}", "bits": f"{bits(nats, place.dims):.4f}", "of": of}
    if samples.isfinite().all():  # else there is nothing to compare: the cells stay empty
        found |= {name: f"{value:.4f}" for name, value in place.scores(samples).items()}
    return found, samples


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scoreboard", description=str(__doc__).split("\n", 1)[0]
    )
    parser.add_argument("--data", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--model", nargs="+", choices=NAMES, default=NAMES, metavar="MODEL",
                        help=", ".join(NAMES))  # fmt: skip
    parser.add_argument("--budget", nargs="+", type=float, default=BUDGETS, metavar="SECONDS")
    parser.add_argument("--seed", nargs="+", type=int, choices=SEEDS, default=SEEDS)
    parser.add_argument("--out", type=Path, help="folder for table and pictures")
    found = parser.parse_args(arguments)
    if odd := [f"{b:g}" for b in found.budget if b <= 0 or (not found.out and b not in BUDGETS)]:
        parser.error(
            f"--budget {' '.join(odd)}: the table holds 10, 60 and 300 seconds. Try other ones"
            " above 0 with --out FOLDER."
        )
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    asked = options(arguments)
    torch.set_num_threads(1)
    warm_up()
    table, pictures = Table(asked.out or FOLDER), asked.out or PICTURES
    pictures.mkdir(parents=True, exist_ok=True)
    runs = chosen(asked.data, asked.model, asked.budget, asked.seed)
    for run in table.claimed(runs):
        began = time.process_time()
        row, samples = measure(run)
        if run.seed == 0 and samples.isfinite().all():
            picture(run.data, samples).save(pictures / f"{run.name}.png", optimize=True)
        table.add(row)
        print(
            f"{time.strftime('%H:%M:%S')} {run.name} seed {run.seed}:"
            f" Fréchet {row['frechet']}, recall {row['recall']}, nats {row['nats']},"
            f" {row['steps']} steps; {time.process_time() - began:.0f} s in all",
            flush=True,
        )


if __name__ == "__main__":
    main()
