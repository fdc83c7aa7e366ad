"""One line that says how far training is: rewritten in place, and only the last one stays.

Not tqdm: a saved notebook would keep its widget, which is empty without a kernel, or in text mode
a red line for every update.
"""

from __future__ import annotations

import sys
import time
from typing import Any


def duration(seconds: float) -> str:
    """Seconds as text: 2.3 s, 12 s, 2 min 05 s or 1 h 02 min."""
    if seconds < 59.95:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


class ProgressLine:
    """A line of plain text for notebooks (one output, updated) and terminals (carriage return).

    Where the output is a file or a pipe, only the last line is written.
    total: steps in all · shown: False for no output · every: seconds between two updates.
    """

    def __init__(self, total: int, shown: bool = True, every: float = 0.5) -> None:
        self.total, self.shown, self.every = total, shown, every
        self.start = self.last = time.perf_counter()
        self.handle: Any = None  # IPython's handle of the output, once there is one
        self.width = 0  # of the line before, in characters

    def due(self) -> bool:
        """Whether enough time has passed since the last update for another one."""
        return time.perf_counter() - self.last > self.every

    def update(self, done: int, text: str) -> None:
        """Show a bar, `text`, and the time left after `done` of `total` steps."""
        self.last = time.perf_counter()
        left = (self.last - self.start) / max(done, 1) * (self.total - done)
        filled = round(20 * done / max(self.total, 1))
        bar = "█" * filled + "░" * (20 - filled)
        self._write(f"{bar} {done / max(self.total, 1):4.0%} · {text} · {duration(left)} left")

    def finish(self, text: str) -> None:
        """Replace the line by `text`, which stays."""
        self._write(text, last=True)

    def _write(self, line: str, last: bool = False) -> None:
        if not self.shown:
            return
        if _in_notebook():
            self._to_notebook(line)
        elif sys.stdout.isatty():
            print("\r" + line.ljust(self.width), end="\n" if last else "", flush=True)
            self.width = len(line)
        elif last:
            print(line, flush=True)

    def _to_notebook(self, line: str) -> None:
        from IPython.display import display

        bundle = {"text/plain": line}
        if self.handle is None:
            self.handle = display(bundle, raw=True, display_id=True)
        else:
            self.handle.update(bundle, raw=True)


def _in_notebook() -> bool:
    """True in a Jupyter or Colab kernel; IPython is not imported to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None
