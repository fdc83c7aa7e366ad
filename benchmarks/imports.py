"""How long `import course_utils` takes in a fresh Python, and what it brings with it."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

HEAVY = ("torch", "matplotlib", "IPython", "numpy", "ipywidgets")
CODE = f"""
import sys, time
start = time.perf_counter()
import course_utils
seconds = time.perf_counter() - start
print(1000 * seconds, *[name for name in {HEAVY} if name in sys.modules])
"""


def measure(repeats: int = 9) -> tuple[float, list[str]]:
    """Median milliseconds over `repeats` processes, and the heavy packages that came along."""
    milliseconds, loaded = [], []
    for _ in range(repeats):
        out = subprocess.run(
            [sys.executable, "-c", CODE], check=True, capture_output=True, text=True
        )
        first, *loaded = out.stdout.split()
        milliseconds.append(float(first))
    return median(milliseconds), loaded


if __name__ == "__main__":
    print(measure())
