"""What each step of `.ci/run` took.

A run in which all passed writes it down; `python -m benchmarks.ci` puts it into README.md.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from benchmarks.sections import replace_section

MEASURED = Path(__file__).parents[1] / ".cache" / "ci.csv"
TITLE = "## What the tests take"


def section(rows: list[list[str]], day: str) -> str:
    """The part of README.md about rows of (step, seconds, processor seconds), measured on a day."""
    lines = "\n".join(f"| {step} | {seconds} | {processor} |" for step, seconds, processor in rows)
    text = f"""{TITLE}

Steps of `.ci/run`: seconds on the clock, and processor seconds of all processes together, which a
busy machine changes less. Goals on two quiet cores: the README's test command within 480 s with its
install, everything within 2,700 s. A run of `.ci/run` that passes writes the numbers down, and
`python -m benchmarks.ci` puts them here. Last measured: {day}.

| step | seconds | of processor |
|---|---|---|
{lines}
"""
    return text.rstrip("\n") + "\n"


def main() -> None:
    if not MEASURED.is_file():
        raise SystemExit(f"{MEASURED} is missing: let `.ci/run` pass first")
    with MEASURED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    replace_section(section(rows, f"{date.fromtimestamp(MEASURED.stat().st_mtime)}"))


if __name__ == "__main__":
    main()
