"""How long it takes to draw 10,000 pictures of each kind."""

from __future__ import annotations

import contextlib
import io
import time
from statistics import median

from course_utils.data import load


def measure(n: int = 10_000, repeats: int = 3) -> dict[str, tuple[float, float]]:
    """For each drawn set, medians of the wall-clock and the processor's seconds for n pictures."""
    result = {}
    for name in ("digits", "roads", "faces", "non-faces"):
        wall, busy = [], []
        for seed in range(repeats):
            start, start_busy = time.perf_counter(), time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                load(name, source="drawn", n=n, seed=seed)
            wall.append(time.perf_counter() - start)
            busy.append(time.process_time() - start_busy)
        result[name] = (median(wall), median(busy))
    return result


if __name__ == "__main__":
    for name, (wall, busy) in measure().items():
        print(f"{name}: {wall:.2f} s ({busy:.2f} s of the processor)")
